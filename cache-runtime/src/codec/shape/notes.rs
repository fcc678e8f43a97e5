//! What types complain about while they are traced.
//!
//! serde makes an error and drops it where it tries one thing after the other (`untagged`), so the errors themselves
//! do not get out. Their making does: it is noted here.

use std::cell::RefCell;
use std::error::Error as StdError;
use std::fmt;
use std::mem;

use serde::de::{self, Expected, Unexpected};

/// A complaint.
#[derive(Debug)]
pub(super) enum Note {
    /// Something else is expected.
    Said(String),
    /// One of these would have been right.
    Wanted(&'static [&'static str]),
    /// A field of this name is missing.
    Missing(&'static str),
    /// This text is where something else should be.
    Unfit { text: String, expected: String },
}

impl Note {
    /// Whether the type would have what it reads lent to it: serde's own words for `&str` and `&[u8]`.
    pub(super) fn is_about_borrowing(&self) -> bool {
        match self {
            Self::Unfit { expected, .. } => expected == "a borrowed string",
            Self::Said(said) => said.ends_with("instead of a borrowed byte array"),
            Self::Wanted(_) | Self::Missing(_) => false,
        }
    }
}

thread_local! {
    static NOTES: RefCell<Vec<Note>> = const { RefCell::new(Vec::new()) };
}

/// While it lives, complaints on this thread are for whoever holds it.
pub(super) struct Notes {
    /// Those of a tracing that this one happened inside of.
    outer: Vec<Note>,
}

impl Notes {
    pub(super) fn begin() -> Self {
        Self {
            outer: NOTES.take(),
        }
    }

    /// The complaints since it was last asked.
    #[expect(clippy::unused_self, reason = "only who has begun may take")]
    pub(super) fn take(&self) -> Vec<Note> {
        NOTES.take()
    }
}

impl Drop for Notes {
    fn drop(&mut self) {
        NOTES.set(mem::take(&mut self.outer));
    }
}

/// The end of a pass.
#[derive(Debug)]
pub(super) struct Stop;

impl Stop {
    fn noting(note: Note) -> Self {
        NOTES.with_borrow_mut(|notes| notes.push(note));
        Self
    }
}

impl de::Error for Stop {
    /// The words of a type are its own, and may be others in every process: they are not noted.
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        if let Unexpected::Str(text) = unexpected {
            let (text, expected) = (text.to_owned(), expected.clone());
            Self::noting(Note::Unfit { text, expected });
        }
        Self::noting(Note::Said(format!("{unexpected} instead of {expected}")))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::noting(Note::Said(format!("{unexpected} instead of {expected}")))
    }

    fn invalid_length(len: usize, expected: &dyn Expected) -> Self {
        Self::noting(Note::Said(format!("{len} instead of {expected}")))
    }

    fn unknown_variant(_: &str, wanted: &'static [&'static str]) -> Self {
        Self::noting(Note::Wanted(wanted))
    }

    fn unknown_field(_: &str, wanted: &'static [&'static str]) -> Self {
        Self::noting(Note::Wanted(wanted))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::noting(Note::Missing(field))
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the type refuses what it is traced with")
    }
}

impl StdError for Stop {}
