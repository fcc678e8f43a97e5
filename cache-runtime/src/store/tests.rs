use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::entry::Times;
use crate::key::cell::InPlace;
use crate::key::{self, Way};
use crate::lineage::Lineage;
use crate::realm::PROCESS;
use crate::value::cell::{InPlace as Kept, Share};

type Numbers = Store<InPlace<(u64, ())>, Kept<u64>>;

fn store(bound: Bound) -> Numbers {
    Store::new(bound, None, &PROCESS.clock, Arc::new(Counters::new()))
}

macro_rules! key {
    ($key:expr) => {
        (Way::of(&$key).__cache_part(), ())
    };
}

fn entry(value: u64, timeout: Option<Duration>, weight: u32) -> Entry<u64> {
    let times = Times {
        timeout,
        ..Times::default()
    };
    let now = PROCESS.clock.now();
    Entry::new(value, now, &times, weight, Lineage::default())
}

fn lasting(value: u64) -> Entry<u64> {
    entry(value, None, 0)
}

fn brief(value: u64) -> Entry<u64> {
    entry(value, Some(Duration::from_secs(1)), 0)
}

fn begin(store: &Numbers, number: u64, start: Start) -> Ticket {
    let key = key!(number);
    let hash = key::hash(&key);
    store
        .begin(hash, &key, &store.look(hash, &key), start)
        .expect("nobody else is here")
        .0
}

fn get(store: &Numbers, number: u64) -> Option<u64> {
    let key = key!(number);
    store
        .look(key::hash(&key), &key)
        .entry()
        .map(|entry| entry.value)
}

fn put(store: &Numbers, number: u64, entry: &Entry<u64>) {
    let key = key!(number);
    store.put(key::hash(&key), &key, entry);
}

fn remove(store: &Numbers, number: u64) -> bool {
    let key = key!(number);
    store.remove(key::hash(&key), &key)
}

#[test]
fn a_computation_stores_under_its_key() {
    let store = store(Bound::Entries(10));
    let ticket = begin(&store, 1, Start::Lead);
    assert!(store.commit(&ticket, lasting(10)).stored);
    assert_eq!((get(&store, 1), get(&store, 2)), (Some(10), None));
}

#[test]
fn an_invalidated_computation_does_not_store() {
    let invalidations: [fn(&Numbers); 3] = [
        |store| _ = remove(store, 1),
        |store| _ = store.clear(),
        |store| put(store, 1, &lasting(2)),
    ];
    for invalidate in invalidations {
        let store = store(Bound::Entries(10));
        let [lead, alone] = [Start::Lead, Start::Alone].map(|start| begin(&store, 1, start));
        invalidate(&store);
        let after = get(&store, 1);
        assert!(
            !store.commit(&lead, lasting(1)).stored && !store.commit(&alone, lasting(1)).stored
        );
        assert_eq!(get(&store, 1), after);
    }
}

#[test]
fn an_older_computation_does_not_replace_what_a_newer_one_stored() {
    let store = store(Bound::Entries(10));
    let older = begin(&store, 1, Start::Alone);
    let newer = begin(&store, 1, Start::Supersede);
    assert!(store.commit(&newer, lasting(2)).stored);
    assert!(!store.commit(&older, lasting(1)).stored);
    assert_eq!(get(&store, 1), Some(2));
}

#[test]
fn a_computation_that_begins_after_the_invalidation_stores() {
    let store = store(Bound::Entries(10));
    let before = begin(&store, 1, Start::Lead);
    remove(&store, 1);
    let after = begin(&store, 1, Start::Lead);
    assert!(store.commit(&after, lasting(2)).stored);
    drop(store.abandon(&before));
    assert_eq!(get(&store, 1), Some(2));
}

#[test]
fn keys_of_one_hash_are_told_apart_and_removed_one_by_one() {
    let store = store(Bound::Entries(10));
    let look = |number: u64| {
        let key = key!(number);
        store.look(7, &key).entry().map(|entry| entry.value)
    };
    for number in 0..4_u64 {
        store.put(7, &key!(number), &lasting(number));
    }
    assert!((0..4).all(|number| look(number) == Some(number)));
    for number in [1_u64, 3, 0, 2] {
        assert!(store.remove(7, &key!(number)));
        assert_eq!(look(number), None);
    }
    assert_eq!(store.entries(), 0);
}

#[test]
fn the_bound_holds_and_lasting_entries_leave_like_others() {
    for bound in [1, 2, 10, 1000, 1001] {
        let store = store(Bound::Entries(bound));
        for number in 0..5_000 {
            put(
                &store,
                number,
                &if number % 2 == 0 {
                    lasting(number)
                } else {
                    brief(number)
                },
            );
            assert!(store.entries() <= bound);
        }
        assert!(
            store.entries() * 10 > bound * 9,
            "{} of {bound}",
            store.entries()
        );
    }
}

