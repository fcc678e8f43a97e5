//! Copies of entries in this process, in front of a store that tells what changes in it.
//!
//! A copy is an ordinary entry of the function's own store, so a hit on it costs what a hit in process costs. Whatever
//! anyone changes in the shared store is told, by name, and drops the copies that it concerns:
//!
//! - a slot: its copy; a function's mark: all copies of the function; the epoch: all there are;
//! - any other mark: the copies that carry the label of this process which stands for it.
//!
//! Copies are trusted as long as the store is heard. A lost connection, a gap or silence drops all of them at once, and
//! none is made until it is heard again. Whoever uses a copy looks at the clock too: a process that has stood still has
//! heard nothing meanwhile, and has not noticed yet.
//!
//! A value that was read before a change was told, and would be kept after it, is not kept: the change leaves a number
//! that the keeper compares ([`Tier::stands`]).

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};

use dashmap::DashMap;

use super::names::{EPOCH, Mark, Prefix};
use super::remote::Slot;
use crate::backend::redis::Watch;
use crate::clock::{self, Moment};
use crate::codec::envelope::MarkId;
use crate::lineage::{self, Marks};
use crate::realm;
use crate::site::AnyInstance;
use crate::site::shared::label_of;

/// A copy may be so much older than the last change of another process.
const LAG: Duration = Duration::from_secs(1);

/// Changes are told apart by so many places; two that share one only cost a copy.
const PLACES: usize = 4096;

/// When so many copies are known, all are forgotten, also those that have left by themselves.
const MOST: usize = 1 << 18;

/// The copies of a process.
pub(crate) struct Tier {
    prefix: Prefix,
    trusted: AtomicBool,
    /// Until when it is, unless the store is heard again before: a [`Moment`].
    until: AtomicU64,
    /// Moves on whenever trust is lost.
    round: AtomicU64,
    /// How many changes were told.
    told: AtomicU64,
    /// The number of the last change at each place.
    places: Box<[AtomicU64]>,
    copies: DashMap<[u8; 16], (&'static dyn AnyInstance, u64)>,
    functions: DashMap<MarkId, Vec<&'static dyn AnyInstance>>,
}

/// The moment before a value is read of which a copy is to be kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before {
    round: u64,
    told: u64,
}

impl Tier {
    pub(crate) fn new(prefix: Prefix) -> Self {
        Self {
            prefix,
            trusted: AtomicBool::new(false),
            until: AtomicU64::new(0),
            round: AtomicU64::new(0),
            told: AtomicU64::new(0),
            places: (0..PLACES).map(|_| AtomicU64::new(0)).collect(),
            copies: DashMap::new(),
            functions: DashMap::new(),
        }
    }

    /// Takes care of the copies of a function.
    pub(crate) fn look_after(&self, function: &str, instance: &'static dyn AnyInstance) {
        let mark = Mark::Function(function).id();
        self.functions.entry(mark).or_default().push(instance);
        instance.answer_quickly(self.trusted_until());
        // Trust may have been lost between.
        if !self.is_trusted() {
            instance.answer_quickly(None);
        }
    }

    /// Whether copies may be given out. The clock is asked, since the thread that would hear of silence may have stood
    /// still with the whole process.
    pub(crate) fn is_trusted(&self) -> bool {
        self.trusted_until()
            .is_some_and(|until| clock::system() < until)
    }

    fn trusted_until(&self) -> Option<Moment> {
        let until = Moment(self.until.load(SeqCst));
        self.trusted.load(SeqCst).then_some(until)
    }

    /// The moment before a value is read; none if no copy may be kept.
    pub(crate) fn before(&self) -> Option<Before> {
        let (round, told) = (self.round.load(SeqCst), self.told.load(SeqCst));
        self.is_trusted().then_some(Before { round, told })
    }

    /// Takes note of a copy that is about to be kept.
    pub(crate) fn expect(&self, slot: &Slot, instance: &'static dyn AnyInstance, hash: u64) {
        if self.copies.len() >= MOST {
            self.forget_all();
        }
        self.copies.insert(slot.id, (instance, hash));
    }

