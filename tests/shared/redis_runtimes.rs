//! Where the connections to a Redis server live: which runtime has some, until when, and what goes over them.

use std::pin::pin;
use std::time::Duration;

use cache_runtime::backend::redis::Redis;
use cache_runtime::backend::{Backend, When};
use cache_tests::servers::redis::{Server, are_installed};
use cache_tests::wait_until;
use tokio::runtime::{Builder, Runtime};

use crate::redis::{ask, open, set};

fn threaded() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// How many connections the server has, without the one that asks.
fn connections(server: &Server) -> usize {
    server.cli(&["CLIENT", "LIST"]).lines().count() - 1
}

/// Reads an item that is there, as a task of a runtime.
fn read(runtime: &Runtime, redis: &Redis) {
    let answer = runtime.block_on(async {
        let answer = redis.get(&["app:a"], &[]);
        tokio::time::timeout(Duration::from_secs(5), answer).await
    });
    let read = answer.expect("in time").expect("the server answers");
    assert!(read.items[0].is_some());
}

#[test]
fn each_runtime_with_threads_reads_over_a_connection_of_its_own_as_long_as_it_is_there() {
    if !are_installed() {
        return;
    }
    let server = Server::start();
    let redis = open(&server.url());
    ask(redis.change(&[set("app:a", b"1", When::Always)])).expect("the server answers");
    assert_eq!(
        connections(&server),
        1,
        "changes are made on the cache's thread"
    );
    let reads_alone = |runtime: &Runtime, all: usize| {
        wait_until(|| {
            read(runtime, &redis);
            connections(&server) == all
        });
    };
    let stays = threaded();
    reads_alone(&stays, 2);
    read(&stays, &redis);
    assert_eq!(connections(&server), 2);
    for _ in 0..5 {
        let goes = threaded();
        reads_alone(&goes, 3);
        drop(goes);
        wait_until(|| connections(&server) == 2);
    }
    let single = Builder::new_current_thread().enable_all().build();
    read(&single.expect("a runtime"), &redis);
    assert_eq!(connections(&server), 2, "it may stand still at any time");
    let bare = Builder::new_multi_thread().worker_threads(1).build();
    let bare = bare.expect("a runtime");
    for _ in 0..20 {
        let answer = bare.block_on(redis.get_contents(&["app:a"], &[]));
        assert!(answer.expect("the server answers").items[0].is_some());
    }
    assert_eq!(connections(&server), 2, "it has no sockets");
    drop(stays);
    wait_until(|| connections(&server) == 1);
}

/// How often the server was asked for items.
fn questions(server: &Server) -> String {
    let stats = server.cli(&["INFO", "commandstats"]);
    let reads = stats.lines().find(|line| line.contains("cmdstat_mget"));
    let calls = reads.and_then(|line| line.split([':', ',']).nth(1));
    calls.expect("it was asked").to_owned()
}

#[test]
fn a_server_that_is_slow_is_asked_once() {
    if !are_installed() {
        return;
    }
    let server = Server::start();
    let redis = open(&server.url());
    ask(redis.change(&[set("app:a", b"1", When::Always)])).expect("the server answers");
    let runtime = threaded();
    wait_until(|| {
        read(&runtime, &redis);
        connections(&server) == 2
    });
    let before = questions(&server);
    server.order(&["CLIENT", "PAUSE", "150", "ALL"]);
    let polls = runtime.block_on(async {
        let mut answer = pin!(redis.get(&["app:a"], &[]));
        let mut polls = 1;
        while tokio::time::timeout(Duration::from_millis(10), answer.as_mut())
            .await
            .is_err()
        {
            polls += 1;
        }
        polls
    });
    assert!(polls > 3, "it was impatient for long: {polls} polls");
    let asked = |calls: &str| calls.rsplit('=').next().and_then(|n| n.parse::<u32>().ok());
    assert_eq!(asked(&questions(&server)), asked(&before).map(|n| n + 1));
}

/// Also over a connection that was there before the restart, and is not the one that changes are made over.
#[test]
fn every_connection_notices_that_a_server_has_forgotten() {
    if !are_installed() {
        return;
    }
    let mut server = Server::start();
    let redis = open(&server.url());
    let runtime = threaded();
    let epoch = || {
        let read = runtime.block_on(async {
            let answer = redis.get(&[], &[crate::redis::EPOCH]);
            tokio::time::timeout(Duration::from_secs(5), answer).await
        });
        read.ok()?.ok()?.versions[0]
    };
    let before = epoch().expect("the server answers");
    server.stop_hard();
    server.restart();
    wait_until(|| epoch().is_some());
    assert_ne!(epoch(), Some(before));
}
