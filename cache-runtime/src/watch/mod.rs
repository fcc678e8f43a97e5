//! What those who watch are told: a span around each load and events for failures (feature `tracing`), and numbers
//! (feature `metrics`). A leaf: everybody may tell it something, nobody asks it anything.

pub(crate) mod load;
pub(crate) mod log;
#[cfg(feature = "metrics")]
pub(crate) mod numbers;

use std::borrow::Cow;

use crate::site::Site;

/// Whose load it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject<'a> {
    /// A cached function's.
    Function(&'static Site),
    /// That of a response cache with this name.
    #[cfg_attr(
        not(feature = "axum"),
        expect(dead_code, reason = "there are no layers")
    )]
    Layer(&'a str),
}

impl Subject<'_> {
    /// The name that it has wherever it is counted or told of.
    #[cfg_attr(
        not(any(feature = "metrics", feature = "tracing")),
        expect(dead_code, reason = "nobody is told")
    )]
    pub(crate) fn name(self) -> Cow<'static, str> {
        match self {
            Self::Function(site) => Cow::Borrowed(crate::registry::name(site)),
            Self::Layer(name) => Cow::Owned(format!("CacheLayer {name}")),
        }
    }
}