    /// Tells whether nothing has changed since a value was read, of what it depends on.
    ///
    /// It is asked under the lock that a copy is dropped under: a change that is told later finds the copy.
    pub(crate) fn stands(&self, before: Before, slot: &Slot, marks: &Marks) -> bool {
        let mut marks = marks
            .listed()
            .unwrap_or_default()
            .iter()
            .map(|(mark, _)| mark.0);
        let unchanged = |id: [u8; 16]| self.place(&id).load(SeqCst) <= before.told;
        self.round.load(SeqCst) == before.round && unchanged(slot.id) && marks.all(unchanged)
    }

    fn place(&self, id: &[u8; 16]) -> &AtomicU64 {
        let number = usize::from(u16::from_le_bytes([id[0], id[1]]));
        &self.places[number % PLACES]
    }

    /// Drops the copies that a change concerns.
    pub(crate) fn change(&self, name: &str) {
        let Some(rest) = name.strip_prefix(&self.prefix.everything()) else {
            return;
        };
        let id = if rest == "epoch" {
            Some(EPOCH.0)
        } else {
            id_of(rest)
        };
        let Some(id) = id else { return };
        let number = self.told.fetch_add(1, SeqCst) + 1;
        self.place(&id).fetch_max(number, SeqCst);
        if id == EPOCH.0 {
            return self.forget_all();
        }
        if rest.starts_with("m:") {
            self.outdate(MarkId(id));
        } else if let Some((_, (instance, hash))) = self.copies.remove(&id) {
            instance.forget(hash);
            lineage::outdate(instance, hash, None);
        }
    }

    /// Drops the copies that depend on a mark.
    fn outdate(&self, mark: MarkId) {
        realm::PROCESS.tags.invalidate(&label_of(mark));
        if let Some(instances) = self.functions.get(&mark) {
            instances.iter().for_each(|instance| instance.forget_all());
        }
    }

    fn forget_all(&self) {
        self.copies.clear();
        for instances in &self.functions {
            instances.iter().for_each(|instance| instance.forget_all());
        }
    }

    fn answer_quickly(&self, until: Option<Moment>) {
        for instances in &self.functions {
            instances
                .iter()
                .for_each(|instance| instance.answer_quickly(until));
        }
    }
}

/// The hash at the end of a name.
fn id_of(name: &str) -> Option<[u8; 16]> {
    let digits = name.rsplit(':').next()?;
    let number = u128::from_str_radix(digits, 16)
        .ok()
        .filter(|_| digits.len() == 32)?;
    Some(number.to_be_bytes())
}

impl Watch for Tier {
    fn trusted(&self) {
        self.trusted.store(true, SeqCst);
        self.answer_quickly(self.trusted_until());
    }

    fn heard(&self, asked: Instant) {
        let until = clock::moment_of(asked).after(LAG);
        self.until.store(until.0, SeqCst);
        self.answer_quickly(self.trusted_until());
    }

    fn changed(&self, names: &[String]) {
        for name in names {
            self.change(name);
        }
    }

    fn lost(&self) {
        self.trusted.store(false, SeqCst);
        self.round.fetch_add(1, SeqCst);
        self.answer_quickly(None);
        self.forget_all();
    }
}

impl std::fmt::Debug for Tier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tier")
            .field("trusted", &self.is_trusted())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::names::hex;

    #[test]
    fn copies_are_trusted_for_a_second_after_the_store_was_heard_whoever_slept_meanwhile() {
        let tier = Tier::new(Prefix::new("shop"));
        tier.heard(Instant::now());
        assert!(!tier.is_trusted(), "changes are not told yet");
        tier.trusted();
        assert!(tier.is_trusted() && tier.before().is_some());
        let long_ago = Instant::now().checked_sub(LAG).expect("a second ago");
        tier.heard(long_ago);
        assert!(!tier.is_trusted() && tier.before().is_none());
        tier.heard(Instant::now());
        assert!(tier.is_trusted());
        tier.lost();
        assert!(!tier.is_trusted());
    }

    #[test]
    fn a_name_ends_with_its_hash() {
        let id: [u8; 16] = *b"0123456789abcdef";
        assert_eq!(id_of(&format!("e:f.1f0c9a2b:{}", hex(&id))), Some(id));
        assert_eq!(id_of("epoch:run"), None);
    }
}
