//! Versions in a store: seen, and begun where there are none.

use std::time::Duration;

use super::hub::Hub;
use crate::backend::{Change, Version, When};
use crate::codec::envelope::MarkId;
use crate::error::Error;

/// A computation that takes longer than this does not store its value.
const CLAIM: Duration = Duration::from_secs(3600);

/// Marks are there for so much longer than what depends on them.
pub(crate) const SLACK: Duration = Duration::from_secs(60);

/// So often versions are looked for and begun: somebody may remove them between.
const ATTEMPTS: usize = 4;

/// The versions that somebody has seen in the store.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) slot: Option<Version>,
    pub(crate) marks: Vec<(MarkId, Option<Version>)>,
}

impl Seen {
    /// The version that a mark had, if it was looked at and had one.
    pub(crate) fn version(&self, id: MarkId) -> Option<Version> {
        let mark = self.marks.iter().find(|(known, _)| *known == id)?;
        mark.1
    }

    /// Whether a mark was looked at.
    pub(crate) fn has_looked_at(&self, id: MarkId) -> bool {
        self.marks.iter().any(|(known, _)| *known == id)
    }

    /// Looks at marks.
    pub(crate) async fn look(&mut self, hub: &Hub, marks: &[MarkId]) -> Result<(), Error> {
        let names = hub.rules.prefix.marks(marks.iter().copied());
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let read = hub.get(&[], &names).await?;
        self.marks.extend(marks.iter().copied().zip(read.versions));
        Ok(())
    }
}

/// Begins versions where there are none.
pub(crate) struct Begin<'a> {
    pub(crate) hub: &'a std::sync::Arc<Hub>,
    /// The name of a slot that is to have one too.
    pub(crate) slot: Option<&'a str>,
    /// How long what will depend on the marks lives; `None`: for ever.
    pub(crate) ttl: Option<Duration>,
    /// The marks that are there for ever.
    pub(crate) lasting: &'a [MarkId],
}

impl Begin<'_> {
    /// The versions of the slot and of the marks, as they are now or are begun now.
    pub(crate) async fn versions(
        &self,
        seen: &mut Seen,
        wanted: &[MarkId],
    ) -> Result<(Option<Version>, Vec<(MarkId, Version)>), Error> {
        for attempt in 0..ATTEMPTS {
            self.look(seen, wanted, attempt > 0).await?;
            let known = wanted
                .iter()
                .map(|mark| Some((*mark, seen.version(*mark)?)));
            let known: Option<Vec<_>> = known.collect();
            if let Some(known) = known.filter(|_| self.slot.is_none() || seen.slot.is_some()) {
                return Ok((seen.slot, known));
            }
            // What cannot be begun though it is not there is not what it should be.
            self.begin(seen, attempt + 2 == ATTEMPTS).await?;
        }
        Err(Error::refused("the store keeps no versions"))
    }

    /// Looks at what was not seen, or begun by somebody else.
    async fn look(&self, seen: &mut Seen, wanted: &[MarkId], again: bool) -> Result<(), Error> {
        let unseen = wanted
            .iter()
            .copied()
            .filter(|mark| !seen.has_looked_at(*mark));
        let unseen: Vec<_> = unseen.collect();
        let slot = self.slot.filter(|_| again && seen.slot.is_none());
        if unseen.is_empty() && slot.is_none() {
            return Ok(());
        }
        let names = self.hub.rules.prefix.marks(unseen.iter().copied());
        let names: Vec<_> = names.iter().map(String::as_str).chain(slot).collect();
        let mut read = self.hub.get(&[], &names).await?;
        if slot.is_some() {
            seen.slot = read.versions.pop().flatten();
        }
        seen.marks.extend(unseen.into_iter().zip(read.versions));
        Ok(())
    }

    /// Begins what was seen to be absent. What somebody else has begun meanwhile is forgotten, to be seen anew.
    async fn begin(&self, seen: &mut Seen, heal: bool) -> Result<(), Error> {
        let absent = seen.marks.iter().filter(|(_, version)| version.is_none());
        let absent: Vec<_> = absent.map(|(mark, _)| *mark).collect();
        let names = self.hub.rules.prefix.marks(absent.iter().copied());
        let claim = self.slot.filter(|_| seen.slot.is_none());
        let version = Version::fresh();
        let set = |name, ttl| Change::Set {
            name,
            version,
            content: &[],
            ttl,
            when: When::Absent,
        };
        let marks = names.iter().zip(&absent);
        let marks = marks.map(|(name, mark)| set(name.as_str(), self.lifetime(*mark)));
        let changes: Vec<_> = marks
            .chain(claim.map(|slot| set(slot, Some(CLAIM))))
            .collect();
        if heal {
            let names: Vec<_> = changes.iter().map(Change::name).collect();
            self.hub.remove(&names).await?;
        }
        let mut made = self.hub.change(&changes).await?;
        if claim.is_some() && made.pop() == Some(true) {
            seen.slot = Some(version);
        }
        let begun = absent.into_iter().zip(made).filter(|(_, made)| *made);
        seen.marks.retain(|(_, version)| version.is_some());
        seen.marks
            .extend(begun.map(|(mark, _)| (mark, Some(version))));
        Ok(())
    }

    fn lifetime(&self, mark: MarkId) -> Option<Duration> {
        let ttl = self.ttl.filter(|_| !self.lasting.contains(&mark))?;
        Some(ttl + CLAIM + SLACK)
    }
}

/// Begins the version of a slot.
pub(crate) fn claim(slot: &str, version: Version) -> Change<'_> {
    Change::Set {
        name: slot,
        version,
        content: &[],
        ttl: Some(CLAIM),
        when: When::Absent,
    }
}

/// The version of a mark, begun if there is none; it will be kept for as long as something that depends on it.
pub(crate) async fn version_of(
    hub: &std::sync::Arc<Hub>,
    mark: MarkId,
    lasting: bool,
) -> Result<Version, Error> {
    let marks = [mark];
    let begin = Begin {
        hub,
        slot: None,
        ttl: Some(Duration::ZERO),
        lasting: if lasting { &marks } else { &[] },
    };
    let (_, versions) = begin.versions(&mut Seen::default(), &marks).await?;
    let version = versions.first().map(|(_, version)| *version);
    version.ok_or_else(|| Error::refused("the store keeps no versions"))
}
