//! One computation that several callers may wait for.
//!
//! A [`Flight`] does not know what it carries or who computes it: the leader lands it, once, and everyone
//! who waited takes what it brought. Waiting is one `Future`; a thread waits by blocking on it.

use std::future::Future;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use once_cell::sync::OnceCell;

use super::running::{Waiting, wait_for};
use crate::lineage::{Labels, Lineage, LoadId};
use crate::sync::{Mutex, Thread, current, park};
use crate::value::cell::Share;

/// What a computation brings to those who waited for it.
#[derive(Debug)]
pub(crate) enum Landing<V> {
    /// Its value, and what that was computed from.
    Value(V, Lineage),
    /// The old value, in the stead of an error.
    Stale(V, Lineage),
    /// Its error, and what that came from.
    Failed(Share, Lineage),
    /// An error that cannot be shared: everyone computes for themselves, side by side.
    Unshared,
    /// Nothing, it panicked or was dropped: one of those who waited takes over.
    Abandoned,
}

impl<V> Landing<V> {
    /// Whether an invalidation of a label may lie between its beginning and that of a call in this epoch. What began
    /// later is good for the call, whatever has become of its labels since.
    pub(crate) fn is_outdated_at(&self, began: u64) -> bool {
        match self {
            Self::Value(_, from) | Self::Stale(_, from) | Self::Failed(_, from) => {
                from.is_outdated_at(began)
            }
            Self::Unshared | Self::Abandoned => false,
        }
    }
}

impl<V: Clone> Clone for Landing<V> {
    fn clone(&self) -> Self {
        match self {
            Self::Value(value, from) => Self::Value(value.clone(), from.clone()),
            Self::Stale(value, from) => Self::Stale(value.clone(), from.clone()),
            Self::Failed(error, from) => Self::Failed(error.clone(), from.clone()),
            Self::Unshared => Self::Unshared,
            Self::Abandoned => Self::Abandoned,
        }
    }
}

/// How far a run has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(crate) enum Stage {
    Running,
    /// What it came to is among the counters, and may be seen.
    Counted,
    Landed,
}

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CameTo {
    Value,
    Error,
    /// An old value has answered in the stead of an error.
    OldValue,
    /// It panicked, or was dropped.
    Nothing,
}

impl<V> From<&Landing<V>> for CameTo {
    fn from(landing: &Landing<V>) -> Self {
        match landing {
            Landing::Value(..) => Self::Value,
            Landing::Stale(..) => Self::OldValue,
            Landing::Failed(..) | Landing::Unshared => Self::Error,
            Landing::Abandoned => Self::Nothing,
        }
    }
}

#[derive(Debug)]
enum State<V> {
    Flying(Vec<Waker>),
    Landed(Landing<V>),
}

/// A computation in progress that others wait for, or may.
#[derive(Debug)]
pub(crate) struct Flight<V> {
    id: LoadId,
    /// The labels that its value will have, as far as they are known while it is computed.
    labels: OnceCell<Labels>,
    state: Mutex<State<V>>,
}

impl<V> Flight<V> {
    pub(crate) fn new(id: LoadId) -> Self {
        Self {
            id,
            labels: OnceCell::new(),
            state: Mutex::new(State::Flying(Vec::new())),
        }
    }

    /// Takes note of labels that its value will have.
    pub(crate) fn label(&self, labels: Labels) {
        // They are told once, by who computes.
        let _ = self.labels.set(labels);
    }

    /// Whether a label that its value will have was invalidated meanwhile: then nobody may begin to wait for it.
    pub(crate) fn is_outdated(&self) -> bool {
        self.labels.get().is_some_and(Labels::are_outdated)
    }

    /// Ends the computation and wakes everyone who waits. The first landing counts.
    pub(crate) fn land(&self, landing: Landing<V>) {
        let mut state = self.state.lock();
        if let State::Landed(_) = *state {
            return;
        }
        let State::Flying(waiting) = mem::replace(&mut *state, State::Landed(landing)) else {
            return;
        };
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
    }
}

impl<V: Clone> Flight<V> {
    fn poll(&self, context: &Context<'_>) -> Poll<Landing<V>> {
        match &mut *self.state.lock() {
            State::Landed(landing) => Poll::Ready(landing.clone()),
            State::Flying(waiting) => {
                if !waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                    waiting.push(context.waker().clone());
                }
                Poll::Pending
            }
        }
    }
}

/// The wait for a computation's end.
#[derive(Debug)]
#[must_use = "a follower waits only when it is polled or blocks"]
pub(crate) struct Follow<V> {
    flight: Arc<Flight<V>>,
    _waiting: Waiting,
}

impl<V> Follow<V> {
    /// Follows a computation, unless that would close a cycle of computations that wait for each other.
    pub(crate) fn join(flight: Arc<Flight<V>>) -> Option<Self> {
        let waiting = wait_for(flight.id)?;
        Some(Self {
            flight,
            _waiting: waiting,
        })
    }
}

impl<V: Clone> Future for Follow<V> {
    type Output = Landing<V>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Landing<V>> {
        self.flight.poll(context)
    }
}

/// Wakes a thread that blocks on a future.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for a future on this thread, which sleeps meanwhile.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    #[cfg(feature = "redis")]
    let _sleeper = crate::backend::host::Sleeper::here();
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => park(),
        }
    }
}
