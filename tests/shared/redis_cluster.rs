//! A Redis cluster: slots, redirections, primaries that are replaced.

use std::time::Duration;

use cache_runtime::backend::redis::{Redis, Target};
use cache_runtime::backend::{Backend, Change, Version, When, behaviour};
use cache_tests::servers::redis::{Cluster, are_installed};
use cache_tests::wait_until;

use crate::redis::{EPOCH, ask, epoch, set, version};

fn open(cluster: &Cluster) -> Redis {
    let nodes = cluster.urls();
    Redis::open(Target::Cluster { nodes }, EPOCH.to_owned()).expect("addresses")
}

/// Waits until all of these can be read together with the epoch.
fn wait_for(redis: &Redis, names: &[&str]) {
    wait_until(|| ask(redis.get(names, &[EPOCH])).is_ok());
}

/// The version of the epoch once all nodes are known.
fn epoch_of_all(redis: &Redis) -> Version {
    let names: Vec<String> = (0..50).map(|n| format!("app:{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    wait_for(redis, &names);
    epoch(redis)
}

#[test]
fn it_keeps_every_promise() {
    if !are_installed() {
        return;
    }
    let cluster = Cluster::start();
    behaviour::check(&open(&cluster), &open(&cluster));
}

#[test]
fn names_are_spread_and_read_together() {
    if !are_installed() {
        return;
    }
    let cluster = Cluster::start();
    let redis = open(&cluster);
    let names: Vec<String> = (0..100).map(|n| format!("app:{n}")).collect();
    let changes: Vec<_> = names
        .iter()
        .map(|name| set(name, name.as_bytes(), When::Absent))
        .collect();
    for changes in changes.chunks(10) {
        assert_eq!(ask(redis.change(changes)).expect("it answers"), [true; 10]);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let read = ask(redis.get(&names, &names)).expect("it answers");
    for (n, name) in names.iter().enumerate() {
        let item = read.items[n].as_ref().expect("it is there");
        assert_eq!(item.content, name.as_bytes());
        assert_eq!(read.versions[n], Some(item.version));
    }
    assert!(ask(redis.clear("app:")).is_ok());
    wait_until(|| names.iter().all(|name| version(&redis, name).is_none()));
    assert!(version(&redis, EPOCH).is_some());
}

#[test]
fn a_slot_that_moves_is_found_while_it_does_and_after() {
    if !are_installed() {
        return;
    }
    let cluster = Cluster::start();
    let redis = open(&cluster);
    let before = epoch_of_all(&redis);
    assert!(ask(redis.change(&[set("{app:m}1", b"1", When::Always)])).is_ok());
    let (from, slot) = (
        cluster.primary_of("{app:m}", None),
        cluster.nodes[0].cli(&["CLUSTER", "KEYSLOT", "{app:m}"]),
    );
    let to = (0..3).find(|node| *node != from).expect("there are three");
    let ids = [from, to].map(|node| cluster.nodes[node].cli(&["CLUSTER", "MYID"]));
    let (source, target) = (&cluster.nodes[from], &cluster.nodes[to]);
    target.order(&["CLUSTER", "SETSLOT", &slot, "IMPORTING", &ids[0]]);
    source.order(&["CLUSTER", "SETSLOT", &slot, "MIGRATING", &ids[1]]);
    let both = ["{app:m}1", "{app:m}2"];
    let read = ask(redis.get(&both, &both)).expect("both places are asked");
    assert!(read.items[0].is_some() && read.items[1].is_none());
    assert!(ask(redis.change(&[set(both[1], b"2", When::Absent)])).is_ok_and(|made| made[0]));
    assert_eq!(
        target.order(&["CLUSTER", "COUNTKEYSINSLOT", &slot]),
        "1",
        "it is stored where the slot goes"
    );
    let port = target.port.to_string();
    source.order(&["MIGRATE", "127.0.0.1", &port, both[0], "0", "5000"]);
    for node in [target, source] {
        node.order(&["CLUSTER", "SETSLOT", &slot, "NODE", &ids[1]]);
    }
    let read = ask(redis.get(&both, &both)).expect("it is found");
    assert!(read.items.iter().all(Option::is_some));
    assert_eq!(epoch(&redis), before, "nothing was forgotten");
}

#[test]
fn a_failover_of_any_primary_makes_everything_older_a_miss() {
    if !are_installed() {
        return;
    }
    let mut cluster = Cluster::start();
    let (redis, other) = (open(&cluster), open(&cluster));
    let keeper = cluster.primary_of(EPOCH, None);
    let far = (0..).map(|n| format!("app:{n}"));
    let far = far
        .into_iter()
        .find(|name| cluster.primary_of(name, None) != keeper);
    let far = far.expect("there are three primaries");
    wait_for(&redis, &[&far]);
    wait_for(&other, &[&far]);
    let mut before = epoch_of_all(&redis);
    for name in [&far, EPOCH] {
        let primary = cluster.primary_of(name, None);
        cluster.nodes[primary].stop_hard();
        wait_for(&redis, &[&far]);
        let after = epoch(&redis);
        assert_ne!(after, before, "{name}");
        wait_for(&other, &[&far]);
        assert_eq!(epoch(&other), after, "once for all processes");
        cluster.nodes[primary].restart();
        before = after;
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn an_old_primary_that_goes_on_is_not_believed() {
    if !are_installed() {
        return;
    }
    let cluster = Cluster::start();
    let (idle, redis) = (open(&cluster), open(&cluster));
    let name = "app:a";
    wait_for(&idle, &[name]);
    let before = epoch_of_all(&idle);
    assert!(ask(redis.change(&[set(name, b"old", When::Always)])).is_ok());
    let primary = cluster.primary_of(name, None);
    cluster.nodes[primary].pause();
    wait_until(|| cluster.primary_of(name, Some(primary)) != primary);
    wait_for(&redis, &[name]);
    let after = epoch(&redis);
    assert_ne!(after, before);
    assert!(ask(redis.change(&[Change::Delete { name }])).is_ok());
    cluster.nodes[primary].resume();
    let read = std::iter::repeat_with(|| ask(idle.get(&[name], &[EPOCH])));
    let read = read.flatten().next().expect("it is repeated");
    assert_eq!(read.items[0], None);
    assert_eq!(read.versions[0], Some(after));
}

#[test]
fn copies_in_the_process_are_refused() {
    let nodes = vec!["redis://127.0.0.1:1".to_owned()];
    let redis = Redis::open(Target::Cluster { nodes }, EPOCH.to_owned()).expect("addresses");
    let error = redis.watch("app:", std::sync::Arc::new(crate::redis_watch::Deaf));
    assert!(error.is_err_and(|error| error.to_string().contains("cluster")));
}
