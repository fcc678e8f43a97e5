//! `err_timeout`: errors are stored too.

use std::time::Duration;

use cache_runtime::{Outcome, memoize, testing};
use cache_tests::Count;

type Fallible<T> = Result<T, String>;

#[test]
fn errors_are_stored_for_that_long() {
    static RUNS: Count = Count::new();
    #[memoize(timeout = 10, err_timeout = 1)]
    fn of(x: u32) -> Result<u32, String> {
        RUNS.add();
        if x > 0 { Ok(x) } else { Err("none".into()) }
    }
    let _caches = testing::isolate();
    let failed = || Err("none".to_owned());
    assert_eq!((of(0), of(0), RUNS.get()), (failed(), failed(), 1));
    assert_eq!(detailed_of(0).outcome, Outcome::Hit);
    assert_eq!(peek_of(0), None, "there is no value to show");
    testing::advance(Duration::from_secs(1));
    assert_eq!((of(0), RUNS.get()), (failed(), 2));
    assert!(invalidate_of(0).existed());
    assert_eq!((of(0), RUNS.get()), (failed(), 3));
    put_of(0, 7);
    assert_eq!(of(0), Ok(7));
    of(1).unwrap();
    testing::advance(Duration::from_secs(9));
    assert_eq!(peek_of(1), Some(1), "a value lives for the timeout");
}

#[tokio::test]
async fn an_alias_will_do() {
    static RUNS: Count = Count::new();
    #[memoize(err_timeout = never)]
    async fn of(x: u32) -> Fallible<u32> {
        Err(format!("{x} {}", RUNS.add()))
    }
    assert_eq!(
        (of(1).await, of(1).await),
        (Err("1 0".into()), Err("1 0".into()))
    );
}
