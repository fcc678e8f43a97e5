//! What an attribute says about a function: [`Setup`] collects it, once, at the function's first use.
#![allow(
    unsafe_code,
    reason = "rules are asked without asking of what type the value is"
)]

use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::marker::PhantomData;
use std::time::Duration;

use crate::entry::Times;
use crate::rules::{Bare, Question, Rules};
use crate::value::MaybeNone;

/// How long an entry lives when neither its function nor the configuration says.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);

/// How many entries a function keeps when neither it nor the configuration says.
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

/// What holds for a function, apart from what its attribute says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Terms {
    /// The time to live where the attribute gives none.
    pub(crate) timeout: Ttl,
    /// The bound on entries where the attribute gives none.
    pub(crate) max_entries: usize,
    /// The time to live whatever the attribute says.
    pub(crate) forced_timeout: Option<Ttl>,
    /// The bound on entries whatever the attribute says.
    pub(crate) forced_max_entries: Option<usize>,
    /// Whether the cache is used at all.
    pub(crate) enabled: bool,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            timeout: Some(DEFAULT_TIMEOUT),
            max_entries: DEFAULT_MAX_ENTRIES,
            forced_timeout: None,
            forced_max_entries: None,
            enabled: true,
        }
    }
}

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

/// What `tags_with = ..` takes from a value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` gives no labels",
    label = "expected texts: an array, a `Vec` or an `Option` of `String` or `&'static str`",
    note = "write `tags_with = |user| [format!(\"team:{{}}\", user.team)]`"
)]
pub trait IntoTags {
    /// Hands out the labels, one by one.
    fn each(self, add: &mut dyn FnMut(&str));
}

#[diagnostic::do_not_recommend]
impl<T: IntoIterator<Item: AsRef<str>>> IntoTags for T {
    fn each(self, add: &mut dyn FnMut(&str)) {
        self.into_iter().for_each(|tag| add(tag.as_ref()));
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
    /// The part of a time to live that chance may take away.
    pub(crate) jitter: f64,
    pub(crate) idle: Option<Duration>,
    pub(crate) stale_while_revalidate: Option<Duration>,
    pub(crate) stale_if_error: Option<Duration>,
    /// The part of a time to live after which a hit starts a refresh.
    pub(crate) refresh_ahead: Option<f64>,
    /// `None`: unbounded.
    pub(crate) max_entries: Option<usize>,
    /// A bound on weight in the place of one on entries.
    pub(crate) max_weight: Option<u64>,
    pub(crate) coalesce: bool,
    pub(crate) depends: bool,
    /// Whether the cache is used at all.
    pub(crate) enabled: bool,
}

impl Options {
    /// What holds where an attribute says nothing.
    fn by_default(terms: &Terms) -> Self {
        Self {
            timeout: terms.timeout,
            none_timeout: None,
            err_timeout: None,
            jitter: 0.0,
            idle: None,
            stale_while_revalidate: None,
            stale_if_error: None,
            refresh_ahead: None,
            max_entries: Some(terms.max_entries),
            max_weight: None,
            coalesce: true,
            depends: true,
            enabled: terms.enabled,
        }
    }

    /// Whether values are refreshed in the background.
    pub(crate) fn refreshes(&self) -> bool {
        self.stale_while_revalidate.is_some() || self.refresh_ahead.is_some()
    }

    /// How long an entry may be of use, at most; `None`: for ever.
    #[cfg(feature = "shared")]
    pub(crate) fn longest(&self) -> Ttl {
        let windows = self.stale_while_revalidate.max(self.stale_if_error);
        Some(self.timeout? + windows.unwrap_or_default())
    }

    /// Whether an old value may answer where a computation fails.
    pub(crate) fn tolerates_failures(&self) -> bool {
        self.stale_if_error.is_some() || self.refreshes()
    }
}

/// What an attribute says.
#[derive(Debug)]
pub struct Setup<V> {
    pub(crate) said: Said,
    value: PhantomData<fn(&V)>,
}

/// What an attribute says, whatever type the values are of.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) options: Options,
    /// They are asked about values of the type of the [`Setup`].
    pub(crate) rules: Rules,
}

