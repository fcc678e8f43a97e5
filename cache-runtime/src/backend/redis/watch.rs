//! Tells what others change, for copies that are kept in the process.
//!
//! The server is asked to push the name of every item that changes under a prefix (`CLIENT TRACKING` with `BCAST`),
//! over a connection of its own. It says nothing when nothing changes, so it is asked for a sign of life four times
//! a second, and the same order of replies and pushes makes the sign say more: what was changed before has been told.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use redis::{PushInfo, PushKind, Value};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::epoch::tenure;
use super::failure::Failure;
use super::link::Link;
use super::primary::Primary;
use crate::backend::io::runtime;
use crate::error::ErrorKind;

/// How often the server is asked for a sign of life.
const ASKS: Duration = Duration::from_millis(250);
/// How long it may think about it: silence becomes known after both.
const ANSWERS: Duration = Duration::from_millis(500);
/// How many signs of life come between two questions whether the server is still the primary.
const SIGNS: u32 = 4;
/// The pauses between attempts to connect.
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);
/// The pause after a server has said that it will not.
const REFUSED_PAUSE: Duration = Duration::from_secs(2);

/// Hears of changes that anyone makes.
///
/// It is called on the cache's own thread, which serves others too: it must be quick.
pub trait Watch: Send + Sync + 'static {
    /// From now on every change is told.
    fn trusted(&self);

    /// These items were changed or removed.
    fn changed(&self, names: &[String]);

    /// Every change that was made before `asked` has been told; said about four times a second, as long as the server
    /// answers.
    fn heard(&self, _asked: Instant) {}

    /// Nothing is told any more, or something was missed.
    fn lost(&self);
}

/// The task that listens; it ends when this is dropped.
pub(super) struct Watcher(JoinHandle<()>);

impl Watcher {
    pub(super) fn start(primary: Arc<Primary>, prefix: String, listener: Arc<dyn Watch>) -> Self {
        let ear = Arc::new(Ear {
            listener,
            is_trusted: AtomicBool::new(false),
        });
        Self(runtime().spawn(listen(primary, prefix, ear)))
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Passes on what is heard, and what the listener already knows only once.
struct Ear {
    listener: Arc<dyn Watch>,
    is_trusted: AtomicBool,
}

impl Ear {
    fn trust(&self) {
        self.is_trusted.store(true, SeqCst);
        self.listener.trusted();
    }

    fn lose(&self) {
        if self.is_trusted.swap(false, SeqCst) {
            self.listener.lost();
        }
    }

    fn hear(&self, push: PushInfo) {
        match push.kind {
            PushKind::Disconnection => self.lose(),
            PushKind::Invalidate => match names(push.data) {
                Some(names) => self.listener.changed(&names),
                // Everything was removed, or nobody knows what.
                None if self.is_trusted.load(SeqCst) => {
                    self.lose();
                    self.trust();
                }
                None => {}
            },
            _ => {}
        }
    }
}

/// The names in an invalidation; `None`: all.
fn names(data: Vec<Value>) -> Option<Vec<String>> {
    let Some(Value::Array(names)) = data.into_iter().next() else {
        return None;
    };
    let name = |value| match value {
        Value::BulkString(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Value::SimpleString(name) => Some(name),
        _ => None,
    };
    names.into_iter().map(name).collect()
}

/// Listens for ever, over one connection after the other.
async fn listen(primary: Arc<Primary>, prefix: String, ear: Arc<Ear>) {
    let mut pause = SHORTEST_PAUSE;
    loop {
        let failure = match follow(&primary, &prefix, &ear).await {
            Ok(link) => {
                pause = SHORTEST_PAUSE;
                heed(&primary, &link, &ear).await
            }
            Err(failure) => failure,
        };
        ear.lose();
        let refused = failure.kind == ErrorKind::Refused;
        sleep(if refused { REFUSED_PAUSE } else { pause }).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Connects, and asks to be told.
async fn follow(primary: &Primary, prefix: &str, ear: &Arc<Ear>) -> Result<Link, Failure> {
    let server = Arc::new(primary.finder.find().await?.that_pushes()?);
    let hears = Arc::clone(ear);
    let hear = move |push| {
        hears.hear(push);
        Ok::<(), ()>(())
    };
    let link = server.connect_and_hear(hear).await?;
    let began = Instant::now();
    let asked = async {
        tenure(&link).await?;
        let mut command = redis::cmd("CLIENT");
        command.arg("TRACKING").arg("ON").arg("BCAST");
        command.arg("PREFIX").arg(prefix);
        link.ask_one(command).await
    };
    timeout(ANSWERS, asked).await.unwrap_or_else(silence)?;
    ear.trust();
    ear.listener.heard(began);
    Ok(link)
}

/// Makes sure, until it cannot be, that changes would be told.
async fn heed(primary: &Primary, link: &Link, ear: &Ear) -> Failure {
    loop {
        for _ in 0..SIGNS {
            let asked = Instant::now();
            let sign = link.ask_one(redis::cmd("PING"));
            match timeout(ANSWERS, sign).await.unwrap_or_else(silence) {
                Ok(_) => ear.listener.heard(asked),
                Err(failure) => return failure,
            }
            sleep(ASKS).await;
        }
        if let ControlFlow::Break(failure) = look_up(primary, link).await {
            return failure;
        }
    }
}

/// Makes sure that the server is still the one to listen to.
async fn look_up(primary: &Primary, link: &Link) -> ControlFlow<Failure> {
    let found = timeout(ANSWERS, primary.finder.find()).await;
    match found.unwrap_or_else(silence) {
        Ok(server) if server.place == link.server.place => ControlFlow::Continue(()),
        Ok(_) => ControlFlow::Break(Failure::unreachable("redis: another server is the primary")),
        Err(failure) => ControlFlow::Break(failure),
    }
}

fn silence<T>(_: tokio::time::error::Elapsed) -> Result<T, Failure> {
    Err(Failure::unreachable("redis: the server has fallen silent"))
}

#[cfg(test)]
mod tests {
    use redis::Value;

    use super::names;

    #[test]
    fn an_invalidation_without_names_is_one_of_everything() {
        assert_eq!(names(vec![Value::Nil]), None);
        assert_eq!(names(vec![]), None);
        assert_eq!(names(vec![Value::Array(vec![Value::Nil])]), None);
        let named = Value::Array(vec![Value::BulkString(b"a".to_vec())]);
        assert_eq!(names(vec![named]), Some(vec!["a".to_owned()]));
    }
}
