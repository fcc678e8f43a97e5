//! `stale_while_revalidate`: past the timeout callers get the old value at once, while one refresh runs.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use cache_runtime::{MissReason, Outcome, memoize, testing};
use cache_tests::{Count, crowd, wait_until};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn nobody_waits_in_the_window_and_one_refresh_runs() {
    static RUNS: Count = Count::new();
    static GO_ON: Count = Count::new();
    #[memoize(timeout = 10, stale_while_revalidate = 60, namespace = "nobody_waits")]
    fn load(name: &str) -> usize {
        let run = RUNS.add();
        if run > 0 {
            GO_ON.wait_for(1);
        }
        run + name.len()
    }
    assert_eq!(load("name"), 4);
    testing::advance(seconds(11));
    let answers = crowd(20, |_| detailed_load("name"));
    assert!(
        answers
            .iter()
            .all(|answer| answer.value == 4 && answer.outcome == Outcome::Stale)
    );
    assert!(answers[0].age >= Some(seconds(11)));
    RUNS.wait_for(2);
    GO_ON.add();
    wait_until(|| peek_load("name") == Some(5));
    assert_eq!(
        (detailed_load("name").outcome, RUNS.get()),
        (Outcome::Hit, 2)
    );
    let stats = stats_load();
    assert_eq!(
        (stats.stale_hits, stats.refreshes, stats.calls()),
        (20, 1, 22)
    );
}

#[test]
fn a_refresh_is_counted_before_its_value_can_be_seen() {
    static SEEN: AtomicU64 = AtomicU64::new(0);
    static GONE: Count = Count::new();
    struct Value;
    impl Drop for Value {
        fn drop(&mut self) {
            SEEN.store(stats_load().refreshes, SeqCst);
            GONE.add();
        }
    }
    #[memoize(
        timeout = 10,
        stale_while_revalidate = 60,
        namespace = "counted_before"
    )]
    fn load(x: u8) -> Arc<Value> {
        Arc::new(Value)
    }
    drop(load(1));
    testing::advance(seconds(11));
    drop(load(1));
    // The store drops the old value as soon as the new one is in its place.
    GONE.wait_for(1);
    assert_eq!(SEEN.load(SeqCst), 1);
}

#[test]
fn after_the_window_callers_wait() {
    static RUNS: Count = Count::new();
    #[memoize(timeout = 10, stale_while_revalidate = 5)]
    fn load(x: u8) -> usize {
        RUNS.add()
    }
    let _caches = testing::isolate();
    load(1);
    testing::advance(seconds(16));
    let answer = detailed_load(1);
    assert_eq!(
        (answer.value, answer.outcome),
        (1, Outcome::Computed(MissReason::Expired))
    );
}

#[test]
fn a_refresh_that_fails_leaves_the_old_value_and_pauses() {
    static RUNS: Count = Count::new();
    static DOWN: AtomicBool = AtomicBool::new(false);
    #[memoize(timeout = 10, stale_while_revalidate = 60)]
    fn load(x: u8) -> Result<usize, String> {
        let run = RUNS.add();
        assert!(run != 2, "the second refresh panics");
        if DOWN.load(SeqCst) {
            Err("down".into())
        } else {
            Ok(run)
        }
    }
    let _caches = testing::isolate();
    assert_eq!(load(1), Ok(0));
    testing::advance(seconds(11));
    DOWN.store(true, SeqCst);
    for failures in 1..=2 {
        assert_eq!(load(1), Ok(0));
        wait_until(|| stats_load().failed_refreshes == failures);
        let runs = RUNS.get();
        assert!((0..10).all(|_| load(1) == Ok(0)));
        assert_eq!(RUNS.get(), runs, "no refresh during the pause");
        testing::advance(seconds(1));
    }
    DOWN.store(false, SeqCst);
    assert_eq!(load(1), Ok(0));
    wait_until(|| peek_load(1) == Some(3));
    assert_eq!(load(1), Ok(3));
}

#[test]
fn a_failure_past_the_window_is_seen() {
    static DOWN: AtomicBool = AtomicBool::new(false);
    #[memoize(timeout = 10, stale_while_revalidate = 5)]
    fn load() -> Result<u8, String> {
        if DOWN.load(SeqCst) {
            Err("down".into())
        } else {
            Ok(1)
        }
    }
    let _caches = testing::isolate();
    load().unwrap();
    DOWN.store(true, SeqCst);
    testing::advance(seconds(15));
    assert_eq!(load(), Err("down".into()));
}

