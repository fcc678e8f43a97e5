//! What a writer keeps of its arguments until it has written, and of its result until it has invalidated.
//!
//! The body may consume, change or lend what an item names, so what can be cloned is cloned before it runs; the
//! compiler finds that out, by method look-up through `Deref`.
#![expect(
    clippy::unused_self,
    reason = "the receiver is what the compiler looks methods up on"
)]

use std::borrow::Borrow;
use std::convert::Infallible;
use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;

use crate::site::flight::block_on;

/// A type whose values can be kept until the writer has written.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept until the function has written",
    label = "is not `Clone`",
    note = "the body may consume or change its arguments, so an item gets a clone; write the part that it needs, such as `f(user.id)`"
)]
pub trait Keepable: Clone {}

#[diagnostic::do_not_recommend]
impl<T: Clone> Keepable for T {}

/// An argument that an invalidation needs after the function has had it.
pub fn copied<T: Keepable>(argument: &T) -> T {
    argument.clone()
}

/// Asks how what an item borrows is kept: `__cache_keep` answers an owned [`Kept`] if there can be one, else a
/// reference, [`Lent`].
#[derive(Debug)]
pub struct Keep<'a, T: ?Sized> {
    next: KeepTarget<'a, T>,
}

/// [`Keep`] after the place itself could not be cloned.
#[derive(Debug)]
pub struct KeepTarget<'a, T: ?Sized> {
    next: KeepReference<'a, T>,
}

/// [`Keep`] after nothing could be cloned.
#[derive(Debug)]
pub struct KeepReference<'a, T: ?Sized>(&'a T);

/// What an item borrows, as the writer keeps it.
#[derive(Debug)]
pub struct Kept<T: ToOwned + ?Sized>(T::Owned);

/// What an item borrows, lent by the writer's arguments.
#[derive(Debug)]
pub struct Lent<'a, T: ?Sized>(&'a T);

impl<'a, T: ?Sized> Keep<'a, T> {
    /// Asks about this place.
    pub fn new(place: &'a T) -> Self {
        Self {
            next: KeepTarget {
                next: KeepReference(place),
            },
        }
    }
}

impl<T: ToOwned + ?Sized> Keep<'_, T> {
    /// What is kept, if it can be this.
    #[must_use]
    pub fn __cache_keep(&self) -> Kept<T> {
        Kept(self.next.next.0.to_owned())
    }
}

impl<'a, T: ?Sized> Deref for Keep<'a, T> {
    type Target = KeepTarget<'a, T>;

    fn deref(&self) -> &KeepTarget<'a, T> {
        &self.next
    }
}

impl<T: ToOwned + ?Sized> KeepTarget<'_, &mut T> {
    /// What is kept, if it can be this.
    #[must_use]
    pub fn __cache_keep(&self) -> Kept<T> {
        Kept((**self.next.0).to_owned())
    }
}

impl<'a, T: ?Sized> Deref for KeepTarget<'a, T> {
    type Target = KeepReference<'a, T>;

    fn deref(&self) -> &KeepReference<'a, T> {
        &self.next
    }
}

impl<'a, T: ?Sized> KeepReference<'a, T> {
    /// What is kept, if it can be this.
    #[must_use]
    pub fn __cache_keep(&self) -> Lent<'a, T> {
        Lent(self.0)
    }
}

impl<T: ToOwned + ?Sized> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.borrow()
    }
}

impl<T: ?Sized> Deref for Lent<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0
    }
}

/// Asks how an async writer waits while it has a result: `__cache_wait` answers [`Across`] if the result may be
/// held across an `.await` of a future that changes threads, else [`AtOnce`].
#[derive(Debug)]
pub struct Wait<R> {
    next: WaitHere<R>,
}

/// [`Wait`] after the result turned out to be bound to its thread.
#[derive(Debug)]
pub struct WaitHere<R>(PhantomData<fn(R)>);

/// The writer waits as a task.
#[derive(Clone, Copy, Debug)]
pub struct Across;

/// The writer waits on its thread, so that its future stays `Send`. In-process invalidations never wait.
#[derive(Clone, Copy, Debug)]
pub struct AtOnce;

/// What has become of a writer's invalidations.
#[derive(Debug)]
pub enum Settled<R, F> {
    /// They are done.
    Now(R),
    /// They are done when this is.
    Later(F),
}

impl<R> Wait<R> {
    /// Asks about this result's type.
    pub fn new(_result: &R) -> Self {
        Self {
            next: WaitHere(PhantomData),
        }
    }
}

impl<R: Send + Sync> Wait<R> {
    /// The way, if it is this one.
    #[must_use]
    pub fn __cache_wait(&self) -> Across {
        Across
    }
}

impl<R> Deref for Wait<R> {
    type Target = WaitHere<R>;

    fn deref(&self) -> &WaitHere<R> {
        &self.next
    }
}

impl<R> WaitHere<R> {
    /// The way, if it is this one.
    #[must_use]
    pub fn __cache_wait(&self) -> AtOnce {
        AtOnce
    }
}

impl Across {
    /// Leaves the waiting to the task.
    pub fn settle<R, F: Future<Output = R>>(self, invalidations: F) -> Settled<R, F> {
        Settled::Later(invalidations)
    }
}

/// A future that there is none of.
#[derive(Debug)]
pub struct Never<R> {
    never: Infallible,
    result: PhantomData<fn() -> R>,
}

impl<R> Future for Never<R> {
    type Output = R;

    fn poll(
        self: std::pin::Pin<&mut Self>,
        _context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<R> {
        match self.never {}
    }
}

impl AtOnce {
    /// Waits on this thread.
    pub fn settle<R>(self, invalidations: impl Future<Output = R>) -> Settled<R, Never<R>> {
        Settled::Now(block_on(invalidations))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_cloned_is_kept_and_the_rest_is_lent() {
        struct NotClone(u8);
        let (text, one, mut name) = ("a".to_owned(), NotClone(1), "b".to_owned());
        let whole: Kept<String> = Keep::new(&text).__cache_keep();
        let part: Kept<str> = Keep::new(&text[..]).__cache_keep();
        let lent: Lent<'_, NotClone> = Keep::new(&one).__cache_keep();
        let target: Kept<String> = Keep::new(&&mut name).__cache_keep();
        name.clear();
        assert_eq!((&**whole, &*part, lent.0.0, &**target), ("a", "a", 1, "b"));
    }

    #[test]
    fn a_result_that_is_bound_to_its_thread_is_not_held_across_a_wait() {
        let Across = Wait::new(&Ok::<u8, String>(1)).__cache_wait();
        let here = Err::<u8, Box<dyn std::error::Error>>("down".into());
        let AtOnce = Wait::new(&here).__cache_wait();
        let Settled::Now(5) = AtOnce.settle(std::future::ready(5)) else {
            panic!("it is done");
        };
    }
}
