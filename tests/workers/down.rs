//! A server that is down costs little, and loses nothing.

use std::time::{Duration, Instant};

use crate::crew::{Crew, SIZE};
use crate::event::{Kind, Means, Source};
use crate::store::Store;

/// The default timeout of an operation, with room for a busy host.
const TIMEOUT: Duration = Duration::from_millis(100 + 150);

/// What a call costs that does not try, generously.
const NOTHING: Duration = Duration::from_millis(20);

/// How long it may take until caching has resumed, with room for a busy host.
const RESUMES: Duration = Duration::from_secs(1);

/// Waits until something is so, and answers how long that took.
fn until(mut is_so: impl FnMut() -> bool) -> Duration {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(30), "in vain");
        std::thread::sleep(Duration::from_millis(5));
    }
    begin.elapsed()
}

fn is_hit(crew: &mut Crew, n: usize, key: u64) -> bool {
    crew.read(n, Kind::Row, key).1 == Source::Store
}

/// Calls while the server is down: each costs at most the timeout, nearly all nothing.
fn calls_cost_little(crew: &mut Crew) {
    let begin = Instant::now();
    let times: Vec<_> = (0..100)
        .map(|call| {
            let (_, _, nanos) = crew.read(0, Kind::Row, 1 + call % 10);
            Duration::from_nanos(nanos)
        })
        .collect();
    let probes = begin.elapsed().as_millis() / 200;
    let slow = times.iter().filter(|time| **time > NOTHING).count();
    let longest = times.iter().max().expect("there were calls");
    println!("100 calls: the longest {longest:?}, {slow} over {NOTHING:?}");
    assert!(*longest < TIMEOUT, "{longest:?}");
    // The first ones until the breaker opens, then one per pause.
    let most = 6 + usize::try_from(probes).expect("a short time");
    assert!(slow <= most, "{slow} of 100 calls: {times:?}");
}

/// An invalidation that cannot be delivered says so; until it is, who has made it does not read what it is about.
fn invalidate_undelivered(crew: &mut Crew) -> u64 {
    let written = crew.write(0, 1);
    let (delivered, nanos) = crew.invalidate(0, Means::Row, 1);
    assert!(!delivered && Duration::from_nanos(nanos) < TIMEOUT * 2);
    assert_eq!(crew.read(0, Kind::Row, 1).0, written);
    written
}

/// After the server is back: caching resumes, and the invalidation is delivered.
fn resumes(crew: &mut Crew, written: u64) {
    let resumed = until(|| (0..SIZE).all(|n| is_hit(crew, n, 2)));
    let delivered = until(|| (0..SIZE).all(|n| crew.read(n, Kind::Row, 1).0 == written));
    println!(
        "caching resumed after {resumed:?}, the invalidation was delivered {delivered:?} later"
    );
    assert!(resumed + delivered < RESUMES, "{resumed:?} + {delivered:?}");
    for n in 0..SIZE {
        assert_eq!(crew.read(n, Kind::Row, 1).0, written);
    }
    assert!(is_hit(crew, 1, 1));
}

fn down(name: &'static str) {
    let Some(mut store) = Store::start(name) else {
        return;
    };
    let mut crew = Crew::start(&store.settings());
    for kills in [false, true] {
        until(|| (1..11).all(|key| (0..SIZE).all(|n| is_hit(&mut crew, n, key))));
        if kills {
            store.kill();
        } else {
            store.hang(true);
        }
        calls_cost_little(&mut crew);
        let written = invalidate_undelivered(&mut crew);
        if kills {
            store.restart();
        } else {
            store.hang(false);
        }
        resumes(&mut crew, written);
    }
}

#[test]
fn redis() {
    down("redis");
}

#[test]
fn memcached() {
    down("memcached");
}

#[test]
fn tiered() {
    down("tiered");
}
