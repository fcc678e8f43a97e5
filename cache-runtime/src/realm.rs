//! What caches share that live by one clock: the clock, and the labels of their entries.

use once_cell::sync::Lazy;

use crate::clock::Clock;
use crate::lineage::Tags;

/// A clock and labels; the process has one, and so has every isolated test.
#[derive(Debug)]
pub(crate) struct Realm {
    pub(crate) clock: Clock,
    pub(crate) tags: Lazy<Tags>,
}

/// The realm of everything outside `testing::isolate`.
pub(crate) static PROCESS: Realm = Realm::with(Clock::of_process());

impl Realm {
    /// A realm apart from that of the process.
    #[cfg(feature = "testing")]
    pub(crate) const fn new() -> Self {
        Self::with(Clock::new())
    }

    const fn with(clock: Clock) -> Self {
        Self {
            clock,
            tags: Lazy::new(Tags::new),
        }
    }

    /// The realm that this thread's calls are in.
    pub(crate) fn here() -> &'static Self {
        #[cfg(feature = "testing")]
        if let Some(world) = crate::testing::world::here() {
            return world.realm();
        }
        &PROCESS
    }
}
