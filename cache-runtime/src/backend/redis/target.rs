//! Which servers: what a configuration says, and what it means to the client.

use std::fmt;

use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo};
use tokio::runtime::Handle;

use super::cluster::Cluster;
use super::epoch::Epoch;
use super::failure::Failure;
use super::link::Server;
use super::nodes::Nodes;
use super::topology::Place;

/// The servers that a [`Redis`](super::Redis) talks to.
///
/// Addresses are `redis://[user][:password@]host[:port][/db]`, the same with `rediss://` for TLS, or
/// `unix:///path[?db=n]`. With TLS, a server must have a certificate that the system's authorities vouch for, or
/// those in the file that the environment variable `SSL_CERT_FILE` names.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// One server.
    Single {
        /// Its address.
        url: String,
    },
    /// The primary that sentinels name.
    Sentinel {
        /// Host and port of every sentinel.
        sentinels: Vec<(String, u16)>,
        /// What the sentinels call the group of servers: `mymaster`.
        master: String,
        /// The password of the servers.
        password: Option<String>,
        /// The password of the sentinels.
        sentinel_password: Option<String>,
        /// The number of the database.
        db: i64,
        /// Whether sentinels and servers are spoken to in TLS.
        tls: bool,
    },
    /// The primaries of a cluster.
    Cluster {
        /// Addresses of some of its nodes, at least three where there are so many.
        nodes: Vec<String>,
    },
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Single { url } => f
                .debug_struct("Single")
                .field("url", &without_secrets(url))
                .finish(),
            Self::Sentinel {
                sentinels,
                master,
                db,
                ..
            } => f
                .debug_struct("Sentinel")
                .field("sentinels", sentinels)
                .field("master", master)
                .field("db", db)
                .finish_non_exhaustive(),
            Self::Cluster { nodes } => {
                let nodes: Vec<String> = nodes.iter().map(|url| without_secrets(url)).collect();
                f.debug_struct("Cluster").field("nodes", &nodes).finish()
            }
        }
    }
}

/// An address as it may be shown: the scheme, and what stands behind the credentials.
fn without_secrets(url: &str) -> String {
    match parsed(url) {
        Ok(info) => info.addr().to_string(),
        Err(_) => "(not an address)".to_owned(),
    }
}

/// The server at an address.
pub(super) fn server(url: &str) -> Result<Server, Failure> {
    let info = parsed(url)?;
    Server::new(info.addr().clone(), info.redis_settings().clone())
}

/// The cluster that nodes at these addresses belong to.
pub(super) fn cluster(urls: &[String], epoch: Epoch, runtime: &Handle) -> Result<Cluster, Failure> {
    let (mut seeds, mut settings, mut tls) = (Vec::new(), None, false);
    for url in urls {
        let info = parsed(url)?;
        let (host, port) = match info.addr() {
            ConnectionAddr::Tcp(host, port) => (host.clone(), *port),
            ConnectionAddr::TcpTls { host, port, .. } => {
                tls = true;
                (host.clone(), *port)
            }
            _ => {
                return Err(Failure::config(
                    "a node of a redis cluster is reached by host and port only",
                ));
            }
        };
        seeds.push(Place { host, port });
        settings.get_or_insert_with(|| info.redis_settings().clone());
    }
    let settings =
        settings.ok_or_else(|| Failure::config("a redis cluster needs a node to begin with"))?;
    let nodes = Nodes::new(seeds, settings, tls, epoch, runtime.clone());
    Ok(Cluster::new(nodes))
}

/// What an address means.
fn parsed(url: &str) -> Result<ConnectionInfo, Failure> {
    url.into_connection_info().map_err(|_| {
        Failure::config(
            "an address of a redis server is not of the form redis://[user][:password@]host[:port][/db], \
             rediss://.. or unix:///path",
        )
    })
}

/// Where a server is, reached with TLS or without.
pub(super) fn address(host: &str, port: u16, tls: bool) -> ConnectionAddr {
    let host = host.to_owned();
    if tls {
        ConnectionAddr::TcpTls {
            host,
            port,
            insecure: false,
            tls_params: None,
        }
    } else {
        ConnectionAddr::Tcp(host, port)
    }
}

/// What to show to a server that asks for a password, or for none.
pub(super) fn settings(password: Option<&str>, db: i64) -> RedisConnectionInfo {
    let settings = RedisConnectionInfo::default().set_db(db);
    match password {
        Some(password) => settings.set_password(password),
        None => settings,
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn no_password_is_shown() {
        let targets = [
            Target::Single {
                url: "redis://user:hunter2@10.0.0.5:6380/3".to_owned(),
            },
            Target::Single {
                url: "unix:///run/redis.sock?pass=hunter2".to_owned(),
            },
            Target::Single {
                url: "reddis://user:hunter2@10.0.0.5".to_owned(),
            },
            Target::Sentinel {
                sentinels: vec![("10.0.0.5".to_owned(), 26_379)],
                master: "mymaster".to_owned(),
                password: Some("hunter2".to_owned()),
                sentinel_password: Some("hunter2".to_owned()),
                db: 0,
                tls: false,
            },
            Target::Cluster {
                nodes: vec!["rediss://:hunter2@10.0.0.5".to_owned()],
            },
        ];
        let shown = format!("{targets:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("10.0.0.5:6380"), "{shown}");
    }
}
