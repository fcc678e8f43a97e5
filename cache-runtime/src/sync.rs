//! Lock primitives, in one place so that a model checker can take their place.
//!
//! Nothing else says `cfg(loom)`. A poisoned lock is taken over as it is: user code never runs under one of
//! these locks, so a panic cannot leave what they guard half changed.

#[cfg(not(loom))]
use std::sync as imp;
#[cfg(not(loom))]
pub(crate) use std::thread::{Thread, current, park};

#[cfg(loom)]
use loom::sync as imp;
#[cfg(loom)]
pub(crate) use loom::thread::{Thread, current, park};

use std::sync::PoisonError;

pub(crate) type MutexGuard<'a, T> = imp::MutexGuard<'a, T>;
pub(crate) type ReadGuard<'a, T> = imp::RwLockReadGuard<'a, T>;
pub(crate) type WriteGuard<'a, T> = imp::RwLockWriteGuard<'a, T>;

/// A mutual exclusion lock that cannot be poisoned.
#[derive(Debug)]
pub(crate) struct Mutex<T>(imp::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(imp::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader-writer lock that cannot be poisoned.
#[derive(Debug)]
pub(crate) struct RwLock<T>(imp::RwLock<T>);

impl<T> RwLock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(imp::RwLock::new(value))
    }

    pub(crate) fn read(&self) -> ReadGuard<'_, T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> WriteGuard<'_, T> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
