//! The list of the program's cached functions, known from the moment it is linked.

use std::collections::HashMap;
use std::time::Duration;

use once_cell::sync::Lazy;

use crate::config::installed;
use crate::options::{Bound, Options, Terms, Timeout, Ttl};
use crate::site::Site;
use crate::stats::Stats;
#[cfg(any(feature = "shared", feature = "axum"))]
use crate::sync::StaticMutex;
#[cfg(any(feature = "shared", feature = "axum"))]
use crate::watch;

/// A function's entry in the list.
#[derive(Debug)]
pub struct Registration(pub &'static Site);

inventory::collect!(Registration);

/// Puts a function into the list.
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_register {
    ($site:path) => {
        $crate::__private::inventory::submit! { $crate::__private::Registration(&$site) }
    };
}

pub(crate) fn sites() -> impl Iterator<Item = &'static Site> {
    inventory::iter::<Registration>
        .into_iter()
        .map(|registration| registration.0)
}

/// The functions of the program; those of this crate among them once they were called, since a program that does not
/// use them has not written them.
pub(crate) fn of_program() -> impl Iterator<Item = &'static Site> {
    let is_of_crate = |site: &Site| (site.path)().starts_with("cache_runtime::");
    sites().filter(move |site| !is_of_crate(site) || !site.state().instances().is_empty())
}

/// Where the entries of a function live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lives {
    /// In this process, as long as it runs.
    InProcess,
    /// In a shared back end of this name.
    Shared(&'static str),
}

/// What holds for a function: what its attribute says, and what the configuration says of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Policy {
    /// How long an entry lives.
    pub timeout: Timeout,
    /// How many entries are kept, for each instantiation of a generic function.
    pub max_entries: Bound,
    /// `version = ..`.
    pub version: Option<u64>,
    /// The fingerprint of the function's source, with `source_check = true`, here or in the configuration.
    pub source: Option<u64>,
    /// Whether entries stay in this process even if there is a shared back end.
    pub local: bool,
    /// Whether the cache is used: the configuration can switch it off.
    pub enabled: bool,
    /// What else the attribute says, from the function's first call on.
    pub more: Option<MorePolicy>,
}

/// What a function's attribute says beyond the timeout and the bound; `None` is what it leaves out.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MorePolicy {
    /// How long an entry may be unread.
    pub idle: Option<Duration>,
    /// The part of a timeout that chance may take away, from 0 to 1.
    pub jitter: f64,
    /// How long an old value is given out while a refresh runs.
    pub stale_while_revalidate: Option<Duration>,
    /// How long an old value is given out where the function fails.
    pub stale_if_error: Option<Duration>,
    /// The part of a timeout after which a hit starts a refresh.
    pub refresh_ahead: Option<f64>,
    /// The bound on weight, in the place of one on entries.
    pub max_weight: Option<u64>,
    /// Whether callers share one computation.
    pub coalesce: bool,
    /// Whether results go when the results go that they were computed from.
    pub depends: bool,
}

impl From<&Options> for MorePolicy {
    fn from(options: &Options) -> Self {
        Self {
            idle: options.idle,
            jitter: options.jitter,
            stale_while_revalidate: options.stale_while_revalidate,
            stale_if_error: options.stale_if_error,
            refresh_ahead: options.refresh_ahead,
            max_weight: options.max_weight,
            coalesce: options.coalesce,
            depends: options.depends,
        }
    }
}

/// A cached function of the program.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Function {
    /// Its namespace: `crate::module::function`, or what `namespace = ".."` says.
    pub name: String,
    /// The file that its attribute stands in.
    pub file: &'static str,
    /// The line that its attribute stands in.
    pub line: u32,
    /// What holds for it.
    pub policy: Policy,
    /// Where its entries live.
    pub lives: Lives,
    /// What its cache has done.
    pub stats: Stats,
    /// How many entries it has in this process. Where they live in a shared store ([`lives`](Self::lives)) nobody counts
    /// them, and this is not their number: it counts the copies of `tiered`, else nothing.
    pub entries: usize,
}

/// Lists every cached function of the program, called or not, by name.
///
/// # Cost
///
/// Proportional to the number of functions; no entry is looked at.
#[must_use]
pub fn functions() -> Vec<Function> {
    let mut functions: Vec<_> = of_program().map(describe).collect();
    functions.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    functions
}

/// Describes a function.
pub(crate) fn describe(site: &'static Site) -> Function {
    let state = site.state();
    let instances = state.instances();
    let options = instances.first().map(|instance| *instance.options());
    let terms = installed::terms(site);
    Function {
        name: name(site).to_owned(),
        file: site.file,
        line: site.line,
        policy: Policy {
            timeout: timeout(site, options.as_ref(), &terms),
            max_entries: max_entries(site, options.as_ref(), &terms),
            version: site.version,
            source: source(site, installed::source_check()),
            local: site.local,
            enabled: terms.enabled,
            more: options.as_ref().map(MorePolicy::from),
        },
        lives: lives(site),
        stats: state.counters.read(),
        entries: instances.iter().map(|instance| instance.entries()).sum(),
    }
}

