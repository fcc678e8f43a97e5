//! Servers that die, hang and come back.

use std::time::{Duration, Instant};

use cache_runtime::ErrorKind;
use cache_runtime::backend::{Backend, When};
use cache_tests::servers::memcached::Memcached as Server;
use cache_tests::wait_until;

use super::{change, content, get, open, set};

#[test]
fn a_killed_server_fails_fast_and_is_used_at_once_when_it_is_back() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    change(&store, &[set("a", b"1", When::Always)]).expect("made");
    server.kill();
    for _ in 0..1000 {
        let start = Instant::now();
        let error = get(&store, "a").expect_err("nobody is there");
        assert_eq!(error.kind(), ErrorKind::Unreachable, "{error}");
        assert!(start.elapsed() < Duration::from_millis(500));
    }
    server.restart();
    assert_eq!(content(&store, "a"), None);
    change(&store, &[set("a", b"2", When::Absent)]).expect("made");
    assert_eq!(content(&store, "a").as_deref(), Some(&b"2"[..]));
}

#[test]
fn a_server_restarted_while_nobody_asks_is_used_at_once() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    for _ in 0..5 {
        change(&store, &[set("a", b"1", When::Absent)]).expect("made");
        server.kill();
        server.restart();
        // The end of the old connection may not have been seen yet.
        wait_until(|| get(&store, "a").is_ok());
        assert_eq!(content(&store, "a"), None);
    }
}

#[test]
fn killed_in_the_middle_every_answer_is_right_or_an_error() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    let stop = std::sync::atomic::AtomicBool::new(false);
    let is_over = || stop.load(std::sync::atomic::Ordering::SeqCst);
    std::thread::scope(|scope| {
        for n in 0..4 {
            let (store, is_over) = (&store, &is_over);
            scope.spawn(move || {
                let name = format!("name-{n}");
                while !is_over() {
                    let _ = change(store, &[set(&name, name.as_bytes(), When::Always)]);
                    if let Ok(Some(item)) = get(store, &name) {
                        assert_eq!(item.content, name.as_bytes());
                    }
                }
            });
        }
        for _ in 0..5 {
            wait_until(|| content_if_there(&store).is_some());
            server.kill();
            server.restart();
        }
        stop.store(true, std::sync::atomic::Ordering::SeqCst);
    });
}

fn content_if_there(store: &cache_runtime::backend::Memcached) -> Option<Vec<u8>> {
    get(store, "name-0").ok().flatten().map(|item| item.content)
}

#[tokio::test]
async fn a_hung_server_is_waited_for_no_longer_than_the_caller_wants() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    let names: Vec<_> = (0..100).map(|n| format!("name-{n}")).collect();
    for name in &names {
        let changes = [set(name, name.as_bytes(), When::Always)];
        store.change(&changes).await.expect("made");
    }
    server.pause();
    // Longer than the patience of a connection: some of these wait on a second one.
    for _ in 0..15 {
        let answer = store.get(&["name-0"], &[]);
        let timed = tokio::time::timeout(Duration::from_millis(100), answer).await;
        assert!(timed.is_err(), "{timed:?}");
    }
    server.resume();
    for name in &names {
        let read = store.get(&[name], &[]).await.expect("it is back");
        let content = read.items[0].as_ref().map(|item| item.content.as_slice());
        assert_eq!(content, Some(name.as_bytes()));
    }
}

#[test]
fn a_store_that_is_dropped_closes_its_connections() {
    use std::io::{Read, Write};
    let Some(server) = Server::start() else {
        return;
    };
    let store = open(&[&server]);
    get(&store, "a").expect("an answer");
    let mut other = std::net::TcpStream::connect(server.address()).expect("connected");
    let connections = std::cell::RefCell::new(move || {
        other.write_all(b"stats\r\n").expect("sent");
        let mut answer = Vec::new();
        while !answer.ends_with(b"END\r\n") {
            let mut bytes = [0; 4096];
            let count = other.read(&mut bytes).expect("an answer");
            answer.extend_from_slice(&bytes[..count]);
        }
        let answer = String::from_utf8(answer).expect("text");
        let count = answer
            .lines()
            .find_map(|line| line.strip_prefix("STAT curr_connections "));
        count
            .and_then(|count| count.parse::<usize>().ok())
            .expect("a count")
    });
    let before = (connections.borrow_mut())();
    drop(store);
    wait_until(|| (connections.borrow_mut())() == before - 1);
}
