//! No invalidation is lost.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;

use cache_runtime::{Outcome, memoize};
use cache_tests::crowd;

use crate::install;

static TRUTH: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];

#[memoize]
fn read(key: u64) -> u64 {
    let value = TRUTH[usize::try_from(key).expect("few keys")].load(SeqCst);
    thread::yield_now();
    value
}

#[test]
fn nobody_reads_what_is_older_than_an_invalidation() {
    install();
    crowd(6, |n| {
        for round in 0..150_u64 {
            let key = (round + n as u64) % 4;
            let at_least = if n % 3 == 0 {
                let written =
                    TRUTH[usize::try_from(key).expect("few keys")].fetch_add(1, SeqCst) + 1;
                invalidate_read(key).into_result().expect("it is told");
                written
            } else {
                0
            };
            assert!(read(key) >= at_least, "round {round}");
        }
    });
}

#[memoize]
fn overlapped(x: u64) -> u64 {
    invalidate_overlapped(x);
    x
}

#[memoize]
fn overlapped_by_all(x: u64) -> u64 {
    invalidate_all_overlapped_by_all();
    x
}

#[memoize]
fn overlapped_by_put(x: u64) -> u64 {
    if x < 100 {
        put_overlapped_by_put(x, x + 100);
    }
    x
}

#[memoize(tags("race:{x}"))]
fn overlapped_by_label(x: u64) -> u64 {
    cache_runtime::invalidate_tag(&format!("race:{x}"));
    x
}

#[memoize(tags_with = |x: &u64| [format!("late:{x}")])]
fn overlapped_by_late_label(x: u64) -> u64 {
    cache_runtime::invalidate_tag(&format!("late:{x}"));
    x
}

#[test]
fn what_an_invalidation_overlapped_is_not_stored() {
    install();
    assert_eq!((overlapped(1), peek_overlapped(1)), (1, None));
    assert_eq!((overlapped_by_all(1), peek_overlapped_by_all(1)), (1, None));
    assert_eq!(
        (overlapped_by_put(1), peek_overlapped_by_put(1)),
        (1, Some(101))
    );
    assert_eq!(
        (overlapped_by_label(1), peek_overlapped_by_label(1)),
        (1, None)
    );
    assert_eq!(
        (
            overlapped_by_late_label(1),
            peek_overlapped_by_late_label(1)
        ),
        (1, None)
    );
    assert_ne!(detailed_overlapped(1).outcome, Outcome::Hit);
}
