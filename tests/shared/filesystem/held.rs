//! Versions whose files are held open: they are looked up each time all the same.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use cache_runtime::backend::{Backend, Change, Version};
use futures::executor::block_on;

use super::processes::{given, start};
use super::{Filesystem, directory, items, make, open, set};

fn versions(store: &Filesystem, names: &[&str]) -> Vec<Option<Version>> {
    let read = block_on(store.get(&[], names));
    read.expect("they can be read").versions
}

fn version(store: &Filesystem, name: &str) -> Option<Version> {
    versions(store, &[name]).remove(0)
}

/// A version is an item without content.
fn begin(store: &Filesystem, name: &str) -> Version {
    set(store, name, b"", None)
}

fn delete(store: &Filesystem, name: &str) {
    assert!(make(store, Change::Delete { name }).unwrap());
}

#[test]
#[ignore = "runs in a process of its own"]
fn moves_on() {
    let Some(dir) = given() else { return };
    let store = open(&dir);
    begin(&store, "replaced");
    delete(&store, "removed");
    delete(&store, "begun anew");
    begin(&store, "begun anew");
}

#[test]
fn what_another_process_has_changed_is_seen_by_the_next_look() {
    let dir = directory();
    let store = open(dir.path());
    let names = ["replaced", "removed", "begun anew", "left alone"];
    let before = names.map(|name| Some(begin(&store, name)));
    for _ in 0..3 {
        assert_eq!(versions(&store, &names), before);
    }
    let mut child = start("held::moves_on", dir.path());
    assert!(child.wait().unwrap().success());
    let [replaced, removed, anew, alone] = versions(&store, &names).try_into().unwrap();
    assert!(replaced.is_some() && replaced != before[0]);
    assert_eq!(removed, None);
    assert!(anew.is_some() && anew != before[2]);
    assert_eq!(alone, before[3]);
}

#[test]
fn no_look_that_begins_after_a_change_shows_what_was_before() {
    const CHANGES: usize = 2_000;
    let dir = directory();
    let (writer, reader) = (open(dir.path()), open(dir.path()));
    let made = Mutex::new(vec![begin(&writer, "mark")]);
    let all = || made.lock().unwrap().clone();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while all().len() <= CHANGES {
                    let before = all();
                    let Some(found) = version(&reader, "mark") else {
                        continue;
                    };
                    // What was replaced already is not there; what is not noted yet may be.
                    let replaced = &before[..before.len() - 1];
                    assert!(!replaced.contains(&found));
                }
            });
        }
        for n in 0..CHANGES {
            if n % 3 == 0 {
                delete(&writer, "mark");
            }
            let version = begin(&writer, "mark");
            made.lock().unwrap().push(version);
        }
    });
    assert_eq!(version(&reader, "mark"), all().pop());
}

#[test]
fn a_directory_that_was_removed_and_made_again_begins_anew() {
    let dir = directory();
    let root = dir.path().join("cache");
    let (store, other) = (open(&root), open(&root));
    let before = begin(&store, "mark");
    assert_eq!(version(&store, "mark"), Some(before));
    fs::remove_dir_all(&root).unwrap();
    assert_eq!(version(&store, "mark"), None);
    let after = begin(&other, "mark");
    assert_eq!(version(&store, "mark"), Some(after));

    // Moved away, its files are all still there.
    fs::rename(&root, dir.path().join("moved")).unwrap();
    assert_eq!(version(&store, "mark"), None);
    let after = begin(&other, "mark");
    assert_eq!(version(&store, "mark"), Some(after));
}

#[test]
fn there_may_be_more_versions_than_files_held_open() {
    let dir = directory();
    let (store, other) = (open(dir.path()), open(dir.path()));
    let names: Vec<String> = (0..300).map(|n| format!("mark:{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut expected: Vec<_> = names.iter().map(|name| Some(begin(&store, name))).collect();
    for round in 0..3 {
        assert_eq!(versions(&store, &names), expected);
        for n in (round..names.len()).step_by(7) {
            expected[n] = Some(begin(&other, names[n]));
        }
    }
    assert_eq!(versions(&store, &names), expected);
    if cfg!(target_os = "linux") {
        let open = open_below(dir.path());
        assert!((1..=64).contains(&open), "{open} files are held open");
    }
    for name in &names {
        delete(&other, name);
    }
    assert!(versions(&store, &names).iter().all(Option::is_none));
    if cfg!(target_os = "linux") {
        assert_eq!(open_below(dir.path()), 0, "what is gone is let go");
    }
}

/// How many files of a directory this process has open.
fn open_below(dir: &Path) -> usize {
    let all = fs::read_dir("/proc/self/fd").unwrap().flatten();
    let targets = all.filter_map(|one| fs::read_link(one.path()).ok());
    targets
        .filter(|target| target.starts_with(dir) && !target.is_dir())
        .count()
}

#[test]
fn a_version_that_expires_is_absent_from_then_on() {
    let dir = directory();
    let store = open(dir.path());
    let ttl = Duration::from_millis(20);
    let before = set(&store, "mark", b"", Some(ttl));
    let began = Instant::now();
    while version(&store, "mark") == Some(before) {
        assert!(began.elapsed() < Duration::from_secs(20), "it stays");
    }
    assert_eq!(version(&store, "mark"), None);
}

#[test]
fn a_version_is_kept_for_longer() {
    let dir = directory();
    let (store, other) = (open(dir.path()), open(dir.path()));
    let soon = Duration::from_secs(1);
    let before = set(&store, "mark", b"", Some(soon));
    assert_eq!(version(&store, "mark"), Some(before));
    let keep = Change::Keep {
        name: "mark",
        ttl: None,
    };
    assert!(make(&other, keep).unwrap());
    let file = File::open(items(dir.path()).remove(0)).unwrap();
    let expires = file.metadata().unwrap().modified().unwrap();
    assert!(expires > SystemTime::now() + 2 * soon);
    assert_eq!(version(&store, "mark"), Some(before));
}

#[test]
fn damage_is_seen_though_the_file_is_the_same() {
    let dir = directory();
    let store = open(dir.path());
    let before = begin(&store, "mark");
    assert_eq!(version(&store, "mark"), Some(before));
    let path = items(dir.path()).remove(0);
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 1;
    let file = File::options().write(true).open(&path).unwrap();
    let expires = file.metadata().unwrap().modified().unwrap();
    fs::write(&path, bytes).unwrap();
    file.set_modified(expires + Duration::from_secs(1)).unwrap();
    assert_eq!(version(&store, "mark"), None);
}

#[test]
fn a_file_that_somebody_has_open_stays_what_it_was() {
    let dir = directory();
    let store = open(dir.path());
    begin(&store, "mark");
    let path = items(dir.path()).remove(0);
    let sound = fs::read(&path).unwrap();
    let mut open = File::open(&path).unwrap();
    // As if somebody had died who had written the next one, and was about to remove this.
    fs::rename(&path, path.with_file_name("item-next")).unwrap();
    let after = begin(&store, "mark");
    assert_eq!(version(&store, "mark"), Some(after));
    let mut bytes = Vec::new();
    open.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, sound);
}
