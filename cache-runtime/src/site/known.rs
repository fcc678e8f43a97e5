//! Invalidations by who knows a function by its name and a key by its bytes: the admin page.

use std::future::Future;
use std::pin::Pin;

use super::shared::Home;
use super::{AnyInstance, Instance, Site};
use crate::error::Error;
use crate::invalidate::{Invalidation, shared_store};
use crate::key::cell::KeyCell;
use crate::lineage;
use crate::record::Known;
use crate::store::Surveyed;
use crate::value::cell::ValueCell;

/// What is waited for until a store was told.
pub(crate) type Told<'a> = Pin<Box<dyn Future<Output = Result<bool, Error>> + Send + 'a>>;

impl<O: KeyCell, C: ValueCell> Instance<O, C> {
    /// Drops the entry of a key in the shared store, if entries live there.
    pub(super) fn drop_away<'a>(&'static self, known: &'a Known) -> Option<Told<'a>> {
        let Home::Away(remote) = &self.home else {
            return None;
        };
        Some(Box::pin(async move {
            let slot = remote.slot_of(&known.wire)?;
            remote.remove(&slot).await
        }))
    }

    /// Drops the entry of a key in this process; answers whether there was one.
    pub(super) fn drop_here(&'static self, hash: u64) -> bool {
        let now = self.now();
        let existed =
            Surveyed::times_of(&self.store, hash).is_some_and(|(_, leaves_at)| leaves_at > now);
        self.store.remove_hash(hash);
        lineage::outdate(self, hash, None);
        existed
    }
}

impl Site {
    /// Drops the entry of a key that an instance of this function has.
    pub(crate) async fn invalidate_known(
        &'static self,
        instance: &'static dyn AnyInstance,
        known: &Known,
    ) -> Invalidation {
        let told = match (shared_store(), instance.drop_away(known)) {
            (None, _) => Ok(false),
            (Some(_), Some(told)) => told.await,
            (Some(hub), None) => self.outdate_any(hub).await.map(|()| false),
        };
        self.told(told, || {
            Invalidation::confirmed(instance.drop_here(known.hash))
        })
    }

    /// Drops every entry of this function.
    pub(crate) async fn invalidate_all(&'static self) -> Invalidation {
        match shared_store() {
            Some(hub) => self.invalidate_all_shared(hub).await,
            None => Invalidation::confirmed(self.state().clear() > 0),
        }
    }
}
