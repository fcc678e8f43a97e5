//! `testing::{disable, isolate, advance}`.

use std::thread;
use std::time::Duration;

use cache_runtime::{memoize, testing};
use cache_tests::Count;

#[test]
fn disabled_caches_are_neither_read_nor_written() {
    static RUNS: Count = Count::new();
    #[memoize]
    fn of(x: u32) -> usize {
        RUNS.add() + x as usize
    }
    of(0);
    {
        let _off = testing::disable();
        assert_eq!((of(0), of(0), peek_of(0)), (1, 2, Some(0)));
    }
    assert_eq!(of(0), 0);
}

#[test]
fn isolated_caches_are_fresh_private_and_have_a_clock_of_their_own() {
    #[memoize(timeout = 10)]
    fn of(x: u32) -> u32 {
        x
    }
    of(1);
    {
        let _caches = testing::isolate();
        assert_eq!((peek_of(1), stats_of().calls()), (None, 0));
        of(2);
        testing::advance(Duration::from_secs(9));
        assert_eq!(peek_of(2), Some(2));
        {
            let _inner = testing::isolate();
            assert_eq!(peek_of(2), None);
        }
        testing::advance(Duration::from_secs(1));
        assert_eq!(peek_of(2), None);
        assert_eq!(
            thread::spawn(|| peek_of(1)).join().unwrap(),
            Some(1),
            "others see the shared caches"
        );
    }
    assert_eq!((peek_of(1), peek_of(2)), (Some(1), None));
}
