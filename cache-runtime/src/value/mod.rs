//! What is stored of a result, and what waiters may share of a failure: asked of the type, never of its spelling.
//!
//! A [`Kind`] is found by [`Probe`], by method look-up through `Deref`: a `Result` (under whatever alias) is
//! stored without its errors, everything else as it is.

#![allow(
    clippy::unused_self,
    reason = "a receiver is what the compiler looks methods up on"
)]

pub(crate) mod batch;
pub(crate) mod cell;
pub(crate) mod coding;

use std::convert::Infallible;
use std::marker::PhantomData;
use std::ops::Deref;

use cell::{Shared, Stowing};

/// A type whose values can be cached.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cached",
    label = "cannot be cached",
    note = "a cached value is `Clone + Send + Sync + 'static`: every hit gets a clone, on any thread",
    note = "return an owned value; `Arc` does what `Rc` does, and holds what is not `Clone`; `Mutex` does what `RefCell` does"
)]
pub trait CacheValue: Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync + 'static> CacheValue for T {}

/// A type whose values can be stored as errors.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored as an error",
    label = "cannot be stored as an error",
    note = "`err_timeout` stores errors, and a cached value is `Clone + Send + Sync + 'static`: every hit gets a clone, on any thread",
    note = "share the error as `Arc<_>`, or leave `err_timeout` out: without it errors need not be `Clone`"
)]
pub trait CacheError: Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<E: Clone + Send + Sync + 'static> CacheError for E {}

/// A type that is called `Result`: what `peek_f` and `put_f` need to know of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is called `Result` and is another type than the standard library's",
    label = "`peek_f` and `put_f` would show what is in a `std::result::Result`",
    note = "name it by another name (`use .. as ..`), or leave the siblings out with `helpers = false`"
)]
pub trait OfResult: Sized {
    /// `T` of a `Result<T, E>`.
    type Value;

    /// The value of an `Ok`.
    fn into_value(self) -> Option<Self::Value>;
    /// An `Ok` with this value.
    fn from_value(value: Self::Value) -> Self;
}

impl<T, E> OfResult for Result<T, E> {
    type Value = T;

    fn into_value(self) -> Option<T> {
        self.ok()
    }

    fn from_value(value: T) -> Self {
        Ok(value)
    }
}

/// `T` of a `Result<T, E>`, under whatever alias of that name.
pub type ValueOf<R> = <R as OfResult>::Value;

/// What a computation came to.
#[derive(Debug)]
pub enum Verdict<S, E> {
    /// This can be stored.
    Value(S),
    /// An error, with what the waiters get of it, if it can be cloned.
    Failed(Option<E>),
    /// It is for the caller alone.
    #[cfg(feature = "axum")]
    Private,
}

/// The types of a [`Kind`]. They do not depend on the result's type, in whose place the compiler may see one
/// with other lifetimes.
pub trait Types {
    /// What rules look at and `peek_f` shows: `T` of a `Result<T, E>`.
    type Value: CacheValue;
    /// What an entry holds.
    type Stored: CacheValue;
    /// What waiters share of a failure.
    type Error: CacheValue;
    /// How the store keeps it.
    type Stowing: Stowing<Value = Self::Stored>;
}

/// How results of type `R` are stored and given back.
pub trait Kind<R>: Types {
    /// Takes from a result what others may have of it.
    fn judge(result: &R) -> Verdict<Self::Stored, Self::Error>;
    /// The value in an entry; none in a stored error.
    fn value(stored: &Self::Stored) -> Option<&Self::Value>;
    /// The result a hit gives.
    fn answer(stored: &Self::Stored) -> R;
    /// The result that an entry's content is given back as.
    fn restore(stored: Self::Stored) -> R;
    /// The result that a waiter for a failed computation gets.
    fn failure(error: Self::Error) -> R;
    /// What an entry holds for this result; nothing for an error.
    fn from_result(result: R) -> Option<Self::Stored>;
}

/// Anything but a `Result`.
#[derive(Debug)]
pub struct Whole<R>(PhantomData<fn() -> R>);

/// A `Result` whose errors can be shared with waiters.
#[derive(Debug)]
pub struct SharedErrors<T, E>(PhantomData<fn() -> (T, E)>);

/// A `Result` whose errors cannot be cloned.
#[derive(Debug)]
pub struct OwnErrors<T>(PhantomData<fn() -> T>);

