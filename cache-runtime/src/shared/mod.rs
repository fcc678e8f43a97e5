//! Entries outside of this process.
//!
//! # The protocol
//!
//! Everything rests on [`Version`](crate::backend::Version)s that the store keeps, and on nothing else: on no clock
//! of any machine, on no message, on no task in the background.
//!
//! - An entry has a *slot*, and depends on *marks*: the epoch, its function, its labels, and the entries that it
//!   was computed from ([`names::Mark`]). Slot and marks have versions.
//! - Before a value is computed, the versions of its slot and its marks are read, or begun where there are none (a
//!   slot without a value is a *claim*). The value is stored only if the slot still has that version, in one atomic
//!   step of the store, and with the versions that its marks had.
//! - A value that is read is good if every mark still has the version that stands in its entry. A mark that is
//!   absent has none, so what a store forgets can cost a computation and never a wrong value.
//! - An invalidation removes the slot, or the mark.
//!
//! So a value whose computation began before an invalidation is either refused (the slot has another version or
//! none) or outdated (a mark has). It is the scheme of leases (Nishtala et al., "Scaling Memcache at Facebook", 2013,
//! section 3.2.1) with versions that are also checked by readers.
//!
//! A hit is one round trip. The marks of an entry are known when it has been read once; this process remembers which
//! they were ([`remote`]), and asks for their versions together with the entry.
//!
//! | module | holds |
//! |---|---|
//! | [`names`] | what things are called in the store |
//! | [`hub`] | the way to the back end: time limit, breaker, undelivered invalidations |
//! | [`breaker`], [`undelivered`] | those two |
//! | [`versions`] | versions in the store, seen and begun |
//! | [`remote`] | the entries of one function in the store |
//! | `tier` | copies in this process |

pub(crate) mod breaker;
pub(crate) mod hub;
pub(crate) mod names;
pub(crate) mod remote;
#[cfg(feature = "redis")]
pub(crate) mod tier;
pub(crate) mod undelivered;
pub(crate) mod versions;

use std::sync::Arc;

use once_cell::sync::Lazy;

use crate::config::installed;
use hub::Hub;

/// The shared store of this process, if it has one.
pub(crate) fn hub() -> Option<&'static Arc<Hub>> {
    installed::get()?.hub.as_ref()
}

/// A store in this process, for direct use where no other was installed.
pub(crate) fn in_process() -> &'static Arc<Hub> {
    static IN_PROCESS: Lazy<Arc<Hub>> =
        Lazy::new(|| Arc::new(Hub::in_process(&crate::realm::PROCESS.clock)));
    &IN_PROCESS
}
