//! Why something could not be encoded or decoded, while serde is at work.

use std::any::type_name;
use std::error::Error as StdError;
use std::fmt;

use serde::{de, ser};

use crate::error::{Error, ErrorKind};

/// What stands behind an [`ErrorKind::Codec`] error.
#[derive(Debug)]
pub(super) struct Failure(String);

impl Failure {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }

    pub(super) fn too_deep() -> Self {
        Self(format!("it nests more than {} levels", super::MAX_DEPTH))
    }

    /// The error of the crate: `a key of type `T` cannot be encoded: why`.
    pub(super) fn of<T: ?Sized>(self, thing: &str, done: &str) -> Error {
        let name = type_name::<T>();
        let message = format!("{thing} of type `{name}` cannot be {done}: {self}");
        Error::new(ErrorKind::Codec, message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Failure {}

impl ser::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl de::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}
