//! The examples over every back end, twice each on the same store: they print and check what they show.
//!
//! The example programs are built by cargo first, which is quick where they are built already.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use cache_runtime::backend::Backend;
use cache_runtime::backend::redis::{Redis, Target};
use cache_tests::servers::memcached::Memcached;
use cache_tests::servers::redis::{Cluster, Server, Watched, are_installed};

const EXAMPLES: [&str; 8] = [
    "square",
    "add",
    "rename",
    "route",
    "fibonacci",
    "tasks",
    "files",
    "shop",
];

/// Where the example programs are, built.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        // This program is `target/debug/deps/examples-..`.
        let this = std::env::current_exe().expect("this binary is somewhere");
        let profile = this.ancestors().nth(2).expect("a folder of a profile");
        let mut cargo = Command::new(env!("CARGO"));
        // Build scripts that look at what cargo tells this test would run again, and so would everything after them.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                cargo.env_remove(name);
            }
        }
        cargo.args(["build", "--quiet", "--package", "cache-examples", "--bins"]);
        cargo.args(profile.ends_with("release").then_some("--release"));
        let target = profile.parent().expect("the target folder");
        let built = cargo.arg("--target-dir").arg(target).status();
        assert!(built.is_ok_and(|status| status.success()), "{cargo:?}");
        profile.to_owned()
    })
}

/// Runs every example with these settings, twice, all of them at once.
fn with(settings: &[(&str, &str)]) {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cache-macros/src");
    std::thread::scope(|scope| {
        for name in EXAMPLES {
            let sources = &sources;
            scope.spawn(move || {
                for _ in 0..2 {
                    let mut example = Command::new(folder().join(name));
                    example.envs(settings.iter().copied());
                    // A machine that is busy with all of this may take its time.
                    example.env("CACHE_BACKEND_TIMEOUT", "5");
                    example.args((name == "files").then_some(sources));
                    run(name, &mut example);
                }
            });
        }
    });
}

fn run(name: &str, example: &mut Command) {
    let output = example.output().expect("it runs");
    let (out, err) = (&output.stdout, &output.stderr);
    assert!(
        output.status.success() && !out.is_empty() && err.is_empty(),
        "{name}: {example:?}\n{}\n{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    );
}

#[test]
fn in_process() {
    with(&[]);
}

#[test]
fn filesystem() {
    let dir = tempfile::tempdir().expect("a directory");
    let dir = dir.path().join("cache");
    let dir = dir.to_str().expect("it is text");
    with(&[("CACHE_TYPE", "filesystem"), ("CACHE_DIR", dir)]);
}

#[test]
fn redis_and_tiered() {
    if are_installed() {
        let server = Server::start();
        for kind in ["redis", "tiered"] {
            with(&[("CACHE_TYPE", kind), ("CACHE_REDIS_URL", &server.url())]);
        }
    }
}

#[test]
fn redis_sentinel() {
    if are_installed() {
        let servers = Watched::start();
        with(&[
            ("CACHE_TYPE", "redis-sentinel"),
            ("CACHE_REDIS_SENTINELS", &servers.list()),
        ]);
    }
}

#[test]
fn redis_cluster() {
    if are_installed() {
        let cluster = Cluster::start();
        warm_up(&cluster, "cache");
        warm_up(&cluster, "shop");
        let nodes = cluster.urls().join(",");
        with(&[
            ("CACHE_TYPE", "redis-cluster"),
            ("CACHE_REDIS_CLUSTER", &nodes),
        ]);
    }
}

/// Uses every primary of a cluster: the first use ever of each makes everything older a miss.
fn warm_up(cluster: &Cluster, prefix: &str) {
    let nodes = cluster.urls();
    let redis = Redis::open(Target::Cluster { nodes }, format!("{prefix}:epoch"));
    let redis = redis.expect("addresses");
    let names: Vec<_> = (0..100).map(|n| format!("{prefix}:{n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Runtime::new().expect("tokio's runtime starts");
    runtime
        .block_on(redis.get(&[], &names))
        .expect("every primary answers");
}

#[test]
fn memcached() {
    if let (Some(one), Some(other)) = (Memcached::start(), Memcached::start()) {
        let servers = format!("{},{}", one.address(), other.address());
        with(&[
            ("CACHE_TYPE", "memcached"),
            ("CACHE_MEMCACHED_SERVERS", &servers),
        ]);
    }
}
