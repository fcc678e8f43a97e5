//! What must not stand on one function: two caches, or a cache and a write.

use syn::punctuated::Punctuated;
use syn::{Meta, Path, Token};

use crate::errors::Errors;
use crate::func::Func;

const CACHES: [&str; 2] = ["cached", "memoize"];

const NO_WRITER: &str = "a cached function does not write, since a hit would not run it; put the write into a function of its own, with `#[invalidates(..)]` there";

/// Refuses a second cache.
pub(super) fn cached_once(func: &Func, attribute: &str, errors: &mut Errors) {
    for second in named(func, &CACHES) {
        let message =
            format!("the function is cached by `#[{attribute}]` already; keep one of the two");
        errors.at(second, message);
    }
}

/// Refuses a cache that writes.
pub(super) fn does_not_write(func: &Func, errors: &mut Errors) {
    for write in named(func, &["invalidates"]) {
        errors.at(write, NO_WRITER);
    }
}

/// Refuses a writer that is cached.
pub(super) fn is_not_cached(func: &Func, errors: &mut Errors) {
    for cache in named(func, &CACHES) {
        errors.at(cache, NO_WRITER);
    }
}

/// The function's other attributes of these names.
fn named(func: &Func, names: &[&str]) -> Vec<Path> {
    let is_one = |path: &Path| {
        let last = path.segments.last().map(|last| last.ident.to_string());
        last.is_some_and(|last| names.contains(&last.as_str()))
    };
    let mut paths = Vec::new();
    for attribute in &func.item.attrs {
        paths.push(attribute.path().clone());
        // Those that it adds behind a condition.
        if attribute.path().is_ident("cfg_attr")
            && let Ok(added) =
                attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
        {
            paths.extend(added.iter().skip(1).map(|meta| meta.path().clone()));
        }
    }
    paths.retain(is_one);
    paths
}
