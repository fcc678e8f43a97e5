//! Lock primitives, in one place so that a model checker can take their place.
//!
//! Beside it only `biased` and `threads` say `cfg(cache_model)`. A poisoned lock is taken over as it is: user code never runs under one of
//! these locks, so a panic cannot leave what they guard half changed.

#[cfg(not(cache_model))]
use std::sync as imp;
#[cfg(not(cache_model))]
pub(crate) use std::thread::{Thread, current, park};

#[cfg(cache_model)]
use loom::sync as imp;
#[cfg(cache_model)]
pub(crate) use loom::thread::{Thread, current, park};

use std::sync::PoisonError;

#[cfg(not(cache_model))]
pub(crate) use std::sync::atomic::{
    AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering,
};

#[cfg(cache_model)]
pub(crate) use loom::sync::atomic::{
    AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering,
};

/// Waits a moment for another thread that is about to be done.
pub(crate) fn spin() {
    #[cfg(not(cache_model))]
    std::thread::yield_now();
    #[cfg(cache_model)]
    loom::thread::yield_now();
}

/// A value of each thread's own that needs no code to begin with.
#[cfg(not(cache_model))]
macro_rules! of_each_thread {
    ($($(#[$attribute:meta])* static $name:ident: $type:ty = $value:expr;)*) => {
        std::thread_local! { $($(#[$attribute])* static $name: $type = const { $value };)* }
    };
}

/// A value of each thread's own, where the model checker switches threads.
#[cfg(cache_model)]
macro_rules! of_each_thread {
    ($($(#[$attribute:meta])* static $name:ident: $type:ty = $value:expr;)*) => {
        loom::thread_local! { $($(#[$attribute])* static $name: $type = $value;)* }
    };
}

pub(crate) use of_each_thread;

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

/// A mutual exclusion lock in a `static`, where the model checker cannot follow: nothing is waited for under it.
#[derive(Debug)]
pub(crate) struct StaticMutex<T>(std::sync::Mutex<T>);

impl<T> StaticMutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(std::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> std::sync::MutexGuard<'_, T> {
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
