//! The store, for direct use: values under keys of the application's own.
//!
//! Every operation exists once, as a future; [`Cache`] waits for it on the caller's thread, and
//! [`future::Cache`](crate::future::Cache) as a task.

mod load;
mod values;

use std::collections::HashMap;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::site::flight::block_on;
pub(crate) use values::Values;

/// The store of this process, for direct use: what was [installed](crate::Config::install), else one in this process.
///
/// Keys are any text. A timeout of [`Duration::ZERO`] is for ever. Values are encoded with serde, so what one type has
/// stored another may read, if it has the same shape; where it has not, there is no value for it.
///
/// # Errors
///
/// Every operation fails if the back end cannot be asked, or a value cannot be encoded. `set` and the like do not
/// fail for a value that the store had no room for in the end.
///
/// ```
/// use std::time::Duration;
/// use cache_runtime::cache;
///
/// # fn main() -> Result<(), cache_runtime::Error> {
/// let minute = Duration::from_secs(60);
/// cache().set("greeting", "hello", minute)?;
/// assert_eq!(cache().get::<String>("greeting")?.as_deref(), Some("hello"));
/// assert_eq!(cache().incr("visits", 2)?, 2);
/// let answer = cache().get_or_insert_with("answer", minute, || 6 * 7)?;
/// assert_eq!(answer, 42);
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn cache() -> Cache {
    Cache {
        values: Values::here(),
    }
}

/// The store, with operations that wait on the caller's thread; see [`cache`].
#[derive(Clone, Debug)]
pub struct Cache {
    values: Values,
}

/// The operations of both handles: blocking ones from those of [`Values`].
macro_rules! blocking {
    ($($(#[$doc:meta])* fn $name:ident $(<$type:ident: $bound:ident $(+ $more:ident)*>)? (
        $($argument:ident: $of:ty),*
    ) -> $answer:ty;)*) => {
        impl Cache {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                ///
                /// If the back end cannot be asked, or a value cannot be encoded.
                pub fn $name $(<$type: $bound $(+ $more)*>)? (&self $(, $argument: $of)*) -> Result<$answer, Error> {
                    block_on(self.values.$name($($argument),*))
                }
            )*
        }

        impl crate::future::Cache {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                ///
                /// If the back end cannot be asked, or a value cannot be encoded.
                pub async fn $name $(<$type: $bound $(+ $more)*>)? (&self $(, $argument: $of)*) -> Result<$answer, Error> {
                    self.values.$name($($argument),*).await
                }
            )*
        }
    };
}

blocking! {
    /// Reads a value.
    fn get<T: DeserializeOwned>(key: &str) -> Option<T>;

    /// Reads values, in the order of their keys, in one round trip.
    fn get_many<T: DeserializeOwned>(keys: &[&str]) -> Vec<Option<T>>;

    /// Reads those values that there are, in one round trip.
    fn get_dict<T: DeserializeOwned>(keys: &[&str]) -> HashMap<String, T>;

    /// Tells whether there is a value.
    fn has(key: &str) -> bool;

    /// Removes a value; answers whether there was one.
    fn delete(key: &str) -> bool;

    /// Removes values; answers for each whether there was one.
    fn delete_many(keys: &[&str]) -> Vec<bool>;

    /// Adds to a number, atomically among all processes, and answers what it is then. One that is not there is zero, and
    /// is there for ever; one that is keeps its time to live.
    fn incr(key: &str, by: i64) -> i64;

    /// Takes from a number; see [`incr`](Self::incr).
    fn decr(key: &str, by: i64) -> i64;

    /// How long a value will be there; `None` if it is there for ever, or not at all.
    fn ttl(key: &str) -> Option<Duration>;

    /// Removes everything of this cache, entries of functions too, and nothing of others.
    fn clear() -> ();
}

/// The operations that take values.
macro_rules! storing {
    ($handle:ty, $($async:ident)?, $run:expr) => {
        impl $handle {
            /// Stores a value, in the place of any that was there.
            ///
            /// # Errors
            ///
            /// If the back end cannot be asked, or the value cannot be encoded.
            pub $($async)? fn set<T: Serialize + ?Sized>(&self, key: &str, value: &T, timeout: Duration) -> Result<(), Error> {
                let value = crate::codec::value::encode_value(value)?;
                wait!($($async)?, self.values.set(key, &value, timeout))
            }

            /// Stores a value if there is none, atomically among all processes; answers whether it did.
            ///
            /// # Errors
            ///
            /// If the back end cannot be asked, or the value cannot be encoded.
            pub $($async)? fn add<T: Serialize + ?Sized>(&self, key: &str, value: &T, timeout: Duration) -> Result<bool, Error> {
                let value = crate::codec::value::encode_value(value)?;
                wait!($($async)?, self.values.add(key, &value, timeout))
            }

            /// Stores values, in one round trip.
            ///
            /// # Errors
            ///
            /// If the back end cannot be asked, or a value cannot be encoded.
            pub $($async)? fn set_many<T: Serialize>(&self, values: &[(&str, T)], timeout: Duration) -> Result<(), Error> {
                let values = values.iter().map(|(key, value)| Ok((*key, crate::codec::value::encode_value(value)?)));
                let values = values.collect::<Result<Vec<_>, Error>>()?;
                wait!($($async)?, self.values.set_many(&values, timeout))
            }
        }
    };
}

macro_rules! wait {
    (, $future:expr) => {
        block_on($future)
    };
    (async, $future:expr) => {
        $future.await
    };
}

storing!(Cache, , ());
storing!(crate::future::Cache, async, ());

impl Cache {
    /// Reads a value, or stores what the closure returns: one caller in this process runs it for all who ask
    /// meanwhile, and what an invalidation overlapped is not stored.
    ///
    /// If the back end cannot be asked, the closure runs all the same.
    ///
    /// # Errors
    ///
    /// If the value cannot be encoded.
    ///
    /// # Panics
    ///
    /// If the closure does; the next caller takes over.
    pub fn get_or_insert_with<T: Serialize + DeserializeOwned>(
        &self,
        key: &str,
        timeout: Duration,
        value: impl FnOnce() -> T,
    ) -> Result<T, Error> {
        match block_on(self.values.lead_or_find(key, timeout)) {
            load::Turn::Found(bytes) => load::decoded(&bytes),
            load::Turn::Lead(lead) => {
                let value = value();
                let bytes = crate::codec::value::encode_value(&value)?;
                block_on(lead.store(bytes));
                Ok(value)
            }
        }
    }
}

impl crate::future::Cache {
    /// Reads a value, or stores what the future returns that the closure makes; see
    /// [`Cache::get_or_insert_with`](crate::Cache::get_or_insert_with).
    ///
    /// # Errors
    ///
    /// If the value cannot be encoded.
    ///
    /// # Cancellation
    ///
    /// A future that is dropped stores nothing; the next caller takes over.
    pub async fn get_or_insert_with<T: Serialize + DeserializeOwned, F: Future<Output = T>>(
        &self,
        key: &str,
        timeout: Duration,
        value: impl FnOnce() -> F,
    ) -> Result<T, Error> {
        match self.values.lead_or_find(key, timeout).await {
            load::Turn::Found(bytes) => load::decoded(&bytes),
            load::Turn::Lead(lead) => {
                let bytes = crate::codec::value::encode_value(&value().await)?;
                lead.store(bytes.clone()).await;
                load::decoded(&bytes)
            }
        }
    }
}
