//! What an attribute says about a function: [`Setup`] collects it, once, at the function's first use.

use std::fmt;
use std::time::Duration;

use crate::value::MaybeNone;

/// How long an entry lives when its function does not say.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);

/// How many entries a function keeps when it does not say.
pub(crate) const DEFAULT_MAX_ENTRIES: usize = 10_000;

/// How long an entry lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Timeout {
    /// For this long after it was stored.
    After(Duration),
    /// Until it is evicted or invalidated.
    Never,
    /// What this expression of the attribute says; it is evaluated at the function's first call.
    Expression(&'static str),
}

/// How many entries a function keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bound {
    /// At most this many.
    Entries(usize),
    /// As many as are asked for.
    Unbounded,
    /// What this expression of the attribute says; it is evaluated at the function's first call.
    Expression(&'static str),
}

impl fmt::Display for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(time) => write!(f, "{time:?}"),
            Self::Never => f.write_str("never"),
            Self::Expression(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entries(entries) => write!(f, "{entries}"),
            Self::Unbounded => f.write_str("unbounded"),
            Self::Expression(text) => f.write_str(text),
        }
    }
}

/// A timeout as the attribute has it, for the list of functions that were not called yet.
#[derive(Clone, Copy, Debug)]
pub enum Declared {
    /// Nanoseconds.
    After(u64),
    /// `never`, or zero.
    Never,
    /// Source text.
    Expression(&'static str),
}

impl From<Declared> for Timeout {
    fn from(declared: Declared) -> Self {
        match declared {
            Declared::After(nanos) => Self::After(Duration::from_nanos(nanos)),
            Declared::Never => Self::Never,
            Declared::Expression(text) => Self::Expression(text),
        }
    }
}

/// A time to live, resolved: `None` is for ever.
pub(crate) type Ttl = Option<Duration>;

/// A value that `timeout = ..` takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a time to live",
    label = "expected seconds or a `Duration`",
    note = "write `timeout = 300`, `timeout = \"5m\"`, `timeout = never`, or an expression of type `Duration`"
)]
pub trait IntoTimeout {
    /// The time to live; zero is for ever.
    ///
    /// # Panics
    ///
    /// If the value is negative, or not a number.
    fn into_timeout(self) -> Duration;
}

impl IntoTimeout for Duration {
    fn into_timeout(self) -> Duration {
        self
    }
}

macro_rules! seconds {
    (unsigned $($unsigned:ty),*; signed $($signed:ty),*; float $($float:ty),*) => {
        $(impl IntoTimeout for $unsigned {
            fn into_timeout(self) -> Duration {
                Duration::from_secs(u64::from(self))
            }
        })*
        $(impl IntoTimeout for $signed {
            fn into_timeout(self) -> Duration {
                let seconds = u64::try_from(self);
                Duration::from_secs(seconds.unwrap_or_else(|_| panic!("a timeout cannot be negative: {self}")))
            }
        })*
        $(impl IntoTimeout for $float {
            fn into_timeout(self) -> Duration {
                let time = Duration::try_from_secs_f64(f64::from(self));
                let time = time.unwrap_or_else(|why| panic!("{self} seconds are not a timeout: {why}"));
                // Something is not nothing, and nothing is for ever.
                if self > 0.0 { time.max(Duration::from_nanos(1)) } else { time }
            }
        })*
    };
}

seconds! { unsigned u8, u16, u32, u64; signed i32, i64, usize; float f32, f64 }

/// A literal timeout.
#[must_use]
pub const fn nanos(nanos: u64) -> Duration {
    Duration::from_nanos(nanos)
}

/// `timeout = never`.
#[must_use]
pub const fn never() -> Duration {
    Duration::ZERO
}

fn ttl(timeout: impl IntoTimeout) -> Ttl {
    Some(timeout.into_timeout()).filter(|time| !time.is_zero())
}

/// What an attribute says, apart from the rules over values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) timeout: Ttl,
    pub(crate) none_timeout: Option<Ttl>,
    pub(crate) err_timeout: Option<Ttl>,
    /// `None`: unbounded.
    pub(crate) max_entries: Option<usize>,
    pub(crate) coalesce: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timeout: Some(DEFAULT_TIMEOUT),
            none_timeout: None,
            err_timeout: None,
            max_entries: Some(DEFAULT_MAX_ENTRIES),
            coalesce: true,
        }
    }
}

/// Questions that an attribute asks about a value.
#[derive(Debug)]
pub(crate) struct Rules<V> {
    pub(crate) response_filter: Option<fn(&V) -> bool>,
    pub(crate) is_stale: Option<fn(&V) -> bool>,
    pub(crate) is_none: Option<fn(&V) -> bool>,
    pub(crate) cache_none: bool,
}

