//! One server that has everything: the one that was named, or the one that sentinels name.

use std::sync::Arc;

use redis::Pipeline;
use tokio::runtime::Handle;

use super::door::{Door, Opener};
use super::epoch::{Epoch, tenure};
use super::failure::Failure;
use super::gather::{Gathering, Question};
use super::link::{Link, Server};
use super::sentinel::Sentinels;
use super::{clear, command};
use crate::backend::{Change, Read};

/// Who says where the server is.
pub(super) enum Finder {
    Known(Arc<Server>),
    Sentinels(Sentinels),
}

impl Finder {
    /// The server as of now.
    pub(super) async fn find(&self) -> Result<Arc<Server>, Failure> {
        match self {
            Self::Known(server) => Ok(Arc::clone(server)),
            Self::Sentinels(sentinels) => sentinels.primary().await,
        }
    }

    /// Tells whether it can become another one.
    pub(super) fn may_move(&self) -> bool {
        matches!(self, Self::Sentinels(_))
    }
}

/// The server, and the connection to it.
pub(super) struct Primary {
    pub(super) finder: Finder,
    epoch: Epoch,
}

/// The server behind its door.
pub(super) struct Gate {
    pub(super) primary: Arc<Primary>,
    /// Where the connection lives.
    pub(super) runtime: Handle,
    door: Door<Link>,
    pub(super) gathering: Gathering,
}

impl Gate {
    pub(super) fn new(finder: Finder, epoch: Epoch, runtime: Handle) -> Self {
        Self {
            primary: Arc::new(Primary { finder, epoch }),
            door: Door::new(runtime.clone()),
            runtime,
            gathering: Gathering::default(),
        }
    }

    /// See [`Backend::get`](crate::backend::Backend::get).
    pub(super) async fn get(self: &Arc<Self>, question: Question<'_>) -> Result<Read, Failure> {
        if question.is_empty() {
            return Ok(Read::default());
        }
        self.gathering.read(self, question).await
    }

    /// See [`Backend::change`](crate::backend::Backend::change).
    pub(super) async fn change(&self, changes: &[Change<'_>]) -> Result<Vec<bool>, Failure> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let link = self.link().await?;
        let mut commands = Pipeline::with_capacity(changes.len());
        for change in changes {
            command::write(&mut commands, change);
        }
        let replies = self.judged(&link, link.ask(&commands)).await?;
        command::all_made(changes, &replies, &link).await
    }

    /// See [`Backend::clear`](crate::backend::Backend::clear).
    pub(super) async fn clear(&self, prefix: &str) -> Result<(), Failure> {
        let link = self.link().await?;
        let _ = clear::begin(link, prefix, &self.primary.epoch).await;
        Ok(())
    }

    /// A connection to the server that is the primary, whose tenure is known.
    pub(super) async fn link(&self) -> Result<Arc<Link>, Failure> {
        self.door.pass(&self.primary).await
    }

    /// What a server answers that may have been replaced meanwhile.
    pub(super) async fn judged<T>(
        &self,
        link: &Link,
        asked: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        if self.primary.finder.may_move() {
            link.in_time(asked).await
        } else {
            asked.await
        }
    }
}

impl Opener for Primary {
    type Opened = Link;

    fn is_good(&self, link: &Link) -> bool {
        link.is_alive() && (link.is_sure() || !self.finder.may_move())
    }

    async fn open(self: Arc<Self>, stale: Option<Arc<Link>>) -> Result<Arc<Link>, Failure> {
        let server = self.finder.find().await?;
        let stale = stale.filter(|link| link.is_alive() && link.server.place == server.place);
        if let Some(link) = stale {
            tenure(&link).await?;
            self.is_still(&link).await?;
            return Ok(link);
        }
        let link = server.connect().await?;
        let tenure = tenure(&link).await?;
        self.is_still(&link).await?;
        self.epoch.admit(&tenure, &link).await?;
        Ok(Arc::new(link))
    }
}

impl Primary {
    /// Makes sure that a server is the primary after it has answered: before, it may have been stopped for so long that
    /// another has taken its place.
    async fn is_still(&self, link: &Link) -> Result<(), Failure> {
        if !self.finder.may_move() || self.finder.find().await?.place == link.server.place {
            return Ok(());
        }
        let place = &link.server.place;
        Err(Failure::unreachable(format!(
            "redis at {place} is the primary no more"
        )))
    }
}
