//! What one instantiation of a cached function has: its entries, its options, its rules.
#![allow(
    unsafe_code,
    reason = "rules are asked without asking of what type the value is"
)]

use std::any::{Any, TypeId};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use super::Site;
#[cfg(feature = "shared")]
use super::shared::Home;
use crate::clock::{Clock, Moment};
use crate::entry::{Entry, Times};
use crate::key::cell::KeyCell;
use crate::key::{self, KeyRef, Rendered, Route};
use crate::lineage::{self, Dependents, Label, Lineage, Source};
use crate::options::{self, Options, Said, Setup, Terms};
use crate::realm::Realm;
use crate::rules::{QuestionWith, Rules, View};
use crate::stats::Counters;
use crate::store::{Bound, Store};
use crate::sweeper;
use crate::value::cell::ValueCell;

/// Copies are given out without a question, whatever time it is: they are none.
#[cfg(feature = "redis")]
const ALWAYS: u64 = u64::MAX;

/// Every copy is asked about.
#[cfg(feature = "redis")]
const NO_LONGER: u64 = 0;

/// What an instance has whatever its types are: code that needs nothing else is translated once, and not for every
/// function.
#[derive(Debug)]
pub(crate) struct Commons {
    pub(crate) site: &'static Site,
    pub(crate) options: Options,
    pub(crate) counters: Arc<Counters>,
    pub(crate) realm: &'static Realm,
    dependents: Dependents,
    /// Whether any entry has carried labels.
    labelled: AtomicBool,
    /// The epoch of labels up to which outdated entries have been let go.
    swept: AtomicU64,
}

/// The entries, options and rules of one instantiation of a function with keys and values that are kept so. Of what type
/// the values are is not known here: functions share the code, whatever they return.
pub(crate) struct Instance<O: KeyCell, C: ValueCell> {
    commons: Commons,
    pub(crate) store: Store<O, C>,
    /// They are about values of the type that `value` shows.
    rules: Rules,
    value: View<C::Taken>,
    weigher: Option<QuestionWith<O::Key, u32>>,
    /// The times of every value, if they are the same for all of them.
    times: Option<Times>,
    /// Until when a value that is good until later may be given out without a question: [`ALWAYS`], [`NO_LONGER`], or a
    /// [`Moment`] of the system's clock.
    #[cfg(feature = "redis")]
    simple_until: AtomicU64,
    /// Where the entries live.
    #[cfg(feature = "shared")]
    pub(crate) home: Home<C::Taken>,
}

/// What an instance is told: the rules and the weigher are about values of the type that `value` shows.
pub(crate) struct Told<O: KeyCell, C: ValueCell> {
    said: Said,
    value: View<C::Taken>,
    weigher: Option<QuestionWith<O::Key, u32>>,
    #[cfg(feature = "shared")]
    home: Home<C::Taken>,
}

impl<O: KeyCell, C: ValueCell> Told<O, C> {
    /// `value` shows the value in what a reader takes of an entry.
    pub(crate) fn new<V>(
        setup: Setup<V>,
        value: fn(&C::Taken) -> Option<&V>,
        weigher: Option<fn(&O::Key, &V) -> u32>,
        #[cfg(feature = "shared")] home: Home<C::Taken>,
    ) -> Self {
        Self {
            said: setup.said,
            value: View::of(value),
            weigher: QuestionWith::about_any(weigher),
            #[cfg(feature = "shared")]
            home,
        }
    }

    /// Puts what holds whatever the attribute says in the place of what it says.
    pub(crate) fn overridden(mut self, terms: &Terms) -> Self {
        self.said.override_by(terms);
        self
    }
}

impl<O: KeyCell, C: ValueCell> Deref for Instance<O, C> {
    type Target = Commons;

    #[inline]
    fn deref(&self) -> &Commons {
        &self.commons
    }
}

impl Commons {
    pub(crate) fn now(&self) -> Moment {
        self.realm.clock.now()
    }

    /// The time as of a moment ago.
    #[inline]
    pub(crate) fn glance(&self) -> Moment {
        self.realm.clock.glance()
    }

    /// An entry that is stored then.
    pub(crate) fn entry<T>(
        &self,
        value: T,
        stored_at: Moment,
        times: &Times,
        weight: u32,
        lineage: Lineage,
    ) -> Entry<T> {
        if lineage.has_tags() {
            self.labelled.store(true, Relaxed);
        }
        let entry = Entry::new(value, stored_at, times, weight, lineage);
        let leaves_at = entry.leaves_at();
        if leaves_at != Moment::NEVER {
            sweeper::expect(leaves_at);
        }
        entry
    }

