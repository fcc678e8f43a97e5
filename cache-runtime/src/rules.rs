//! Questions about a value by those who do not know of what type it is: they are translated once, not for every type.
#![allow(
    unsafe_code,
    reason = "a question is asked without asking of what type the value is"
)]

use std::fmt;
use std::marker::PhantomData;
use std::mem::transmute;
use std::ptr::NonNull;
use std::time::Duration;

#[cfg(feature = "axum")]
use crate::entry::Times;
#[cfg(feature = "axum")]
use crate::options::Options;

/// A value of a type that is not known here.
#[derive(Clone, Copy)]
pub(crate) struct Bare<'a>(NonNull<()>, PhantomData<&'a ()>);

impl<'a> Bare<'a> {
    #[cfg(test)]
    pub(crate) fn of<V>(value: &'a V) -> Self {
        Self(NonNull::from(value).cast(), PhantomData)
    }

    /// The value.
    ///
    /// # Safety
    ///
    /// It is of this type.
    pub(crate) unsafe fn get<V>(self) -> &'a V {
        // SAFETY: it was made of a reference that lives as long, to a value of this type as the caller knows.
        unsafe { self.0.cast().as_ref() }
    }
}

/// A question about a value.
pub(crate) struct Question<A>(unsafe fn(NonNull<()>) -> A);

impl<A> Question<A> {
    pub(crate) fn about<V>(question: fn(&V) -> A) -> Self {
        // SAFETY: a reference to a value is passed as a pointer to it is.
        Self(unsafe { transmute::<fn(&V) -> A, unsafe fn(NonNull<()>) -> A>(question) })
    }

    /// Asks it.
    ///
    /// # Safety
    ///
    /// The value is of the type that the question is about.
    pub(crate) unsafe fn ask(self, value: Bare<'_>) -> A {
        // SAFETY: as the caller knows.
        unsafe { (self.0)(value.0) }
    }
}

impl<A> Clone for Question<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for Question<A> {}

/// A question about a value and something else.
pub(crate) struct QuestionWith<O, A>(unsafe fn(&O, NonNull<()>) -> A);

impl<O, A> QuestionWith<O, A> {
    #[expect(
        clippy::manual_map,
        reason = "translated for every type: a closure would be so too"
    )]
    pub(crate) fn about_any<V>(question: Option<fn(&O, &V) -> A>) -> Option<Self> {
        match question {
            Some(question) => Some(Self::about(question)),
            None => None,
        }
    }

    pub(crate) fn about<V>(question: fn(&O, &V) -> A) -> Self {
        // SAFETY: a reference to a value is passed as a pointer to it is.
        Self(unsafe { transmute::<fn(&O, &V) -> A, unsafe fn(&O, NonNull<()>) -> A>(question) })
    }

    /// Asks it.
    ///
    /// # Safety
    ///
    /// The value is of the type that the question is about.
    pub(crate) unsafe fn ask(self, other: &O, value: Bare<'_>) -> A {
        // SAFETY: as the caller knows.
        unsafe { (self.0)(other, value.0) }
    }
}

impl<O, A> Clone for QuestionWith<O, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O, A> Copy for QuestionWith<O, A> {}

/// Shows the value in what a reader takes of an entry; there is none in a stored error.
pub(crate) struct View<T>(for<'a> unsafe fn(&'a T) -> Option<NonNull<()>>);

impl<T> View<T> {
    pub(crate) fn of<V>(view: fn(&T) -> Option<&V>) -> Self {
        // SAFETY: a reference to a value, or none, is returned as a pointer to it is, or none.
        Self(unsafe {
            transmute::<fn(&T) -> Option<&V>, unsafe fn(&T) -> Option<NonNull<()>>>(view)
        })
    }

    pub(crate) fn value<'a>(&self, taken: &'a T) -> Option<Bare<'a>> {
        // SAFETY: it was made of a function that asks for nothing else.
        let value = unsafe { (self.0)(taken) }?;
        Some(Bare(value, PhantomData))
    }
}

/// Questions that an attribute asks about values of one type.
#[derive(Default)]
pub(crate) struct Rules {
    pub(crate) response_filter: Option<Question<bool>>,
    pub(crate) is_stale: Option<Question<bool>>,
    pub(crate) is_none: Option<Question<bool>>,
    /// Whether a `None` is not stored.
    pub(crate) drops_none: bool,
    pub(crate) timeout_with: Option<Question<Duration>>,
    pub(crate) weigher: Option<Question<u32>>,
    pub(crate) tags_with: Option<TagsOf>,
    /// The times that a value says for itself.
    #[cfg(feature = "axum")]
    pub(crate) times_of: Option<QuestionWith<Options, Times>>,
}

/// Hands out the labels of a value, one by one.
type TagsOf = Box<dyn Fn(Bare<'_>, &mut dyn FnMut(&str)) + Send + Sync>;

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules").finish_non_exhaustive()
    }
}
