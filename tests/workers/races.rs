//! No stale set, whatever happens: all workers read, load slowly, write and invalidate at the same time, while they and
//! the servers are stopped, killed and cut off, and the checker reads what they tell.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use cache_tests::random::Random;

use crate::checker::{self, Verdict};
use crate::crew::{Crew, Roll, SIZE};
use crate::event::Event;
use crate::store::Store;

/// How many rounds all back ends have together.
const ROUNDS: &str = "WORKERS_ROUNDS";
const FEW_ROUNDS: usize = 900;

/// So many keys are used at once, for so many rounds.
const KEYS: usize = 4;
const ROUNDS_PER_KEYS: usize = 12;

fn rounds() -> usize {
    let rounds = std::env::var(ROUNDS).map(|text| text.parse().expect("a number of rounds"));
    rounds.unwrap_or(FEW_ROUNDS).div_ceil(Store::NAMES.len())
}

/// What is drawn in this run: it differs from run to run, and is printed.
fn seed() -> u64 {
    let seed = std::env::var("WORKERS_SEED").map(|text| text.parse().expect("a seed"));
    seed.unwrap_or_else(|_| crate::worker::now())
}

/// What has happened, and when it had.
type Happened = Vec<(u64, &'static str)>;

/// How often it did.
fn counts(happened: &Happened) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for (_, what) in happened {
        *counts.entry(*what).or_default() += 1;
    }
    counts
}

/// What happens while the workers work.
struct Trouble {
    random: Random,
    happened: Happened,
}

impl Trouble {
    fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            happened: Happened::new(),
        }
    }

    fn note(&mut self, what: &'static str) {
        self.happened.push((crate::worker::now(), what));
    }

    fn millis(&mut self, least: u64, most: u32) -> Duration {
        Duration::from_millis(least + u64::from(self.random.below(most)))
    }

    /// Stops and kills workers until it is over.
    fn for_workers(mut self, roll: &Roll, over: &AtomicBool) -> Happened {
        while !over.load(SeqCst) {
            thread::sleep(self.millis(20, 180));
            let n = self.random.below(1 << 16) as usize % SIZE;
            match self.random.below(100) {
                0..20 => {
                    roll.kill(n);
                    self.note("workers killed");
                }
                20..26 => {
                    roll.stop(n, self.millis(700, 2000));
                    self.note("workers stopped for long");
                }
                _ => {
                    roll.stop(n, self.millis(2, 120));
                    self.note("workers stopped");
                }
            }
        }
        self.happened
    }

    /// Disturbs the servers until it is over.
    fn for_servers(mut self, store: &mut Store, over: &AtomicBool, ready: &AtomicBool) -> Happened {
        thread::sleep(Duration::from_millis(300));
        loop {
            if let Some(what) = store.disturb(&mut self.random) {
                self.note(what);
            }
            ready.store(true, SeqCst);
            if over.load(SeqCst) {
                return self.happened;
            }
            thread::sleep(self.millis(100, 700));
        }
    }
}

/// Lets the workers work for so many rounds, and at least until the servers were disturbed.
fn run(crew: &mut Crew, rounds: usize, seed: u64, ready: &AtomicBool) -> (usize, Vec<Event>) {
    let (mut random, mut events, mut round) = (Random::new(seed), Vec::new(), 0);
    while round < rounds || !ready.load(SeqCst) {
        let first_key = round / ROUNDS_PER_KEYS * KEYS;
        let seeds: Vec<_> = (0..SIZE).map(|_| random.bits()).collect();
        let told = crew.all(|n| format!("round {} {first_key} {KEYS}", seeds[n]));
        let told = told.iter().map(|line| Event::parse(line));
        events.extend(told.map(|event| event.expect("workers tell events")));
        round += 1;
    }
    (round, events)
}

fn trouble(store: &mut Store, rounds: usize, seed: u64) -> (usize, Vec<Event>, Happened) {
    let mut crew = Crew::start(&store.settings());
    let roll = crew.roll();
    let (over, ready) = (AtomicBool::new(false), AtomicBool::new(false));
    ready.store(!store.fails_over(), SeqCst);
    thread::scope(|scope| {
        let (over, ready) = (&over, &ready);
        let workers = scope.spawn(move || Trouble::new(seed + 1).for_workers(&roll, over));
        let servers = scope.spawn(move || Trouble::new(seed + 2).for_servers(store, over, ready));
        // Also if this thread panics, the others end.
        let ending = Ending(over);
        let (rounds, events) = run(&mut crew, rounds, seed, ready);
        drop(ending);
        let mut happened = workers.join().expect("it ends");
        happened.extend(servers.join().expect("it ends"));
        (rounds, events, happened)
    })
}

struct Ending<'a>(&'a AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

/// So often the rounds are run again where they have shown too little: a server may have been away for most of them.
const ATTEMPTS: usize = 3;

/// Runs the rounds of a back end, and insists that there was no violation and enough to violate.
fn race(name: &'static str) {
    for attempt in 1..=ATTEMPTS {
        let Some(mut store) = Store::start(name) else {
            return;
        };
        let seed = seed();
        let lag = u64::try_from(store.lag().as_nanos()).expect("a short time");
        let (rounds, events, happened) = trouble(&mut store, rounds(), seed);
        let verdict = checker::check(&events, lag);
        println!(
            "{name}, seed {seed}: {rounds} rounds, {verdict}; {:?}",
            counts(&happened)
        );
        insist(&verdict, &happened);
        match lacks(&verdict) {
            None => return,
            Some(what) => assert!(attempt < ATTEMPTS, "{what}: {verdict}"),
        }
    }
}

fn insist(verdict: &Verdict, happened: &Happened) {
    for violation in verdict.violations.iter().take(5) {
        let begin = violation.read.begin;
        let recent = |time: u64| time < begin + 3_000_000_000 && begin < time + 5_000_000_000;
        let around = happened.iter().filter(|(time, _)| recent(*time));
        println!("{violation:#?}\n{:?}", around.collect::<Vec<_>>());
    }
    assert!(verdict.violations.is_empty(), "{verdict}");
}

/// What there was too little of for the rounds to mean something.
fn lacks(verdict: &Verdict) -> Option<&'static str> {
    let enough = [
        (verdict.hits * 10 > verdict.reads, "too few hits"),
        (
            verdict.from_others * 20 > verdict.reads,
            "too little shared",
        ),
        (verdict.bounded * 20 > verdict.reads, "nothing to see"),
        (verdict.overlapped > 20, "no races"),
    ];
    let lacking = enough.into_iter().find(|(enough, _)| !enough);
    lacking.map(|(_, what)| what)
}

#[test]
fn filesystem() {
    race("filesystem");
}

#[test]
fn redis() {
    race("redis");
}

#[test]
fn memcached() {
    race("memcached");
}

#[test]
fn redis_cluster() {
    race("redis-cluster");
}

#[test]
fn redis_sentinel() {
    race("redis-sentinel");
}

#[test]
fn tiered() {
    race("tiered");
}

/// The checker finds what it is made to find: workers that share nothing violate.
#[test]
fn a_cache_per_process_is_seen_to_be_wrong() {
    let alone = ("CACHE_TYPE".to_owned(), "simple".to_owned());
    let mut crew = Crew::start(&[alone]);
    let (_, events) = run(&mut crew, 20, seed(), &AtomicBool::new(true));
    assert!(!checker::check(&events, 0).violations.is_empty());
}
