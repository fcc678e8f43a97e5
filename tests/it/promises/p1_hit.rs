//! 1. A live entry is returned as a clone; the function does not run.

use std::sync::Arc;

use cache_runtime::{Outcome, memoize};
use cache_tests::Count;

#[test]
fn a_live_entry_is_returned_without_running_the_function() {
    static RUNS: Count = Count::new();
    #[memoize]
    fn of(x: usize) -> Arc<usize> {
        Arc::new(RUNS.add() + x)
    }
    let (first, second) = (of(7), of(7));
    assert!(Arc::ptr_eq(&first, &second), "a clone of one value");
    assert_eq!((RUNS.get(), *of(8)), (1, 9));
}

#[test]
fn a_hit_clones_once_and_only_the_value() {
    static CLONES: Count = Count::new();
    #[derive(Debug, PartialEq, Eq, Hash)]
    struct Counted(u32);
    impl Clone for Counted {
        fn clone(&self) -> Self {
            CLONES.add();
            Self(self.0)
        }
    }
    #[memoize]
    fn of(key: &Counted, more: Option<&Counted>) -> Result<Counted, ()> {
        Ok(Counted(key.0 + more.map_or(0, |more| more.0)))
    }
    let call = || of(&Counted(1), Some(&Counted(2)));
    assert_eq!(call(), Ok(Counted(3)));
    let before = CLONES.get();
    assert_eq!((call(), CLONES.get() - before), (Ok(Counted(3)), 1));
}

#[tokio::test]
async fn a_hit_of_a_task_is_there_at_once() {
    static RUNS: Count = Count::new();
    #[memoize]
    async fn of(x: &str) -> Option<usize> {
        tokio::task::yield_now().await;
        RUNS.add();
        Some(x.len())
    }
    of("abc").await;
    assert_eq!(
        futures::poll!(Box::pin(of("abc"))),
        std::task::Poll::Ready(Some(3))
    );
    assert_eq!(
        (RUNS.get(), detailed_of("abc").await.outcome),
        (1, Outcome::Hit)
    );
}
