//! Runs the tests of this binary with every back end.

use std::process::Command;

use cache_tests::servers::memcached::Memcached;
use cache_tests::servers::redis::{self, Cluster, Server, Watched};

/// Set in the runs that have a back end.
const INSIDE: &str = "AWAY_INSIDE";

fn run(settings: &[(&str, &str)], arguments: &[&str]) {
    let this = std::env::current_exe().expect("this binary is somewhere");
    let mut command = Command::new(this);
    // Unknown settings are errors.
    command.env_remove("TESTS_REQUIRE_ALL");
    command
        .args(arguments)
        .env(INSIDE, "1")
        .envs(settings.iter().copied());
    let output = command.output().expect("it runs");
    assert!(
        output.status.success(),
        "{settings:?}\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Runs everything with a back end, and what takes it down in a process of its own.
fn with(settings: &[(&str, &str)]) {
    run(settings, &[]);
    run(settings, &["--ignored", "failure"]);
}

fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

#[test]
fn memory() {
    if !is_inside() {
        run(&[], &["--ignored", "failure"]);
    }
}

#[test]
fn filesystem() {
    if !is_inside() {
        let dir = tempfile::tempdir().expect("a directory");
        let dir = dir.path().join("cache");
        with(&[
            ("CACHE_TYPE", "filesystem"),
            ("CACHE_DIR", dir.to_str().expect("it is text")),
        ]);
    }
}

#[test]
fn redis() {
    if !is_inside() && redis::are_installed() {
        let server = Server::start();
        with(&[("CACHE_TYPE", "redis"), ("CACHE_REDIS_URL", &server.url())]);
    }
}

#[test]
fn tiered() {
    if !is_inside() && redis::are_installed() {
        let server = Server::start();
        with(&[("CACHE_TYPE", "tiered"), ("CACHE_REDIS_URL", &server.url())]);
    }
}

#[test]
fn redis_sentinel() {
    if !is_inside() && redis::are_installed() {
        let servers = Watched::start();
        with(&[
            ("CACHE_TYPE", "redis-sentinel"),
            ("CACHE_REDIS_SENTINELS", &servers.list()),
        ]);
    }
}

#[test]
fn redis_cluster() {
    if !is_inside() && redis::are_installed() {
        let cluster = Cluster::start();
        let nodes = cluster.urls();
        let nodes = nodes.iter().map(|url| url.trim_start_matches("redis://"));
        let nodes = nodes.collect::<Vec<_>>().join(",");
        with(&[
            ("CACHE_TYPE", "redis-cluster"),
            ("CACHE_REDIS_CLUSTER", &nodes),
        ]);
    }
}

#[test]
fn memcached() {
    if is_inside() {
        return;
    }
    let (Some(one), Some(other)) = (Memcached::start(), Memcached::start()) else {
        return;
    };
    let servers = format!("{},{}", one.address(), other.address());
    with(&[
        ("CACHE_TYPE", "memcached"),
        ("CACHE_MEMCACHED_SERVERS", &servers),
    ]);
}
