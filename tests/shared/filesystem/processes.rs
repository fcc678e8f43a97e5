//! Several processes on one directory: the test binary starts itself again, and the child runs one test.

use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::ErrorKind;
use rustix::fs::{FlockOperation, flock};

use super::{Change, Filesystem, Version, When, directory, items, make, open, open_for, read, set};

const DIRECTORY: &str = "CACHE_TESTS_DIRECTORY";
const PROCESSES: usize = 4;

/// Starts a process that runs one of the tests for files on a directory.
pub(super) fn start(test: &str, dir: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", &format!("filesystem::{test}"), "--nocapture"])
        .args(["--ignored", "--quiet"])
        .env(DIRECTORY, dir)
        .stdout(Stdio::null())
        .spawn()
        .expect("the test binary starts again")
}

/// The directory that this process was started for.
pub(super) fn given() -> Option<PathBuf> {
    env::var_os(DIRECTORY).map(PathBuf::from)
}

fn number(store: &Filesystem, name: &str) -> Option<(Version, u64)> {
    let item = read(store, name)?;
    let content = item
        .content
        .try_into()
        .expect("what was written as a whole");
    Some((item.version, u64::from_le_bytes(content)))
}

/// Counts one up, unless another is faster.
fn count_up(store: &Filesystem, name: &str) -> bool {
    let there = number(store, name);
    let (when, next) = match there {
        Some((version, number)) => (When::Unchanged(version), number + 1),
        None => (When::Absent, 1),
    };
    let change = Change::Set {
        name,
        version: Version::fresh(),
        content: &next.to_le_bytes(),
        ttl: None,
        when,
    };
    make(store, change).expect("whoever holds the lock lets go of it")
}

const UPS: usize = 1500;
const COUNTERS: usize = 3;

#[test]
#[ignore = "runs in a process of its own"]
fn counts() {
    let Some(dir) = given() else { return };
    let store = open(&dir);
    for n in 0..UPS {
        while !count_up(&store, &format!("counter:{}", n % COUNTERS)) {}
    }
}

#[test]
fn no_update_is_lost_between_processes() {
    let dir = directory();
    let children: Vec<Child> = (0..PROCESSES)
        .map(|_| start("processes::counts", dir.path()))
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let store = open(dir.path());
    let sum: u64 = (0..COUNTERS)
        .map(|n| number(&store, &format!("counter:{n}")).unwrap().1)
        .sum();
    assert_eq!(sum, (PROCESSES * UPS) as u64);
}

/// The version says what the content must be.
fn content_of(version: Version) -> Vec<u8> {
    let len = 100 + 97 * usize::from(version.0[0]);
    version.0.iter().copied().cycle().take(len).collect()
}

#[test]
#[ignore = "runs in a process of its own"]
fn writes() {
    let Some(dir) = given() else { return };
    let store = open_for(&dir, 50);
    for n in 0_usize.. {
        let version = Version::fresh();
        let (name, content) = (format!("{}", n % 8), content_of(version));
        let change = Change::Set {
            name: &name,
            version,
            content: &content,
            ttl: None,
            when: When::Always,
        };
        let _ = make(&store, change);
        let _ = count_up(&store, "counter");
        if n % 16 == 0 {
            let _ = make(&store, Change::Delete { name: &name });
        }
    }
}

/// Kills processes at any moment and looks at what they leave; answers how many whole items were read.
#[test]
fn a_process_that_is_killed_leaves_whole_items_and_no_lock() {
    let dir = directory();
    let store = open(dir.path());
    let mut children: Vec<Child> = Vec::new();
    let (mut whole, mut counted) = (0, 0);
    for round in 0..60_u64 {
        while children.len() < 3 {
            children.push(start("processes::writes", dir.path()));
        }
        let until = Instant::now() + Duration::from_millis(7 + round % 13);
        while Instant::now() < until {
            for n in 0..8 {
                if let Some(item) = read(&store, &format!("{n}")) {
                    assert_eq!(item.content, content_of(item.version), "a torn read");
                    whole += 1;
                }
            }
            // A counter never goes back, whoever is killed.
            let now = number(&store, "counter").map_or(counted, |(_, number)| number);
            assert!(now >= counted, "from {counted} to {now}");
            counted = now;
        }
        let mut child = children.remove(0);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    for mut child in children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(whole > 100, "{whole} items were read");
    // Nobody holds a lock, and what is there can be changed.
    for n in 0..8 {
        set(&store, &format!("{n}"), b"after", None);
    }
    assert!(count_up(&store, "counter"));
    println!("{whole} items read whole, {counted} counted, 60 processes killed");
}

#[test]
fn a_process_that_stands_still_keeps_others_waiting_for_a_bounded_time() {
    let dir = directory();
    let patience = Duration::from_millis(50);
    let store = open(dir.path()).with_patience(patience);
    set(&store, "name", b"content", None);
    let file = items(dir.path()).remove(0);
    // What a process holds that is stopped in the midst of a change.
    let shard = File::open(file.parent().unwrap()).unwrap();
    flock(&shard, FlockOperation::NonBlockingLockExclusive).unwrap();

    let began = Instant::now();
    let error = make(&store, Change::Delete { name: "name" }).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{error}");
    let waited = began.elapsed();
    assert!(waited >= patience, "{waited:?}");
    assert!(read(&store, "name").is_some());

    let store = store.with_patience(Duration::from_secs(20));
    thread::scope(|scope| {
        let waiting = scope.spawn(|| make(&store, Change::Delete { name: "name" }));
        thread::sleep(patience);
        drop(shard);
        assert!(waiting.join().unwrap().unwrap());
    });
}
