//! Writes a file that appears whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IoSlice, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::SystemTime;

/// Writes a file of its own, which nobody reads yet.
pub(super) fn write(
    path: &Path,
    head: &[u8],
    content: &[u8],
    expires: SystemTime,
) -> io::Result<()> {
    let file = create(path)?;
    write_both(&file, head, content)?;
    file.set_modified(expires)
}

/// Makes a new file. What is there was being written when somebody died, or could not be removed when it was replaced:
/// others may have that open as the item that it was, so it is not written again.
fn create(path: &Path) -> io::Result<File> {
    let attempt = || {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600).open(path)
    };
    match attempt() {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            attempt()
        }
        made => made,
    }
}

/// Writes two buffers, mostly with one call.
fn write_both(mut file: &File, first: &[u8], second: &[u8]) -> io::Result<()> {
    let done = file.write_vectored(&[IoSlice::new(first), IoSlice::new(second)])?;
    let begun = done.min(first.len());
    file.write_all(&first[begun..])?;
    file.write_all(&second[done - begun..])
}

/// Gives a file its name; answers whether it takes the place of another.
pub(super) fn put_in_place(next: &Path, path: &Path) -> io::Result<bool> {
    let there = fs::symlink_metadata(path);
    let takes_a_place = there.is_ok();
    if there.is_ok_and(|there| there.is_file()) && exchange(next, path) {
        // What was there. If it stays, the next write removes it.
        let _ = fs::remove_file(next);
    } else {
        fs::rename(next, path)?;
    }
    Ok(takes_a_place)
}

/// Exchanges two files, where the system can. Renaming one over the other would do too, but ext4 then sends what was
/// written to the disk at once, and who removes it soon after waits for that.
#[cfg(target_os = "linux")]
fn exchange(next: &Path, path: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, next, CWD, path, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> bool {
    false
}