#[test]
fn expired_entries_leave_without_being_read() {
    let store = store(Bound::Unbounded);
    for number in 0..5_000 {
        put(&store, number, &brief(number));
    }
    put(&store, 9_999, &lasting(1));
    let later = PROCESS.clock.now().after(Duration::from_secs(2));
    assert_eq!(store.sweep(later), Moment::NEVER);
    assert_eq!((store.entries(), get(&store, 9_999)), (1, Some(1)));
}

#[test]
fn the_reason_for_a_miss_is_remembered() {
    let store = store(Bound::Entries(2));
    let why = |number: u64| {
        let key = key!(number);
        let hash = key::hash(&key);
        let (ticket, reason) = store
            .begin(hash, &key, &store.look(hash, &key), Start::Lead)
            .unwrap();
        assert!(store.abandon(&ticket).is_none(), "nobody waits");
        reason
    };
    assert_eq!(why(1), MissReason::Cold);
    put(&store, 1, &lasting(1));
    remove(&store, 1);
    assert_eq!(why(1), MissReason::Invalidated);
    for number in 2..6 {
        put(&store, number, &lasting(1));
    }
    let gone = (2..6)
        .find(|&number| get(&store, number).is_none())
        .expect("two of four had to leave");
    assert_eq!(why(gone), MissReason::Evicted);
    put(&store, 7, &brief(1));
    store.sweep(PROCESS.clock.now().after(Duration::from_secs(2)));
    assert_eq!(why(7), MissReason::Expired);
}

#[test]
fn the_bound_on_weight_holds_and_what_is_too_heavy_is_refused() {
    let store = store(Bound::Weight(100));
    let weight = |store: &Numbers| -> u64 {
        (0..1_000)
            .filter(|&number| get(store, number).is_some())
            .count() as u64
            * 7
    };
    for number in 0..1_000 {
        put(&store, number, &entry(number, None, 7));
        assert!(weight(&store) <= 100);
    }
    assert_eq!(store.entries(), 14);
    put(&store, 5_000, &entry(1, None, 101));
    assert_eq!((get(&store, 5_000), store.entries()), (None, 14));
    put(&store, 5_000, &entry(1, None, 100));
    assert_eq!((get(&store, 5_000), store.entries()), (Some(1), 1));
    put(&store, 5_000, &entry(2, None, 101));
    assert_eq!(
        store.entries(),
        0,
        "a value that is too heavy leaves nothing older behind"
    );
}

/// A table that is built anew once held fewer slots than the numbers of the full ones ask for.
#[test]
fn a_small_store_is_refilled_for_ever() {
    for most in 1..10 {
        let store = store(Bound::Entries(most));
        for number in 0..5_000 {
            put(&store, number, &lasting(number));
            assert_eq!(get(&store, number), Some(number));
            assert!(store.entries() <= most);
        }
    }
}

/// How many values there are besides the one that they are copies of.
fn copies(value: &Arc<u64>) -> usize {
    Arc::strong_count(value) - 1
}

#[test]
fn what_made_room_for_others_is_dropped_with_others_and_all_else_at_once() {
    dropped_with_others(Bound::Entries(1_000), 1_000, 0);
    dropped_with_others(Bound::Weight(10_000), 1_000, 10);
}

/// `most` are so many entries of a weight as there is room for.
fn dropped_with_others(bound: Bound, most: usize, weight: u32) {
    let counters = Arc::new(Counters::new());
    let store: Store<InPlace<(u64, ())>, Share> = Store::new(bound, None, &PROCESS.clock, counters);
    let value = Arc::new(7);
    let put = |number: u64| {
        let key = key!(number);
        let (now, value) = (PROCESS.clock.now(), Share::new(Arc::clone(&value)));
        let entry = Entry::new(value, now, &Times::default(), weight, Lineage::default());
        store.put(key::hash(&key), &key, &entry);
    };
    let glance = || {
        let cell = crate::threads::cell().expect("a thread that runs has one");
        let key = key!(0_u64);
        for _ in 0..100 {
            // SAFETY: it is this thread's, which reads nothing else.
            let _ = unsafe { store.second_hit(key::hash(&key), &key, cell) };
        }
    };
    let mut at_most = 0;
    for number in 0..10_000 {
        put(number);
        glance();
        at_most = at_most.max(copies(&value));
    }
    assert!((most..=most + most / 64).contains(&at_most), "{at_most}");
    let left = (0..10_000_u64).find(|number| {
        let key = key!(*number);
        store.remove(key::hash(&key), &key)
    });
    assert!(left.is_some());
    assert_eq!(
        copies(&value),
        most - 1,
        "with it those are gone that waited"
    );
    put(20_000);
    put(20_001);
    store.clear();
    assert_eq!(copies(&value), 0);
    for number in 0..2 * most as u64 {
        put(number);
        glance();
    }
    drop(store);
    assert_eq!(copies(&value), 0, "nothing is forgotten");
}
