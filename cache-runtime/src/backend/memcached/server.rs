//! One server, connected to when it is needed.

use std::sync::{Arc, Mutex, PoisonError};

use super::address::Address;
use super::command::Command;
use super::line::{Line, Pending};
use super::route;
use crate::error::Error;

/// A server and the connection to it, if there is one.
#[derive(Debug)]
pub(super) struct Server {
    address: Address,
    seed: u64,
    line: Mutex<Option<Arc<Line>>>,
    /// Held by the one who connects.
    connecting: tokio::sync::Mutex<()>,
}

impl Server {
    pub(super) fn new(address: Address) -> Self {
        Self {
            seed: route::seed(&address.to_string()),
            address,
            line: Mutex::new(None),
            connecting: tokio::sync::Mutex::new(()),
        }
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// What it adds to the scores of names; see [`route::highest`].
    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// Sends commands; the replies are awaited later.
    pub(super) async fn ask<'a>(
        &self,
        commands: impl Iterator<Item = &'a Command<'a>>,
    ) -> Result<Pending, Error> {
        self.line().await?.send(commands)
    }

    /// The connection, a new one if need be. Whoever else needs it meanwhile waits for the same.
    async fn line(&self) -> Result<Arc<Line>, Error> {
        if let Some(line) = self.usable() {
            return Ok(line);
        }
        let _connecting = self.connecting.lock().await;
        if let Some(line) = self.usable() {
            return Ok(line);
        }
        let line = Arc::new(Line::open(&self.address).await?);
        *self.kept() = Some(Arc::clone(&line));
        Ok(line)
    }

    fn usable(&self) -> Option<Arc<Line>> {
        self.kept().clone().filter(|line| line.is_usable())
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Option<Arc<Line>>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
