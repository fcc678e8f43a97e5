//! Redis behind sentinels: a primary that is replaced.

use cache_runtime::backend::redis::{Redis, Target};
use cache_runtime::backend::{Backend, Change, When, behaviour};
use cache_tests::servers::redis::{Server, Watched, are_installed};
use cache_tests::wait_until;

use crate::redis::{EPOCH, ask, epoch, item, set, version};

fn open(watched: &Watched) -> Redis {
    let target = Target::Sentinel {
        sentinels: watched.addresses(),
        master: Watched::GROUP.to_owned(),
        password: None,
        sentinel_password: None,
        db: 0,
        tls: false,
    };
    Redis::open(target, EPOCH.to_owned()).expect("addresses")
}

fn at(watched: &mut Watched, port: u16) -> &mut Server {
    let mut servers = watched.servers.iter_mut();
    servers
        .find(|server| server.port == port)
        .expect("it is one of ours")
}

#[test]
fn it_keeps_every_promise() {
    if !are_installed() {
        return;
    }
    let watched = Watched::start();
    behaviour::check(&open(&watched), &open(&watched));
}

#[test]
fn a_failover_makes_everything_older_a_miss() {
    if !are_installed() {
        return;
    }
    let mut watched = Watched::start();
    let (redis, other) = (open(&watched), open(&watched));
    let before = epoch(&redis);
    assert_eq!(epoch(&other), before);
    let primary = watched.primary();
    at(&mut watched, primary).stop_hard();
    wait_until(|| version(&redis, EPOCH).is_some());
    let after = epoch(&redis);
    assert_ne!(after, before);
    assert_eq!(epoch(&other), after);
    assert_ne!(watched.primary(), primary);
}

#[test]
fn an_old_primary_that_goes_on_is_not_believed() {
    if !are_installed() {
        return;
    }
    let mut watched = Watched::start();
    let (idle, redis) = (open(&watched), open(&watched));
    let before = epoch(&idle);
    assert!(ask(redis.change(&[set("app:a", b"old", When::Always)])).is_ok());
    let primary = watched.primary();
    at(&mut watched, primary).pause();
    watched.wait_for_another(primary);
    let after = epoch(&redis);
    assert_ne!(after, before);
    let change = [Change::Delete { name: "app:a" }];
    assert!(ask(redis.change(&change)).is_ok());
    at(&mut watched, primary).resume();
    // Its connection is there and its server answers, and both are out of date.
    assert_eq!(epoch(&idle), after);
    assert_eq!(item(&idle, "app:a"), None);
}

#[test]
fn most_sentinels_are_enough_and_a_group_that_nobody_knows_is_an_error() {
    if !are_installed() {
        return;
    }
    let mut watched = Watched::start();
    watched.sentinels[0].stop_hard();
    epoch(&open(&watched));
    let target = Target::Sentinel {
        sentinels: watched.addresses(),
        master: "nobody".to_owned(),
        password: None,
        sentinel_password: None,
        db: 0,
        tls: false,
    };
    let redis = Redis::open(target, EPOCH.to_owned()).expect("addresses");
    let error = ask(redis.get(&[EPOCH], &[])).expect_err("there is no such group");
    assert!(!error.to_string().is_empty());
}