/// What an attribute says.
#[derive(Debug)]
pub struct Setup<V> {
    pub(crate) options: Options,
    pub(crate) rules: Rules<V>,
}

impl<V> Setup<V> {
    pub(crate) fn new() -> Self {
        let rules = Rules {
            response_filter: None,
            is_stale: None,
            is_none: None,
            cache_none: true,
        };
        Self {
            options: Options::default(),
            rules,
        }
    }

    /// Sets the time to live.
    #[must_use]
    pub fn timeout(mut self, timeout: impl IntoTimeout) -> Self {
        self.options.timeout = ttl(timeout);
        self
    }

    /// Sets the time to live of a `None`.
    #[must_use]
    pub fn none_timeout(mut self, timeout: impl IntoTimeout) -> Self
    where
        V: MaybeNone,
    {
        self.options.none_timeout = Some(ttl(timeout));
        self.rules.is_none = Some(V::is_none);
        self
    }

    /// Sets the time to live of an error.
    #[must_use]
    pub fn err_timeout(mut self, timeout: impl IntoTimeout) -> Self {
        self.options.err_timeout = Some(ttl(timeout));
        self
    }

    /// Bounds the number of entries.
    ///
    /// # Panics
    ///
    /// If it is zero.
    #[must_use]
    pub fn max_entries(mut self, entries: usize) -> Self {
        assert!(
            entries > 0,
            "`max_entries` is 0; give at least 1, or leave caching out with `unless = true`"
        );
        self.options.max_entries = Some(entries);
        self
    }

    /// Keeps as many entries as are asked for.
    #[must_use]
    pub fn unbounded(mut self) -> Self {
        self.options.max_entries = None;
        self
    }

    /// Stores a value only when this is true of it.
    #[must_use]
    pub fn response_filter(mut self, filter: fn(&V) -> bool) -> Self {
        self.rules.response_filter = Some(filter);
        self
    }

    /// Takes a hit for a miss when this is true of the value.
    #[must_use]
    pub fn is_stale(mut self, stale: fn(&V) -> bool) -> Self {
        self.rules.is_stale = Some(stale);
        self
    }

    /// Says whether a `None` is stored.
    #[must_use]
    pub fn cache_none(mut self, cache_none: bool) -> Self
    where
        V: MaybeNone,
    {
        self.rules.cache_none = cache_none;
        self.rules.is_none = Some(V::is_none);
        self
    }

    /// Says whether callers that want one key share one computation.
    #[must_use]
    pub fn coalesce(mut self, coalesce: bool) -> Self {
        self.options.coalesce = coalesce;
        self
    }
}

/// How long a value may be stored; `None`: not at all.
pub(crate) fn lifetime<V>(options: &Options, rules: &Rules<V>, value: Option<&V>) -> Option<Ttl> {
    let Some(value) = value else {
        return options.err_timeout;
    };
    if rules.response_filter.is_some_and(|keep| !keep(value)) {
        return None;
    }
    if rules.is_none.is_some_and(|is_none| is_none(value)) {
        return rules
            .cache_none
            .then(|| options.none_timeout.unwrap_or(options.timeout));
    }
    Some(options.timeout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_floats_are_seconds_and_zero_is_for_ever() {
        assert_eq!(ttl(5_u8), Some(Duration::from_secs(5)));
        assert_eq!(ttl(60 * 5), Some(Duration::from_secs(300)));
        assert_eq!(ttl(0.25), Some(Duration::from_millis(250)));
        assert_eq!(ttl(0), None);
        assert_eq!(ttl(never()), None);
    }

    #[test]
    #[should_panic(expected = "a timeout cannot be negative: -1")]
    fn a_negative_timeout_is_refused() {
        ttl(-1);
    }

    #[test]
    fn what_a_value_is_decides_how_long_it_lives() {
        let setup = Setup::<Option<u32>>::new()
            .timeout(5)
            .none_timeout(1)
            .response_filter(|v| *v != Some(0));
        let asked = |value| lifetime(&setup.options, &setup.rules, value);
        assert_eq!(asked(Some(&Some(1))), Some(Some(Duration::from_secs(5))));
        assert_eq!(asked(Some(&None)), Some(Some(Duration::from_secs(1))));
        assert_eq!(asked(Some(&Some(0))), None);
        assert_eq!(asked(None), None);
        let never = Setup::<Option<u32>>::new().cache_none(false);
        assert_eq!(lifetime(&never.options, &never.rules, Some(&None)), None);
    }
}
