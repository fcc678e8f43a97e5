//! For tests of code that uses cached functions (feature `testing`, for dev-dependencies).
//!
//! Guards act on the thread that made them, and end when they are dropped. Threads and tasks that the test
//! starts are under them too if they are wrapped in [`carry`](crate::carry()) or
//! [`future::carry`](crate::future::carry).
//!
//! ```
//! use std::time::Duration;
//! use cache_runtime::{memoize, testing};
//!
//! #[memoize(timeout = 60)]
//! fn square(x: u64) -> u64 {
//!     x * x
//! }
//!
//! let _caches = testing::isolate();
//! square(9);
//! assert_eq!(peek_square(9), Some(81));
//! testing::advance(Duration::from_secs(61));
//! assert_eq!(peek_square(9), None);
//! ```

pub(crate) mod world;

use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use crate::realm::Realm;
use crate::sweeper;
use crate::threads::Detour;
use world::World;

thread_local! {
    static DISABLED: Cell<usize> = const { Cell::new(0) };
}

/// Keeps this thread's calls away from the caches; see [`disable`].
#[derive(Debug)]
#[must_use = "caching is back on when the guard is dropped"]
pub struct Disabled(PhantomData<*const ()>);

/// Makes every cached function that this thread calls run, until the guard is dropped.
///
/// The cache is neither read nor written, by calls and by `peek_f` and `put_f`; the calls count as bypassed.
pub fn disable() -> Disabled {
    DISABLED.with(|disabled| disabled.set(disabled.get() + 1));
    Detour::Disabled.set(true);
    Disabled(PhantomData)
}

impl Drop for Disabled {
    fn drop(&mut self) {
        let _ = DISABLED.try_with(|disabled| disabled.set(disabled.get() - 1));
        Detour::Disabled.set(is_disabled());
    }
}

/// How many guards say that the back end is down.
static FAILING: AtomicUsize = AtomicUsize::new(0);

/// Takes the shared back end down; see [`fail_backend`].
#[derive(Debug)]
#[must_use = "the back end is up again when the guard is dropped"]
pub struct FailingBackend(());

/// Takes the shared back end of this process down until the guard is dropped: everything that asks it fails at once.
///
/// It acts on the whole process. What has no back end but this process goes on as before.
pub fn fail_backend() -> FailingBackend {
    FAILING.fetch_add(1, SeqCst);
    FailingBackend(())
}

impl Drop for FailingBackend {
    fn drop(&mut self) {
        FAILING.fetch_sub(1, SeqCst);
    }
}

#[cfg(feature = "shared")]
pub(crate) fn backend_fails() -> bool {
    FAILING.load(SeqCst) > 0
}

pub(crate) fn is_disabled() -> bool {
    DISABLED
        .try_with(|disabled| disabled.get() > 0)
        .unwrap_or(false)
}

/// Gives this thread caches of its own; see [`isolate`].
#[derive(Debug)]
#[must_use = "the caches are shared again when the guard is dropped"]
pub struct Isolated {
    world: &'static World,
    outer: Option<&'static World>,
    thread: PhantomData<*const ()>,
}

/// Gives this thread fresh, private caches with a clock and counters of their own, until the guard is dropped.
///
/// Guards nest. They are dropped in the order in which variables are: the last one first.
pub fn isolate() -> Isolated {
    let world = World::fresh();
    Isolated {
        world,
        outer: world::enter(Some(world)),
        thread: PhantomData,
    }
}

impl Drop for Isolated {
    fn drop(&mut self) {
        world::enter(self.outer);
        self.world.retire();
    }
}

/// Moves the clock of the caches ahead: of those that [`isolate`] gave this thread, else of the process.
pub fn advance(by: Duration) {
    Realm::here().clock.advance(by);
    sweeper::ring();
}
