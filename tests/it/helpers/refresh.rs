//! `refresh_f`, `put_f`, `peek_f`, `uncached_f`.

use std::time::Duration;

use cache_runtime::{memoize, testing};
use cache_tests::Count;

#[test]
fn a_refresh_starts_the_timeout_anew() {
    static RUNS: Count = Count::new();
    #[memoize(timeout = 10)]
    fn of(x: usize) -> usize {
        RUNS.add() + x
    }
    let _caches = testing::isolate();
    of(0);
    testing::advance(Duration::from_secs(9));
    assert_eq!(refresh_of(0), 1);
    testing::advance(Duration::from_secs(9));
    assert_eq!(peek_of(0), Some(1));
}

#[test]
fn a_refresh_of_what_is_not_there_stores_it() {
    #[memoize]
    fn of(x: u32) -> Result<u32, ()> {
        Ok(x)
    }
    assert_eq!((refresh_of(1), peek_of(1)), (Ok(1), Some(1)));
}

#[test]
fn a_peek_neither_counts_nor_keeps_an_entry_alive() {
    #[memoize(timeout = 10)]
    fn of(x: u32) -> u32 {
        x
    }
    let _caches = testing::isolate();
    of(1);
    for _ in 0..5 {
        testing::advance(Duration::from_secs(2));
        let _ = peek_of(1);
    }
    assert_eq!(
        (peek_of(1), stats_of().hits, stats_of().calls()),
        (None, 0, 1)
    );
}

#[test]
fn the_uncached_function_neither_reads_nor_writes() {
    static RUNS: Count = Count::new();
    #[memoize]
    fn of(mut x: usize, (a, _): (usize, u8)) -> usize {
        x += a;
        RUNS.add() + x
    }
    assert_eq!((uncached_of(1, (1, 0)), uncached_of(1, (1, 0))), (2, 3));
    assert_eq!((peek_of(1, (1, 0)), stats_of().calls()), (None, 0));
}

#[tokio::test]
async fn a_put_takes_what_a_peek_shows() {
    type Alias<T> = Result<T, String>;
    #[memoize]
    async fn value(x: u32) -> std::io::Result<Option<u32>> {
        Ok(Some(x))
    }
    #[memoize]
    async fn whole(x: u32) -> Alias<u32> {
        Ok(x)
    }
    put_value(1, Some(7)).await;
    put_whole(1, Ok(7)).await;
    put_whole(2, Err("no".into())).await;
    assert_eq!(peek_value(1).await, Some(Some(7)));
    assert_eq!((value(1).await.unwrap(), whole(1).await), (Some(7), Ok(7)));
    assert_eq!(
        (peek_whole(1).await, peek_whole(2).await),
        (Some(Ok(7)), None)
    );
}
