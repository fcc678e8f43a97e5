//! Many at the same time.

use cache_runtime::backend::{Backend, Change, Version, When};
use cache_tests::servers::memcached::Memcached as Server;
use cache_tests::{crowd, poll_once};

use super::{change, content, get, open, set};

#[test]
fn no_update_of_a_counter_is_lost() {
    const THREADS: usize = 8;
    const UPDATES: usize = 200;
    let Some(server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    change(&store, &[set("count", b"0", When::Always)]).expect("made");
    let add_one = || {
        let item = get(&store, "count").expect("an answer").expect("a count");
        let count: usize = String::from_utf8_lossy(&item.content)
            .parse()
            .expect("a number");
        let next = (count + 1).to_string();
        let next = set("count", next.as_bytes(), When::Unchanged(item.version));
        change(&store, &[next]).expect("an answer") == [true]
    };
    crowd(THREADS, |_| (0..UPDATES).for_each(|_| while !add_one() {}));
    let total = (THREADS * UPDATES).to_string();
    assert_eq!(content(&store, "count").as_deref(), Some(total.as_bytes()));
}

#[test]
fn one_of_many_creates_an_item() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    let create = |_| change(&store, &[set("a", b"", When::Absent)]).expect("an answer")[0];
    assert_eq!(crowd(8, create).into_iter().filter(|&made| made).count(), 1);
}

#[test]
fn an_update_is_made_although_the_item_is_kept_meanwhile() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    change(&store, &[set("a", b"", When::Always)]).expect("made");
    crowd(2, |role| {
        for seconds in 61..261 {
            if role == 0 {
                let ttl = Some(std::time::Duration::from_secs(seconds));
                change(&store, &[Change::Keep { name: "a", ttl }]).expect("an answer");
            } else {
                let old = get(&store, "a")
                    .expect("an answer")
                    .expect("an item")
                    .version;
                let update = set("a", b"", When::Unchanged(old));
                assert_eq!(change(&store, &[update]).expect("an answer"), [true]);
            }
        }
    });
}

#[test]
fn futures_dropped_half_way_leave_no_wrong_answers() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    let names: Vec<_> = (0..1000).map(|n| format!("name-{n}")).collect();
    for name in &names {
        change(&store, &[set(name, name.as_bytes(), When::Always)]).expect("made");
    }
    for name in &names {
        let (asked, changes) = ([name.as_str()], [Change::Keep { name, ttl: None }]);
        let mut get = store.get(&asked, &asked);
        let mut change = store.change(&changes);
        let _ = (poll_once(&mut get), poll_once(&mut change));
    }
    crowd(4, |_| {
        for name in &names {
            assert_eq!(content(&store, name).as_deref(), Some(name.as_bytes()));
        }
    });
}

#[test]
fn a_batch_is_answered_in_its_order() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    let names: Vec<_> = (0..500).map(|n| format!("name-{n}")).collect();
    let versions: Vec<_> = names.iter().map(|_| Version::fresh()).collect();
    let with_version = |(name, &version)| Change::Set {
        name,
        version,
        content: &[7; 5000],
        ttl: None,
        when: When::Absent,
    };
    let even = |n: &usize| n.is_multiple_of(2);
    let changes: Vec<_> = names
        .iter()
        .map(String::as_str)
        .zip(&versions)
        .map(with_version)
        .collect();
    let half: Vec<_> = (0..500).filter(even).map(|n| changes[n].clone()).collect();
    assert!(
        change(&store, &half)
            .expect("an answer")
            .iter()
            .all(|&made| made)
    );
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let read = futures::executor::block_on(store.get(&names, &names)).expect("an answer");
    for (n, version) in versions.iter().enumerate().take(500) {
        let expected = even(&n).then_some(*version);
        assert_eq!(read.versions[n], expected);
        assert_eq!(read.items[n].as_ref().map(|item| item.version), expected);
    }
}
