//! Asks sentinels who the primary is.

use std::sync::Arc;
use std::time::Duration;

use redis::{RedisConnectionInfo, Value};
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
}

struct Sentinel {
    server: Arc<Server>,
    door: Door<Link>,
}

/// Where a sentinel says that the primary is.
type Place = (String, u16);

impl Sentinels {
    pub(super) fn new(servers: Vec<Server>, group: String, settings: RedisConnectionInfo) -> Self {
        let watcher = |server| {
            let (server, door) = (Arc::new(server), Door::new());
            Arc::new(Sentinel { server, door })
        };
        Self {
            watchers: servers.into_iter().map(watcher).collect(),
            group,
            settings,
        }
    }

    /// The primary that most sentinels name.
    ///
    /// All are asked at once. As soon as more than half of them agree the others are not waited for; if they do not,
    /// those who answer in time decide.
    pub(super) async fn primary(&self) -> Result<Arc<Server>, Failure> {
        let mut asked = JoinSet::new();
        for sentinel in &self.watchers {
            asked.spawn(Arc::clone(sentinel).name(self.group.clone()));
        }
        let (mut named, mut failure) = (Vec::new(), None);
        while let Some(answer) = asked.join_next().await {
            match answer {
                Ok(Ok(place)) => named.push(place),
                Ok(Err(reason)) => failure = Some(reason),
                Err(_) => {}
            }
            if let Some((place, votes)) = most(&named)
                && votes * 2 > self.watchers.len()
            {
                return self.server(place);
            }
        }
        match most(&named) {
            Some((place, _)) => self.server(place),
            None => {
                Err(failure.unwrap_or_else(|| Failure::unreachable("redis: no sentinel answers")))
            }
        }
    }

    fn server(&self, (host, port): &Place) -> Result<Arc<Server>, Failure> {
        Server::new(address(host, *port, false), self.settings.clone()).map(Arc::new)
    }
}

/// What most of them name, and how many do.
fn most(named: &[Place]) -> Option<(&Place, usize)> {
    let votes = |place| named.iter().filter(|other| *other == place).count();
    named
        .iter()
        .map(|place| (place, votes(place)))
        .max_by_key(|(_, votes)| *votes)
}

impl Sentinel {
    /// Where this one says that the primary is.
    async fn name(self: Arc<Self>, group: String) -> Result<Place, Failure> {
        let late = |_| Err(Failure::unreachable("redis: no sentinel answers in time"));
        timeout(ANSWERS, self.ask(&group))
            .await
            .unwrap_or_else(late)
    }

    async fn ask(&self, group: &str) -> Result<Place, Failure> {
        let link = self.door.pass(&self.server).await?;
        let mut command = redis::cmd("SENTINEL");
        command.arg("get-master-addr-by-name").arg(group);
        match link.ask_one(command).await? {
            Value::Nil => Err(Failure::refused(format!(
                "redis: the sentinel at {} knows no {group}",
                self.server.place
            ))),
            reply => place(reply).ok_or_else(|| link.nonsense()),
        }
    }
}

fn place(reply: Value) -> Option<Place> {
    let (host, port): (String, u16) = redis::from_redis_value(reply).ok()?;
    (!host.is_empty()).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use redis::Value;

    use super::{most, place};

    #[test]
    fn the_place_that_most_name_wins() {
        let at = |port| ("127.0.0.1".to_owned(), port);
        let named = [at(1), at(2), at(2)];
        assert_eq!(most(&named), Some((&at(2), 2)));
        assert_eq!(most(&[]), None);
    }

    #[test]
    fn nonsense_is_no_place() {
        let text = |text: &str| Value::BulkString(text.as_bytes().to_vec());
        let good = Value::Array(vec![text("10.0.0.5"), text("6379")]);
        assert_eq!(place(good), Some(("10.0.0.5".to_owned(), 6379)));
        for bad in [
            Value::Int(7),
            Value::Array(vec![]),
            Value::Array(vec![text("10.0.0.5"), text("65536")]),
            Value::Array(vec![text(""), text("6379")]),
        ] {
            assert_eq!(place(bad), None);
        }
    }
}
