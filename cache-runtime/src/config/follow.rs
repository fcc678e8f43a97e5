//! Whether every function can follow to a shared store, so that no worker keeps a cache of its own in silence.

use std::collections::HashMap;

use crate::error::{Error, ErrorKind};
use crate::options::Terms;
use crate::registry;
use crate::site::Site;

/// Lists the functions that cannot live in the back end, if there are any. Those that are switched off have nothing
/// that could live anywhere.
pub(super) fn check(backend: &str, functions: &HashMap<usize, Terms>) -> Result<(), Error> {
    let terms = |site: &'static Site| functions.get(&site.address());
    let is_enabled = |site| terms(site).is_none_or(|terms| terms.enabled);
    let reasons = registry::sites()
        .filter(|site| !site.local && is_enabled(site))
        .filter_map(reason);
    let mut reasons: Vec<_> = reasons.collect();
    if reasons.is_empty() {
        return Ok(());
    }
    reasons.sort();
    let message = format!(
        "the entries of these functions cannot live in {backend}:\n- {}\n\
         derive `serde::Serialize` and `serde::Deserialize` for the types, leave the options out, or keep a function's \
         entries in each process with `local`",
        reasons.join("\n- ")
    );
    Err(Error::new(ErrorKind::Config, message))
}

/// Why a function cannot follow, if it cannot, as far as that is known before it is called.
fn reason(site: &'static Site) -> Option<String> {
    let mut reasons = Vec::new();
    if let Some(report) = site.shares {
        let mut stays = Vec::new();
        report(&mut |part| stays.push(part));
        if !stays.is_empty() {
            reasons.push(format!("{} cannot leave the process", stays.join(" and ")));
        }
    }
    let options: Vec<_> = site
        .in_process
        .iter()
        .map(|option| format!("`{option}`"))
        .collect();
    if !options.is_empty() {
        reasons.push(format!(
            "{} needs the entries in this process",
            options.join(", ")
        ));
    }
    let place = format!("{} ({}:{})", registry::name(site), site.file, site.line);
    (!reasons.is_empty()).then(|| format!("{place}: {}", reasons.join("; ")))
}
