//! Finds out that a server may have forgotten changes that it had confirmed, and makes everything older a miss.
//!
//! A server that was restarted has the data of some snapshot or none; a replica that was promoted lacks what had
//! not reached it. Either way it is told by its *tenure*: the identity of its process and of its history of
//! replication, of which one is new after a restart and the other after a promotion. The tenures that are known
//! stand in the store, beside one item that all entries depend on, the epoch. Before anything is read or changed over
//! a new connection, the server's tenure is looked up there in one atomic step; if it is not known, it becomes
//! so, and the epoch gets a new version. All this is safe to do once too often.

use redis::{Pipeline, Value};

use super::failure::Failure;
use super::link::Link;
use super::script::ADMIT;
use super::slot;
use crate::backend::Version;
use crate::error::ErrorKind;

/// The names of what is kept about tenures.
#[derive(Clone, Debug)]
pub(super) struct Epoch {
    /// The item that every entry depends on.
    pub(super) name: String,
    /// The set of known tenures, in the same slot.
    pub(super) tenures: String,
}

impl Epoch {
    pub(super) fn new(name: String) -> Self {
        // Most names have one of the first two in their slot.
        let beside = [format!("{name}:run"), format!("{{{name}}}:run")];
        let others = (0_u64..).map(|n| format!("{name}:run:{n}"));
        let is_near = |other: &String| slot::of(other) == slot::of(&name);
        let tenures = beside.into_iter().chain(others).find(is_near);
        let tenures = tenures.unwrap_or_else(|| name.clone());
        Self { name, tenures }
    }

    /// Admits a server to what is trusted; `keeper` is the connection to where the epoch is kept.
    pub(super) async fn admit(&self, tenure: &str, keeper: &Link) -> Result<(), Failure> {
        let mut command = redis::cmd("EVAL");
        command.arg(ADMIT).arg(2).arg(&self.name).arg(&self.tenures);
        command.arg(tenure).arg(&Version::fresh().0);
        keeper.ask_one(command).await.map(drop)
    }
}

/// What tells the present tenure of a server from every other, its own earlier ones too.
///
/// A server that does not let us ask has a new one with every connection: safe, and everything is a miss then.
///
/// # Errors
///
/// If it is a replica, or cannot tell yet.
pub(super) async fn tenure(link: &Link) -> Result<String, Failure> {
    let mut commands = Pipeline::with_capacity(2);
    commands.cmd("INFO").arg("server");
    commands.cmd("INFO").arg("replication");
    let mut facts = String::new();
    for reply in link.ask(&commands).await? {
        match reply {
            Value::BulkString(bytes) => facts += &String::from_utf8_lossy(&bytes),
            Value::VerbatimString { text, .. } => facts += &text,
            Value::ServerError(error) => {
                let failure = link.server.failure(&error);
                if failure.kind == ErrorKind::Unreachable {
                    return Err(failure);
                }
            }
            _ => return Err(link.nonsense()),
        }
        facts += "\n";
    }
    if matches!(fact(&facts, "role"), Some("slave" | "replica")) {
        link.give_up();
        let place = &link.server.place;
        return Err(Failure::unreachable(format!(
            "redis at {place} is a replica"
        )));
    }
    Ok(match fact(&facts, "run_id") {
        Some(run) => format!(
            "{run}/{}",
            fact(&facts, "master_replid").unwrap_or_default()
        ),
        None => format!("{:?}", Version::fresh()),
    })
}

/// The value of a line of `INFO`.
fn fact<'a>(facts: &'a str, name: &str) -> Option<&'a str> {
    facts
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find_map(|(key, value)| (key == name).then_some(value.trim()))
}

#[cfg(test)]
mod tests {
    use super::{Epoch, fact, slot};

    #[test]
    fn tenures_are_kept_where_the_epoch_is() {
        for name in ["e", "app:e", "{app}:e", "a}b", "{}x"] {
            let epoch = Epoch::new(name.to_owned());
            let (one, other) = (slot::of(&epoch.name), slot::of(&epoch.tenures));
            assert_eq!(one, other, "{epoch:?}");
        }
    }

    #[test]
    fn facts_are_found_by_their_whole_name() {
        let facts = "# Server\r\nrun_id:abc\r\nmaster_replid2:000\r\nmaster_replid:def\r\n";
        assert_eq!(fact(facts, "run_id"), Some("abc"));
        assert_eq!(fact(facts, "master_replid"), Some("def"));
        assert_eq!(fact(facts, "role"), None);
    }
}
