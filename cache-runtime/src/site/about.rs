//! What the attribute says of a function, known before it is called.

use crate::options::{Bound, Declared};

/// Hands out the names of what keeps a function's entries from leaving the process.
type Stays = fn(&mut dyn FnMut(&'static str));

/// What is known of a function before it is called. It is one value, not a chain of calls: every cached function of a
/// program has one, which the compiler works out.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The function's own name.
    pub name: &'static str,
    /// The file that its attribute stands in.
    pub file: &'static str,
    /// The line there.
    pub line: u32,
    /// The column there.
    pub column: u32,
    /// The path of a closure inside the function's `static`.
    pub path: fn() -> &'static str,
    /// `namespace = ".."`.
    pub namespace: Option<&'static str>,
    /// `version = ..`.
    pub version: Option<u64>,
    /// The fingerprint of the function's source.
    pub source: u64,
    /// `source_check = ..`.
    pub source_check: Option<bool>,
    /// `local`.
    pub local: bool,
    /// Names what keeps entries from leaving the process, if that is known before a call.
    pub shares: Option<Stays>,
    /// The options that only entries in this process can have.
    pub in_process: &'static [&'static str],
    /// Whether the keys are rendered routes.
    pub routed: bool,
    /// What the attribute says of the requests that the function serves.
    #[cfg(feature = "axum")]
    pub requests: Option<&'static crate::http::Requests>,
    /// `timeout = ..`.
    pub timeout: Option<Declared>,
    /// `max_entries = ..`, or `unbounded`.
    pub max_entries: Option<Bound>,
}

impl About {
    /// A function without a name, of which nothing is said.
    pub const NOTHING: Self = Self {
        name: "",
        file: "",
        line: 0,
        column: 0,
        path: || "",
        namespace: None,
        version: None,
        source: 0,
        source_check: None,
        local: false,
        shares: None,
        in_process: &[],
        routed: false,
        #[cfg(feature = "axum")]
        requests: None,
        timeout: None,
        max_entries: None,
    };
}

/// What tells what keeps entries from leaving the process, where they could.
#[cfg(feature = "shared")]
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_stays {
    ($report:expr) => {
        ::core::option::Option::Some($report)
    };
}

/// Without shared stores nobody asks what keeps entries from leaving the process.
#[cfg(not(feature = "shared"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_stays {
    ($($report:tt)*) => {
        ::core::option::Option::None
    };
}
