//! Who may read and write the directory.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::path::Path;

use cache_runtime::{Error, ErrorKind};

use super::{Filesystem, directory, files, open, set};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

fn refused(dir: &Path) -> Error {
    let error = Filesystem::open(dir, 0).expect_err("it is not safe to use");
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    error
}

/// Tells whether the test may give files away; says so if not.
fn may_give_away(dir: &Path) -> bool {
    let may = fs::metadata(dir).unwrap().uid() == 0;
    if !may {
        eprintln!("skipped: files cannot be given away");
    }
    may
}

#[test]
fn nobody_else_can_read_it() {
    let dir = directory();
    let root = dir.path().join("parent").join("cache");
    let store = open(&root);
    for n in 0..20 {
        set(&store, &format!("{n}"), b"content", None);
    }
    assert_eq!(mode(&root), 0o700);
    for file in files(&root) {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
        assert_eq!(mode(file.parent().unwrap()), 0o700);
    }
}

#[test]
fn a_directory_that_others_can_write_to_is_refused() {
    let dir = directory();
    for mode in [0o770, 0o702, 0o1777] {
        fs::set_permissions(dir.path(), Permissions::from_mode(mode)).unwrap();
        let message = refused(dir.path()).to_string();
        assert!(message.contains("other users can write to it"), "{message}");
    }
    // That others can read its names is the owner's business; they cannot read ours.
    fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
    set(&open(dir.path()), "name", b"content", None);
    assert_eq!(mode(dir.path()), 0o755);
}

#[test]
fn a_directory_of_another_user_is_refused() {
    let dir = directory();
    if may_give_away(dir.path()) {
        chown(dir.path(), Some(4242), None).unwrap();
        let message = refused(dir.path()).to_string();
        assert!(message.contains("belongs to user 4242"), "{message}");
    }
}

#[test]
fn a_link_is_followed_unless_another_user_made_it() {
    let dir = directory();
    let (target, link) = (dir.path().join("target"), dir.path().join("link"));
    fs::create_dir(&target).unwrap();
    symlink(&target, &link).unwrap();
    set(&open(&link), "name", b"content", None);
    assert!(!files(&target).is_empty());
    if may_give_away(dir.path()) {
        lchown(&link, Some(4242), None).unwrap();
        let message = refused(&link).to_string();
        assert!(message.contains("a link of user 4242"), "{message}");
    }
}

#[test]
fn what_is_no_directory_is_refused() {
    let dir = directory();
    let file = dir.path().join("file");
    fs::write(&file, "mine").unwrap();
    let messages = [
        refused(&file),
        refused(&file.join("below")),
        refused(Path::new("")),
    ];
    assert!(messages[0].to_string().contains("file`"), "{}", messages[0]);
    assert_eq!(fs::read(&file).unwrap(), b"mine");
}
