//! Gives back the room of items by their names, a few at a time.

use std::sync::Arc;

use redis::{Pipeline, Value};
use tokio::task::JoinHandle;

use super::epoch::Epoch;
use super::failure::Failure;
use super::link::Link;
use crate::backend::io::runtime;

/// How many names a server looks at before it turns to others.
const STEP: u32 = 1_000;

/// Ends when nothing more is removed: what is stored afterwards stays.
pub(super) type Clearing = JoinHandle<()>;

/// Begins to remove what is called `prefix..` from the server; it goes on if nobody waits for it.
///
/// What tells restarts stays: without it, the next connection would look like one.
pub(super) fn begin(link: Arc<Link>, prefix: &str, epoch: &Epoch) -> Clearing {
    let (pattern, epoch) = (escaped(prefix) + "*", epoch.clone());
    runtime().spawn(async move {
        // What is left takes room and nothing else.
        let _ = remove(&link, &pattern, &epoch).await;
    })
}

async fn remove(link: &Link, pattern: &str, epoch: &Epoch) -> Result<(), Failure> {
    let mut cursor = "0".to_owned();
    loop {
        let mut command = redis::cmd("SCAN");
        command.arg(&cursor).arg("MATCH").arg(pattern);
        command.arg("COUNT").arg(STEP);
        let reply = link.ask_one(command).await?;
        let page = redis::from_redis_value::<(String, Vec<Vec<u8>>)>(reply);
        let (next, mut names) = page.map_err(|_| link.nonsense())?;
        names.retain(|name| *name != epoch.name.as_bytes() && *name != epoch.tenures.as_bytes());
        unlink(link, &names).await?;
        if next == "0" {
            return Ok(());
        }
        cursor = next;
    }
}

/// Each on its own: in a cluster, one command may not name several slots.
async fn unlink(link: &Link, names: &[Vec<u8>]) -> Result<(), Failure> {
    let mut commands = Pipeline::with_capacity(names.len());
    for name in names {
        commands.cmd("UNLINK").arg(name);
    }
    if commands.is_empty() {
        return Ok(());
    }
    let replies = link.ask(&commands).await?;
    let refused = replies.iter().find_map(|reply| match reply {
        Value::ServerError(error) => Some(link.server.failure(error)),
        _ => None,
    });
    refused.map_or(Ok(()), Err)
}

/// A text that, as a pattern, means itself.
fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '\\' | '^' | '-') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_in_a_prefix_is_a_pattern() {
        assert_eq!(escaped("a*b?[c]\\:"), r"a\*b\?\[c\]\\:");
    }
}
