//! How many files there are, and who leaves.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use cache_tests::{crowd, wait_until};

use super::{Backend, block_on, directory, files, items, open, open_for, read, set};

const LONG: Option<Duration> = Some(Duration::from_secs(1000));

#[test]
fn the_threshold_holds_while_several_write() {
    for threshold in [10, 300, 3000] {
        let dir = directory();
        let stores = [(); 4].map(|()| open_for(dir.path(), threshold));
        let most = crowd(4, |n| {
            let mut most = 0;
            for round in 0..threshold {
                set(&stores[n], &format!("{n}:{round}"), b"content", LONG);
                if round % (threshold / 5) == 0 {
                    most = most.max(items(dir.path()).len());
                }
            }
            most.max(items(dir.path()).len())
        });
        let most = most.into_iter().max().unwrap();
        // Each of the four may be about to remove what it has added.
        let bound = threshold + threshold / 10 + 4;
        assert!(most <= bound, "{most} of {threshold}");
        assert!(items(dir.path()).len() >= threshold / 2);
    }
}

#[test]
fn a_threshold_of_zero_is_none() {
    let dir = directory();
    let store = open_for(dir.path(), 0);
    for n in 0..500 {
        set(&store, &format!("{n}"), b"", None);
    }
    assert_eq!(items(dir.path()).len(), 500);
}

#[test]
fn what_expires_soonest_leaves_first_and_versions_last() {
    let dir = directory();
    let store = open_for(dir.path(), 1000);
    let soon = |n: u64| Some(Duration::from_secs(1000 + n));
    for n in 0..400 {
        set(&store, &format!("version:{n}"), b"", soon(n));
    }
    for n in 0..3000 {
        set(&store, &format!("value:{n}"), b"content", soon(n));
    }
    let left = |what: &str, from: u64, to: u64| {
        (from..to)
            .filter(|n| read(&store, &format!("{what}:{n}")).is_some())
            .count()
    };
    assert_eq!(left("version", 0, 400), 400);
    let (first, last) = (left("value", 0, 500), left("value", 2500, 3000));
    assert!(first < last / 4, "{first} of the first, {last} of the last");

    // Where there are only versions, they leave too.
    for n in 400..3000 {
        set(&store, &format!("version:{n}"), b"", soon(n));
    }
    assert!(items(dir.path()).len() <= 1100);
}

#[test]
fn expired_items_leave_before_others() {
    let dir = directory();
    let store = open_for(dir.path(), 100);
    for n in 0..90 {
        set(&store, &format!("dead:{n}"), b"", Some(Duration::ZERO));
    }
    for n in 0..90 {
        set(&store, &format!("live:{n}"), b"content", LONG);
    }
    wait_until(|| items(dir.path()).len() <= 100);
    let live = (0..90).filter(|n| read(&store, &format!("live:{n}")).is_some());
    assert!(live.count() >= 85);
}

#[test]
fn expired_items_are_removed_though_nobody_reads_them() {
    let dir = directory();
    let store = open(dir.path());
    set(&store, "stays", b"", None);
    for n in 0..50 {
        set(
            &store,
            &format!("{n}"),
            b"content",
            Some(Duration::from_millis(10)),
        );
    }
    wait_until(|| items(dir.path()).len() == 1);
    assert!(read(&store, "stays").is_some());
}

#[test]
fn what_a_dead_process_was_writing_is_removed_some_time_later() {
    let dir = directory();
    let store = open(dir.path());
    set(&store, "name", b"", None);
    let shard = items(dir.path())[0].parent().unwrap().to_owned();
    let left_over = shard.join("item-next");
    fs::write(&left_over, "half of it").unwrap();
    wait_until(|| !left_over.exists());
    assert!(read(&store, "name").is_some());
}

#[test]
fn foreign_files_stay() {
    let dir = directory();
    let place = |path: &str| {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "not ours").unwrap();
        path
    };
    let digits = "0".repeat(62);
    let foreign = [
        "notes.txt".to_owned(),
        "aa/notes.txt".to_owned(),
        "aa/item-".to_owned(),
        format!("aa/item-{digits}0"),
        format!("aa/item-{digits}"),
        format!("aa/item-{digits}.bak"),
        format!("item-{digits}"),
        "other/item-next".to_owned(),
        "zz/0".to_owned(),
    ];
    let foreign = foreign.map(|path| place(&path));
    let is_over = SystemTime::now() - Duration::from_secs(10_000);
    for path in &foreign {
        File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(is_over)
            .unwrap();
    }

    let store = open_for(dir.path(), 50);
    for n in 0..500 {
        set(&store, &format!("{n}"), b"content", LONG);
    }
    block_on(store.clear("")).unwrap();
    wait_until(|| items(dir.path()).len() <= 2);
    for path in &foreign {
        assert_eq!(fs::read(path).unwrap(), b"not ours", "{}", path.display());
    }
    assert_eq!(ours(dir.path(), &foreign), ["\u{2e}cache-runtime-counts"]);
}

/// The names of files that are not among these.
fn ours(dir: &Path, foreign: &[std::path::PathBuf]) -> Vec<String> {
    let mut ours = files(dir);
    ours.retain(|path| !foreign.contains(path));
    let name = |path: std::path::PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    ours.into_iter().map(name).collect()
}

#[test]
fn counts_that_are_wrong_are_made_right() {
    let dir = directory();
    let store = open_for(dir.path(), 100);
    for n in 0..50 {
        set(&store, &format!("{n}"), b"content", LONG);
    }
    fs::write(dir.path().join(".cache-runtime-counts"), [0x7f; 3000]).unwrap();
    set(&store, "one more", b"content", LONG);
    wait_until(|| {
        let counts = fs::read(dir.path().join(".cache-runtime-counts")).unwrap();
        let sum: u64 = counts[..1024]
            .chunks(4)
            .map(|number| u64::from(u32::from_le_bytes(number.try_into().unwrap())))
            .sum();
        sum == items(dir.path()).len() as u64
    });
    assert!(items(dir.path()).len() >= 49);
}
