//! Arguments that outlive the call: what a refresh in the background calls the function with.
//!
//! An argument is kept in one of two ways, and the compiler finds the first that fits its type ([`Outlives`]):
//!
//! 1. [`ByOwner`]: it borrows something that can be owned (`&str`, `Option<&User>`, `Vec<&Path>`), in any nesting
//!    of these; the owner is kept, and lent.
//! 2. [`ByClone`]: it owns everything, and is cloned.

#![expect(
    clippy::unused_self,
    reason = "the receiver is what the compiler looks methods up on"
)]

use std::borrow::{Borrow, Cow};
use std::marker::PhantomData;
use std::ops::Deref;

/// The owner of what is borrowed is kept.
#[derive(Clone, Copy, Debug)]
pub struct ByOwner;

/// A clone is kept.
#[derive(Clone, Copy, Debug)]
pub struct ByClone;

/// It cannot be kept; [`check_outlives`] says so, once, and everything else compiles.
#[derive(Clone, Copy, Debug)]
pub struct NotBeyond;

/// How an argument outlives the call, the way `W`.
pub trait Hold<W> {
    /// What is kept of it.
    type Held: Send + 'static;

    /// Keeps it.
    fn hold(&self) -> Self::Held;
}

/// What is kept of an argument, and lends it as an `A`.
pub trait Lend<'a, A> {
    /// Lends the argument, as the function takes it.
    fn lend(&'a self) -> A;
}

/// A type whose values can outlive the call, the way `W`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot outlive the call",
    label = "cannot outlive the call",
    note = "`stale_while_revalidate` and `refresh_ahead` call the function again when the call is over, with what they keep of its arguments: each is `Clone + Send + 'static`, or borrows something that is",
    note = "take the argument as an `Arc<_>`, or leave these options out"
)]
pub trait OutlivesCall<W> {}

impl<A: Hold<ByOwner>> OutlivesCall<ByOwner> for A {}
impl<A: Hold<ByClone>> OutlivesCall<ByClone> for A {}

/// Insists that an argument can outlive the call.
pub fn check_outlives<W, A: OutlivesCall<W>>(_way: W, _argument: &A) {}

/// Keeps an argument.
pub fn hold<W, A: Hold<W>>(_way: W, argument: &A) -> A::Held {
    argument.hold()
}

/// A clone.
#[derive(Debug)]
pub struct Cloned<T>(T);

/// The owner of what was borrowed.
#[derive(Debug)]
pub struct Owner<T: ToOwned + ?Sized>(T::Owned);

/// What was borrowed or owned.
#[derive(Debug)]
pub struct CowOwner<T: ToOwned + ?Sized>(T::Owned);

/// One that may be there.
#[derive(Debug)]
pub struct Maybe<H>(Option<H>);

/// Several.
#[derive(Debug)]
pub struct Several<H>(Vec<H>);

/// Nothing.
#[derive(Debug)]
pub struct Nothing;

impl<T: Clone + Send + 'static> Hold<ByClone> for T {
    type Held = Cloned<T>;

    fn hold(&self) -> Cloned<T> {
        Cloned(self.clone())
    }
}

impl<T: Clone> Lend<'_, T> for Cloned<T> {
    fn lend(&self) -> T {
        self.0.clone()
    }
}

impl<T: ToOwned<Owned: Send> + ?Sized + 'static> Hold<ByOwner> for &T {
    type Held = Owner<T>;

    fn hold(&self) -> Owner<T> {
        Owner((*self).to_owned())
    }
}

impl<'a, T: ToOwned + ?Sized> Lend<'a, &'a T> for Owner<T> {
    fn lend(&'a self) -> &'a T {
        self.0.borrow()
    }
}

impl<T: ToOwned<Owned: Send> + ?Sized + 'static> Hold<ByOwner> for Cow<'_, T> {
    type Held = CowOwner<T>;

    fn hold(&self) -> CowOwner<T> {
        CowOwner((**self).to_owned())
    }
}

impl<'a, T: ToOwned + ?Sized> Lend<'a, Cow<'a, T>> for CowOwner<T> {
    fn lend(&'a self) -> Cow<'a, T> {
        Cow::Borrowed(self.0.borrow())
    }
}

impl<A: Hold<ByOwner>> Hold<ByOwner> for Option<A> {
    type Held = Maybe<A::Held>;

    fn hold(&self) -> Self::Held {
        Maybe(self.as_ref().map(Hold::hold))
    }
}

impl<'a, H: Lend<'a, A>, A> Lend<'a, Option<A>> for Maybe<H> {
    fn lend(&'a self) -> Option<A> {
        self.0.as_ref().map(Lend::lend)
    }
}

impl<T: Hold<ByOwner>> Hold<ByOwner> for Vec<T> {
    type Held = Several<T::Held>;

