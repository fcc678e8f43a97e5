//! Bytes that are not what was written, and disks that take no more.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use cache_runtime::ErrorKind;

use super::{Change, Filesystem, Version, When, directory, items, make, open, read, set};

/// How long planted items would live.
const LONG: Duration = Duration::from_secs(1000);

fn set_if(store: &Filesystem, name: &str, content: &[u8], when: When) -> bool {
    let version = Version::fresh();
    let change = Change::Set {
        name,
        version,
        content,
        ttl: None,
        when,
    };
    make(store, change).unwrap()
}

/// Writes bytes into the file of an item, as somebody who knows where it is.
fn plant(file: &Path, bytes: &[u8]) {
    fs::write(file, bytes).unwrap();
    let file = OpenOptions::new().write(true).open(file).unwrap();
    file.set_modified(SystemTime::now() + LONG).unwrap();
}

#[test]
fn damaged_files_are_absent_and_the_next_set_heals_them() {
    let dir = directory();
    let store = open(dir.path());
    set(&store, "name", b"the content of an item", None);
    let file = items(dir.path()).remove(0);
    let sound = fs::read(&file).unwrap();

    let mut damaged: Vec<Vec<u8>> = vec![Vec::new(), vec![0; 4096], vec![b'x'; 256]];
    damaged.extend([1, 8, 100, 255, 256, 257, sound.len() - 1].map(|len| sound[..len].to_vec()));
    damaged.extend((0..8 * sound.len()).step_by(7).map(|bit| {
        let mut bytes = sound.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    }));
    damaged.push([&*sound, b"more"].concat());
    for bytes in &damaged {
        plant(&file, bytes);
        // Bytes after the name belong to nobody, and are covered all the same.
        assert_eq!(read(&store, "name"), None, "{bytes:?}");
        assert!(set_if(&store, "name", b"healed", When::Absent));
        assert_eq!(read(&store, "name").unwrap().content, b"healed");
    }
    plant(&file, &sound);
    assert!(read(&store, "name").is_some());
}

#[test]
fn the_file_of_another_item_is_not_taken_for_this_one() {
    let dir = directory();
    let store = open(dir.path());
    set(&store, "one", b"content of one", None);
    let one = items(dir.path()).remove(0);
    set(&store, "other", b"content of the other", None);
    let other = items(dir.path())
        .into_iter()
        .find(|path| *path != one)
        .unwrap();
    fs::copy(&other, &one).unwrap();
    File::options()
        .write(true)
        .open(&one)
        .unwrap()
        .set_modified(SystemTime::now() + LONG)
        .unwrap();
    assert_eq!(read(&store, "one"), None);
    assert!(read(&store, "other").is_some());
}

#[test]
fn a_length_of_a_gigabyte_is_not_believed() {
    let dir = directory();
    let store = open(dir.path());
    set(&store, "name", b"content", None);
    let file = items(dir.path()).remove(0);
    let mut opened = OpenOptions::new().write(true).open(&file).unwrap();
    opened.seek(SeekFrom::Start(1 << 40)).unwrap();
    opened.write_all(b"x").unwrap();
    opened.set_modified(SystemTime::now() + LONG).unwrap();
    assert_eq!(read(&store, "name"), None);
    assert!(set_if(&store, "name", b"healed", When::Absent));
}

#[test]
fn what_is_no_file_is_absent() {
    let dir = directory();
    let store = open(dir.path());
    set(&store, "name", b"content", None);
    let file = items(dir.path()).remove(0);
    let secret = dir.path().join("secret");
    fs::copy(&file, &secret).unwrap();

    fs::remove_file(&file).unwrap();
    symlink(&secret, &file).unwrap();
    assert_eq!(read(&store, "name"), None);
    let before = fs::read(&secret).unwrap();
    set(&store, "name", b"healed", None);
    assert_eq!(read(&store, "name").unwrap().content, b"healed");
    assert_eq!(fs::read(&secret).unwrap(), before);

    fs::remove_file(&file).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(&file)
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(read(&store, "name"), None);
    fs::remove_file(&file).unwrap();

    fs::create_dir(&file).unwrap();
    assert_eq!(read(&store, "name"), None);
    let change = Change::Delete { name: "name" };
    assert_eq!(make(&store, change).unwrap_err().kind(), ErrorKind::Refused);
}

#[test]
fn a_clock_that_was_set_back_hides_what_was_written_later() {
    let dir = directory();
    let store = open(dir.path());
    set(&store, "name", b"content", None);
    let file = items(dir.path()).remove(0);
    // As if it had been written in an hour from now: the checksum is made anew.
    let mut bytes = fs::read(&file).unwrap();
    let written = SystemTime::now() + Duration::from_secs(3600);
    let written = written.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let written = u64::try_from(written.as_nanos()).unwrap();
    bytes[24..32].copy_from_slice(&written.to_le_bytes());
    let sum = crc32fast::hash(&bytes[..252]);
    bytes[252..256].copy_from_slice(&sum.to_le_bytes());
    plant(&file, &bytes);
    assert_eq!(read(&store, "name"), None);
    assert!(set_if(&store, "name", b"healed", When::Absent));
    assert!(read(&store, "name").is_some());
}

/// A disk of 192 kB.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None`, and says so, where mounting is not allowed.
    fn mount(at: &Path) -> Option<Self> {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=192k,mode=700", "tmpfs"])
            .arg(at)
            .output();
        if mounted.is_ok_and(|mounted| mounted.status.success()) {
            return Some(Self(at.to_owned()));
        }
        eprintln!("skipped: no disk can be mounted");
        None
    }

    fn remount(&self, option: &str) {
        let remount = format!("remount,{option}");
        let remounted = Command::new("mount")
            .args(["-o", &remount])
            .arg(&self.0)
            .status();
        assert!(remounted.unwrap().success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_an_error_and_leaves_nothing_outdated() {
    let dir = directory();
    let Some(_disk) = SmallDisk::mount(dir.path()) else {
        return;
    };
    let store = open(dir.path());
    set(&store, "small", b"before", None);
    set(&store, "other", b"before", None);
    let large = vec![b'x'; 300_000];
    let change = |content| Change::Set {
        name: "small",
        version: Version::fresh(),
        content,
        ttl: None,
        when: When::Always,
    };
    let error = make(&store, change(&large)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
    assert_eq!(read(&store, "small"), None);
    assert_eq!(read(&store, "other").unwrap().content, b"before");
    // What was written of it is gone: there is room again.
    set(&store, "small", b"after", None);
    assert_eq!(read(&store, "small").unwrap().content, b"after");

    // Filled up to the last page, it can still remove, and answer.
    let mut refused = 0;
    for n in 0..200 {
        let name = format!("fill:{n}");
        let set = Change::Set {
            name: &name,
            version: Version::fresh(),
            content: b"content",
            ttl: None,
            when: When::Always,
        };
        refused += usize::from(make(&store, set).is_err());
    }
    assert!(refused > 0);
    assert!(make(&store, Change::Delete { name: "other" }).unwrap());
    assert_eq!(read(&store, "other"), None);
}

#[test]
fn a_disk_that_takes_no_writes_is_an_error() {
    let dir = directory();
    let Some(disk) = SmallDisk::mount(dir.path()) else {
        return;
    };
    let store = open(dir.path());
    set(&store, "name", b"before", None);
    disk.remount("ro");
    let error = make(&store, Change::Delete { name: "name" }).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
    assert!(read(&store, "name").is_some());
    let error = Filesystem::open(dir.path(), 0).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{error}");
    disk.remount("rw");
    assert!(make(&store, Change::Delete { name: "name" }).unwrap());
}