/// A `Result` whose errors are stored too.
#[derive(Debug)]
pub struct KeepErrors<T, E>(PhantomData<fn() -> (T, E)>);

/// Stands in for the kind of a result that cannot be cached, so that it is reported once.
#[derive(Debug)]
pub struct Refused;

impl Types for Refused {
    type Value = Infallible;
    type Stored = Infallible;
    type Error = Infallible;
    type Stowing = Shared<Self::Stored>;
}

impl<R> Kind<R> for Refused {
    fn judge(_result: &R) -> Verdict<Infallible, Infallible> {
        Verdict::Failed(None)
    }

    fn value(stored: &Infallible) -> Option<&Infallible> {
        Some(stored)
    }

    fn answer(stored: &Infallible) -> R {
        match *stored {}
    }

    fn restore(stored: Self::Stored) -> R {
        match stored {}
    }

    fn failure(error: Infallible) -> R {
        match error {}
    }

    fn from_result(_result: R) -> Option<Infallible> {
        None
    }
}

impl<R: CacheValue> Types for Whole<R> {
    type Value = R;
    type Stored = R;
    type Error = Infallible;
    type Stowing = Shared<R>;
}

impl<T: CacheValue, E: CacheValue> Types for SharedErrors<T, E> {
    type Value = T;
    type Stored = T;
    type Error = E;
    type Stowing = Shared<T>;
}

impl<T: CacheValue> Types for OwnErrors<T> {
    type Value = T;
    type Stored = T;
    type Error = Infallible;
    type Stowing = Shared<T>;
}

impl<T: CacheValue, E: CacheError> Types for KeepErrors<T, E> {
    type Value = T;
    type Stored = Result<T, E>;
    type Error = E;
    type Stowing = Shared<Result<T, E>>;
}

/// A result that can fail: what `err_timeout` is about.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no errors to store",
    label = "`err_timeout` is for functions that return a `Result`"
)]
pub trait Fallible {}

impl<T, E> Fallible for Result<T, E> {}

impl<R: CacheValue> Kind<R> for Whole<R> {
    fn judge(result: &R) -> Verdict<R, Infallible> {
        Verdict::Value(result.clone())
    }

    fn value(stored: &R) -> Option<&R> {
        Some(stored)
    }

    fn answer(stored: &R) -> R {
        stored.clone()
    }

    fn restore(stored: R) -> R {
        stored
    }

    fn failure(error: Infallible) -> R {
        match error {}
    }

    fn from_result(result: R) -> Option<R> {
        Some(result)
    }
}

/// What the two kinds that store `T` of a `Result<T, E>` have in common.
macro_rules! stores_the_value {
    () => {
        fn value(stored: &T) -> Option<&T> {
            Some(stored)
        }

        fn answer(stored: &T) -> Result<T, E> {
            Ok(stored.clone())
        }

        fn restore(stored: T) -> Result<T, E> {
            Ok(stored)
        }

        fn from_result(result: Result<T, E>) -> Option<T> {
            result.ok()
        }
    };
}

impl<T: CacheValue, E: CacheValue> Kind<Result<T, E>> for SharedErrors<T, E> {
    stores_the_value!();

    fn judge(result: &Result<T, E>) -> Verdict<T, E> {
        match result {
            Ok(value) => Verdict::Value(value.clone()),
            Err(error) => Verdict::Failed(Some(error.clone())),
        }
    }

    fn failure(error: E) -> Result<T, E> {
        Err(error)
    }
}

impl<T: CacheValue, E> Kind<Result<T, E>> for OwnErrors<T> {
    stores_the_value!();

    fn judge(result: &Result<T, E>) -> Verdict<T, Infallible> {
        match result {
            Ok(value) => Verdict::Value(value.clone()),
            Err(_) => Verdict::Failed(None),
        }
    }

    fn failure(error: Infallible) -> Result<T, E> {
        match error {}
    }
}

impl<T: CacheValue, E: CacheError> Kind<Result<T, E>> for KeepErrors<T, E> {
    fn judge(result: &Result<T, E>) -> Verdict<Self::Stored, E> {
        Verdict::Value(result.clone())
    }

    fn value(stored: &Self::Stored) -> Option<&T> {
        stored.as_ref().ok()
    }

