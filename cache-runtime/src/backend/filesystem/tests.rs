//! The parts that need no directory; `tests/shared/filesystem.rs` has the others.

use std::ffi::OsStr;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::head::{self, Head};
use super::id::{Id, NEXT, Shard};
use super::lifetime;
use crate::backend::Version;

#[test]
fn a_place_is_found_again_by_the_name_of_its_file_and_by_no_other() {
    let id = Id::of("some name/../of a user");
    let path = id.path(Path::new("root"));
    let file = path.file_name().unwrap();
    assert_eq!(path.parent(), Some(&*id.shard().path(Path::new("root"))));
    assert_eq!(Id::of_file(id.shard(), file), Some(id));

    let file = file.to_str().unwrap();
    let (shorter, longer) = (&file[..file.len() - 1], format!("{file}0"));
    let upper = file.to_uppercase().replace("ITEM", "item");
    let others = [
        shorter,
        &longer,
        &upper,
        &file[1..],
        "item-",
        "",
        NEXT,
        "notes.txt",
    ];
    for other in others {
        assert_eq!(Id::of_file(Shard(0), OsStr::new(other)), None, "{other}");
    }
}

#[test]
fn a_head_says_what_was_written_and_nothing_once_it_is_damaged() {
    let name = "x".repeat(head::NAME);
    let head = Head::new(&name, Version::fresh(), b"content", SystemTime::now());
    let bytes = head.encode().unwrap();
    assert_eq!(Head::decode(&bytes), Some(head));
    for bit in 0..8 * head::LEN {
        let mut damaged = bytes;
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(Head::decode(&damaged), None, "bit {bit}");
    }
    let too_long = "x".repeat(head::NAME + 1);
    let head = Head::new(&too_long, Version::fresh(), b"", SystemTime::now());
    assert_eq!(head.encode(), None);
}

#[test]
fn every_time_to_live_can_be_written() {
    let now = SystemTime::now();
    let left = |ttl| lifetime::remaining(lifetime::until(now, ttl), now);
    let minute = Duration::from_secs(60);
    assert_eq!(left(Some(minute)), Some(minute));
    assert_eq!(left(Some(Duration::ZERO)), Some(Duration::ZERO));
    assert_eq!(left(None), None);
    assert_eq!(left(Some(Duration::MAX)), None);
}
