//! Where entries live outside this process: the seam, and what stands on either side of it.
//!
//! A back end keeps *items* under short names, each with a [`Version`] that its writer chooses. It promises one
//! thing beyond reading and writing: a change with a condition ([`When`]) is one atomic step. Everything else (what a
//! name means, what an item holds, which versions make a value outdated) is decided on this side, the same for every
//! back end.
//!
//! | module | holds |
//! |---|---|
//! | [`Backend`] | the seam |
//! | `filesystem` | files of one host |
//! | `memcached` | memcached servers |
//! | `memory` | the smallest implementation: it documents the seam |
//! | `behaviour` | what every implementation must do, as a suite |
//! | `redis` | Redis: a server, sentinels, a cluster |
//! | `io` | where the sockets of back ends live |
//! | `host` | the runtime that a caller is on |

#[cfg(any(feature = "testing", test))]
pub mod behaviour;
#[cfg(feature = "filesystem")]
pub mod filesystem;
#[cfg(feature = "redis")]
pub(crate) mod host;
pub(crate) mod io;
#[cfg(feature = "memcached")]
pub(crate) mod memcached;
mod memory;
#[cfg(feature = "redis")]
pub mod redis;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::error::Error;
#[cfg(feature = "memcached")]
pub use memcached::Memcached;
pub use memory::Memory;

/// What a back end answers with, later.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A store outside of this process, or one that stands in for it.
///
/// Names are 1 to 200 bytes of printable ASCII without spaces, and no two names differ in letter case only. An item
/// past its time to live is absent. What a back end cannot do it answers with an [`Error`] (see
/// [`Error::unreachable`] and [`Error::refused`]); it never panics, and it need not bound the time of an
/// operation: its caller does.
///
/// Run `behaviour::check` (feature `testing`) on an implementation.
pub trait Backend: Send + Sync + 'static {
    /// What it is called in lists and messages: `redis`.
    fn name(&self) -> &'static str;

    /// Reads items and versions, in the order of their names, in one round trip.
    ///
    /// - An item that is absent is `None`.
    /// - Whatever was changed before the call is seen.
    /// - `items` come with their contents and their remaining time to live, `versions` with neither.
    /// - Bytes that no back end of this kind has written are absent, or an item of any version and content.
    fn get<'a>(&'a self, items: &'a [&'a str], versions: &'a [&'a str]) -> Answer<'a, Read>;

    /// As [`get`](Self::get), for callers who do not need to know how long items will be there.
    ///
    /// - What [`Item::remaining`] says means nothing.
    ///
    /// A back end for which that is less work does it here.
    fn get_contents<'a>(
        &'a self,
        items: &'a [&'a str],
        versions: &'a [&'a str],
    ) -> Answer<'a, Read> {
        self.get(items, versions)
    }

    /// Makes changes, one after the other in their order, and answers for each whether it was made.
    ///
    /// - Each change is atomic, among all processes: its condition holds at the moment it is made.
    /// - A set that was made replaces the item, its version and its time to live.
    /// - A [`Change::Delete`] of an absent item, and a [`Change::Keep`] of one, was not made.
    /// - An item that is too large is refused with an error, and what was there before is there no more.
    fn change<'a>(&'a self, changes: &'a [Change<'a>]) -> Answer<'a, Vec<bool>>;

    /// Gives back the room of all items whose names begin with `prefix`, and touches no other.
    ///
    /// - It may leave some: correctness never depends on it. What it removes it has removed when it answers.
    /// - It never keeps a server from serving others.
    fn clear<'a>(&'a self, prefix: &'a str) -> Answer<'a, ()>;
}

/// What [`Backend::get`] has read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// The items that were asked for, in order.
    pub items: Vec<Option<Item>>,
    /// The versions that were asked for, in order.
    pub versions: Vec<Option<Version>>,
}

/// What a back end keeps under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The version that its writer gave it.
    pub version: Version,
    /// Any bytes, also none.
    pub content: Vec<u8>,
    /// How long it will be there, as exactly as the back end knows; `None`: for ever.
    pub remaining: Option<Duration>,
}

/// Tells one state of an item from every other that it ever has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(pub [u8; Version::LEN]);

impl Version {
    /// How many bytes it has.
    pub const LEN: usize = 16;

    /// A version that nothing else has, in this process or in any other.
    ///
    /// # Panics
    ///
    /// If the operating system has no randomness to give.
    #[must_use]
    pub fn fresh() -> Self {
        let mut bytes = [0; Self::LEN];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        Self(bytes)
    }

    /// The version that stands at the beginning of some bytes, and the rest of them.
    #[must_use]
    pub fn split(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (version, rest) = bytes.split_first_chunk()?;
        Some((Self(*version), rest))
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A change of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// Stores an item if the condition holds.
    Set {
        /// Its name.
        name: &'a str,
        /// Its new version.
        version: Version,
        /// Its new content.
        content: &'a [u8],
        /// How long it is there; `None`: until the back end needs the room.
        ttl: Option<Duration>,
        /// The condition.
        when: When,
    },
    /// Removes an item.
    Delete {
        /// Its name.
        name: &'a str,
    },
    /// Lets an item be there for at least this long from now; its time to live never gets shorter.
    Keep {
        /// Its name.
        name: &'a str,
        /// How long; `None`: for ever.
        ttl: Option<Duration>,
    },
}

impl Change<'_> {
    /// The name of the item.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Set { name, .. } | Self::Delete { name } | Self::Keep { name, .. } => name,
        }
    }
}

/// What must be true of an item for a set to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Anything.
    Always,
    /// There is none.
    Absent,
    /// There is one.
    Present,
    /// There is one of this version.
    Unchanged(Version),
}

impl When {
    /// Tells whether the condition holds for an item of this version, or for none.
    #[must_use]
    pub fn holds(self, current: Option<Version>) -> bool {
        match self {
            Self::Always => true,
            Self::Absent => current.is_none(),
            Self::Present => current.is_some(),
            Self::Unchanged(version) => current == Some(version),
        }
    }
}