/// Where the entries of a function live.
fn lives(site: &Site) -> Lives {
    #[cfg(feature = "shared")]
    if let Some(hub) = crate::shared::hub().filter(|_| !site.local) {
        return Lives::Shared(hub.name());
    }
    let _ = site;
    Lives::InProcess
}

/// The time to live of a function's entries; before its first call, as far as it is known.
fn timeout(site: &Site, options: Option<&Options>, terms: &Terms) -> Timeout {
    let known = |timeout: Ttl| timeout.map_or(Timeout::Never, Timeout::After);
    match (options, terms.forced_timeout) {
        (Some(options), _) => known(options.timeout),
        (None, Some(forced)) => known(forced),
        (None, None) => site.timeout.map_or(known(terms.timeout), Timeout::from),
    }
}

/// The bound on a function's entries; before its first call, as far as it is known.
fn max_entries(site: &Site, options: Option<&Options>, terms: &Terms) -> Bound {
    let known = |entries: Option<usize>| entries.map_or(Bound::Unbounded, Bound::Entries);
    match (options, terms.forced_max_entries) {
        (Some(options), _) => known(options.max_entries),
        (None, Some(forced)) => Bound::Entries(forced),
        (None, None) => site
            .max_entries
            .unwrap_or(Bound::Entries(terms.max_entries)),
    }
}

/// The fingerprint of a function's source, if it counts: as the attribute says, or by default.
fn source(site: &Site, by_default: bool) -> Option<u64> {
    let counts = site.source_check.unwrap_or(by_default);
    counts.then_some(site.source)
}

/// The name of a function: its namespace with the version and the source's fingerprint if they count, and with its
/// place in the source where another function would have the same.
pub(crate) fn name(site: &'static Site) -> &'static str {
    static NAMES: [Lazy<Names>; 2] = [Lazy::new(|| names(false)), Lazy::new(|| names(true))];
    let names = &NAMES[usize::from(installed::source_check())];
    names.get(&site.address()).map_or(site.name, String::as_str)
}

/// Names by the addresses of sites.
type Names = HashMap<usize, String>;

fn names(source_check: bool) -> Names {
    let full = |site: &'static Site| {
        let version = site.version.map(|version| format!("#{version}"));
        let source = source(site, source_check).map(|source| format!("#{source:016x}"));
        namespace(site) + &version.unwrap_or_default() + &source.unwrap_or_default()
    };
    let mut count = HashMap::<String, usize>::new();
    sites().for_each(|site| *count.entry(full(site)).or_default() += 1);
    let unique = |site: &'static Site| match full(site) {
        name if count[&name] == 1 => name,
        name => format!("{name}@{}:{}:{}", site.file, site.line, site.column),
    };
    sites().map(|site| (site.address(), unique(site))).collect()
}

/// Says in the log that a function's entries can live nowhere: once for each function.
#[cfg(feature = "shared")]
pub(crate) fn complain(site: &'static Site) {
    say_once(
        site,
        "its key or its result cannot leave the process; derive `serde::Serialize` and `serde::Deserialize` for \
         them, or write `local`",
    );
}

/// Says in the log why a function runs uncached: once for each function.
#[cfg(any(feature = "shared", feature = "axum"))]
pub(crate) fn say_once(site: &'static Site, why: &str) {
    static TOLD: StaticMutex<Vec<usize>> = StaticMutex::new(Vec::new());
    let mut told = TOLD.lock();
    if !told.contains(&site.address()) {
        told.push(site.address());
        let name = name(site);
        watch::log::warn(&format_args!("`{name}` runs uncached: {why}"));
    }
}

/// The functions of a name, or of a namespace.
pub(crate) fn named(called: &str) -> impl Iterator<Item = &'static Site> {
    sites().filter(move |site| name(site) == called || namespace(site) == called)
}

/// `crate::module::Type::function`, or what `namespace = ".."` says.
pub(crate) fn namespace(site: &Site) -> String {
    site.namespace
        .map_or_else(|| path_of_function((site.path)(), site.name), str::to_owned)
}

/// The path of a function, from that of a closure in the `static` inside it.
fn path_of_function(closure: &str, function: &str) -> String {
    let inside = closure
        .find("::__CACHE_SITE")
        .map_or(closure, |end| &closure[..end]);
    let outside = inside.rfind("::").map_or("", |end| &inside[..end]);
    format!("{outside}::{function}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_by_its_path() {
        let free = "app::shop::__cache_price::__CACHE_SITE::{{closure}}::{{closure}}";
        assert_eq!(path_of_function(free, "price"), "app::shop::price");
        let in_a_trait = "<app::Shop as app::Prices>::price::__CACHE_SITE::{{closure}}";
        assert_eq!(
            path_of_function(in_a_trait, "price"),
            "<app::Shop as app::Prices>::price"
        );
    }
}
