//! Lifetimes in functions, impls and arguments; `async` functions that borrow.

use cache_runtime::memoize;
use cache_tests::Count;

fn is_send<F: Future + Send>(future: F) -> F {
    future
}

#[test]
fn async_functions_may_borrow_and_are_send() {
    #[memoize]
    async fn of<'a>(a: &'a str, b: &str, c: Vec<&'a str>) -> usize {
        a.len() + b.len() + c.len()
    }
    let answer = futures::executor::block_on(is_send(of("a", "bc", vec!["d"])));
    assert_eq!(answer, 4);
    assert_eq!(
        futures::executor::block_on(is_send(peek_of("a", "bc", vec!["d"]))),
        Some(4)
    );
    drop(is_send(refresh_of("a", "bc", vec![])));
    drop(is_send(detailed_of("a", "bc", vec![])));
    drop(is_send(invalidate_of("a", "bc", vec![])));
    drop(is_send(put_of("a", "bc", vec![], 1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn async_functions_can_be_spawned() {
    #[memoize]
    async fn of(text: String, more: std::sync::Arc<str>) -> usize {
        tokio::task::yield_now().await;
        text.len() + more.len()
    }
    let tasks = (0..8).map(|_| tokio::spawn(of("a".into(), "bc".into())));
    let answers = futures::future::join_all(tasks).await;
    assert!(answers.into_iter().all(|answer| answer.unwrap() == 3));
}

#[test]
fn bounds_between_lifetimes() {
    #[memoize]
    fn of<'a, 'b: 'a, T>(x: &'a str, y: &'b [&'a str]) -> usize
    where
        T: 'a,
    {
        size_of::<T>() + x.len() + y.len()
    }
    let local = String::from("ab");
    assert_eq!(
        (of::<u8>(&local, &[]), of::<u64>(&local, &[&local])),
        (3, 11)
    );
    assert_eq!(peek_of::<u8>("ab", &[]), Some(3));
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Query<'q> {
    text: &'q str,
}

impl<'q> Query<'q> {
    #[memoize(key = self.text)]
    fn words(&self) -> usize {
        self.text.split(' ').count()
    }

    #[memoize(key = (self.text, more))]
    async fn joined<'m>(&self, more: &'m str, _other: &'q str) -> String {
        format!("{} {more}", self.text)
    }

    #[memoize(helpers = false, key = self.text)]
    fn length(self) -> usize {
        self.text.len()
    }

    #[memoize]
    fn new_length(text: &'q str) -> usize {
        Self { text }.text.len()
    }
}

#[test]
fn types_that_borrow() {
    let local = String::from("a b");
    let query = Query { text: &local };
    assert_eq!(
        (query.words(), Query { text: "a b" }.peek_words()),
        (2, Some(2))
    );
    assert_eq!(
        futures::executor::block_on(query.joined("c", &local)),
        "a b c"
    );
    assert_eq!((query.clone().length(), Query::new_length("abc")), (3, 3));
}

#[test]
fn arguments_are_kept_until_the_body_has_ended() {
    static DROPPED: Count = Count::new();
    struct Guard;
    impl Drop for Guard {
        fn drop(&mut self) {
            DROPPED.add();
        }
    }
    #[memoize(skip(_guard, _other))]
    fn of(_guard: Guard, _other: Guard, x: u32) -> usize {
        let _ = x;
        DROPPED.get()
    }
    assert_eq!((of(Guard, Guard, 1), DROPPED.get()), (0, 2));
    assert_eq!((of(Guard, Guard, 1), DROPPED.get()), (0, 4), "on a hit too");
}
