//! A computation's recording, carried to another thread.

use crate::site::surroundings::Surroundings;

/// Makes what a cached function runs on another thread count as part of its computation.
///
/// A cached function records the cached calls made while it runs, so that its result goes when theirs go. Threads
/// that it starts do not inherit the recording; wrapped in `carry`, what they run is recorded too. The function
/// must wait for them: what runs on after it has returned is not part of its result.
///
/// A call on a carried thread that would wait for the computation it is part of computes for itself instead; on
/// a thread that is not carried, it would wait for ever if the computation waits for the thread.
///
/// For tasks there is [`future::carry`](crate::future::carry).
///
/// ```
/// use std::thread;
/// use cache_runtime::{carry, memoize};
///
/// #[memoize]
/// fn price(sku: u32) -> u32 {
///     sku * 100
/// }
///
/// #[memoize]
/// fn total(a: u32, b: u32) -> u32 {
///     thread::scope(|scope| {
///         let other = scope.spawn(carry(move || price(b)));
///         price(a) + other.join().expect("the price is known")
///     })
/// }
///
/// assert_eq!(total(1, 2), 300);
/// invalidate_price(2);
/// assert_eq!(peek_total(1, 2), None);
/// ```
pub fn carry<R>(body: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let surroundings = Surroundings::with_computation();
    move || surroundings.run(body)
}
