//! Several servers, and how they are reached.

use cache_runtime::ErrorKind;
use cache_runtime::backend::{Backend, Memcached, When};
use cache_tests::servers::memcached::Memcached as Server;
use futures::executor::block_on;

use super::{change, content, open, set};

pub(super) fn three() -> Option<[Server; 3]> {
    Some([Server::start()?, Server::start()?, Server::start()?])
}

fn names() -> Vec<String> {
    (0..300).map(|n| format!("name-{n}")).collect()
}

#[test]
fn every_server_has_a_share_and_one_get_reads_them_all() {
    let Some(servers) = three() else { return };
    let store = open(&servers.each_ref());
    let (names, content) = (names(), b"content");
    let changes: Vec<_> = names
        .iter()
        .map(|name| set(name, content, When::Absent))
        .collect();
    assert!(
        change(&store, &changes)
            .expect("an answer")
            .iter()
            .all(|&made| made)
    );
    let asked: Vec<_> = names.iter().map(String::as_str).collect();
    let read = block_on(store.get(&asked, &asked)).expect("an answer");
    for (item, version) in read.items.iter().zip(&read.versions) {
        let item = item.as_ref().expect("an item");
        assert_eq!(
            (item.content.as_slice(), Some(item.version)),
            (&content[..], *version)
        );
    }
    for server in &servers {
        let alone = open(&[server]);
        let read = block_on(alone.get(&[], &asked)).expect("an answer");
        let share = read.versions.iter().flatten().count();
        assert!((60..140).contains(&share), "{share} of 300");
    }
}

#[test]
fn the_order_of_the_servers_does_not_matter() {
    let Some([a, b, c]) = three() else { return };
    let store = open(&[&a, &b, &c]);
    for name in &names() {
        change(&store, &[set(name, name.as_bytes(), When::Always)]).expect("made");
    }
    let store = open(&[&c, &a, &b, &a]);
    for name in &names() {
        assert_eq!(content(&store, name).as_deref(), Some(name.as_bytes()));
    }
}

#[test]
fn changes_of_several_servers_are_made_in_their_order() {
    let Some(servers) = three() else { return };
    let store = open(&servers.each_ref());
    let names = names();
    let twice: Vec<_> = names
        .iter()
        .flat_map(|name| [set(name, b"1", When::Absent), set(name, b"2", When::Absent)])
        .collect();
    let made = change(&store, &twice).expect("an answer");
    assert!(made.chunks(2).all(|pair| pair == [true, false]));
}

#[test]
fn a_dead_server_takes_only_its_own_names_with_it() {
    let Some(mut servers) = three() else { return };
    let store = open(&servers.each_ref());
    servers[1].kill();
    let made = |name: &String| change(&store, &[set(name, b"", When::Always)]);
    let failed: Vec<_> = names().iter().map(made).filter_map(Result::err).collect();
    assert!((60..140).contains(&failed.len()), "{} of 300", failed.len());
    assert!(
        failed
            .iter()
            .all(|error| error.kind() == ErrorKind::Unreachable)
    );
}

#[test]
fn a_unix_socket_is_a_server_too() {
    let path = std::env::temp_dir().join(format!("cache-tests-{}.sock", std::process::id()));
    let Some(_server) = Server::start_at(&path) else {
        return;
    };
    let store = Memcached::open(&[format!("unix:{}", path.display())]).expect("an address");
    assert_eq!(
        change(&store, &[set("a", b"1", When::Always)]).expect("made"),
        [true]
    );
    assert_eq!(content(&store, "a").as_deref(), Some(&b"1"[..]));
}

#[test]
fn what_is_no_server_is_refused_when_it_is_opened() {
    for servers in [
        &[][..],
        &["a:b".to_owned()],
        &["a:1".to_owned(), String::new()],
    ] {
        let error = Memcached::open(servers).expect_err("no address");
        assert_eq!(error.kind(), ErrorKind::Config);
    }
}
