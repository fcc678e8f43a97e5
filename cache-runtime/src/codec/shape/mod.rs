//! The fingerprint of a type: another one when the type is another.
//!
//! A stored value is decoded into whatever type the function has *now*; that of the build which stored it may have
//! been another. So an entry names the type it was made from, and one of another type is a miss.
//!
//! serde does not list what a type consists of, but its `Deserialize` asks for it, piece by piece. A [`Tracer`] plays
//! the bytes: it notes every question (names of structs, fields and variants, types, lengths) and answers with
//! whatever will do. One pass sees one variant of each enum, so there are passes until none brings anything new
//! ([`Seen`] remembers what was). A type that refuses an answer ends its pass; the fields behind it come earlier in
//! the next.
//!
//! What is asked for out of sight is found as far as serde complains about it (`notes`): fields that `flatten` and
//! `tag` collect first and take apart later, and the variants of an untagged enum. There, a field with a default is not
//! seen.

mod notes;
mod seen;
mod tracer;

use std::any::type_name;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Deserialize;

use notes::{Note, Notes};
use tracer::Tracer;

#[cfg(doc)]
use seen::Seen;

/// No type that anyone has written comes near; it bounds those that are generated.
const MAX_PASSES: u32 = 4096;

/// Identifies the type, its shape and what it is made of; the same in every process of a build. A type that borrows
/// from what it is read from has none.
///
/// It runs the type's `Deserialize` many times over, with values that mean nothing: for once per function.
pub(crate) fn fingerprint<T: Deserialize<'static>>() -> Option<u64> {
    let mut tracer = Tracer::new(type_name::<T>());
    let notes = Notes::begin();
    let mut quiet = 0;
    for _ in 0..MAX_PASSES {
        tracer.begin();
        // A type that panics at an answer has refused it.
        let refused = catch_unwind(AssertUnwindSafe(|| T::deserialize(&mut tracer).is_err()));
        let notes = notes.take();
        if notes.iter().any(Note::is_about_borrowing) {
            return None;
        }
        tracer.end(refused.unwrap_or(true), notes);
        quiet = if tracer.has_news() { 0 } else { quiet + 1 };
        if quiet >= tracer.patience() {
            break;
        }
    }
    Some(tracer.fingerprint())
}

#[cfg(test)]
mod tests;
