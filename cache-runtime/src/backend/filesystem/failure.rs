//! Errors of the system as ours.

use std::io;
use std::path::Path;

use crate::error::{Error, ErrorKind};

/// What was to be done to which file, and why it was not.
pub(super) fn failed(to: &str, path: &Path, error: io::Error) -> Error {
    use io::ErrorKind::{
        FileTooLarge, IsADirectory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem,
        StorageFull,
    };
    let kind = match error.kind() {
        FileTooLarge | IsADirectory | PermissionDenied | QuotaExceeded | ReadOnlyFilesystem
        | StorageFull => ErrorKind::Refused,
        _ => ErrorKind::Unreachable,
    };
    let message = format!("the file cache cannot {to} {}: {error}", path.display());
    Error::new(kind, message).because(error)
}
