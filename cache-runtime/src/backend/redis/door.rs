//! What is opened when it is first needed, shared while it is good, and opened anew when it is not.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::timeout;

use super::failure::Failure;

/// How long opening may take.
const OPENS: Duration = Duration::from_secs(1);

/// What knows how to open something.
pub(super) trait Opener: Send + Sync + 'static {
    /// What is opened.
    type Opened: Send + Sync + 'static;

    /// Tells whether it can be used as it is.
    fn is_good(&self, opened: &Self::Opened) -> bool;

    /// Opens it; `old` is what was open until now.
    fn open(
        self: Arc<Self>,
        old: Option<Arc<Self::Opened>>,
    ) -> impl Future<Output = Result<Arc<Self::Opened>, Failure>> + Send;
}

/// Opens one thing at a time, for all who want to go through.
///
/// Opening goes on when those who wait for it leave, and ends in bounded time. Whoever comes after it has failed
/// begins anew: there are no pauses here.
pub(super) struct Door<T> {
    /// Where it is opened, and where it lives.
    runtime: Handle,
    state: Mutex<State<T>>,
}

enum State<T> {
    Shut,
    Opening(watch::Receiver<Opened<T>>),
    Open(Arc<T>),
}

/// `None` until it is decided.
type Opened<T> = Option<Result<Arc<T>, Failure>>;

enum Step<T> {
    Through(Arc<T>),
    Wait(watch::Receiver<Opened<T>>),
}

impl<T: Send + Sync + 'static> Door<T> {
    pub(super) fn new(runtime: Handle) -> Self {
        Self {
            runtime,
            state: Mutex::new(State::Shut),
        }
    }

    /// What is open, opened if need be.
    pub(super) async fn pass(
        &self,
        keeper: &Arc<impl Opener<Opened = T>>,
    ) -> Result<Arc<T>, Failure> {
        let mut opening = match self.step(keeper) {
            Step::Through(opened) => return Ok(opened),
            Step::Wait(opening) => opening,
        };
        let decided = opening.wait_for(Option::is_some).await;
        decided
            .ok()
            .and_then(|opened| opened.clone())
            .unwrap_or_else(|| Err(Failure::unreachable("redis: connecting was given up")))
    }

    /// What was open when it was passed last.
    pub(super) fn opened(&self) -> Option<Arc<T>> {
        match &*self.state() {
            State::Open(opened) => Some(Arc::clone(opened)),
            State::Opening(_) | State::Shut => None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn step(&self, keeper: &Arc<impl Opener<Opened = T>>) -> Step<T> {
        let mut state = self.state();
        if let State::Opening(opening) = &*state {
            let decided = opening.borrow().clone();
            match decided {
                Some(Ok(opened)) => *state = State::Open(opened),
                None if opening.has_changed().is_ok() => return Step::Wait(opening.clone()),
                Some(Err(_)) | None => *state = State::Shut,
            }
        }
        let old = match &*state {
            State::Open(opened) if keeper.is_good(opened) => {
                return Step::Through(Arc::clone(opened));
            }
            State::Open(opened) => Some(Arc::clone(opened)),
            State::Opening(_) | State::Shut => None,
        };
        let opening = self.open(Arc::clone(keeper), old);
        *state = State::Opening(opening.clone());
        Step::Wait(opening)
    }

    /// Begins to open something, whoever waits for it.
    fn open(
        &self,
        keeper: Arc<impl Opener<Opened = T>>,
        old: Option<Arc<T>>,
    ) -> watch::Receiver<Opened<T>> {
        let (decide, opening) = watch::channel(None);
        self.runtime.spawn(async move {
            let opened = timeout(OPENS, keeper.open(old)).await;
            let late = |_| Err(Failure::unreachable("redis: no connection in time"));
            let _ = decide.send(Some(opened.unwrap_or_else(late)));
        });
        opening
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use std::task::{Context, Waker};

    use tokio::sync::Notify;

    use super::{Door, Opener};
    use crate::backend::io::runtime;
    use crate::backend::redis::failure::Failure;

    /// Opens numbers, each when it is told to; odd ones cannot be opened, and number 2 is good once.
    #[derive(Default)]
    struct Numbers {
        opened: AtomicUsize,
        go: Notify,
        asked: AtomicUsize,
    }

    impl Opener for Numbers {
        type Opened = usize;

        fn is_good(&self, opened: &usize) -> bool {
            *opened != 2 || self.asked.fetch_add(1, SeqCst) == 0
        }

        async fn open(self: Arc<Self>, _: Option<Arc<usize>>) -> Result<Arc<usize>, Failure> {
            let number = self.opened.fetch_add(1, SeqCst);
            self.go.notified().await;
            if number % 2 == 1 {
                return Err(Failure::unreachable("odd"));
            }
            Ok(Arc::new(number))
        }
    }

    #[test]
    fn all_who_wait_share_one_opening_and_its_failure() {
        let (numbers, door) = (Arc::new(Numbers::default()), Door::new(runtime().clone()));
        numbers.opened.store(1, SeqCst);
        let mut crowd = [(); 3].map(|()| Box::pin(door.pass(&numbers)));
        for one in &mut crowd {
            let mut context = Context::from_waker(Waker::noop());
            assert!(one.as_mut().poll(&mut context).is_pending());
        }
        runtime().block_on(async {
            numbers.go.notify_one();
            for one in crowd {
                assert!(one.await.is_err(), "one is odd");
            }
            numbers.go.notify_one();
            assert!(
                door.pass(&numbers).await.is_ok(),
                "the next one begins anew"
            );
        });
    }

    #[test]
    fn opening_goes_on_when_nobody_waits_for_it() {
        let (numbers, door) = (Arc::new(Numbers::default()), Door::new(runtime().clone()));
        runtime().block_on(async {
            let left =
                tokio::time::timeout(std::time::Duration::from_millis(5), door.pass(&numbers));
            assert!(left.await.is_err());
            numbers.go.notify_one();
            assert_eq!(*door.pass(&numbers).await.expect("zero is even"), 0);
            assert_eq!(numbers.opened.load(SeqCst), 1);
        });
    }

    #[test]
    fn what_is_no_longer_good_is_opened_anew() {
        let (numbers, door) = (Arc::new(Numbers::default()), Door::new(runtime().clone()));
        numbers.opened.store(2, SeqCst);
        runtime().block_on(async {
            numbers.go.notify_one();
            assert_eq!(*door.pass(&numbers).await.expect("two is even"), 2);
            assert_eq!(*door.pass(&numbers).await.expect("it is good once"), 2);
            numbers.go.notify_one();
            assert!(door.pass(&numbers).await.is_err(), "three is odd");
        });
    }
}
