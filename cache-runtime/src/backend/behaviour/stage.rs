//! What checks are written with: names of their own, and operations that are waited for.

use std::fmt;
use std::time::{Duration, Instant};

use super::Behaviour;
use crate::backend::{Backend, Change, Item, Read, Version, When};
use crate::error::Error;
use crate::site::flight::block_on;

/// What a check ends with.
pub type Verdict = Result<(), Breach>;

/// What was seen where a promise is broken.
#[derive(Debug)]
pub struct Breach(String);

impl Breach {
    pub(super) fn new(seen: impl Into<String>) -> Self {
        Self(seen.into())
    }

    pub(super) fn panicked() -> Self {
        Self::new("it panicked")
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Error> for Breach {
    fn from(error: Error) -> Self {
        Self(format!("it answered with an error: {error}"))
    }
}

/// Ends a check with what was seen, unless something is so.
macro_rules! insist {
    ($holds:expr, $($seen:tt)+) => {
        if !$holds {
            return Err($crate::backend::behaviour::Breach::new(format!($($seen)+)));
        }
    };
}
pub(super) use insist;

/// Where one check takes place.
#[derive(Debug)]
pub(super) struct Stage<'a> {
    pub(super) behaviour: &'a Behaviour,
    pub(super) one: Store<'a>,
    pub(super) other: Store<'a>,
    prefix: String,
}

impl<'a> Stage<'a> {
    pub(super) fn new(
        behaviour: &'a Behaviour,
        one: &'a dyn Backend,
        other: &'a dyn Backend,
    ) -> Self {
        Self {
            behaviour,
            one: Store(one),
            other: Store(other),
            prefix: format!("behaviour:{:?}:", Version::fresh()),
        }
    }

    /// A name that nobody else uses.
    pub(super) fn name(&self, rest: impl fmt::Display) -> String {
        // Names have no spaces.
        format!("{}{rest}", self.prefix).replace(' ', "-")
    }

    /// A time to live that can be waited for.
    pub(super) fn short(&self) -> Duration {
        (3 * self.behaviour.granularity).max(Duration::from_millis(60))
    }

    /// Whether an item that lives this long, and was set after `began`, cannot have expired yet.
    pub(super) fn is_alive(&self, began: Instant, ttl: Duration) -> bool {
        began.elapsed() + self.behaviour.granularity < ttl
    }

    /// Sleeps until what lives for the short time from now has expired.
    pub(super) fn outlive_short(&self) {
        std::thread::sleep(self.short() + self.behaviour.granularity + Duration::from_millis(2));
    }
}

/// One instance of the back end, with operations that are waited for.
#[derive(Clone, Copy)]
pub(super) struct Store<'a>(pub(super) &'a dyn Backend);

impl fmt::Debug for Store<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Store").field(&self.0.name()).finish()
    }
}

impl Store<'_> {
    pub(super) fn get(self, items: &[&str], versions: &[&str]) -> Result<Read, Breach> {
        let read = block_on(self.0.get(items, versions))?;
        let answered = (read.items.len(), read.versions.len());
        insist!(
            answered == (items.len(), versions.len()),
            "asked for {} items and {} versions, it answered with {answered:?}",
            items.len(),
            versions.len()
        );
        Ok(read)
    }

    pub(super) fn change(self, changes: &[Change<'_>]) -> Result<Vec<bool>, Breach> {
        let made = block_on(self.0.change(changes))?;
        insist!(
            made.len() == changes.len(),
            "{} changes had {} answers",
            changes.len(),
            made.len()
        );
        Ok(made)
    }

    /// Makes one change.
    pub(super) fn make(self, change: Change<'_>) -> Result<bool, Breach> {
        Ok(self.change(&[change])?[0])
    }

    /// Makes one change, which must be made.
    pub(super) fn must(self, change: Change<'_>) -> Verdict {
        let changes = [change];
        insist!(self.change(&changes)?[0], "not made: {changes:?}");
        Ok(())
    }

    /// Makes one change, which must not be made.
    pub(super) fn must_not(self, change: Change<'_>) -> Verdict {
        let changes = [change];
        insist!(!self.change(&changes)?[0], "made: {changes:?}");
        Ok(())
    }

    pub(super) fn item(self, name: &str) -> Result<Option<Item>, Breach> {
        Ok(self.get(&[name], &[])?.items.remove(0))
    }

    pub(super) fn version(self, name: &str) -> Result<Option<Version>, Breach> {
        Ok(self.get(&[], &[name])?.versions.remove(0))
    }

    /// Insists that a name holds this version with this content.
    pub(super) fn holds(self, name: &str, version: Version, content: &[u8]) -> Verdict {
        let item = self.item(name)?;
        let is_it = |item: &Item| item.version == version && item.content == content;
        insist!(
            item.as_ref().is_some_and(is_it),
            "`{name}` must hold {version:?} with {} bytes, it holds {:?}",
            content.len(),
            item.map(|item| (item.version, item.content.len()))
        );
        let seen = self.version(name)?;
        insist!(
            seen == Some(version),
            "`{name}` has the version {version:?}, seen as {seen:?}"
        );
        Ok(())
    }

    /// Insists that a name holds nothing.
    pub(super) fn lacks(self, name: &str) -> Verdict {
        let read = self.get(&[name], &[name])?;
        let seen = (&read.items[0], read.versions[0]);
        insist!(
            seen == (&None, None),
            "`{name}` is absent, seen as {seen:?}"
        );
        Ok(())
    }
}

/// A set of an item for ever.
pub(super) fn set<'a>(
    name: &'a str,
    version: Version,
    content: &'a [u8],
    when: When,
) -> Change<'a> {
    Change::Set {
        name,
        version,
        content,
        ttl: None,
        when,
    }
}

/// A set of an item for some time, under any condition.
pub(super) fn set_for(name: &str, version: Version, ttl: Duration) -> Change<'_> {
    Change::Set {
        name,
        version,
        content: b"for some time",
        ttl: Some(ttl),
        when: When::Always,
    }
}