#[test]
fn every_form_of_argument_outlives_the_call() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct User(u32);
    struct Database(AtomicU64);
    #[derive(Clone)]
    struct Shop(u32);
    impl Shop {
        #[memoize(timeout = 10, stale_while_revalidate = 60, skip(self))]
        fn price(&self, sku: &str) -> u32 {
            self.0 + sku.len() as u32
        }
    }
    #[memoize(timeout = 10, stale_while_revalidate = 60, skip(database))]
    fn all(
        database: &Arc<Database>,
        text: &str,
        bytes: &[u8],
        path: &Path,
        maybe: Option<&User>,
        (a, mut b): (u8, u8),
        cow: Cow<'_, str>,
        list: Vec<&str>,
        owned: String,
    ) -> u64 {
        b += a;
        let read = database.0.fetch_add(1, SeqCst);
        let lengths = [
            text.len(),
            bytes.len(),
            path.as_os_str().len(),
            cow.len(),
            list.len(),
            owned.len(),
        ];
        read + lengths.iter().sum::<usize>() as u64
            + u64::from(b)
            + u64::from(maybe.map_or(0, |user| user.0))
    }
    #[memoize(timeout = 10, stale_while_revalidate = 60)]
    fn generic<T: Clone + Send + Sync + std::hash::Hash + Eq + 'static, const N: usize>(
        value: T,
        _array: [u8; N],
    ) -> usize {
        N
    }
    let _caches = testing::isolate();
    let database = Arc::new(Database(AtomicU64::new(0)));
    let call = || {
        all(
            &database,
            "abc",
            b"de",
            Path::new("/f"),
            Some(&User(5)),
            (1, 2),
            "g".into(),
            vec!["h", "i"],
            "j".into(),
        )
    };
    let first = call();
    let shop = Shop(1);
    assert_eq!((shop.price("tea"), generic("x", [0; 3])), (4, 3));
    testing::advance(seconds(11));
    assert_eq!(
        (call(), shop.price("tea"), generic("x", [0; 3])),
        (first, 4, 3)
    );
    wait_until(|| database.0.load(SeqCst) == 2);
    wait_until(|| shop.stats_of_price().refreshes + stats_generic::<&str, 3>().refreshes == 2);
    wait_until(|| call() == first + 1);

    impl Shop {
        fn stats_of_price(&self) -> cache_runtime::Stats {
            Self::stats_price()
        }
    }
}

#[test]
fn nested_calls_of_a_refresh_see_the_same_caches() {
    static RUNS: Count = Count::new();
    #[memoize]
    fn inner() -> usize {
        RUNS.add()
    }
    #[memoize(timeout = 10, stale_while_revalidate = 60, depends = false)]
    fn outer() -> usize {
        inner()
    }
    let _caches = testing::isolate();
    outer();
    testing::advance(seconds(11));
    outer();
    wait_until(|| stats_outer().refreshes == 1);
    assert_eq!((RUNS.get(), stats_inner().hits), (1, 1));
}

#[tokio::test]
async fn on_tokio_no_task_waits_in_the_window() {
    static RUNS: Count = Count::new();
    static GO_ON: Count = Count::new();
    #[memoize(timeout = 10, stale_while_revalidate = 60)]
    async fn load(name: &str) -> Result<usize, String> {
        let run = RUNS.add();
        if run > 0 {
            GO_ON.reach(1).await;
        }
        Ok(run + name.len())
    }
    let _caches = testing::isolate();
    assert_eq!(load("name").await, Ok(4));
    testing::advance(seconds(11));
    for _ in 0..20 {
        let answer = detailed_load("name").await;
        assert_eq!((answer.value, answer.outcome), (Ok(4), Outcome::Stale));
    }
    GO_ON.add();
    while peek_load("name").await != Some(5) {
        tokio::task::yield_now().await;
    }
    assert_eq!((load("name").await, RUNS.get()), (Ok(5), 2));
}

#[test]
fn elsewhere_the_first_caller_refreshes_and_the_others_do_not_wait() {
    static RUNS: Count = Count::new();
    static GO_ON: Count = Count::new();
    static DOWN: AtomicBool = AtomicBool::new(false);
    #[memoize(timeout = 10, stale_while_revalidate = 60)]
    async fn load(x: u8) -> Result<usize, String> {
        let run = RUNS.add();
        if run == 1 {
            GO_ON.reach(1).await;
        }
        if DOWN.load(SeqCst) {
            Err("down".into())
        } else {
            Ok(run)
        }
    }
    use futures::executor::block_on;
    let _caches = testing::isolate();
    block_on(load(1)).unwrap();
    testing::advance(seconds(11));
    let mut first = Box::pin(detailed_load(1));
    assert!(cache_tests::poll_once(&mut first).is_pending());
    assert_eq!(block_on(detailed_load(1)).outcome, Outcome::Stale);
    GO_ON.add();
    let first = block_on(first);
    assert_eq!(
        (first.value, first.outcome),
        (Ok(1), Outcome::Computed(MissReason::Expired))
    );
    testing::advance(seconds(11));
    DOWN.store(true, SeqCst);
    let failed = block_on(detailed_load(1));
    assert_eq!((failed.value, failed.outcome), (Ok(1), Outcome::Stale));
    let stats = stats_load();
    assert_eq!((stats.calls(), stats.stale_hits), (4, 2));
}
