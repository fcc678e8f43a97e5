//! Arguments that tell who asks: what such a function returns is for that user only.

use std::ops::Deref;

use axum::extract::{MatchedPath, OriginalUri, Path, Query, RawPathParams, RawQuery, State};
use http::{Method, Uri, Version};

/// An argument of a handler that tells who asks, such as an extractor of the current user.
///
/// A handler with such an argument is not cached by the request alone: that does not compile.
///
/// ```compile_fail
/// use cache_runtime::{cached, http::Identity};
///
/// struct CurrentUser(u64);
/// impl Identity for CurrentUser {}
///
/// #[cached(timeout = 5, route = request)]
/// async fn home(user: CurrentUser) -> String {
///     format!("Hello, user {}", user.0)
/// }
/// ```
pub trait Identity {}

/// An extractor of the request's address or of the application: it does not tell who asks.
pub trait Plain {}

macro_rules! plain {
    ($($type:ty $(, $parameter:ident)?);* $(;)?) => {
        $(impl $(<$parameter>)? Plain for $type {})*
    };
}

plain! {
    Path<T>, T; Query<T>, T; State<T>, T; RawQuery; RawPathParams; OriginalUri; MatchedPath; Uri; Method; Version;
}

/// Asks what an argument sees of the request: `__cache_sees` tells.
#[derive(Debug)]
pub struct Sees<'a, A> {
    next: SeesUsers<'a, A>,
}

/// [`Sees`] after the argument was not plain.
#[derive(Debug)]
pub struct SeesUsers<'a, A> {
    next: SeesAnything<'a, A>,
}

/// [`Sees`] after the argument was neither plain nor an identity.
#[derive(Debug)]
pub struct SeesAnything<'a, A>(#[expect(dead_code, reason = "names a type")] &'a A);

impl<'a, A> Sees<'a, A> {
    /// Asks about an argument.
    pub fn of(argument: &'a A) -> Self {
        Self {
            next: SeesUsers {
                next: SeesAnything(argument),
            },
        }
    }
}

impl<A: Plain> Sees<'_, A> {
    /// It tells nothing of users.
    #[must_use]
    pub fn __cache_sees(&self) -> Anonymous<true> {
        Anonymous
    }
}

impl<'a, A> Deref for Sees<'a, A> {
    type Target = SeesUsers<'a, A>;

    fn deref(&self) -> &SeesUsers<'a, A> {
        &self.next
    }
}

impl<A: Identity> SeesUsers<'_, A> {
    /// It tells who asks.
    #[must_use]
    pub fn __cache_sees(&self) -> Tells<A> {
        Tells(std::marker::PhantomData)
    }
}

impl<'a, A> Deref for SeesUsers<'a, A> {
    type Target = SeesAnything<'a, A>;

    fn deref(&self) -> &SeesAnything<'a, A> {
        &self.next
    }
}

impl<A> SeesAnything<'_, A> {
    /// It may tell who asks.
    #[must_use]
    pub fn __cache_sees(&self) -> Anonymous<false> {
        Anonymous
    }
}

/// An argument that is not known to tell who asks; `PLAIN` if it cannot.
#[derive(Clone, Copy, Debug)]
pub struct Anonymous<const PLAIN: bool>;

/// An argument that tells who asks.
#[derive(Debug)]
pub struct Tells<A>(std::marker::PhantomData<fn() -> A>);

impl<const PLAIN: bool> Anonymous<PLAIN> {
    /// Whether it cannot tell who asks.
    #[must_use]
    pub fn __cache_plain(self) -> bool {
        PLAIN
    }
}

impl<A> Tells<A> {
    /// Whether it cannot tell who asks.
    #[must_use]
    pub fn __cache_plain(&self) -> bool {
        false
    }
}

/// What an argument of a handler that is cached by the request may see.
#[diagnostic::on_unimplemented(
    message = "this argument tells who asks, and is no part of the key",
    label = "`{Self}`: one user's page would reach another",
    note = "put who asks into the key with `vary(\"cookie\")` or `vary(\"authorization\")`, key on the arguments with `#[memoize]`, or say with `skip(..)` that the result does not depend on it"
)]
pub trait Extractor {}

impl<const PLAIN: bool> Extractor for Anonymous<PLAIN> {}

/// Insists that an argument is not known to tell who asks.
pub fn check_anonymous<E: Extractor>(_sees: E) {}
