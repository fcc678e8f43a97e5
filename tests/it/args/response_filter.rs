//! `response_filter`: a result is only stored when it is true of it.

use std::panic::catch_unwind;

use cache_runtime::memoize;
use cache_tests::{Count, crowd};

#[test]
fn what_it_refuses_is_not_stored() {
    static RUNS: Count = Count::new();
    #[memoize(response_filter = |text| !text.is_empty())]
    fn of(text: &str) -> Result<String, ()> {
        RUNS.add();
        Ok(text.to_owned())
    }
    for (text, runs) in [("", 2), ("kept", 1)] {
        let before = RUNS.get();
        let twice = (of(text), of(text));
        assert_eq!(twice, (Ok(text.to_owned()), Ok(text.to_owned())));
        assert_eq!(RUNS.get() - before, runs, "{text:?}");
    }
    put_of("put", String::new());
    assert_eq!(peek_of("put"), None, "a put is filtered too");
}

#[test]
fn a_path_will_do() {
    #[memoize(response_filter = Option::is_some)]
    fn of(x: u32) -> Option<u32> {
        (x > 0).then_some(x)
    }
    (of(0), of(1));
    assert_eq!((peek_of(0), peek_of(1)), (None, Some(Some(1))));
}

#[test]
fn a_panic_in_it_is_like_one_in_the_function() {
    static ASKED: Count = Count::new();
    #[memoize(response_filter = |_| { assert_ne!(ASKED.add(), 0, "the first answer panics"); true })]
    fn of(x: u32) -> u32 {
        x
    }
    let answers = crowd(4, |_| catch_unwind(|| of(1)).ok());
    assert_eq!(answers.iter().filter(|answer| answer.is_none()).count(), 1);
    assert_eq!(of(1), 1);
}
