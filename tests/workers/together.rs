//! What one worker does, all others see at once.

use crate::crew::{Crew, SIZE};
use crate::event::{Kind, Means, Source};
use crate::store::Store;

/// A crew whose operations do not fail because the host is busy.
fn crew(store: &Store) -> Crew {
    let mut settings = store.settings();
    settings.push(("CACHE_BACKEND_TIMEOUT".to_owned(), "10".to_owned()));
    Crew::start(&settings)
}

/// Lets copies be as outdated as they may be.
fn wait(store: &Store) {
    std::thread::sleep(store.lag());
}

/// Everybody reads this value, and nobody loads it.
fn all_hit(crew: &mut Crew, kind: Kind, key: u64, value: u64) {
    for n in 0..SIZE {
        let (read, source, _) = crew.read(n, kind, key);
        assert_eq!((read, source), (value, Source::Store), "{kind:?} {key}");
    }
}

/// What one stores all hit, and what one drops nobody reads again.
fn stored_and_dropped(store: &Store, crew: &mut Crew) {
    for (n, means) in Means::ALL.into_iter().enumerate() {
        let (n, key) = (n % SIZE, 100 + n as u64);
        for kind in Kind::ALL {
            crew.read(n, kind, key);
            all_hit(crew, kind, key, 0);
        }
        let written = crew.write((n + 1) % SIZE, key);
        assert!(crew.invalidate((n + 2) % SIZE, means, key).0);
        wait(store);
        for kind in Kind::ALL {
            let fresh = means.drops().contains(&kind);
            let value = if fresh { written } else { 0 };
            let (read, source, _) = crew.read((n + 3) % SIZE, kind, key);
            // A derived value may have been computed from a row that was loaded again just now.
            assert_eq!(read, value, "{means:?} {kind:?}");
            assert_eq!(source == Source::Load, fresh, "{means:?} {kind:?}");
            all_hit(crew, kind, key, value);
        }
    }
}

/// What one puts all hit, and what was computed from its predecessor is gone.
fn put(store: &Store, crew: &mut Crew) {
    assert_eq!(crew.read(0, Kind::Derived, 200).0, 0);
    crew.one(1, "put 200 77");
    wait(store);
    all_hit(crew, Kind::Row, 200, 77);
    assert_eq!(crew.read(2, Kind::Derived, 200).0, 77);
    all_hit(crew, Kind::Derived, 200, 77);
}

/// Numbers of direct use are counted by all; one adds.
fn direct(crew: &mut Crew) {
    crew.all(|_| "incr visits 3 100".to_owned());
    assert_eq!(crew.one(0, "incr visits 0 0"), ["1200"]);
    let added = crew.all(|_| "add winner".to_owned());
    assert_eq!(added.iter().filter(|added| *added == "1").count(), 1);
    let winner = crew.one(0, "get winner");
    let mut ids = (0..SIZE).map(|n| crew.process(n).to_string());
    assert!(ids.any(|id| winner == [id]));
    assert!(crew.invalidate(1, Means::Everything, 0).0);
    assert_eq!(crew.one(2, "get winner"), [""]);
}

fn together(name: &'static str) {
    let Some(store) = Store::start(name) else {
        return;
    };
    let mut crew = crew(&store);
    stored_and_dropped(&store, &mut crew);
    put(&store, &mut crew);
    direct(&mut crew);
}

#[test]
fn filesystem() {
    together("filesystem");
}

#[test]
fn redis() {
    together("redis");
}

#[test]
fn memcached() {
    together("memcached");
}

#[test]
fn redis_cluster() {
    together("redis-cluster");
}

#[test]
fn redis_sentinel() {
    together("redis-sentinel");
}

#[test]
fn tiered() {
    together("tiered");
}
