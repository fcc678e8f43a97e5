//! Items that a server does not take.

use cache_runtime::ErrorKind;
use cache_runtime::backend::{Memcached, When};
use cache_tests::servers::memcached::Memcached as Server;

use super::{change, content, get, open, set};

const MIB: usize = 1 << 20;

/// Sets an item of this size over another one; it must be refused, and leave nothing.
fn assert_refused(store: &Memcached, size: usize) {
    let large = vec![b'x'; size];
    let old = get(store, "old")
        .expect("an answer")
        .map(|item| item.version);
    assert_eq!(old, None);
    for when in [When::Always, When::Present, When::Absent] {
        change(store, &[set("a", b"old", When::Always)]).expect("made");
        let error = change(store, &[set("a", &large, when)]).expect_err("too large");
        assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
        assert_eq!(content(store, "a"), None);
    }
    change(store, &[set("a", b"old", When::Always)]).expect("made");
    let old = get(store, "a")
        .expect("an answer")
        .expect("an item")
        .version;
    let error = change(store, &[set("a", &large, When::Unchanged(old))]).expect_err("too large");
    assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
    assert_eq!(content(store, "a"), None);
}

#[test]
fn what_is_too_large_is_refused_and_what_was_there_is_gone() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    // The server counts more than the content, so it refuses what seems to fit.
    for size in [MIB - 40, MIB, 20 * MIB] {
        assert_refused(&store, size);
    }
}

#[test]
fn the_other_changes_of_a_batch_are_made() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    let large = vec![b'x'; 2 * MIB];
    let changes = [
        set("a", b"1", When::Always),
        set("b", &large, When::Always),
        set("c", b"3", When::Always),
    ];
    assert!(change(&store, &changes).is_err());
    let there = ["a", "b", "c"].map(|name| content(&store, name).is_some());
    assert_eq!(there, [true, false, true]);
}

#[test]
fn a_server_that_takes_more_is_sent_more() {
    let Some(server) = Server::start_with(&["-I", "8m", "-m", "128"]) else {
        return;
    };
    let store = open(&[&server]);
    let large = vec![b'x'; 5 * MIB];
    assert_eq!(
        change(&store, &[set("a", &large, When::Always)]).expect("made"),
        [true]
    );
    assert!(content(&store, "a").is_some_and(|content| content == large));
    assert_refused(&store, 9 * MIB);
}
