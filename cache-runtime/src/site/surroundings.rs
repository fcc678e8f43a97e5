//! What a thread or task knows of where it is, to be carried to another one.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::running::{self, Frame};
#[cfg(feature = "testing")]
use crate::testing::{
    self,
    world::{self, World},
};

/// Where something runs: the caches that it sees, and the computation that it is part of.
#[derive(Clone)]
pub(crate) struct Surroundings {
    frame: Option<Arc<Frame>>,
    #[cfg(feature = "testing")]
    world: Option<&'static World>,
    #[cfg(feature = "testing")]
    disabled: bool,
}

impl Surroundings {
    /// The caches seen from here, in no computation.
    pub(crate) fn here() -> Self {
        Self {
            frame: None,
            #[cfg(feature = "testing")]
            world: world::here(),
            #[cfg(feature = "testing")]
            disabled: testing::is_disabled(),
        }
    }

    /// The caches seen from here, in the computation that runs here.
    pub(crate) fn with_computation() -> Self {
        let mut here = Self::here();
        here.frame = running::here();
        here
    }

    /// Runs something in these surroundings.
    pub(crate) fn run<R>(&self, body: impl FnOnce() -> R) -> R {
        #[cfg(feature = "testing")]
        let _guards = (
            world::visit(self.world),
            self.disabled.then(testing::disable),
        );
        running::run_in(self.frame.clone(), body)
    }

    /// Puts a future into these surroundings, whichever thread polls it.
    pub(crate) fn around<F: Future>(self, future: F) -> Surrounded<F> {
        Surrounded {
            surroundings: self,
            future,
        }
    }
}

pin_project! {
    /// A future in surroundings of its own.
    pub(crate) struct Surrounded<F> {
        surroundings: Surroundings,
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Surrounded<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.surroundings.run(|| this.future.poll(context))
    }
}
