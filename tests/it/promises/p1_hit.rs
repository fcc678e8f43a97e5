//! A live entry is returned as a clone; the function does not run.

use std::sync::Arc;

use cache_runtime::memoize;
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
