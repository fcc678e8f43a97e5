//! All servers of a target, with connections that live on one runtime.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::cluster::Cluster;
use super::epoch::Epoch;
use super::failure::Failure;
use super::gather::Question;
use super::link::Server;
use super::primary::{Finder, Gate};
use super::sentinel::Sentinels;
use super::target::{self, Target};
use crate::backend::{Change, Read};

/// One server that has everything, or many.
pub(super) enum Servers {
    One(Arc<Gate>),
    Many(Cluster),
}

impl Servers {
    /// Nothing is connected yet.
    pub(super) fn of(target: &Target, epoch: Epoch, runtime: &Handle) -> Result<Self, Failure> {
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
                let sentinels = Sentinels::new(servers, master.clone(), settings, *tls, runtime);
                Finder::Sentinels(sentinels)
            }
            Target::Cluster { nodes } => {
                return Ok(Self::Many(target::cluster(nodes, epoch, runtime)?));
            }
        };
        Ok(Self::One(Arc::new(Gate::new(
            finder,
            epoch,
            runtime.clone(),
        ))))
    }

    /// See [`Backend::get`](crate::backend::Backend::get).
    pub(super) async fn get(&self, question: Question<'_>) -> Result<Read, Failure> {
        match self {
            Self::One(gate) => gate.get(question).await,
            // What is read of one server is not to be as large as this.
            Self::Many(cluster) => Box::pin(cluster.get(question)).await,
        }
    }

    /// See [`Backend::change`](crate::backend::Backend::change).
    pub(super) async fn change(&self, changes: &[Change<'_>]) -> Result<Vec<bool>, Failure> {
        match self {
            Self::One(gate) => gate.change(changes).await,
            Self::Many(cluster) => cluster.change(changes).await,
        }
    }

    /// See [`Backend::clear`](crate::backend::Backend::clear).
    pub(super) async fn clear(&self, prefix: &str) -> Result<(), Failure> {
        match self {
            Self::One(gate) => gate.clear(prefix).await,
            Self::Many(cluster) => cluster.clear(prefix).await,
        }
    }
}
