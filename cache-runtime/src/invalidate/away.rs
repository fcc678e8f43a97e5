//! Invalidations that reach into every function, in a process with a shared store: there first, then here.

use std::sync::Arc;

use super::Invalidation;
use super::everywhere::{clear_all_here, invalidate_rendered_here, invalidate_tag_here};
use crate::error::Error;
use crate::key::Route;
use crate::realm::{self, Realm};
use crate::shared::hub::Hub;
use crate::shared::names::{EPOCH, Mark};
use crate::site::shared::label_of;

/// The shared store of this process, unless this thread's caches are isolated.
pub(crate) fn hub() -> Option<&'static Arc<Hub>> {
    let in_process = std::ptr::eq(Realm::here(), &raw const realm::PROCESS);
    crate::shared::hub().filter(|_| in_process)
}

pub(super) async fn invalidate_tag(hub: &Arc<Hub>, tag: &str) -> Invalidation {
    let mark = Mark::Tag(tag);
    // First what tells a computation under way that some label was invalidated.
    let told = remove(hub, &[Mark::AnyTag, mark]).await;
    forget(mark);
    combined(told, invalidate_tag_here(tag))
}

pub(super) async fn invalidate_rendered(hub: &Arc<Hub>, route: &Route) -> Invalidation {
    let mark = Mark::Route(route.bytes());
    #[cfg(feature = "axum")]
    let path = crate::http::label_of_path(&String::from_utf8_lossy(route.bytes()));
    #[cfg(feature = "axum")]
    let told = remove(hub, &[Mark::AnyTag, Mark::Tag(&path), mark]).await;
    #[cfg(not(feature = "axum"))]
    let told = remove(hub, &[mark]).await;
    forget(mark);
    #[cfg(feature = "axum")]
    forget(Mark::Tag(&path));
    combined(told, invalidate_rendered_here(route))
}

pub(crate) async fn clear_all(hub: &Arc<Hub>) -> Invalidation {
    let told = hub
        .remove(&[&hub.rules.prefix.mark(EPOCH)])
        .await
        .map(|removed| removed == [true]);
    let here = combined(told, clear_all_here());
    // What is outdated takes room only.
    let _ = hub.clear().await;
    here
}

/// Removes marks; answers whether there was the last of them.
async fn remove(hub: &Arc<Hub>, marks: &[Mark<'_>]) -> Result<bool, Error> {
    let names = hub.rules.prefix.marks(marks.iter().map(|mark| mark.id()));
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let removed = hub.remove(&names).await?;
    Ok(removed.last() == Some(&true))
}

/// Outdates what was computed here from values that depend on a mark.
fn forget(mark: Mark<'_>) {
    Realm::here().tags.invalidate(&label_of(mark.id()));
}

fn combined(told: Result<bool, Error>, here: Invalidation) -> Invalidation {
    match told {
        Ok(existed) => Invalidation::confirmed(existed || here.existed()),
        Err(why) => here.failed(why),
    }
}