    /// Whether labels have been invalidated, since this was asked last, that entries may carry.
    fn is_outdated(&self) -> bool {
        if !self.labelled.load(Relaxed) {
            return false;
        }
        let epoch = self.realm.tags.now();
        self.swept.swap(epoch, Relaxed) != epoch
    }
}

/// An instance whose types are not known here.
pub(crate) trait AnyInstance: Any + Source {
    fn clock(&self) -> &'static Clock;
    fn options(&self) -> &Options;
    /// Drops every entry, and what was computed from one; answers how many there were.
    fn clear(&'static self) -> usize;
    fn entries(&self) -> usize;
    /// Whether a value may be given out by a glance at it and the clock.
    fn is_quick(&self) -> bool;
    /// Lets expired and outdated entries go; answers when the next ones are due.
    fn sweep(&self, now: Moment) -> Moment;
    /// Drops the entry of a route; answers whether there was a live one. Keys of another kind are none.
    fn remove_route(&'static self, route: &Route) -> bool;
    /// Tells what there is, and the keys that are known.
    #[cfg(feature = "admin")]
    fn store(&self) -> &dyn crate::store::Surveyed;
    /// Drops the entry of a key in the shared store, if entries live there.
    #[cfg(feature = "admin")]
    fn drop_away<'a>(
        &'static self,
        known: &'a crate::record::Known,
    ) -> Option<super::known::Told<'a>>;
    /// Drops the entry of a key in this process; answers whether there was one.
    #[cfg(feature = "admin")]
    fn drop_here(&'static self, hash: u64) -> bool;
    /// Drops copies of entries of a shared store.
    #[cfg(feature = "redis")]
    fn forget(&self, hash: u64);
    /// Drops all copies of entries of a shared store.
    #[cfg(feature = "redis")]
    fn forget_all(&self);
    /// Says until when copies may be given out without a question; none may if it does not say.
    #[cfg(feature = "redis")]
    fn answer_quickly(&self, until: Option<Moment>);
}

impl<O: KeyCell, C: ValueCell> Instance<O, C> {
    pub(crate) fn new(
        site: &'static Site,
        told: Told<O, C>,
        realm: &'static Realm,
        counters: Arc<Counters>,
    ) -> Self {
        #[cfg(feature = "shared")]
        let home = told.home;
        let (Said { options, rules }, value, weigher) = (told.said, told.value, told.weigher);
        let bound = match (options.max_weight, options.max_entries) {
            (Some(weight), _) => Bound::Weight(weight),
            (None, Some(entries)) => Bound::Entries(entries),
            (None, None) => Bound::Unbounded,
        };
        Self {
            store: Store::new(
                bound,
                options::uniform(&options, &rules),
                &realm.clock,
                Arc::clone(&counters),
            ),
            #[cfg(feature = "redis")]
            simple_until: AtomicU64::new(match home {
                Home::Here => ALWAYS,
                _ => NO_LONGER,
            }),
            times: options::constant_times(&options, &rules),
            rules,
            value,
            weigher,
            commons: Commons {
                site,
                options,
                counters,
                realm,
                dependents: Dependents::default(),
                labelled: AtomicBool::new(false),
                swept: AtomicU64::new(0),
            },
            #[cfg(feature = "shared")]
            home,
        }
    }

    /// Whether the entries live in a shared store.
    #[cfg(feature = "shared")]
    pub(crate) fn is_away(&self) -> bool {
        matches!(self.home, Home::Away(_))
    }

    /// Whether the entries live in a shared store.
    #[cfg(not(feature = "shared"))]
    #[expect(clippy::unused_self, reason = "its twin looks where they live")]
    pub(crate) fn is_away(&self) -> bool {
        false
    }

    /// Whether a value that is good until later may be given out without a question, if any may.
    #[cfg(feature = "redis")]
    #[inline]
    pub(crate) fn is_simple(&self) -> bool {
        match self.simple_until.load(Relaxed) {
            ALWAYS => true,
            NO_LONGER => false,
            until => crate::clock::system().0 < until,
        }
    }

    /// Whether where the entries live allows to give them out by a glance, be it now and then.
    #[cfg(feature = "shared")]
    fn has_quick_home(&self) -> bool {
        match self.home {
            Home::Here => true,
            // Copies may be, as long as they are trusted.
            Home::Away(_) => cfg!(feature = "redis"),
            Home::Nowhere => false,
        }
    }

    /// Whether where the entries live allows to give them out by a glance.
    #[cfg(not(feature = "shared"))]
    #[expect(clippy::unused_self, reason = "its twin looks where they live")]
    fn has_quick_home(&self) -> bool {
        true
    }

    /// Whether what was taken is a value, and not a stored error.
    pub(crate) fn is_value(&self, taken: &C::Taken) -> bool {
        self.value.value(taken).is_some()
    }

    /// The times of a value, or of an error, that is to be stored; `None`: it is not stored.
    pub(crate) fn times(&self, taken: &C::Taken) -> Option<Times> {
        let value = self.value.value(taken);
        match self.times {
            Some(times) if value.is_some() => Some(times),
            // SAFETY: the rules are about values of this type.
            _ => unsafe { options::times(&self.options, &self.rules, value) },
        }
    }

    /// Whether the function takes a hit with this value for a miss; not if it does not say.
    pub(crate) fn refuses(&self, taken: &C::Taken) -> bool {
        let value = self.value.value(taken);
        match (self.rules.is_stale, value) {
            // SAFETY: the rules are about values of this type.
            (Some(is_stale), Some(value)) => unsafe { is_stale.ask(value) },
            _ => false,
        }
    }

    /// Whether hits may be taken for misses.
    pub(crate) fn is_choosy(&self) -> bool {
        self.rules.is_stale.is_some()
    }

    /// The labels that a value gives itself.
    pub(crate) fn labels_of(&self, taken: &C::Taken) -> Vec<Label> {
        let mut labels = Vec::new();
        if let Some(tags_with) = &self.rules.tags_with
            && let Some(value) = self.value.value(taken)
        {
            tags_with(value, &mut |name| labels.push(self.realm.tags.label(name)));
        }
        labels
    }

    /// The key that entries are weighed by, if they are weighed by their keys.
    pub(crate) fn weighed_key(&self, key: &impl KeyRef<Owned = O::Key>) -> Option<O::Key> {
        self.weigher.is_some().then(|| key.own())
    }

    /// What a value weighs under such a key.
    pub(crate) fn weigh(&self, taken: &C::Taken, key: Option<&O::Key>) -> u32 {
        let (by_key, by_value) = (self.weigher.zip(key), self.rules.weigher);
        if by_key.is_none() && by_value.is_none() {
            return 0;
        }
        match (self.value.value(taken), by_key, by_value) {
            // SAFETY: the rules, and who weighs keys too, are about values of this type.
            (Some(value), Some((weigher, key)), _) => unsafe { weigher.ask(key, value) },
            // SAFETY: as above.
            (Some(value), _, Some(weigher)) => unsafe { weigher.ask(value) },
            _ => 0,
        }
    }
}

impl<O: KeyCell, C: ValueCell> fmt::Debug for Instance<O, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance")
            .field("site", &self.site)
            .finish_non_exhaustive()
    }
}

