//! The runtime that a caller is on, where a back end may rely on it.

use std::cell::Cell;

use tokio::runtime::{Handle, RuntimeFlavor};

use super::io;

thread_local! {
    /// Whether this thread sleeps until what it polls is ready.
    static SLEEPS: Cell<bool> = const { Cell::new(false) };
}

/// A thread that sleeps until what it polls is ready, as long as this lives.
#[derive(Debug)]
pub(crate) struct Sleeper {
    before: bool,
}

impl Sleeper {
    pub(crate) fn here() -> Self {
        let before = SLEEPS.replace(true);
        Self { before }
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        SLEEPS.set(self.before);
    }
}

/// The runtime that the caller is a task of, if others of its tasks run while the caller waits: one with threads of
/// its own, of which the caller's does not sleep.
pub(crate) fn host() -> Option<Handle> {
    if SLEEPS.get() {
        return None;
    }
    let host = Handle::try_current().ok()?;
    let is_own = host.id() == io::runtime().id();
    (host.runtime_flavor() == RuntimeFlavor::MultiThread && !is_own).then_some(host)
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;

    use super::{Sleeper, host};
    use crate::backend::io;
    use crate::site::flight::block_on;

    #[test]
    fn only_a_runtime_that_runs_by_itself_is_relied_upon() {
        assert!(host().is_none(), "a thread is on none");
        let mut threaded = Builder::new_multi_thread();
        let threaded = threaded.worker_threads(1).build().expect("a runtime");
        let id = threaded.handle().id();
        assert_eq!(
            threaded.block_on(async { host() }).map(|it| it.id()),
            Some(id)
        );
        let asleep = threaded.block_on(async { block_on(async { host() }) });
        assert!(asleep.is_none(), "the thread sleeps");
        let single = Builder::new_current_thread().build().expect("a runtime");
        assert!(single.block_on(async { host() }).is_none());
        assert!(io::runtime().block_on(async { host() }).is_none());
    }

    #[test]
    fn a_thread_sleeps_until_the_outermost_wait_is_over() {
        let runtime = Builder::new_multi_thread().worker_threads(1).build();
        let runtime = runtime.expect("a runtime");
        let _inside = runtime.enter();
        let outer = Sleeper::here();
        drop(Sleeper::here());
        assert!(host().is_none());
        drop(outer);
        assert!(host().is_some());
    }
}
