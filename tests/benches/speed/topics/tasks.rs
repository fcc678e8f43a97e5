//! What a hit costs a task, on tokio's runtime of one thread.

use tokio::runtime::{Builder, Runtime};

use crate::options::Options;
use crate::peers::{
    Contender, F, by_cached, floor_async, moka_async, ours, pairs, quick_cache_async,
};
use crate::per_call::PerCall;
use crate::report::Report;
use cache_tests::table::Table;

ours! { timed [task] (timeout = 60) }
ours! { plain [task] (timeout = never, unbounded) }
by_cached! { cached_plain cached [task] () }
by_cached! { cached_both cached [task] (max_size = 10_000, ttl_secs = 60) }
by_cached! { concurrent_plain concurrent_cached [task] () }
by_cached! { concurrent_both concurrent_cached [task] (max_size = 10_000, ttl_secs = 60) }

const FLOOR: &str = "floor: async fn over an unsynchronised map with a tick";
const OURS: &str = "ours: default, `timeout = 60`";

type Key = (u64, u64);

pub(crate) fn run(options: &Options, report: &mut Report) {
    let runtime = Builder::new_current_thread()
        .build()
        .expect("tokio's runtime starts");
    let keys = pairs(1_000);
    let contenders = contenders(&runtime, &keys);
    let measured = PerCall::of_hits(&keys, 1 << 13, options.rounds(31, 7), &contenders);
    report.fact("task / floor", measured.ratio(OURS, FLOOR));
    let columns = [
        measured.column("f: `(u64, u64) -> u64`", FLOOR),
        measured.allocation_column("allocations"),
    ];
    let note = "Thread CPU time on tokio's current-thread runtime; 1 000 resident entries, uniformly drawn.";
    let table = Table::of_columns("ns per hit (x floor)", &columns);
    report.table("Hits of tasks", note, &table);
}

/// A task that awaits an async function for each key.
macro_rules! awaiting {
    ($runtime:ident, $name:expr, $function:path) => {
        Contender::of_batches($name, |keys: &[Key]| {
            $runtime.block_on(async {
                let mut sum = 0_u64;
                for &(a, b) in keys {
                    sum = sum.wrapping_add($function(a, b).await);
                }
                sum
            })
        })
    };
}

fn contenders<'a>(runtime: &'a Runtime, keys: &[Key]) -> Vec<Contender<'a, Key>> {
    vec![
        floor_async::<F, _>(FLOOR, runtime, keys),
        awaiting!(runtime, OURS, timed::task),
        awaiting!(runtime, "ours: `timeout = never`, unbounded", plain::task),
        quick_cache_async::<F, _>(runtime, 10_000),
        awaiting!(runtime, "cached", cached_plain::task),
        awaiting!(runtime, "cached, `max_size` + `ttl`", cached_both::task),
        awaiting!(runtime, "concurrent_cached", concurrent_plain::task),
        awaiting!(
            runtime,
            "concurrent_cached, `max_size` + `ttl`",
            concurrent_both::task
        ),
        moka_async::<F, _>(runtime, 10_000),
    ]
}
