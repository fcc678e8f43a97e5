//! memcached: real servers, and some that only pretend.

mod counters;
mod failures;
mod garbage;
mod lifetimes;
mod routing;
mod sizes;

use cache_runtime::Error;
use cache_runtime::backend::behaviour::Behaviour;
use cache_runtime::backend::{Backend, Change, Item, Memcached, Version, When};
use cache_tests::servers::memcached::Memcached as Server;
use futures::executor::block_on;
use std::time::Duration;

fn open(servers: &[&Server]) -> Memcached {
    let addresses: Vec<_> = servers.iter().map(|server| server.address()).collect();
    Memcached::open(&addresses).expect("addresses")
}

fn set<'a>(name: &'a str, content: &'a [u8], when: When) -> Change<'a> {
    Change::Set {
        name,
        version: Version::fresh(),
        content,
        ttl: Some(Duration::from_secs(60)),
        when,
    }
}

fn change(store: &Memcached, changes: &[Change<'_>]) -> Result<Vec<bool>, Error> {
    block_on(store.change(changes))
}

fn get(store: &Memcached, name: &str) -> Result<Option<Item>, Error> {
    let read = block_on(store.get(&[name], &[]))?;
    Ok(read.items.into_iter().flatten().next())
}

fn content(store: &Memcached, name: &str) -> Option<Vec<u8>> {
    get(store, name)
        .expect("an answer")
        .map(|item| item.content)
}

#[test]
fn conditions_hold_when_a_change_is_made() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    let changes = [
        set("a", b"1", When::Present),
        set("a", b"2", When::Absent),
        set("a", b"3", When::Absent),
        set("a", b"4", When::Present),
        set("a", b"5", When::Unchanged(Version::fresh())),
        Change::Delete { name: "a" },
        Change::Delete { name: "a" },
        set("a", b"", When::Always),
    ];
    let made = change(&store, &changes).expect("an answer");
    assert_eq!(made, [false, true, false, true, false, true, false, true]);
    assert_eq!(content(&store, "a").as_deref(), Some(&b""[..]));
}

#[test]
fn any_bytes_come_back_as_they_were() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    for content_set in [&b""[..], b"\r\n", b"\r\nEN\r\n", &bytes] {
        assert_eq!(
            change(&store, &[set("a", content_set, When::Always)]).expect("made"),
            [true]
        );
        assert_eq!(content(&store, "a").as_deref(), Some(content_set));
    }
}

#[test]
fn a_name_that_is_none_is_refused() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    for name in ["", "a b", "a\r\nflush_all", "ä", &"a".repeat(251)] {
        let error = get(&store, name).expect_err("refused");
        assert_eq!(error.kind(), cache_runtime::ErrorKind::Refused);
    }
}

#[test]
fn items_of_others_are_seen_the_same_by_reads_and_by_conditions() {
    use std::io::{Read, Write};
    let Some(server) = Server::start() else {
        return;
    };
    let mut other = std::net::TcpStream::connect(server.address()).expect("connected");
    other.write_all(b"set a 0 0 3\r\nabc\r\n").expect("sent");
    other.read_exact(&mut [0; 8]).expect("STORED");
    let store = open(&[&server]);
    let found = get(&store, "a").expect("an answer").expect("an item");
    let unchanged = set("a", b"ours", When::Unchanged(found.version));
    assert_eq!(change(&store, &[unchanged]).expect("an answer"), [true]);
    assert_eq!(content(&store, "a").as_deref(), Some(&b"ours"[..]));
}

const BEHAVIOUR: Behaviour = Behaviour {
    granularity: Duration::from_secs(2),
    too_large: Some(1 << 20),
    clears_within: None,
};

#[test]
fn one_server_behaves_as_every_back_end_must() {
    let Some(server) = Server::start() else {
        return;
    };
    BEHAVIOUR.check(&open(&[&server]), &open(&[&server]));
}

#[test]
fn three_servers_behave_as_every_back_end_must() {
    let Some([a, b, c]) = routing::three() else {
        return;
    };
    BEHAVIOUR.check(&open(&[&a, &b, &c]), &open(&[&c, &a, &b]));
}