impl Said {
    fn by_default(terms: &Terms) -> Self {
        Self {
            options: Options::by_default(terms),
            rules: Rules::default(),
        }
    }

    /// Puts what holds whatever the attribute says in the place of what it says.
    pub(crate) fn override_by(&mut self, terms: &Terms) {
        if let Some(timeout) = terms.forced_timeout {
            self.options.timeout = timeout;
            self.rules.timeout_with = None;
        }
        if let Some(entries) = terms.forced_max_entries {
            self.options.max_entries = Some(entries);
            self.options.max_weight = None;
        }
    }
}

impl<V> Setup<V> {
    pub(crate) fn new(terms: &Terms) -> Self {
        Self {
            said: Said::by_default(terms),
            value: PhantomData,
        }
    }

    /// Sets the time to live.
    #[must_use]
    pub fn timeout(mut self, timeout: impl IntoTimeout) -> Self {
        self.said.options.timeout = ttl(timeout);
        self
    }

    /// Sets the time to live of a `None`.
    #[must_use]
    pub fn none_timeout(mut self, timeout: impl IntoTimeout) -> Self
    where
        V: MaybeNone,
    {
        self.said.options.none_timeout = Some(ttl(timeout));
        self.said.rules.is_none = Some(Question::about(V::is_none));
        self
    }

    /// Sets the time to live of an error.
    #[must_use]
    pub fn err_timeout(mut self, timeout: impl IntoTimeout) -> Self {
        self.said.options.err_timeout = Some(ttl(timeout));
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
        self.said.options.max_entries = Some(entries);
        self
    }

    /// Keeps as many entries as are asked for.
    #[must_use]
    pub fn unbounded(mut self) -> Self {
        self.said.options.max_entries = None;
        self
    }

    /// Shortens every time to live by a random part of up to this fraction.
    ///
    /// # Panics
    ///
    /// If it is not from 0 to 1.
    #[must_use]
    pub fn jitter(mut self, fraction: f64) -> Self {
        assert!(
            (0.0..=1.0).contains(&fraction),
            "`jitter` is {fraction}; give a fraction from 0 to 1, such as `jitter = 0.1`"
        );
        self.said.options.jitter = fraction;
        self
    }

    /// Lets an entry expire too when it is unread for this long.
    #[must_use]
    pub fn idle(mut self, idle: impl IntoTimeout) -> Self {
        self.said.options.idle = ttl(idle);
        self
    }

    /// Gives out the old value for this long after the timeout, while one refresh runs.
    #[must_use]
    pub fn stale_while_revalidate(mut self, window: impl IntoTimeout) -> Self {
        self.said.options.stale_while_revalidate = window_of(window);
        self
    }

    /// Answers with the old value for this long after the timeout, where a computation fails.
    #[must_use]
    pub fn stale_if_error(mut self, window: impl IntoTimeout) -> Self {
        self.said.options.stale_if_error = window_of(window);
        self
    }

    /// Starts a refresh on a hit past this fraction of the timeout.
    ///
    /// # Panics
    ///
    /// If it is not between 0 and 1.
    #[must_use]
    pub fn refresh_ahead(mut self, fraction: f64) -> Self {
        assert!(
            fraction > 0.0 && fraction < 1.0,
            "`refresh_ahead` is {fraction}; give a fraction between 0 and 1, such as `refresh_ahead = 0.8`"
        );
        self.said.options.refresh_ahead = Some(fraction);
        self
    }

    /// Chooses the time to live by the value; zero: it is not stored.
    #[must_use]
    pub fn timeout_with(mut self, timeout: fn(&V) -> Duration) -> Self {
        self.said.rules.timeout_with = Some(Question::about(timeout));
        self
    }

