//! Files of one host, in real directories.

mod bounds;
mod damage;
mod held;
mod owners;
mod processes;
mod speed;

use std::path::{Path, PathBuf};
use std::time::Duration;

use cache_runtime::Error;
use cache_runtime::backend::filesystem::Filesystem;
use cache_runtime::backend::{Backend, Change, Item, Version, When, behaviour};
use futures::executor::block_on;
use tempfile::TempDir;

const MANY: usize = 100_000;

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory for a test")
}

fn open(dir: &Path) -> Filesystem {
    open_for(dir, MANY)
}

fn open_for(dir: &Path, threshold: usize) -> Filesystem {
    let store = Filesystem::open(dir, threshold).expect("a directory that can be used");
    // Who holds a lock may have to wait for the processor while other tests run.
    store.with_patience(Duration::from_secs(20))
}

fn read(store: &Filesystem, name: &str) -> Option<Item> {
    let read = block_on(store.get(&[name], &[]));
    read.expect("it can be read").items.remove(0)
}

fn make(store: &Filesystem, change: Change<'_>) -> Result<bool, Error> {
    Ok(block_on(store.change(&[change]))?[0])
}

/// Sets an item under any condition.
fn set(store: &Filesystem, name: &str, content: &[u8], ttl: Option<Duration>) -> Version {
    let version = Version::fresh();
    let change = Change::Set {
        name,
        version,
        content,
        ttl,
        when: When::Always,
    };
    assert!(make(store, change).expect("it can be written"), "{name}");
    version
}

/// All files below a directory.
fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&entry.path()),
            _ => vec![entry.path()],
        })
        .collect()
}

/// The files of items.
fn items(dir: &Path) -> Vec<PathBuf> {
    let mut files = files(dir);
    files.retain(|path| is_item(path));
    files
}

fn is_item(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with("item-") && name.len() == "item-".len() + 62)
}

#[test]
fn it_keeps_every_promise() {
    let dir = directory();
    let (one, other) = (open(dir.path()), open(dir.path()));
    behaviour::Behaviour {
        too_large: Some((512 << 20) + 1),
        ..Default::default()
    }
    .check(&one, &other);
}

#[test]
fn what_was_stored_is_there_after_a_restart() {
    let dir = directory();
    let version = set(&open(dir.path()), "name", b"content", None);
    let item = read(&open(dir.path()), "name").unwrap();
    assert_eq!((item.version, &*item.content), (version, &b"content"[..]));
}

#[test]
fn it_goes_on_when_somebody_removes_the_directory() {
    let dir = directory();
    let root = dir.path().join("cache");
    let store = open(&root);
    set(&store, "name", b"before", None);
    std::fs::remove_dir_all(&root).unwrap();
    assert_eq!(read(&store, "name"), None);
    set(&store, "name", b"after", None);
    assert_eq!(read(&store, "name").unwrap().content, b"after");
}
