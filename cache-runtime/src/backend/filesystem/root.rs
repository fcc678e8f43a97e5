//! Which directory is safe to use: what is in it becomes values of the program.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::lock::make;
use crate::error::{Error, ErrorKind};

/// The bits of those who may write besides the owner.
const OTHERS_WRITE: u32 = 0o022;

/// Makes a directory if it is not there, and refuses one in which others could put files; answers its full path.
pub(super) fn prepare(dir: &Path) -> Result<PathBuf, Error> {
    refuse_foreign_link(dir)?;
    let found = |error| unusable(dir, error);
    make(dir).map_err(found)?;
    let path = fs::canonicalize(dir).map_err(found)?;
    let metadata = fs::metadata(&path).map_err(found)?;
    if metadata.uid() != our_uid() {
        let (owner, us) = (metadata.uid(), our_uid());
        return Err(unsafe_to_use(
            dir,
            &format!(
                "it belongs to user {owner}, and this process runs as user {us}; choose a directory of its own"
            ),
        ));
    }
    if metadata.mode() & OTHERS_WRITE != 0 {
        return Err(unsafe_to_use(
            dir,
            "other users can write to it; choose a directory of its own, or `chmod 700` it",
        ));
    }
    Ok(path)
}

/// Others could lead us anywhere with a link of theirs.
fn refuse_foreign_link(dir: &Path) -> Result<(), Error> {
    match fs::symlink_metadata(dir) {
        Ok(found) if found.is_symlink() && ![0, our_uid()].contains(&found.uid()) => Err(
            unsafe_to_use(dir, &format!("it is a link of user {}", found.uid())),
        ),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(unusable(dir, error)),
    }
}

fn our_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

fn unsafe_to_use(dir: &Path, why: &str) -> Error {
    let message = format!("the cache cannot keep files in `{}`: {why}", dir.display());
    Error::new(ErrorKind::Config, message)
}

fn unusable(dir: &Path, error: io::Error) -> Error {
    use io::ErrorKind::{AlreadyExists, InvalidInput, NotADirectory, NotFound};
    let kind = match error.kind() {
        AlreadyExists | InvalidInput | NotADirectory | NotFound => ErrorKind::Config,
        _ => ErrorKind::Unreachable,
    };
    let message = format!(
        "the cache cannot use the directory `{}`: {error}",
        dir.display()
    );
    Error::new(kind, message).because(error)
}