    /// Bounds the total weight, in place of the number of entries.
    ///
    /// # Panics
    ///
    /// If it is zero.
    #[must_use]
    pub fn max_weight(mut self, weight: u64) -> Self {
        assert!(
            weight > 0,
            "`max_weight` is 0; give at least 1, or leave caching out with `unless = true`"
        );
        self.said.options.max_weight = Some(weight);
        self.said.options.max_entries = None;
        self
    }

    /// Says what a value weighs.
    #[must_use]
    pub fn weigher(mut self, weigher: fn(&V) -> u32) -> Self {
        self.said.rules.weigher = Some(Question::about(weigher));
        self
    }

    /// Takes labels from the value.
    #[must_use]
    pub fn tags_with<T>(mut self, tags: fn(&V) -> T) -> Self
    where
        V: 'static,
        T: IntoTags + 'static,
    {
        let each = move |value: Bare<'_>, add: &mut dyn FnMut(&str)| {
            // SAFETY: rules are asked about values of this type.
            tags(unsafe { value.get() }).each(add);
        };
        self.said.rules.tags_with = Some(Box::new(each));
        self
    }

    /// Says whether the function records what its results were computed from.
    #[must_use]
    pub fn depends(mut self, depends: bool) -> Self {
        self.said.options.depends = depends;
        self
    }

    /// Stores a value only when this is true of it.
    #[must_use]
    pub fn response_filter(mut self, filter: fn(&V) -> bool) -> Self {
        self.said.rules.response_filter = Some(Question::about(filter));
        self
    }

    /// Takes a hit for a miss when this is true of the value.
    #[must_use]
    pub fn is_stale(mut self, stale: fn(&V) -> bool) -> Self {
        self.said.rules.is_stale = Some(Question::about(stale));
        self
    }

    /// Says whether a `None` is stored.
    #[must_use]
    pub fn cache_none(mut self, cache_none: bool) -> Self
    where
        V: MaybeNone,
    {
        self.said.rules.drops_none = !cache_none;
        self.said.rules.is_none = Some(Question::about(V::is_none));
        self
    }

    /// Says whether callers that want one key share one computation.
    #[must_use]
    pub fn coalesce(mut self, coalesce: bool) -> Self {
        self.said.options.coalesce = coalesce;
        self
    }
}

/// The times of a value that is to be stored; `None`: it is not stored.
///
/// # Safety
///
/// The value is of the type that the rules are about.
pub(crate) unsafe fn times(
    options: &Options,
    rules: &Rules,
    value: Option<Bare<'_>>,
) -> Option<Times> {
    // SAFETY: as the caller knows.
    let ttl = unsafe { lifetime(options, rules, value) }?;
    if !options.enabled {
        return None;
    }
    let times = options.times(ttl, value.is_some());
    #[cfg(feature = "axum")]
    let times = match (rules.times_of, value) {
        (Some(times_of), Some(value)) => {
            // SAFETY: as the caller knows.
            let said = unsafe { times_of.ask(options, value) };
            Times {
                timeout: rules.timeout_with.map_or(said.timeout, |_| ttl),
                idle: options.idle,
                ..said
            }
        }
        _ => times,
    };
    Some(options.settled(times, value.is_some()))
}

/// The times of every value, if neither what it is nor chance has a say.
pub(crate) fn constant_times(options: &Options, rules: &Rules) -> Option<Times> {
    let all_alike = rules.is_none.is_none() || !rules.drops_none && options.none_timeout.is_none();
    let asked = rules.response_filter.is_some() || rules.timeout_with.is_some() || !all_alike;
    #[cfg(feature = "axum")]
    let asked = asked || rules.times_of.is_some();
    let settled = options.enabled && options.jitter <= 0.0 && !asked;
    settled.then(|| options.settled(options.times(options.timeout, true), true))
}

/// The time to live of a function's entries, if it is the same for all of them and ends when nothing else does.
pub(crate) fn uniform(options: &Options, rules: &Rules) -> Option<Ttl> {
    let varies = options.jitter > 0.0
        || options.none_timeout.is_some()
        || options.err_timeout.is_some()
        || options.refresh_ahead.is_some()
        || rules.timeout_with.is_some();
    (!varies).then_some(options.timeout)
}

