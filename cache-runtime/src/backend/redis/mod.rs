//! Entries in Redis, or in what speaks its protocol: one server, the primary that sentinels name, or a cluster.
//!
//! An item is one string, its version in front of its content, under the name as it is. All requests of a process
//! share one connection per server. It is made when it is first needed and made anew when it is lost; nothing is tried
//! twice, and nothing waits for a server that is not there.
//!
//! What must hold beyond that is that nobody reads what an invalidation has removed, whatever happens to servers.
//! Three things see to it:
//!
//! - The *epoch*, an item that all entries depend on, gets a new version when a server may have forgotten something
//!   (see `epoch`): after a restart, after a promotion.
//! - A connection is only used while it is sure to lead to the primary. With sentinels or a cluster, one over which
//!   nothing was heard for half a second is looked up again first, and a reply that took longer does not count. So a
//!   primary that was stopped and goes on after another has taken its place is not believed. It is looked up after
//!   the server has answered, and more than half of the sentinels must answer without a doubt.
//! - In a cluster, all connections that an operation needs are there before anything is sent over one of them.
//!
//! Not covered: an old primary that is cut off from the others, together with us, answers until its own time-out
//! (`cluster-node-timeout`; with sentinels `min-replicas-to-write` bounds it for changes). Replicas must not be promoted
//! in less than a second: `down-after-milliseconds` and `cluster-node-timeout` of one second or more.
//!
//! The servers' user needs these commands for the cache's keys: `MGET`, `PTTL`, `SET`, `UNLINK`, `EVAL` and `SCAN`; in
//! scripts `GETRANGE`, `PERSIST`, `PEXPIRE`, `TYPE`, `STRLEN`, `SADD`, `SCARD` and `DEL`; in a cluster `GET`, `GETRANGE`,
//! `CLUSTER NODES` and `ASKING`; for copies in the process `CLIENT TRACKING` and `PING`. `INFO` tells restarts; where it is
//! forbidden, every connection counts as one.
//!
//! | module | holds |
//! |---|---|
//! | `target` | which servers |
//! | `link`, `door` | a connection, and how it is shared and made anew |
//! | `gather` | many callers' questions in one go |
//! | `epoch` | what makes everything older a miss |
//! | `primary`, `sentinel` | one server, and who says which |
//! | `cluster`, `nodes`, `topology`, `slot` | many, and who has what |
//! | `command`, `script` | what is asked, and what answers mean |
//! | `clear` | gives back room |
//! | `watch` | tells what others change |
//! | `failure` | what goes wrong |

mod clear;
mod cluster;
mod command;
mod door;
mod epoch;
mod failure;
mod gather;
mod link;
mod nodes;
mod primary;
mod script;
mod sentinel;
mod slot;
mod target;
mod topology;
mod watch;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use self::cluster::Cluster;
use self::epoch::Epoch;
use self::failure::Failure;
use self::link::Server;
use self::primary::{Finder, Gate};
use self::sentinel::Sentinels;
use self::watch::Watcher;
use super::{Answer, Backend, Change, Read};
use crate::error::{Error, ErrorKind};

pub use self::target::Target;
pub use self::watch::Watch;

/// A back end of Redis servers.
pub struct Redis {
    target: Target,
    servers: Servers,
    watchers: Mutex<Vec<Watcher>>,
}

enum Servers {
    One(Arc<Gate>),
    Many(Cluster),
}

impl Redis {
    /// A back end whose entries all depend on the item that is called `epoch`.
    ///
    /// Nothing is connected yet.
    ///
    /// # Errors
    ///
    /// If an address is none.
    pub fn open(target: Target, epoch: String) -> Result<Self, Error> {
        let servers = Servers::of(&target, Epoch::new(epoch))?;
        Ok(Self {
            target,
            servers,
            watchers: Mutex::default(),
        })
    }

    /// Tells `listener` of every change of an item whose name begins with `prefix`, whoever makes it, from soon on
    /// until this is dropped.
    ///
    /// # Errors
    ///
    /// Over a cluster: its nodes would have to be heard one by one.
    pub fn watch(&self, prefix: &str, listener: Arc<dyn Watch>) -> Result<(), Error> {
        let Servers::One(gate) = &self.servers else {
            return Err(Error::new(
                ErrorKind::Config,
                "copies in the process need one redis server or sentinels: a cluster does not tell of changes in one place",
            ));
        };
        let watcher = Watcher::start(Arc::clone(&gate.primary), prefix.to_owned(), listener);
        let mut watchers = self.watchers.lock().unwrap_or_else(PoisonError::into_inner);
        watchers.push(watcher);
        Ok(())
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

impl Servers {
    fn of(target: &Target, epoch: Epoch) -> Result<Self, Failure> {
        let finder = match target {
            Target::Single { url } => Finder::Known(Arc::new(target::server(url)?)),
            Target::Sentinel {
                sentinels,
                master,
                password,
                sentinel_password,
                db,
                tls,
            } => {
                let server = |(host, port): &(String, u16)| {
                    let settings = target::settings(sentinel_password.as_deref(), 0);
                    Server::new(target::address(host, *port, *tls), settings)
                };
                let servers = sentinels.iter().map(server).collect::<Result<_, _>>()?;
                let settings = target::settings(password.as_deref(), *db);
                Finder::Sentinels(Sentinels::new(servers, master.clone(), settings, *tls))
            }
            Target::Cluster { nodes } => return Ok(Self::Many(target::cluster(nodes, epoch)?)),
        };
        Ok(Self::One(Arc::new(Gate::new(finder, epoch))))
    }
}

impl Backend for Redis {
    fn name(&self) -> &'static str {
        match self.target {
            Target::Single { .. } => "redis",
            Target::Sentinel { .. } => "redis-sentinel",
            Target::Cluster { .. } => "redis-cluster",
        }
    }

    fn get<'a>(&'a self, items: &'a [&'a str], versions: &'a [&'a str]) -> Answer<'a, Read> {
        Box::pin(async move {
            match &self.servers {
                Servers::One(gate) => Ok(gate.get(items, versions).await?),
                Servers::Many(cluster) => Ok(cluster.get(items, versions).await?),
            }
        })
    }

    fn change<'a>(&'a self, changes: &'a [Change<'a>]) -> Answer<'a, Vec<bool>> {
        Box::pin(async move {
            match &self.servers {
                Servers::One(gate) => Ok(gate.change(changes).await?),
                Servers::Many(cluster) => Ok(cluster.change(changes).await?),
            }
        })
    }

    fn clear<'a>(&'a self, prefix: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            match &self.servers {
                Servers::One(gate) => Ok(gate.clear(prefix).await?),
                Servers::Many(cluster) => Ok(cluster.clear(prefix).await?),
            }
        })
    }
}
