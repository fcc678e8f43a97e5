//! `skip(..)` leaves arguments out of the key.

use cache_runtime::{cached, memoize};
use cache_tests::Count;

struct NoKey;

#[test]
fn skipped_arguments_are_not_part_of_the_key() {
    static RUNS: Count = Count::new();
    #[memoize(skip(database, _verbose))]
    fn of(database: &NoKey, id: u32, _verbose: bool) -> u32 {
        let NoKey = database;
        RUNS.add();
        id
    }
    of(&NoKey, 1, true);
    of(&NoKey, 1, false);
    assert_eq!((RUNS.get(), peek_of(1)), (1, Some(1)));
    assert!(invalidate_of(1).existed());
    put_of(1, 7);
    assert_eq!(of(&NoKey, 1, true), 7);
}

#[test]
fn what_cannot_be_a_key_can_be_skipped() {
    #[memoize(skip(log, names, r#type, inner))]
    async fn of(
        log: &dyn Fn(&str),
        names: std::collections::HashMap<u32, f64>,
        r#type: impl Fn() -> u32 + Send,
        (inner, _): (NoKey, u8),
        id: u32,
    ) -> u32 {
        let NoKey = inner;
        log("run");
        id + r#type() + u32::try_from(names.len()).unwrap()
    }
    let runs = Count::new();
    let log = |_: &str| _ = runs.add();
    let call = || of(&log, [].into(), || 1, (NoKey, 1), 5);
    assert_eq!(futures::executor::block_on(call()), 6);
    assert_eq!(futures::executor::block_on(call()), 6);
    assert_eq!(
        (runs.get(), futures::executor::block_on(peek_of(5))),
        (1, Some(6))
    );
}

#[test]
fn with_all_arguments_skipped_there_is_one_entry() {
    #[cached(skip(a, b))]
    fn of(a: u32, b: &NoKey) -> u32 {
        let NoKey = b;
        a
    }
    assert_eq!((of(1, &NoKey), of(2, &NoKey), peek_of()), (1, 1, Some(1)));
}