    fn answer(stored: &Self::Stored) -> Result<T, E> {
        stored.clone()
    }

    fn restore(stored: Self::Stored) -> Result<T, E> {
        stored
    }

    fn failure(error: E) -> Result<T, E> {
        Err(error)
    }

    fn from_result(result: Result<T, E>) -> Option<Self::Stored> {
        result.is_ok().then_some(result)
    }
}

/// Asks for the kind of a result.
#[derive(Debug)]
pub struct Probe<R> {
    next: ResultProbe<R>,
}

/// [`Probe`] after a `Result` with errors that can be shared did not fit.
#[derive(Debug)]
pub struct ResultProbe<R> {
    next: WholeProbe<R>,
}

/// [`Probe`] after no `Result` did fit.
#[derive(Debug)]
pub struct WholeProbe<R> {
    next: NoProbe<R>,
}

/// [`Probe`] after nothing did fit.
#[derive(Debug)]
pub struct NoProbe<R>(PhantomData<fn() -> R>);

impl<R> Probe<R> {
    #[expect(
        clippy::new_without_default,
        reason = "generated code names the type it asks about"
    )]
    /// Asks about results of this type.
    #[must_use]
    pub fn new() -> Self {
        Self {
            next: ResultProbe {
                next: WholeProbe {
                    next: NoProbe(PhantomData),
                },
            },
        }
    }
}

impl<T: CacheValue, E: CacheValue> Probe<Result<T, E>> {
    /// The kind, if it is this one.
    #[must_use]
    pub fn __cache_kind(&self) -> SharedErrors<T, E> {
        SharedErrors(PhantomData)
    }
}

impl<T: CacheValue, E: CacheError> Probe<Result<T, E>> {
    /// The kind that stores errors too, if it is this one.
    #[must_use]
    pub fn __cache_keeping(&self) -> KeepErrors<T, E> {
        KeepErrors(PhantomData)
    }
}

impl<R> Deref for Probe<R> {
    type Target = ResultProbe<R>;

    fn deref(&self) -> &ResultProbe<R> {
        &self.next
    }
}

impl<T: CacheValue, E> ResultProbe<Result<T, E>> {
    /// The kind, if it is this one.
    #[must_use]
    pub fn __cache_kind(&self) -> OwnErrors<T> {
        OwnErrors(PhantomData)
    }
}

impl<T, E> ResultProbe<Result<T, E>> {
    /// When a writer has written.
    #[must_use]
    pub fn __cache_success(&self) -> OnOk {
        OnOk
    }

    /// What must be cacheable.
    #[must_use]
    pub fn __cache_value(&self) -> Of<T> {
        Of(PhantomData)
    }

    /// What must be cacheable if errors are stored.
    #[must_use]
    pub fn __cache_error(&self) -> Of<E> {
        Of(PhantomData)
    }
}

impl<R> Deref for ResultProbe<R> {
    type Target = WholeProbe<R>;

    fn deref(&self) -> &WholeProbe<R> {
        &self.next
    }
}

impl<R: CacheValue> WholeProbe<R> {
    /// The kind, if it is this one.
    #[must_use]
    pub fn __cache_kind(&self) -> Whole<R> {
        Whole(PhantomData)
    }
}

impl<R> WholeProbe<R> {
    /// When a writer has written.
    #[must_use]
    pub fn __cache_success(&self) -> OnReturn {
        OnReturn
    }

    /// What must be cacheable.
    #[must_use]
    pub fn __cache_value(&self) -> Of<R> {
        Of(PhantomData)
    }

    /// What must be cacheable if errors are stored: there are none.
    #[must_use]
    pub fn __cache_error(&self) -> Of<()> {
        Of(PhantomData)
    }
}

impl<R> Deref for WholeProbe<R> {
    type Target = NoProbe<R>;

    fn deref(&self) -> &NoProbe<R> {
        &self.next
    }
}

impl<R> NoProbe<R> {
    /// The kind, if it is no other.
    #[must_use]
    pub fn __cache_kind(&self) -> Refused {
        Refused
    }

    /// The kind that stores errors too, if it is no other.
    #[must_use]
    pub fn __cache_keeping(&self) -> Refused {
        Refused
    }
}

/// A part of a result.
#[derive(Debug)]
pub struct Of<T>(PhantomData<fn() -> T>);

