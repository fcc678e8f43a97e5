//! Calls, computations and invalidations under a model checker, in every interleaving:
//! `RUSTFLAGS="--cfg cache_model" cargo test -p cache-runtime --lib --release model`.
//!
//! The "source" is what the function reads. It is written before it is invalidated, as a writer would.

use std::sync::Arc;

use loom::sync::atomic::{AtomicU64, Ordering::SeqCst};
use loom::thread;

use super::Instance;
use super::flight::block_on;
use super::instance::Told;
use super::seat::Seat;
use super::step::{Ask, Call, Found, Step};
use super::{About, Site};
use crate::entry::{Entry, Times};
use crate::key;
use crate::key::cell::InPlace;
use crate::lineage::{self, Lineage};
use crate::options::{Setup, Terms};
use crate::realm::PROCESS;
use crate::stats::Counters;
use crate::value::SharedErrors;
use crate::value::cell::{InPlace as Kept, Stowed};

type Answer = Result<u64, u64>;
type Numbers = Instance<InPlace<()>, Kept<u64>>;
type Kind = Stowed<SharedErrors<u64, u64>>;

fn instance() -> &'static Numbers {
    let setup = Setup::new(&Terms::default()).timeout(crate::options::never());
    let site = Site::new(About {
        name: "number",
        path: || "number",
        ..About::NOTHING
    });
    Box::leak(Box::new(Instance::new(
        Box::leak(Box::new(site)),
        Told::new(setup, |taken| Some(taken), None),
        &PROCESS,
        Arc::new(Counters::new()),
    )))
}

/// A call of the function whose body is `body`, as the generated code makes it.
fn call(instance: &'static Numbers, ask: Ask, body: impl FnOnce() -> Answer) -> Answer {
    match enter(instance, ask) {
        Found::Hit(hit) => hit.value,
        Found::Miss(mut seat) => seat.fill(body).value,
    }
}

fn enter(instance: &'static Numbers, ask: Ask) -> Found<Answer, Kind, InPlace<()>> {
    let mut call = Call::new(instance, ask, key::hash(&()));
    loop {
        match call.step(&()) {
            Step::Done(done) => return Found::of(done),
            Step::Wait(follow) => call.landed(block_on(follow)),
        }
    }
}

fn stored(instance: &'static Numbers) -> Option<u64> {
    instance
        .store
        .look(key::hash(&()), &())
        .entry()
        .map(|entry| entry.value)
}

/// Promise 5: a reader races a writer that writes and then invalidates.
fn no_invalidation_is_lost(ask: Ask, invalidate: fn(&'static Numbers)) {
    loom::model(move || {
        let (instance, source) = (instance(), Arc::new(AtomicU64::new(1)));
        let reader = {
            let source = Arc::clone(&source);
            thread::spawn(move || call(instance, ask, || Ok(source.load(SeqCst))))
        };
        source.store(2, SeqCst);
        invalidate(instance);
        assert_ne!(
            stored(instance),
            Some(1),
            "stored after the invalidation returned"
        );
        assert_eq!(
            call(instance, Ask::new(), || Ok(source.load(SeqCst))),
            Ok(2)
        );
        _ = reader.join().unwrap();
        assert_ne!(
            stored(instance),
            Some(1),
            "stored by a computation that began before"
        );
    });
}

fn remove(instance: &'static Numbers) {
    instance.store.remove(key::hash(&()), &());
}

#[test]
fn no_invalidation_is_lost_to_a_miss() {
    no_invalidation_is_lost(Ask::new(), remove);
}

#[test]
fn no_invalidation_is_lost_to_a_refresh() {
    no_invalidation_is_lost(Ask::new().forced(true), remove);
}

#[test]
fn no_invalidation_of_everything_is_lost() {
    no_invalidation_is_lost(Ask::new(), |instance| _ = instance.store.clear());
}

#[test]
fn no_put_is_lost() {
    no_invalidation_is_lost(Ask::new(), |instance| {
        let now = PROCESS.clock.now();
        let entry = Entry::new(2, now, &Times::default(), 0, Lineage::default());
        instance.store.put(key::hash(&()), &(), &entry);
    });
}

#[test]
fn one_computation_serves_two_callers() {
    loom::model(|| {
        let (instance, runs) = (instance(), Arc::new(AtomicU64::new(0)));
        let body = |runs: &AtomicU64| Ok(runs.fetch_add(1, SeqCst));
        let other = {
            let runs = Arc::clone(&runs);
            thread::spawn(move || call(instance, Ask::new(), || body(&runs)))
        };
        assert_eq!(call(instance, Ask::new(), || body(&runs)), Ok(0));
        assert_eq!(other.join().unwrap(), Ok(0));
        assert_eq!(runs.load(SeqCst), 1);
    });
}

/// Who waits for a computation is told what it came to, though an invalidation has detached it.
#[test]
fn who_waits_is_told_whatever_is_invalidated() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let instance = instance();
        let other = thread::spawn(move || call(instance, Ask::new(), || Ok(1)));
        let invalidator = thread::spawn(move || remove(instance));
        assert_eq!(call(instance, Ask::new(), || Ok(1)), Ok(1));
        assert_eq!(other.join().unwrap(), Ok(1));
        invalidator.join().unwrap();
    });
}

#[test]
fn a_leader_that_gives_up_hands_over() {
    loom::model(|| {
        let instance = instance();
        let other = thread::spawn(move || call(instance, Ask::new(), || Ok(2)));
        match enter(instance, Ask::new()) {
            Found::Hit(hit) => assert_eq!(hit.value, Ok(2)),
            Found::Miss(seat) => drop::<Seat<_, _, _>>(seat),
        }
        assert_eq!(other.join().unwrap(), Ok(2));
        assert_eq!(stored(instance), Some(2));
    });
}

/// Promise 7: a page is computed from a row, in another function, while the row is invalidated.
fn no_dependency_is_lost(warm: bool) {
    loom::model(move || {
        let (page, row, source) = (instance(), instance(), Arc::new(AtomicU64::new(1)));
        let render = move |source: &AtomicU64| {
            call(page, Ask::new(), || {
                call(row, Ask::new(), || Ok(source.load(SeqCst)))
            })
        };
        if warm {
            assert_eq!(call(row, Ask::new(), || Ok(source.load(SeqCst))), Ok(1));
        }
        let reader = {
            let source = Arc::clone(&source);
            thread::spawn(move || render(&source))
        };
        source.store(2, SeqCst);
        remove(row);
        lineage::outdate(row, key::hash(&()), None);
        assert_eq!(render(&source), Ok(2));
        _ = reader.join().unwrap();
        assert_ne!(stored(page), Some(1), "computed from what was invalidated");
    });
}

#[test]
fn no_dependency_is_lost_to_a_miss_of_the_row() {
    no_dependency_is_lost(false);
}

#[test]
fn no_dependency_is_lost_to_a_hit_of_the_row() {
    no_dependency_is_lost(true);
}
