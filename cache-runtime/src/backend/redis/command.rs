//! What is asked of a server for each thing that a back end can do, and what its answers mean.

use std::io::Write;
use std::time::Duration;

use redis::{Cmd, Pipeline, RedisWrite, ToRedisArgs, Value};

use super::failure::Failure;
use super::link::Link;
use super::script::{KEEP, SET_IF};
use crate::backend::{Change, Item, Version, When};

/// Redis takes no longer strings, unless told otherwise.
const LONGEST: usize = 512 << 20;
/// What lives longer than this lives for ever.
const LONGEST_LIFE: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Asks for the bytes of one item.
pub(super) fn read_item(commands: &mut Pipeline, name: &str) {
    commands.cmd("GET").arg(name);
}

/// Asks how long an item will be there.
pub(super) fn time(name: &str) -> Cmd {
    const COMMAND: &str = "PTTL";
    let mut command = Cmd::with_capacity(2, COMMAND.len() + name.len());
    command.arg(COMMAND).arg(name);
    command
}

/// Asks for one version.
pub(super) fn read_version(commands: &mut Pipeline, name: &str) {
    commands.cmd("GETRANGE").arg(name).arg(0).arg(15);
}

/// The bytes that were read; none where something else is than bytes.
pub(super) fn value(reply: Value, link: &Link) -> Result<Value, Failure> {
    match reply {
        Value::ServerError(error) if error.code() == "WRONGTYPE" => Ok(Value::Nil),
        Value::ServerError(error) => Err(link.server.failure(&error)),
        bytes => Ok(bytes),
    }
}

/// The item that was read, from its bytes and its time to live, if that was asked for.
pub(super) fn item(bytes: Value, left: Option<&Value>) -> Option<Item> {
    let Value::BulkString(mut content) = bytes else {
        return None;
    };
    let (version, _) = Version::split(&content)?;
    let remaining = match left {
        None | Some(Value::Int(-1)) => None,
        Some(&Value::Int(left)) => Some(Duration::from_millis(u64::try_from(left).ok()?)),
        _ => return None,
    };
    content.drain(..Version::LEN);
    Some(Item {
        version,
        content,
        remaining,
    })
}

/// The version that was read.
pub(super) fn version(bytes: &Value) -> Option<Version> {
    match bytes {
        Value::BulkString(bytes) => Version::split(bytes).map(|(version, _)| version),
        _ => None,
    }
}

/// Asks for a change.
pub(super) fn write(commands: &mut Pipeline, change: &Change<'_>) {
    match *change {
        // What was there before must go all the same.
        Change::Set { name, .. } if is_too_large(change) => drop_item(commands, name),
        Change::Set {
            name,
            version,
            content,
            ttl,
            when,
        } => {
            let value = Stored { version, content };
            match condition(&when) {
                None => set(commands, name, &value, ttl),
                Some(condition) => {
                    let command = commands.cmd("EVAL").arg(SET_IF).arg(1).arg(name);
                    command.arg(value).arg(millis(ttl)).arg(condition);
                }
            }
        }
        Change::Delete { name } => drop_item(commands, name),
        Change::Keep { name, ttl } => {
            let command = commands.cmd("EVAL").arg(KEEP).arg(1).arg(name);
            command.arg(millis(ttl));
        }
    }
}

fn set(commands: &mut Pipeline, name: &str, value: &Stored<'_>, ttl: Option<Duration>) {
    let command = commands.cmd("SET").arg(name).arg(value);
    match millis(ttl) {
        0 => {}
        life => {
            command.arg("PX").arg(life);
        }
    }
}

/// Asks that a name be free.
pub(super) fn drop_item(commands: &mut Pipeline, name: &str) {
    commands.cmd("UNLINK").arg(name);
}

