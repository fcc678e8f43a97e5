//! 7. Dependencies: invalidating an entry invalidates what was computed from it.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use cache_runtime::{MissReason, Outcome, carry, invalidate_tag, memoize, testing};
use cache_tests::Count;

/// Rows, sections of three rows, pages of two sections; `render` stands between and is not cached.
macro_rules! chain {
    ($module:ident, $($asyncness:ident)?, $($wait:tt)*) => {
        mod $module {
            use super::*;

            #[memoize(tags("rows of {id}"))]
            pub(super) $($asyncness)? fn row(id: u64) -> Result<u64, String> {
                if id == 13 { Err("no such row".into()) } else { Ok(id) }
            }

            #[memoize]
            pub(super) $($asyncness)? fn section(id: u64) -> u64 {
                let mut sum = 0;
                for row_id in id * 3..id * 3 + 3 {
                    sum += row(row_id)$($wait)*.unwrap_or(0);
                }
                sum
            }

            pub(super) $($asyncness)? fn render(id: u64) -> u64 {
                section(id * 2)$($wait)* + section(id * 2 + 1)$($wait)*
            }

            #[memoize]
            pub(super) $($asyncness)? fn page(id: u64) -> u64 {
                render(id)$($wait)*
            }

            #[memoize(depends = false)]
            pub(super) $($asyncness)? fn frozen(id: u64) -> u64 {
                render(id)$($wait)*
            }
        }
    };
}

chain!(sync, ,);
chain!(tasks, async, .await);

#[test]
fn a_row_takes_its_section_and_its_page_with_it() {
    use sync::*;
    let _caches = testing::isolate();
    for id in 0..3 {
        (page(id), frozen(id));
    }
    let _ = invalidate_row(7);
    assert_eq!((peek_section(2), peek_page(1)), (None, None));
    assert_eq!(
        detailed_page(1).outcome,
        Outcome::Computed(MissReason::Invalidated)
    );
    assert!(peek_page(0).is_some() && peek_page(2).is_some() && peek_section(3).is_some());
    assert!(peek_frozen(1).is_some(), "it records no dependencies");
    assert_eq!(detailed_page(1).outcome, Outcome::Hit);
}

#[tokio::test]
async fn a_row_takes_its_section_and_its_page_with_it_in_tasks() {
    use tasks::*;
    let _caches = testing::isolate();
    for id in 0..3 {
        (page(id).await, frozen(id).await);
    }
    invalidate_row(7).await;
    assert_eq!((peek_section(2).await, peek_page(1).await), (None, None));
    assert!(peek_page(0).await.is_some() && peek_page(2).await.is_some());
    assert!(peek_frozen(1).await.is_some());
}

#[test]
fn what_was_evicted_on_the_way_breaks_no_chain() {
    #[memoize]
    fn row(id: u64) -> u64 {
        id
    }
    #[memoize(max_entries = 1)]
    fn section(id: u64) -> u64 {
        row(id)
    }
    #[memoize]
    fn page(id: u64) -> u64 {
        section(id)
    }
    let _caches = testing::isolate();
    (page(1), page(2));
    assert_eq!(
        (peek_section(1).is_some(), peek_page(1)),
        (false, Some(1)),
        "eviction does not propagate"
    );
    let _ = invalidate_row(1);
    assert_eq!((peek_page(1), peek_page(2)), (None, Some(2)));
}

#[test]
fn an_entry_that_was_evicted_and_came_back_still_counts() {
    #[memoize(max_entries = 1)]
    fn row(id: u64) -> u64 {
        id
    }
    #[memoize]
    fn page(id: u64) -> u64 {
        row(id)
    }
    let _caches = testing::isolate();
    (page(1), page(2), row(1));
    let _ = invalidate_row(1);
    assert_eq!((peek_page(1), peek_page(2)), (None, Some(2)));
    let _ = invalidate_row(2);
    assert_eq!(peek_page(2), None, "though the entry of the row was gone");
}

#[test]
fn failures_and_bypassed_calls_are_dependencies_too() {
    use sync::*;
    #[memoize(unless = true)]
    fn live(id: u64) -> u64 {
        id
    }
    #[memoize]
    fn board() -> u64 {
        live(1) + row(13).unwrap_or(0)
    }
    let _caches = testing::isolate();
    board();
    let _ = invalidate_row(13);
    assert_eq!(peek_board(), None);
    board();
    let _ = invalidate_live(1);
    assert_eq!(peek_board(), None);
    page(2);
    let _ = invalidate_row(13);
    assert_eq!(
        peek_page(2),
        None,
        "the section is stored, though it saw a failure"
    );
}

#[test]
fn puts_and_refreshes_count_as_writes_and_expiry_does_not() {
    #[memoize(timeout = 10)]
    fn row(id: u64) -> u64 {
        id
    }
    #[memoize(timeout = 1000)]
    fn page(id: u64) -> u64 {
        row(id)
    }
    let _caches = testing::isolate();
    page(1);
    put_row(1, 5);
    assert_eq!((peek_page(1), page(1)), (None, 5));
    refresh_row(1);
    assert_eq!((peek_page(1), page(1)), (None, 1));
    testing::advance(std::time::Duration::from_secs(11));
    assert_eq!((row(1), peek_page(1)), (1, Some(1)));
    let _ = invalidate_all_row();
    assert_eq!(peek_page(1), None);
}