/// How long a value lives; `None`: it is not stored.
///
/// # Safety
///
/// The value is of the type that the rules are about.
unsafe fn lifetime(options: &Options, rules: &Rules, value: Option<Bare<'_>>) -> Option<Ttl> {
    let Some(value) = value else {
        return options.err_timeout;
    };
    if let Some(keep) = rules.response_filter
        // SAFETY: as the caller knows.
        && !unsafe { keep.ask(value) }
    {
        return None;
    }
    if let Some(is_none) = rules.is_none
        // SAFETY: as the caller knows.
        && unsafe { is_none.ask(value) }
    {
        if rules.drops_none {
            return None;
        }
        if let Some(ttl) = options.none_timeout {
            return Some(ttl);
        }
    }
    let Some(timeout) = rules.timeout_with else {
        return Some(options.timeout);
    };
    // SAFETY: as the caller knows.
    let time = unsafe { timeout.ask(value) };
    (!time.is_zero()).then_some(Some(time))
}

impl Options {
    /// The times of a value, or of an error, that lives so long.
    fn times(&self, timeout: Ttl, is_value: bool) -> Times {
        // An error that is stored has no windows: no error is better than an old one.
        let window = |window: Option<Duration>| window.filter(|_| is_value);
        Times {
            timeout,
            stale_while_revalidate: window(self.stale_while_revalidate),
            stale_if_error: window(self.stale_if_error),
            refresh_after: None,
            idle: self.idle,
        }
    }

    /// The same times, with what chance takes away from them and when a refresh is ahead.
    fn settled(&self, times: Times, is_value: bool) -> Times {
        let timeout = (times.timeout).map(|timeout| shortened(timeout, self.jitter));
        let part = self.refresh_ahead.filter(|_| is_value);
        let ahead = timeout.zip(part);
        Times {
            timeout,
            refresh_after: ahead.map(|(timeout, fraction)| timeout.mul_f64(fraction)),
            ..times
        }
    }
}

/// Takes a random part of up to `fraction` away.
fn shortened(time: Duration, fraction: f64) -> Duration {
    if fraction <= 0.0 {
        return time;
    }
    // A hasher with fresh keys is the standard library's source of chance; 2^53 numbers are enough.
    let chance = std::hash::RandomState::new().build_hasher().finish() >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
    let part = chance as f64 / (1_u64 << 53) as f64;
    let short = time.mul_f64(1.0 - fraction * part);
    // Something is not nothing, and nothing is for ever.
    short.max(Duration::from_nanos(1))
}

fn window_of(window: impl IntoTimeout) -> Option<Duration> {
    // A window of zero is none, and one without end ends with the world.
    Some(window.into_timeout()).filter(|window| !window.is_zero())
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
        let setup = Setup::<Option<u32>>::new(&Terms::default())
            .timeout(5)
            .none_timeout(1)
            .response_filter(|v| *v != Some(0));
        let asked = |value: Option<&Option<u32>>| {
            let (options, rules) = (&setup.said.options, &setup.said.rules);
            // SAFETY: the rules are about values of this type.
            unsafe { lifetime(options, rules, value.map(Bare::of)) }
        };
        assert_eq!(asked(Some(&Some(1))), Some(Some(Duration::from_secs(5))));
        assert_eq!(asked(Some(&None)), Some(Some(Duration::from_secs(1))));
        assert_eq!(asked(Some(&Some(0))), None);
        assert_eq!(asked(None), None);
        let never = Setup::<Option<u32>>::new(&Terms::default()).cache_none(false);
        let none = Some(Bare::of(&None::<u32>));
        // SAFETY: the rules are about values of this type.
        let lives = unsafe { lifetime(&never.said.options, &never.said.rules, none) };
        assert_eq!(lives, None);
    }
}