/// Insists that a result can be cached.
pub fn check_value<T: CacheValue>(_value: Of<T>) {}

/// Insists that the errors of a result can be stored.
pub fn check_error<E: CacheError>(_error: Of<E>) {}

/// Insists that a result can be an error.
pub fn check_fallible<R: Fallible>() {}

/// A writer that has written when it returns `Ok`.
#[derive(Clone, Copy, Debug)]
pub struct OnOk;

/// A writer that has written when it returns.
#[derive(Clone, Copy, Debug)]
pub struct OnReturn;

impl OnOk {
    /// The successful value of a result.
    pub fn success<T, E>(self, result: &Result<T, E>) -> Option<&T> {
        result.as_ref().ok()
    }
}

impl OnReturn {
    /// The successful value of a result.
    pub fn success<R>(self, result: &R) -> Option<&R> {
        Some(result)
    }
}

/// What `peek_f` shows and `put_f` takes.
pub trait Shown<R, K: Kind<R>> {
    /// The type that stands in their signatures.
    type Visible;

    /// Shows what an entry holds; nothing of a stored error.
    fn show(stored: &K::Stored) -> Option<Self::Visible>;
    /// What an entry holds for this; nothing for an error.
    fn take(visible: Self::Visible) -> Option<K::Stored>;
}

/// `T` of a `Result<T, E>` that is spelt so.
#[derive(Clone, Copy, Debug)]
pub struct AsValue;

/// The return type as it stands.
#[derive(Clone, Copy, Debug)]
pub struct AsWhole;

impl<R: OfResult, K: Kind<R>> Shown<R, K> for AsValue {
    type Visible = ValueOf<R>;

    fn show(stored: &K::Stored) -> Option<ValueOf<R>> {
        K::value(stored).and_then(|_| K::answer(stored).into_value())
    }

    fn take(visible: ValueOf<R>) -> Option<K::Stored> {
        K::from_result(R::from_value(visible))
    }
}

impl<R, K: Kind<R>> Shown<R, K> for AsWhole {
    type Visible = R;

    fn show(stored: &K::Stored) -> Option<R> {
        K::value(stored).map(|_| K::answer(stored))
    }

    fn take(visible: R) -> Option<K::Stored> {
        K::from_result(visible)
    }
}

/// A value that can say that there is nothing: what `cache_none` and `none_timeout` are about.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is never `None`",
    label = "`cache_none` and `none_timeout` are for functions that return an `Option`"
)]
pub trait MaybeNone {
    /// Tells whether there is nothing.
    fn is_none(&self) -> bool;
}

impl<T> MaybeNone for Option<T> {
    fn is_none(&self) -> bool {
        Option::is_none(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Alias<T> = Result<T, String>;
    struct NotClone;

    #[test]
    fn a_result_is_known_by_its_type() {
        let SharedErrors(_) = Probe::<Alias<u32>>::new().__cache_kind();
        let OwnErrors(_) = Probe::<std::io::Result<u32>>::new().__cache_kind();
        let OwnErrors(_) = Probe::<Result<u32, NotClone>>::new().__cache_kind();
        let Whole(_) = Probe::<Option<u32>>::new().__cache_kind();
        let OnOk = Probe::<std::io::Result<NotClone>>::new().__cache_success();
        let OnReturn = Probe::<NotClone>::new().__cache_success();
        let Refused = Probe::<NotClone>::new().__cache_kind();
        let Refused = Probe::<Result<NotClone, u8>>::new().__cache_kind();
        let Refused = Probe::<Result<u8, NotClone>>::new().__cache_keeping();
    }

    #[test]
    fn errors_are_neither_shown_nor_put() {
        let failed: Alias<u32> = Err("down".into());
        assert_eq!(
            <AsWhole as Shown<Alias<u32>, KeepErrors<u32, String>>>::show(&failed),
            None
        );
        assert_eq!(
            <AsWhole as Shown<Alias<u32>, SharedErrors<u32, String>>>::take(failed),
            None
        );
        assert_eq!(
            <AsWhole as Shown<Alias<u32>, SharedErrors<u32, String>>>::show(&1),
            Some(Ok(1))
        );
        assert_eq!(
            <AsValue as Shown<Alias<u32>, KeepErrors<u32, String>>>::take(1),
            Some(Ok(1))
        );
    }
}
