//! The cached functions, and who calls them.

use cache_runtime::memoize;
use tokio::runtime::{Builder, Runtime};

/// So many keys.
pub(crate) const KEYS: u64 = 1_000;

/// What a value is.
pub(crate) fn text(id: u64) -> String {
    format!("{id:0100}")
}

#[memoize(timeout = "1h")]
pub(crate) fn page(id: u64) -> String {
    text(id)
}

#[memoize(timeout = "1h")]
pub(crate) async fn task(id: u64) -> String {
    text(id)
}

/// Each entry depends on a version that no other does.
#[memoize(timeout = "1h", tags("page:{id}"))]
pub(crate) async fn labelled(id: u64) -> String {
    text(id)
}

/// The key of the nth call: all keys, in no order.
pub(crate) fn key(n: usize) -> u64 {
    (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) % KEYS
}

/// A runtime as an application has it.
pub(crate) fn runtime() -> Runtime {
    Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("tokio's runtime starts")
}

/// Makes so many calls as so many tasks, and waits for all of them.
pub(crate) fn as_tasks<F: Future<Output = usize> + Send + 'static>(
    runtime: &Runtime,
    tasks: usize,
    calls: usize,
    call: impl Fn(u64) -> F + Clone + Send + Sync + 'static,
) {
    let run = |task: usize| {
        let call = call.clone();
        runtime.spawn(async move {
            let mut sum = 0;
            for n in 0..calls / tasks {
                sum += call(key(task * 101 + n)).await;
            }
            sum
        })
    };
    let tasks: Vec<_> = (0..tasks).map(run).collect();
    let sum: usize = tasks
        .into_iter()
        .map(|task| runtime.block_on(task).expect("no task panics"))
        .sum();
    assert_eq!(sum % 100, 0, "every value has 100 bytes");
}
