//! Times to live.

use std::time::{Duration, Instant};

use cache_runtime::backend::{Change, Memcached, Version, When};
use cache_tests::servers::memcached::Memcached as Server;
use cache_tests::{crowd, wait_until};

use super::{change, content, get, open};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(60 * 60 * 24);

fn set_for(store: &Memcached, ttl: Option<Duration>) {
    let set = Change::Set {
        name: "a",
        version: Version::fresh(),
        content: b"",
        ttl,
        when: When::Always,
    };
    assert_eq!(change(store, &[set]).expect("an answer"), [true]);
}

fn keep(store: &Memcached, ttl: Option<Duration>) -> bool {
    change(store, &[Change::Keep { name: "a", ttl }]).expect("an answer")[0]
}

fn remaining(store: &Memcached) -> Option<Duration> {
    get(store, "a")
        .expect("an answer")
        .expect("an item")
        .remaining
}

/// Tells whether the time left is this, as far as the server's clock tells; it may lag behind by two seconds.
fn is_left(store: &Memcached, ttl: Duration) -> bool {
    let left = remaining(store).expect("not for ever");
    (ttl.saturating_sub(SECOND * 2)..=ttl + SECOND * 2).contains(&left)
}

#[test]
fn less_than_a_second_is_not_for_ever() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    let start = Instant::now();
    set_for(&store, Some(Duration::from_millis(10)));
    wait_until(|| content(&store, "a").is_none());
    assert!(start.elapsed() < SECOND * 3, "{:?}", start.elapsed());
}

#[test]
fn no_time_at_all_is_over_at_once() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    set_for(&store, Some(DAY));
    set_for(&store, Some(Duration::ZERO));
    assert_eq!(content(&store, "a"), None);
}

#[test]
fn more_than_thirty_days_are_kept() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    for days in [1, 30, 31, 400] {
        set_for(&store, Some(DAY * days));
        assert!(
            is_left(&store, DAY * days),
            "{days} days: {:?}",
            remaining(&store)
        );
    }
    set_for(&store, Some(Duration::MAX));
    assert_eq!(remaining(&store), None);
    set_for(&store, None);
    assert_eq!(remaining(&store), None);
}

#[test]
fn keeping_lengthens_and_never_shortens() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    assert!(!keep(&store, None));
    set_for(&store, Some(SECOND * 100));
    assert!(keep(&store, Some(SECOND * 10)));
    assert!(is_left(&store, SECOND * 100));
    assert!(keep(&store, Some(SECOND * 200)));
    assert!(remaining(&store) >= Some(SECOND * 200));
    assert!(keep(&store, Some(DAY * 40)));
    assert!(is_left(&store, DAY * 40));
    assert!(keep(&store, None));
    assert!(keep(&store, Some(SECOND)));
    assert_eq!(remaining(&store), None);
}

#[test]
fn whoever_keeps_longest_wins() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    for _ in 0..50 {
        set_for(&store, Some(SECOND * 10));
        crowd(4, |n| keep(&store, Some(SECOND * [100, 400, 300, 200][n])));
        assert!(is_left(&store, SECOND * 400), "{:?}", remaining(&store));
    }
}
