//! What is set for one function.

use std::time::Duration;

use crate::options::Terms;

/// What holds for one function, whatever its attribute says; see [`Config::function`](super::Config::function).
///
/// In TOML it is a table: `[functions."shop::prices::price"]` with `timeout`, `max_entries` and `enabled`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FunctionConfig {
    pub(super) timeout: Option<Duration>,
    pub(super) max_entries: Option<usize>,
    pub(super) enabled: Option<bool>,
}

impl FunctionConfig {
    /// Leaves everything as the attribute has it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the time to live of its values, in the place of `timeout` and `timeout_with`; zero: for ever.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Bounds the number of its entries in this process, in the place of `max_entries`, `unbounded` and `max_weight`.
    #[must_use]
    pub fn max_entries(mut self, entries: usize) -> Self {
        self.max_entries = Some(entries);
        self
    }

    /// Says whether it is cached at all: if not, every call runs it, and counts as bypassed.
    #[must_use]
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = Some(enabled);
        self
    }

    /// What holds for the function, where this holds for all.
    pub(super) fn applied_to(&self, all: Terms) -> Terms {
        Terms {
            forced_timeout: self.timeout.map(super::settings::ttl),
            forced_max_entries: self.max_entries,
            enabled: all.enabled && self.enabled.unwrap_or(true),
            ..all
        }
    }
}
