//! Whether an answer in this process is still good where other processes invalidate too: what it depends on has
//! versions in the shared store, and these are looked at again after a while.
//!
//! A look costs a round trip, and one request in [`TRUSTED`] pays for it. So the invalidation of another process is
//! heeded within that time and one operation of the store; that of this process at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::handler::label_of_path;
use crate::backend::io;
use crate::clock::Moment;
use crate::codec::envelope::MarkId;
use crate::error::Error;
use crate::invalidate;
use crate::lineage::{Lineage, Marks};
use crate::shared::hub::Hub;
use crate::shared::names::{EPOCH, Mark};
use crate::shared::versions::{Begin, Seen};

/// For so long versions that were looked at are trusted.
const TRUSTED: Duration = Duration::from_secs(1);

/// Versions that answers depend on are kept for so long. An answer that outlives them is computed anew.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// What an answer depends on in the shared store.
#[derive(Debug)]
pub(crate) struct Standing {
    hub: Arc<Hub>,
    marks: Marks,
    /// When a look began that has found nothing changed, or is under way: a [`Moment`].
    looked: AtomicU64,
}

/// The versions of what every answer of a path depends on, from before it was computed.
#[derive(Debug)]
pub(crate) struct Begun {
    hub: Arc<Hub>,
    marks: Marks,
}

impl Begun {
    /// Looks at the versions, and begins them where there are none; nothing if there is no shared store.
    pub(crate) async fn of_path(path: &str) -> Result<Option<Self>, Error> {
        let Some(hub) = invalidate::shared_store() else {
            return Ok(None);
        };
        let label = label_of_path(path);
        let begin = Begin {
            hub,
            slot: None,
            ttl: Some(KEPT),
            lasting: &[EPOCH],
        };
        let marks = [EPOCH, Mark::Tag(&label).id()];
        let (_, versions) = begin.versions(&mut Seen::default(), &marks).await?;
        Ok(Some(Self {
            hub: Arc::clone(hub),
            marks: versions.into_iter().collect(),
        }))
    }

    /// What an answer depends on that was computed from these other values; nothing if that cannot be listed.
    pub(crate) fn standing(mut self, lineage: &Lineage, now: Moment) -> Option<Standing> {
        if let Some(proof) = lineage.proof() {
            self.marks.inherit(&proof.marks);
        }
        self.marks.listed()?;
        Some(Standing {
            hub: self.hub,
            marks: self.marks,
            looked: AtomicU64::new(now.0),
        })
    }
}

impl Standing {
    /// Begins a look at the versions, if it is time: then it is the one who has asked who looks.
    pub(crate) fn begin_look(&self, now: Moment) -> Option<Moment> {
        let looked = self.looked.load(Relaxed);
        let due = now.since(Moment(looked)) >= TRUSTED;
        let begun = due.then(|| (self.looked).compare_exchange(looked, now.0, Relaxed, Relaxed));
        begun?.ok().map(Moment)
    }

    /// Gives up a look that was begun: the next one who asks looks. `last` is what [`begin_look`](Self::begin_look) gave.
    pub(crate) fn give_up_look(&self, last: Moment) {
        self.looked.store(last.0, Relaxed);
    }

    /// Looks at the versions: whether nothing has changed, as far as the store can be asked.
    pub(crate) async fn holds(&self) -> bool {
        let marks = self.marks.listed().unwrap_or_default();
        let (ids, expected): (Vec<MarkId>, Vec<_>) = marks.iter().copied().unzip();
        let names = self.hub.rules.prefix.marks(ids.into_iter());
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let read = self.hub.get(&[], &names).await;
        read.is_ok_and(|read| read.versions.into_iter().eq(expected.into_iter().map(Some)))
    }
}

/// Tells the other processes that answers of a path are no longer good, without waiting for it.
pub(crate) fn tell(path: &str) {
    let Some(hub) = invalidate::shared_store() else {
        return;
    };
    let mark = Mark::Tag(&label_of_path(path)).id();
    let name = hub.rules.prefix.mark(mark);
    io::runtime().spawn(async move {
        // What cannot be delivered is kept and delivered later.
        let _ = hub.remove(&[&name]).await;
    });
}
