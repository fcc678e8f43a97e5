//! Asks sentinels who the primary is.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use redis::{RedisConnectionInfo, Value};
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::door::Door;
use super::failure::Failure;
use super::link::{Link, Server};
use super::target::address;

/// How long a sentinel may think about it.
const ANSWERS: Duration = Duration::from_millis(250);

/// All sentinels that are known, and what they watch.
pub(super) struct Sentinels {
    watchers: Vec<Arc<Sentinel>>,
    /// What they call it.
    group: String,
    /// What one must show to the servers.
    settings: RedisConnectionInfo,
    /// Whether the servers talk TLS.
    tls: bool,
}

struct Sentinel {
    server: Arc<Server>,
    door: Door<Link>,
}

/// Where a server is.
type Place = (String, u16);

/// What a sentinel says of the primary.
#[derive(Clone, Debug, PartialEq, Eq)]
struct View {
    place: Place,
    /// It grows with every primary.
    epoch: u64,
    /// Whether it is about to be replaced, or may be.
    doubts: bool,
}

/// What a sentinel calls a primary that it doubts.
const DOUBTS: [&str; 3] = ["s_down", "o_down", "failover_in_progress"];

impl Sentinels {
    pub(super) fn new(
        servers: Vec<Server>,
        group: String,
        settings: RedisConnectionInfo,
        tls: bool,
        runtime: &Handle,
    ) -> Self {
        let watcher = |server| {
            let (server, door) = (Arc::new(server), Door::new(runtime.clone()));
            Arc::new(Sentinel { server, door })
        };
        Self {
            watchers: servers.into_iter().map(watcher).collect(),
            group,
            settings,
            tls,
        }
    }

    /// The primary, as the newest of what more than half of the sentinels say.
    ///
    /// All are asked at once and given time: the one that has replaced a primary knows first. None is named while one
    /// of them doubts it: a replacement needs the votes of more than half, so one of those who answer has doubted it.
    pub(super) async fn primary(&self) -> Result<Arc<Server>, Failure> {
        let mut asked = JoinSet::new();
        for sentinel in &self.watchers {
            asked.spawn(Arc::clone(sentinel).view(self.group.clone()));
        }
        let (mut views, mut failure) = (Vec::new(), None);
        while let Some(answer) = asked.join_next().await {
            match answer {
                Ok(Ok(view)) => views.push(view),
                Ok(Err(reason)) => failure = Some(reason),
                Err(_) => {}
            }
        }
        if views.len() * 2 <= self.watchers.len() {
            let none = || Failure::unreachable("redis: too few sentinels answer");
            return Err(failure.unwrap_or_else(none));
        }
        match newest(&views) {
            Some(view) => self.server(&view.place),
            None => Err(Failure::unreachable(
                "redis: the sentinels doubt the primary",
            )),
        }
    }

    fn server(&self, (host, port): &Place) -> Result<Arc<Server>, Failure> {
        Server::new(address(host, *port, self.tls), self.settings.clone()).map(Arc::new)
    }
}

/// The newest view, unless somebody doubts the primary.
fn newest(views: &[View]) -> Option<&View> {
    let view = views.iter().max_by_key(|view| view.epoch)?;
    let doubts = |other: &View| other.place == view.place && other.doubts;
    (!views.iter().any(doubts)).then_some(view)
}

impl Sentinel {
    /// What this one says.
    async fn view(self: Arc<Self>, group: String) -> Result<View, Failure> {
        let late = |_| Err(Failure::unreachable("redis: no sentinel answers in time"));
        timeout(ANSWERS, self.ask(&group))
            .await
            .unwrap_or_else(late)
    }

    async fn ask(&self, group: &str) -> Result<View, Failure> {
        let link = self.door.pass(&self.server).await?;
        let mut command = redis::cmd("SENTINEL");
        command.arg("MASTER").arg(group);
        let reply = link.ask_one(command).await?;
        view(reply).ok_or_else(|| link.nonsense())
    }
}

fn view(reply: Value) -> Option<View> {
    let facts: HashMap<String, String> = redis::from_redis_value(reply).ok()?;
    let host = facts.get("ip").filter(|host| !host.is_empty())?;
    let port = facts.get("port")?.parse().ok()?;
    let mut flags = facts.get("flags")?.split(',');
    Some(View {
        place: (host.clone(), port),
        epoch: facts.get("config-epoch")?.parse().ok()?,
        doubts: flags.any(|flag| DOUBTS.contains(&flag)),
    })
}

#[cfg(test)]
mod tests {
    use redis::Value;

    use super::{View, newest, view};

    fn seen(port: u16, epoch: u64, doubts: bool) -> View {
        let place = ("127.0.0.1".to_owned(), port);
        View {
            place,
            epoch,
            doubts,
        }
    }

    #[test]
    fn the_newest_view_wins_unless_it_is_doubted() {
        let port = |views: &[View]| newest(views).map(|view| view.place.1);
        let (old, doubted, new) = (seen(1, 1, false), seen(1, 1, true), seen(2, 2, false));
        assert_eq!(port(&[old.clone(), old.clone(), new.clone()]), Some(2));
        assert_eq!(port(&[doubted.clone(), new]), Some(2));
        assert_eq!(port(&[old, doubted]), None);
        assert_eq!(port(&[]), None);
    }

    fn reply(host: &str, port: &str, flags: &str) -> Value {
        let epoch = ["config-epoch", "3"];
        let facts = ["ip", host, "port", port, "flags", flags].into_iter();
        let text = |text: &str| Value::BulkString(text.as_bytes().to_vec());
        Value::Array(facts.chain(epoch).map(text).collect())
    }

    #[test]
    fn nonsense_is_no_view() {
        let good = View {
            place: ("10.0.0.5".to_owned(), 6379),
            epoch: 3,
            doubts: true,
        };
        assert_eq!(view(reply("10.0.0.5", "6379", "s_down,master")), Some(good));
        for bad in [
            Value::Int(7),
            Value::Nil,
            Value::Array(vec![]),
            reply("10.0.0.5", "65536", "master"),
            reply("", "6379", "master"),
        ] {
            assert_eq!(view(bad), None);
        }
    }
}