#[test]
fn a_page_that_refreshes_its_row_is_stored() {
    #[memoize]
    fn row(id: u64) -> u64 {
        id
    }
    #[memoize]
    fn page(id: u64) -> u64 {
        refresh_row(id)
    }
    #[memoize]
    fn mixed(id: u64) -> u64 {
        row(id) + refresh_row(id)
    }
    let _caches = testing::isolate();
    page(1);
    assert_eq!(peek_page(1), Some(1));
    refresh_row(1);
    assert_eq!(peek_page(1), None);
    mixed(2);
    assert_eq!(
        peek_mixed(2),
        None,
        "it used the row from before its refresh as well"
    );
}

#[test]
fn labels_of_what_was_used_count() {
    use sync::*;
    let _caches = testing::isolate();
    (page(0), page(1));
    invalidate_tag("rows of 7");
    assert_eq!((peek_section(2), peek_page(1)), (None, None));
    assert!(peek_page(0).is_some());
}

#[test]
fn a_peek_is_a_dependency() {
    #[memoize]
    fn row(id: u64) -> u64 {
        id
    }
    #[memoize]
    fn page(id: u64) -> Option<u64> {
        peek_row(id)
    }
    let _caches = testing::isolate();
    assert_eq!(page(1), None);
    put_row(1, 1);
    assert_eq!(page(1), Some(1));
}

#[test]
fn threads_and_tasks_take_part_only_if_the_recording_is_carried_over() {
    #[memoize]
    fn row(id: u64) -> u64 {
        id
    }
    #[memoize]
    fn sum(carried: bool) -> u64 {
        let threads: Vec<_> = (1..4)
            .map(|id| {
                if carried {
                    std::thread::spawn(carry(move || row(id)))
                } else {
                    std::thread::spawn(move || row(id))
                }
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    }
    assert_eq!((sum(true), sum(false)), (6, 6));
    let _ = invalidate_row(2);
    assert_eq!((peek_sum(true), peek_sum(false)), (None, Some(6)));
}

#[tokio::test]
async fn a_task_takes_part_if_the_recording_is_carried_over() {
    #[memoize]
    async fn row(id: u64) -> u64 {
        tokio::task::yield_now().await;
        id
    }
    #[memoize]
    async fn sum() -> u64 {
        let mut tasks = Vec::new();
        for id in 1..4 {
            tasks.push(tokio::spawn(cache_runtime::future::carry(row(id))));
        }
        let mut sum = 0;
        for task in tasks {
            sum += task.await.unwrap();
        }
        sum
    }
    let _caches = testing::isolate();
    assert_eq!(sum().await, 6);
    invalidate_row(3).await;
    assert_eq!(peek_sum().await, None);
}

#[test]
fn more_dependencies_than_are_listed_are_the_whole_function() {
    static SOURCE: AtomicU64 = AtomicU64::new(0);
    #[memoize(max_entries = 100_000)]
    fn row(id: u64) -> u64 {
        SOURCE.load(SeqCst)
    }
    #[memoize]
    fn table(rows: u64) -> u64 {
        (0..rows).map(row).sum()
    }
    #[memoize]
    fn pair(rows: u64) -> u64 {
        table(rows) + table(10)
    }
    let _caches = testing::isolate();
    (pair(5_000), pair(100));
    let _ = invalidate_row(4_999);
    assert_eq!((peek_pair(5_000), peek_table(5_000)), (None, None));
    assert!(peek_pair(100).is_some());
    pair(5_000);
    let _ = invalidate_row(1_000_000);
    assert_eq!(
        (peek_pair(5_000), peek_table(5_000)),
        (None, None),
        "any row of the function will do"
    );
    assert!(peek_table(100).is_some());
}

#[test]
fn long_chains_are_invalidated_and_dropped() {
    #[memoize(max_entries = 100_000)]
    fn step(n: u64) -> u64 {
        if n == 0 {
            0
        } else {
            peek_step(n - 1).unwrap_or(0) + 1
        }
    }
    let _caches = testing::isolate();
    (0..20_000).for_each(|n| _ = step(n));
    assert_eq!(peek_step(19_999), Some(19_999));
    let _ = invalidate_step(0);
    assert_eq!((peek_step(19_999), peek_step(1)), (None, None));
    (0..20_000).for_each(|n| _ = step(n));
    let _ = invalidate_all_step();
    assert_eq!(peek_step(5), None);
}

#[test]
fn a_recursive_function_depends_on_its_other_calls() {
    static ONE: AtomicU64 = AtomicU64::new(1);
    #[memoize]
    fn fib(n: u64) -> u64 {
        if n < 2 {
            n * ONE.load(SeqCst)
        } else {
            fib(n - 1) + fib(n - 2)
        }
    }
    let _caches = testing::isolate();
    assert_eq!(fib(60), 1_548_008_755_920);
    ONE.store(2, SeqCst);
    let _ = invalidate_fib(1);
    assert_eq!((peek_fib(0), fib(60)), (Some(0), 2 * 1_548_008_755_920));
}

#[test]
fn a_load_under_way_goes_with_what_it_was_computed_from() {
    static SOURCE: AtomicU64 = AtomicU64::new(1);
    static READ: Count = Count::new();
    static GO_ON: Count = Count::new();
    #[memoize]
    fn row(id: u64) -> u64 {
        SOURCE.load(SeqCst)
    }
    #[memoize]
    fn section(id: u64) -> u64 {
        row(id)
    }
    #[memoize]
    fn page(id: u64) -> u64 {
        let value = section(id);
        if READ.add() == 0 {
            GO_ON.wait_for(1);
        }
        value
    }
    let early = std::thread::spawn(|| page(1));
    READ.wait_for(1);
    SOURCE.store(2, SeqCst);
    let _ = invalidate_row(1);
    assert_eq!(page(1), 2, "while the early load still runs");
    GO_ON.add();
    assert_eq!(early.join().unwrap(), 1);
    assert_eq!(peek_page(1), Some(2));
}
