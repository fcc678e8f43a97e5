//! What a cached function may return.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use cache_runtime::memoize;
use cache_tests::Count;

#[test]
fn nothing() {
    static RUNS: Count = Count::new();
    #[memoize]
    fn warm(x: u32) {
        RUNS.add();
        if x == 0 {
            return;
        }
        assert!(x < 10);
    }
    #[memoize(helpers = false)]
    async fn warm_async(x: u32) {
        if x == 0 {
            return;
        }
        RUNS.add();
    }
    (warm(1), warm(1), warm(0), warm(0));
    assert_eq!((RUNS.get(), peek_warm(1)), (2, Some(())));
    futures::executor::block_on(async { (warm_async(1).await, warm_async(1).await) });
    assert_eq!(RUNS.get(), 3);
}

#[test]
fn whatever_is_clone_and_may_cross_threads() {
    #[memoize]
    fn shared(x: u32) -> Arc<dyn Fn(u32) -> u32 + Send + Sync> {
        Arc::new(move |y| x + y)
    }
    #[memoize]
    fn pointer(x: bool) -> fn(u32) -> u32 {
        if x { |y| y + 1 } else { |y| y + 2 }
    }
    #[memoize]
    fn map(x: u32) -> HashMap<u32, Vec<(f64, &'static str)>> {
        [(x, vec![(0.5, "a")])].into()
    }
    #[memoize]
    fn text(x: bool) -> &'static str {
        if x { "yes" } else { "no" }
    }
    #[memoize]
    fn nested(x: u32) -> Option<Result<u32, String>> {
        x.checked_sub(1)
            .map(|x| if x > 0 { Ok(x) } else { Err("zero".into()) })
    }
    assert_eq!((shared(1)(1), shared(1)(2)), (2, 3));
    assert_eq!((pointer(true)(1), pointer(false)(1)), (2, 3));
    assert_eq!(
        (map(1)[&1].len(), text(true), text(false)),
        (1, "yes", "no")
    );
    assert_eq!(
        (nested(0), nested(1), nested(2), peek_nested(0)),
        (None, Some(Err("zero".into())), Some(Ok(1)), Some(None))
    );
}

#[test]
fn a_value_that_may_not_cross_threads_is_made_on_the_way_out() {
    #[memoize]
    fn stored(x: u32) -> Arc<str> {
        x.to_string().into()
    }
    let here: Rc<str> = Rc::from(&*stored(1));
    assert_eq!(&*here, "1");
}

#[test]
fn a_put_may_be_called_like_any_argument() {
    #[memoize]
    fn of(value: u32, __value: u32) -> u32 {
        value + __value
    }
    put_of(1, 2, 9);
    assert_eq!((of(1, 2), of(2, 2)), (9, 4));
}