impl<O: KeyCell, C: ValueCell> Source for Instance<O, C> {
    fn dependents(&self) -> &Dependents {
        &self.dependents
    }

    fn drop_hash(&self, hash: u64) {
        self.store.remove_hash(hash);
    }
}

impl<O: KeyCell, C: ValueCell> AnyInstance for Instance<O, C> {
    fn clock(&self) -> &'static Clock {
        &self.realm.clock
    }

    fn options(&self) -> &Options {
        &self.options
    }

    fn clear(&'static self) -> usize {
        let dropped = self.store.clear();
        lineage::outdate_all(self);
        dropped
    }

    fn entries(&self) -> usize {
        self.store.entries()
    }

    #[cfg(feature = "admin")]
    fn store(&self) -> &dyn crate::store::Surveyed {
        &self.store
    }

    #[cfg(feature = "admin")]
    fn drop_away<'a>(
        &'static self,
        known: &'a crate::record::Known,
    ) -> Option<super::known::Told<'a>> {
        Self::drop_away(self, known)
    }

    #[cfg(feature = "admin")]
    fn drop_here(&'static self, hash: u64) -> bool {
        Self::drop_here(self, hash)
    }

    fn is_quick(&self) -> bool {
        self.options.enabled && !self.is_choosy() && self.has_quick_home()
    }

    fn sweep(&self, now: Moment) -> Moment {
        if self.is_outdated() {
            self.store.sweep_outdated();
        }
        self.store.sweep(now)
    }

    #[cfg(feature = "redis")]
    fn forget(&self, hash: u64) {
        self.store.forget_hash(hash);
    }

    #[cfg(feature = "redis")]
    fn forget_all(&self) {
        self.store.forget();
    }

    #[cfg(feature = "redis")]
    fn answer_quickly(&self, until: Option<Moment>) {
        let until = until.map_or(NO_LONGER, |until| until.0);
        self.simple_until.store(until, Relaxed);
    }

    fn remove_route(&'static self, route: &Route) -> bool {
        if TypeId::of::<O::Key>() != TypeId::of::<Rendered>() {
            return false;
        }
        let hash = key::hash(route);
        let existed = self.store.remove_hash(hash);
        lineage::outdate(self, hash, None);
        existed > 0
    }
}