/// Tells whether a change was made.
fn made_one(change: &Change<'_>, reply: &Value, link: &Link) -> Result<bool, Failure> {
    match reply {
        Value::ServerError(error) => Err(link.server.failure(error)),
        _ if is_too_large(change) => Err(Failure::refused(
            "redis: an item is larger than 512 MiB, which is the most that it takes",
        )),
        Value::Okay => Ok(true),
        Value::Int(count) => Ok(*count > 0),
        _ => Err(link.nonsense()),
    }
}

/// Tells which changes were made.
///
/// What could not be stored leaves nothing older behind either.
pub(super) async fn all_made(
    changes: &[Change<'_>],
    replies: &[Value],
    link: &Link,
) -> Result<Vec<bool>, Failure> {
    let made = changes.iter().zip(replies);
    let made = made.map(|(change, reply)| made_one(change, reply, link));
    let made: Result<Vec<bool>, Failure> = made.collect();
    if made.is_err() {
        drop_refused(changes, replies, link).await;
    }
    made
}

async fn drop_refused(changes: &[Change<'_>], replies: &[Value], link: &Link) {
    let mut commands = Pipeline::new();
    for (change, reply) in changes.iter().zip(replies) {
        if let (Change::Set { name, .. }, Value::ServerError(_)) = (change, reply) {
            drop_item(&mut commands, name);
        }
    }
    if !commands.is_empty() {
        // The failure that is reported is the first one.
        let _ = link.ask(&commands).await;
    }
}

/// What the version of an item must be for a set, as the script has it.
fn condition(when: &When) -> Option<&[u8]> {
    match when {
        When::Always => None,
        When::Absent => Some(b""),
        When::Present => Some(b"*"),
        When::Unchanged(version) => Some(&version.0),
    }
}

/// A time to live as servers want it: whole milliseconds, none of them too few; 0 for ever.
fn millis(ttl: Option<Duration>) -> u64 {
    let Some(ttl) = ttl.filter(|ttl| *ttl < LONGEST_LIFE) else {
        return 0;
    };
    let up = ttl.as_nanos().div_ceil(1_000_000).max(1);
    u64::try_from(up).unwrap_or(0)
}

fn is_too_large(change: &Change<'_>) -> bool {
    matches!(change, Change::Set { content, .. } if content.len() > LONGEST - Version::LEN)
}

/// An item's bytes, written in one go.
struct Stored<'a> {
    version: Version,
    content: &'a [u8],
}

impl ToRedisArgs for Stored<'_> {
    fn write_redis_args<W: ?Sized + RedisWrite>(&self, out: &mut W) {
        let mut bytes = out.writer_for_next_arg();
        let written = bytes.write_all(&self.version.0);
        // Both are written to memory.
        let _ = written.and_then(|()| bytes.write_all(self.content));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use redis::Value;

    use super::{item, millis, version};

    #[test]
    fn times_to_live_are_whole_milliseconds_and_not_too_short() {
        assert_eq!(millis(None), 0);
        assert_eq!(millis(Some(Duration::ZERO)), 1);
        assert_eq!(millis(Some(Duration::from_nanos(1))), 1);
        assert_eq!(millis(Some(Duration::from_micros(1_001))), 2);
        assert_eq!(millis(Some(Duration::from_secs(60))), 60_000);
        assert_eq!(millis(Some(Duration::MAX)), 0);
    }

    #[test]
    fn what_no_back_end_has_written_is_absent() {
        let short = || Value::BulkString(b"short".to_vec());
        let whole = || Value::BulkString(vec![1; 20]);
        assert_eq!(item(short(), Some(&Value::Int(5))), None);
        assert_eq!(item(Value::Nil, Some(&Value::Int(-2))), None);
        assert_eq!(item(Value::Int(7), Some(&Value::Int(5))), None);
        assert_eq!(item(whole(), Some(&Value::Int(-2))), None);
        assert_eq!(item(whole(), Some(&Value::Nil)), None);
        assert_eq!(version(&short()), None);
        assert_eq!(version(&Value::Array(vec![whole()])), None);
        let read = item(whole(), Some(&Value::Int(-1))).expect("it is an item");
        assert_eq!((read.content.len(), read.remaining), (4, None));
    }
}
