//! What every back end must do, as a suite that runs against real instances (feature `testing`).
//!
//! Each promise of [`Backend`] is a [`Check`]. Two instances over the same store stand for two processes; a store
//! that lives in one instance is passed twice. The checks run side by side under names of their own, so that a store
//! need not be empty, and whatever else is in it stays.
//!
//! ```
//! use cache_runtime::backend::{Memory, behaviour};
//!
//! let store = Memory::new();
//! behaviour::check(&store, &store);
//! ```
//!
//! Where the seam leaves something open, a [`Behaviour`] says what is the case:
//!
//! ```
//! use std::time::Duration;
//! use cache_runtime::backend::{Memory, behaviour::Behaviour};
//!
//! let store = Memory::new();
//! let coarse = Behaviour {
//!     granularity: Duration::from_millis(10),
//!     ..Behaviour::default()
//! };
//! coarse.check(&store, &store);
//! ```

mod changing;
mod clearing;
mod lifetime;
mod reading;
mod stage;
#[cfg(all(test, not(cache_model)))]
mod tests;
mod together;

use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use super::Backend;
use stage::Stage;
pub use stage::{Breach, Verdict};

/// Checks every promise, of a back end that counts in milliseconds or finer and does all that the seam allows.
///
/// # Panics
///
/// If a promise is broken; the message names each one that is.
pub fn check(one: &dyn Backend, other: &dyn Backend) {
    Behaviour::default().check(one, other);
}

/// What a back end does where the seam leaves it open.
#[derive(Clone, Copy, Debug)]
pub struct Behaviour {
    /// How much sooner or later than its time to live an item may expire.
    pub granularity: Duration,
    /// The smallest content that is too large, if there is one that fits into the memory of a test.
    pub too_large: Option<usize>,
    /// How long after the answer to a clear all its items are gone; `None`: perhaps never.
    pub clears_within: Option<Duration>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            granularity: Duration::from_millis(5),
            too_large: None,
            clears_within: Some(Duration::from_secs(10)),
        }
    }
}

impl Behaviour {
    /// Checks every promise.
    ///
    /// # Panics
    ///
    /// If a promise is broken; the message names each one that is.
    pub fn check(&self, one: &dyn Backend, other: &dyn Backend) {
        let breaches = self.breaches(one, other);
        let list = breaches
            .iter()
            .fold(String::new(), |mut list, (check, breach)| {
                let _ = write!(list, "\n- {} ({}): {breach}", check.promise, check.name);
                list
            });
        assert!(
            breaches.is_empty(),
            "the back end `{}` breaks promises:{list}",
            one.name()
        );
    }

    /// The checks that fail, each with what was seen.
    #[must_use]
    pub fn breaches(
        &self,
        one: &dyn Backend,
        other: &dyn Backend,
    ) -> Vec<(&'static Check, Breach)> {
        thread::scope(|scope| {
            let start =
                |check: &'static Check| (check, scope.spawn(move || check.run(self, one, other)));
            let running: Vec<_> = checks().map(start).collect();
            let verdict = |(check, thread): (_, thread::ScopedJoinHandle<'_, Verdict>)| {
                let verdict = thread.join().unwrap_or_else(|_| Err(Breach::panicked()));
                verdict.err().map(|breach| (check, breach))
            };
            running.into_iter().filter_map(verdict).collect()
        })
    }
}

/// One promise of the seam.
#[derive(Debug)]
pub struct Check {
    name: &'static str,
    promise: &'static str,
    run: fn(&Stage<'_>) -> Verdict,
}

impl Check {
    const fn new(
        name: &'static str,
        promise: &'static str,
        run: fn(&Stage<'_>) -> Verdict,
    ) -> Self {
        Self { name, promise, run }
    }

    /// A short name, to tell it from the others.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What is promised.
    #[must_use]
    pub fn promise(&self) -> &'static str {
        self.promise
    }

    /// Checks this one promise.
    ///
    /// # Errors
    ///
    /// What was seen, if the promise is broken.
    pub fn run(&self, behaviour: &Behaviour, one: &dyn Backend, other: &dyn Backend) -> Verdict {
        let stage = Stage::new(behaviour, one, other);
        let run = AssertUnwindSafe(|| (self.run)(&stage));
        catch_unwind(run).unwrap_or_else(|_| Err(Breach::panicked()))
    }
}

/// All checks.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    [
        reading::CHECKS,
        changing::CHECKS,
        lifetime::CHECKS,
        together::CHECKS,
        clearing::CHECKS,
    ]
    .into_iter()
    .flatten()
}
