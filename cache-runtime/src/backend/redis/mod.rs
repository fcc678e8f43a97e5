//! Entries in Redis, or in what speaks its protocol: one server, the primary that sentinels name, or a cluster.
//!
//! An item is one string, its version in front of its content, under the name as it is. Connections are shared by all
//! who can: one per server lives on the cache's own thread, for all changes and for who reads as a thread or on a
//! runtime that may stand still; one more on each multi-threaded runtime whose tasks read. A connection is made when
//! it is first needed and made anew when it is lost; no change is tried twice, and nothing waits for a server that is
//! not there.
//!
//! What must hold beyond that is that nobody reads what an invalidation has removed, whatever happens to servers.
//! Three things see to it:
//!
//! - The *epoch*, an item that all entries depend on, gets a new version when a server may have forgotten something
//!   (see `epoch`): after a restart, after a promotion. Each connection finds that out for itself before anything is
//!   read over it, as those of other processes do.
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
//! | `servers` | all of them, as they are reached from one runtime |
//! | `home` | the runtimes that are read from |
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
mod home;
mod link;
mod nodes;
mod primary;
mod script;
mod sentinel;
mod servers;
mod slot;
mod target;
mod topology;
mod watch;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use self::epoch::Epoch;
use self::gather::Question;
use self::home::Homes;
use self::servers::Servers;
use self::watch::Watcher;
use super::{Answer, Backend, Change, Read, io};
use crate::error::{Error, ErrorKind};

pub use self::target::Target;
pub use self::watch::Watch;

/// A back end of Redis servers.
pub struct Redis {
    target: Target,
    /// As they are reached from the cache's own thread.
    servers: Servers,
    homes: Arc<Homes>,
    watchers: Mutex<Vec<Watcher>>,
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
        let epoch = Epoch::new(epoch);
        Ok(Self {
            servers: Servers::of(&target, epoch.clone(), io::runtime())?,
            homes: Homes::new(target.clone(), epoch),
            target,
            watchers: Mutex::default(),
        })
    }

    /// Reads for the caller: over a connection of its own runtime where there can be one.
    fn ask<'a>(&'a self, question: Question<'a>) -> Answer<'a, Read> {
        // The answer may be waited for from elsewhere.
        let home = self.homes.here();
        Box::pin(async move {
            if let Some(home) = home
                && let Some(read) = home.get(question).await
            {
                return Ok(read?);
            }
            Ok(self.servers.get(question).await?)
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

impl Backend for Redis {
    fn name(&self) -> &'static str {
        match self.target {
            Target::Single { .. } => "redis",
            Target::Sentinel { .. } => "redis-sentinel",
            Target::Cluster { .. } => "redis-cluster",
        }
    }

    fn get<'a>(&'a self, items: &'a [&'a str], versions: &'a [&'a str]) -> Answer<'a, Read> {
        self.ask(Question {
            items,
            versions,
            timed: true,
        })
    }

    fn get_contents<'a>(
        &'a self,
        items: &'a [&'a str],
        versions: &'a [&'a str],
    ) -> Answer<'a, Read> {
        self.ask(Question {
            items,
            versions,
            timed: false,
        })
    }

    fn change<'a>(&'a self, changes: &'a [Change<'a>]) -> Answer<'a, Vec<bool>> {
        Box::pin(async move { Ok(self.servers.change(changes).await?) })
    }

    fn clear<'a>(&'a self, prefix: &'a str) -> Answer<'a, ()> {
        Box::pin(async move { Ok(self.servers.clear(prefix).await?) })
    }
}
