//! Changes, made of commands.
//!
//! memcached checks by itself that an item is absent or present. That it is unchanged, or that its time to live gets
//! longer and not shorter, is seen by reading it; it is then stored under the condition that nothing was stored since.

use std::iter::once;
use std::time::{Duration, SystemTime};

use super::super::{Change, Version, When};
use super::Memcached;
use super::command::{Command, Condition};
use super::reply::{Found, Reply};
use super::ttl;
use crate::error::Error;

/// An item that is to be stored.
#[derive(Clone, Copy)]
struct New<'a> {
    name: &'a str,
    version: Version,
    content: &'a [u8],
    ttl: Option<Duration>,
}

impl<'a> New<'a> {
    fn under(self, condition: Condition) -> Command<'a> {
        Command::Store {
            name: self.name,
            version: self.version,
            content: self.content,
            ttl: ttl::on_the_wire(self.ttl, SystemTime::now()),
            condition,
        }
    }
}

impl Memcached {
    /// Makes changes in their order. What one round trip can do is done in one: neighbours for the same server, and
    /// neighbours that only keep.
    pub(super) async fn make(&self, changes: &[Change<'_>]) -> Result<Vec<bool>, Error> {
        let mut made = Vec::with_capacity(changes.len());
        while let Some(change) = changes.get(made.len()) {
            let left = &changes[made.len()..];
            match *change {
                Change::Keep { .. } => made.extend(self.keep(left).await?),
                Change::Set {
                    name,
                    version,
                    content,
                    ttl,
                    when: When::Unchanged(old),
                } => {
                    let new = New {
                        name,
                        version,
                        content,
                        ttl,
                    };
                    made.push(self.exchange(old, new).await?);
                }
                Change::Set { .. } | Change::Delete { .. } => {
                    made.extend(self.at_once(left).await?);
                }
            }
        }
        Ok(made)
    }

    /// Makes the first changes, as many as are one command each to one server.
    async fn at_once(&self, changes: &[Change<'_>]) -> Result<Vec<bool>, Error> {
        let commands: Vec<_> = changes.iter().map_while(command).collect();
        let mut places = commands.iter().map(|it| self.place_of(it.name()));
        let first = places.next();
        let count = 1 + places.take_while(|&place| Some(place) == first).count();
        self.commit(&commands[..count]).await
    }

    /// Stores an item in place of one of this version.
    async fn exchange(&self, old: Version, new: New<'_>) -> Result<bool, Error> {
        while let Some(found) = self.find_one(new.name).await? {
            if found.version != old {
                break;
            }
            if self
                .commit_one(new.under(Condition::Cas(found.cas)))
                .await?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Makes the first changes, as many as keep items.
    async fn keep(&self, changes: &[Change<'_>]) -> Result<Vec<bool>, Error> {
        let keeps: Vec<_> = changes.iter().map_while(kept).collect();
        let found = self.find(keeps.iter().map(|&(name, _)| name)).await?;
        let mut made = Vec::with_capacity(keeps.len());
        for ((name, ttl), found) in keeps.into_iter().zip(found) {
            made.push(self.lengthen(name, ttl, found).await?);
        }
        Ok(made)
    }

    /// Lets an item, as it was found, last for so long.
    async fn lengthen(
        &self,
        name: &str,
        ttl: Option<Duration>,
        mut found: Option<Found>,
    ) -> Result<bool, Error> {
        let ttl = ttl.map(ttl::at_least);
        while let Some(item) = found {
            let again = New {
                name,
                version: item.version,
                content: &item.content,
                ttl,
            };
            let lasts = item
                .remaining
                .is_none_or(|left| ttl.is_some_and(|ttl| ttl <= left));
            if lasts
                || self
                    .commit_one(again.under(Condition::Cas(item.cas)))
                    .await?
            {
                return Ok(true);
            }
            found = self.find_one(name).await?;
        }
        Ok(false)
    }

    /// Sends commands that change items, and tells which did. An item that is refused leaves nothing under its name.
    async fn commit(&self, commands: &[Command<'_>]) -> Result<Vec<bool>, Error> {
        let replies = self.ask(commands).await?;
        let refused = commands
            .iter()
            .zip(&replies)
            .filter_map(|(command, reply)| {
                let name = command.name();
                matches!(reply, Reply::Refused(_)).then_some(Command::Delete { name })
            });
        let refused: Vec<_> = refused.collect();
        if !refused.is_empty() {
            self.ask(&refused).await?;
        }
        replies.into_iter().map(Reply::made).collect()
    }

    async fn commit_one(&self, command: Command<'_>) -> Result<bool, Error> {
        Ok(self.commit(&[command]).await? == [true])
    }

    async fn find_one(&self, name: &str) -> Result<Option<Found>, Error> {
        Ok(self.find(once(name)).await?.pop().flatten())
    }
}

/// The command that a change is, if it is one.
fn command<'a>(change: &Change<'a>) -> Option<Command<'a>> {
    match *change {
        Change::Set {
            name,
            version,
            content,
            ttl,
            when,
        } => {
            let condition = match when {
                When::Always => Condition::Always,
                When::Absent => Condition::Absent,
                When::Present => Condition::Present,
                When::Unchanged(_) => return None,
            };
            let new = New {
                name,
                version,
                content,
                ttl,
            };
            Some(new.under(condition))
        }
        Change::Delete { name } => Some(Command::Delete { name }),
        Change::Keep { .. } => None,
    }
}

/// The name and the time of a change that keeps.
fn kept<'a>(change: &Change<'a>) -> Option<(&'a str, Option<Duration>)> {
    match *change {
        Change::Keep { name, ttl } => Some((name, ttl)),
        Change::Set { .. } | Change::Delete { .. } => None,
    }
}
