//! Invalidations that reach into every function.

use super::Invalidation;
#[cfg(feature = "shared")]
use super::away;
#[cfg(feature = "axum")]
use crate::http;
use crate::key::{Route, route};
use crate::realm::Realm;
use crate::registry;
use crate::site::flight::block_on;
use crate::sweeper;

/// Drops every entry that carries a label, in every function, and what was computed from one.
///
/// The labels are those of `tags(..)` and `tags_with`. [`Invalidation::existed`] tells whether an entry may have
/// carried the label.
///
/// # Cost
///
/// The same for one entry as for a million: none of them is looked at. Their memory is given back by and by,
/// without anyone reading them.
///
/// ```
/// use cache_runtime::{invalidate_tag, memoize};
///
/// #[memoize(tags("team:{team}"))]
/// fn members(team: u32) -> Vec<String> {
///     vec![format!("someone of team {team}")]
/// }
///
/// members(7);
/// assert!(peek_members(7).is_some());
/// invalidate_tag("team:7");
/// assert!(peek_members(7).is_none());
/// ```
#[expect(clippy::must_use_candidate, reason = "an invalidation may be ignored")]
pub fn invalidate_tag(tag: &str) -> Invalidation {
    block_on(drop_tag(tag.to_owned()))
}

/// Drops every entry that carries a label.
pub async fn drop_tag(tag: String) -> Invalidation {
    #[cfg(feature = "shared")]
    if let Some(hub) = away::hub() {
        return away::invalidate_tag(hub, &tag).await;
    }
    invalidate_tag_here(&tag)
}

pub(super) fn invalidate_tag_here(tag: &str) -> Invalidation {
    let existed = Realm::here().tags.invalidate(tag);
    if existed {
        sweeper::ring();
    }
    Invalidation::confirmed(existed)
}

/// Drops the entries of a route, in every function that is keyed on it or on requests of that path, and what was
/// computed from one; with the feature `axum` also what the response caches of this process hold of that path. Those of
/// other processes that share a store follow within a second.
///
/// The route is given as it is rendered: `"/users/7"`. What fills a placeholder is percent-encoded there
/// (RFC 3986, section 2.1) down to unreserved characters.
#[expect(clippy::must_use_candidate, reason = "an invalidation may be ignored")]
pub fn invalidate_route(rendered: &str) -> Invalidation {
    block_on(drop_route(route(|route| route.text(rendered))))
}

/// Drops the entries of a rendered route.
pub async fn drop_route(route: Route) -> Invalidation {
    #[cfg(feature = "shared")]
    if let Some(hub) = away::hub() {
        return away::invalidate_rendered(hub, &route).await;
    }
    invalidate_rendered_here(&route)
}

pub(super) fn invalidate_rendered_here(route: &Route) -> Invalidation {
    let mut dropped = 0;
    for site in registry::sites().filter(|site| site.routed) {
        for instance in site.state().instances() {
            dropped += usize::from(instance.remove_route(route));
        }
    }
    #[cfg(feature = "axum")]
    let dropped = {
        let path = String::from_utf8_lossy(route.bytes());
        let labelled = invalidate_tag_here(&http::label_of_path(&path));
        dropped + http::invalidate_path(&path) + usize::from(labelled.existed())
    };
    Invalidation::confirmed(dropped > 0)
}

/// Drops every entry of every function.
#[expect(clippy::must_use_candidate, reason = "an invalidation may be ignored")]
pub fn clear_all() -> Invalidation {
    block_on(clear_all_async())
}

pub(crate) async fn clear_all_async() -> Invalidation {
    #[cfg(feature = "shared")]
    if let Some(hub) = away::hub() {
        return away::clear_all(hub).await;
    }
    clear_all_here()
}

pub(super) fn clear_all_here() -> Invalidation {
    let dropped: usize = registry::sites().map(|site| site.state().clear()).sum();
    #[cfg(feature = "axum")]
    let dropped = dropped + http::clear_all();
    Invalidation::confirmed(dropped > 0)
}
