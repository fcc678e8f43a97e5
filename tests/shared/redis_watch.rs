//! Hearing of changes that others make.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cache_runtime::backend::redis::Watch;
use cache_runtime::backend::{Backend, Change, When};
use cache_tests::servers::redis::{Server, are_installed};
use cache_tests::wait_until;

use crate::redis::{EPOCH, ask, epoch, open, set};

/// Does not listen.
pub(crate) struct Deaf;

impl Watch for Deaf {
    fn trusted(&self) {}
    fn changed(&self, _: &[String]) {}
    fn lost(&self) {}
}

/// Writes down what it hears.
#[derive(Default)]
struct Notes {
    is_trusted: AtomicBool,
    times_lost: AtomicUsize,
    signs: AtomicUsize,
    changed: Mutex<Vec<String>>,
}

impl Notes {
    fn knows(&self, name: &str) -> bool {
        let changed = self.changed.lock().expect("nobody panics");
        changed.iter().any(|known| known == name)
    }

    fn trusts(&self) -> bool {
        self.is_trusted.load(SeqCst)
    }
}

impl Watch for Notes {
    fn trusted(&self) {
        self.is_trusted.store(true, SeqCst);
    }

    fn changed(&self, names: &[String]) {
        self.changed
            .lock()
            .expect("nobody panics")
            .extend_from_slice(names);
    }

    fn heard(&self, _asked: std::time::Instant) {
        self.signs.fetch_add(1, SeqCst);
    }

    fn lost(&self) {
        self.is_trusted.store(false, SeqCst);
        self.times_lost.fetch_add(1, SeqCst);
    }
}

/// How long it takes until something is so.
fn time_until(is_so: impl Fn() -> bool) -> Duration {
    let began = Instant::now();
    wait_until(is_so);
    began.elapsed()
}

#[test]
fn changes_of_anyone_are_told_at_once() {
    if !are_installed() {
        return;
    }
    let server = Server::start();
    let (here, there) = (open(&server.url()), open(&server.url()));
    let notes = Arc::new(Notes::default());
    here.watch("app:", Arc::clone(&notes) as _)
        .expect("one server");
    wait_until(|| notes.trusts());
    for redis in [&here, &there] {
        let changes = [set("app:a", b"", When::Always), set("b", b"", When::Always)];
        assert!(ask(redis.change(&changes)).is_ok());
        assert!(time_until(|| notes.knows("app:a")) < Duration::from_millis(100));
        notes.changed.lock().expect("nobody panics").clear();
    }
    assert!(ask(there.change(&[Change::Delete { name: "app:a" }])).is_ok());
    wait_until(|| notes.knows("app:a"));
    assert!(!notes.knows("b"), "it has another prefix");
    let signs = notes.signs.load(SeqCst);
    wait_until(|| notes.signs.load(SeqCst) > signs);
    assert_eq!(notes.times_lost.load(SeqCst), 0);
}

#[test]
fn whoever_removes_everything_makes_all_copies_untrusted_once() {
    if !are_installed() {
        return;
    }
    let server = Server::start();
    let redis = open(&server.url());
    epoch(&redis);
    let notes = Arc::new(Notes::default());
    redis
        .watch("app:", Arc::clone(&notes) as _)
        .expect("one server");
    wait_until(|| notes.trusts());
    server.order(&["FLUSHALL"]);
    wait_until(|| notes.times_lost.load(SeqCst) == 1 && notes.trusts());
}

#[test]
fn a_cut_connection_a_death_and_silence_are_known_within_a_second_and_pass() {
    if !are_installed() {
        return;
    }
    let mut server = Server::start();
    let redis = open(&server.url());
    let notes = Arc::new(Notes::default());
    redis
        .watch("app:", Arc::clone(&notes) as _)
        .expect("one server");
    wait_until(|| notes.trusts());

    server.order(&["CLIENT", "KILL", "TYPE", "normal"]);
    wait_until(|| notes.times_lost.load(SeqCst) == 1);
    assert!(time_until(|| notes.trusts()) < Duration::from_secs(1));

    server.stop_hard();
    let limit = Duration::from_millis(100);
    assert!(
        time_until(|| !notes.trusts()) < limit,
        "a death is heard of"
    );
    server.restart();
    assert!(time_until(|| notes.trusts()) < Duration::from_secs(1));

    server.pause();
    assert!(
        time_until(|| !notes.trusts()) < Duration::from_secs(1),
        "silence is noticed"
    );
    server.resume();
    assert!(time_until(|| notes.trusts()) < Duration::from_secs(2));
    assert!(ask(redis.get(&[EPOCH], &[])).is_ok());
}

#[test]
fn nothing_is_told_after_the_back_end_is_gone() {
    if !are_installed() {
        return;
    }
    let server = Server::start();
    let redis = open(&server.url());
    let notes = Arc::new(Notes::default());
    redis
        .watch("app:", Arc::clone(&notes) as _)
        .expect("one server");
    wait_until(|| notes.trusts());
    drop(redis);
    wait_until(|| server.cli(&["CLIENT", "LIST"]).lines().count() == 1);
}