    fn hold(&self) -> Self::Held {
        Several(self.iter().map(Hold::hold).collect())
    }
}

impl<'a, H: Lend<'a, A>, A> Lend<'a, Vec<A>> for Several<H> {
    fn lend(&'a self) -> Vec<A> {
        self.0.iter().map(Lend::lend).collect()
    }
}

/// What a request's path holds: the extractor itself is not `Clone`.
#[cfg(feature = "axum")]
#[derive(Debug)]
pub struct OfPath<T>(T);

#[cfg(feature = "axum")]
impl<T: Clone + Send + 'static> Hold<ByOwner> for axum::extract::Path<T> {
    type Held = OfPath<T>;

    fn hold(&self) -> OfPath<T> {
        OfPath(self.0.clone())
    }
}

#[cfg(feature = "axum")]
impl<T: Clone> Lend<'_, axum::extract::Path<T>> for OfPath<T> {
    fn lend(&self) -> axum::extract::Path<T> {
        axum::extract::Path(self.0.clone())
    }
}

/// Stands in for an argument, so that a type that cannot outlive the call is reported once.
impl<A> Hold<NotBeyond> for A {
    type Held = Nothing;

    fn hold(&self) -> Nothing {
        Nothing
    }
}

impl<A> Lend<'_, A> for Nothing {
    fn lend(&self) -> A {
        unreachable!("an argument that cannot outlive the call is a compile error")
    }
}

/// Asks for the way of a type: `__cache_outlives` answers [`ByOwner`] if that fits, else [`NotBeyond`] for
/// references, else [`ByClone`] if that fits, else [`NotBeyond`].
#[derive(Debug)]
pub struct Outlives<A> {
    next: RefOutlives<A>,
}

/// [`Outlives`] after [`ByOwner`] did not fit. A reference is cloned easily, but that is not enough.
#[derive(Debug)]
pub struct RefOutlives<A> {
    next: CloneOutlives<A>,
}

/// [`Outlives`] after it was no reference either.
#[derive(Debug)]
pub struct CloneOutlives<A> {
    next: NoOutlives<A>,
}

/// [`Outlives`] after nothing did fit.
#[derive(Debug)]
pub struct NoOutlives<A>(PhantomData<fn(A)>);

impl<A> Outlives<A> {
    /// Asks for the way of this argument's type.
    pub fn new(_argument: &A) -> Self {
        Self {
            next: RefOutlives {
                next: CloneOutlives {
                    next: NoOutlives(PhantomData),
                },
            },
        }
    }
}

impl<A: Hold<ByOwner>> Outlives<A> {
    /// The way, if it is this one.
    #[must_use]
    pub fn __cache_outlives(&self) -> ByOwner {
        ByOwner
    }
}

impl<A> Deref for Outlives<A> {
    type Target = RefOutlives<A>;

    fn deref(&self) -> &RefOutlives<A> {
        &self.next
    }
}

impl<T: ?Sized> RefOutlives<&T> {
    /// The way, if it is this one.
    #[must_use]
    pub fn __cache_outlives(&self) -> NotBeyond {
        NotBeyond
    }
}

impl<A> Deref for RefOutlives<A> {
    type Target = CloneOutlives<A>;

    fn deref(&self) -> &CloneOutlives<A> {
        &self.next
    }
}

impl<A: Hold<ByClone>> CloneOutlives<A> {
    /// The way, if it is this one.
    #[must_use]
    pub fn __cache_outlives(&self) -> ByClone {
        ByClone
    }
}

impl<A> Deref for CloneOutlives<A> {
    type Target = NoOutlives<A>;

    fn deref(&self) -> &NoOutlives<A> {
        &self.next
    }
}

impl<A> NoOutlives<A> {
    /// The way, if it is this one.
    #[must_use]
    pub fn __cache_outlives(&self) -> NotBeyond {
        NotBeyond
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;

    struct NotClone;

    #[test]
    fn what_borrows_is_lent_and_what_owns_is_cloned() {
        let text: &str = "text";
        let ByOwner = Outlives::new(&text).__cache_outlives();
        let held = hold(ByOwner, &text);
        assert_eq!(Lend::<&str>::lend(&held), "text");
        let paths: Vec<Option<&Path>> = vec![Some(Path::new("a")), None];
        let held = hold(Outlives::new(&paths).__cache_outlives(), &paths);
        assert_eq!(Lend::<Vec<Option<&Path>>>::lend(&held), paths);
        let shared = Arc::new(NotClone);
        let ByClone = Outlives::new(&shared).__cache_outlives();
        let NotBeyond = Outlives::new(&NotClone).__cache_outlives();
        let NotBeyond = Outlives::new(&&NotClone).__cache_outlives();
    }
}
