//! Calls and the functions beside them.

use cache_runtime::{Lives, MissReason, Outcome, cached, functions, memoize};
use cache_tests::{Count, crowd};
use serde::{Deserialize, Serialize};

use crate::install;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct User {
    id: u64,
    name: String,
    tags: Vec<(u8, Option<bool>)>,
}

fn user(id: u64) -> User {
    User {
        id,
        name: format!("user {id}"),
        tags: vec![(1, None), (2, Some(true))],
    }
}

static RUNS: Count = Count::new();

#[memoize(shared, timeout = 60)]
fn profile(id: u64) -> User {
    RUNS.add();
    user(id)
}

#[test]
fn a_value_comes_back_as_it_was() {
    install();
    let first = detailed_profile(1);
    assert_eq!(first.outcome, Outcome::Computed(MissReason::Cold));
    let second = detailed_profile(1);
    assert_eq!((second.outcome, second.value), (Outcome::Hit, user(1)));
    assert!(second.age.is_some());
    assert_eq!(peek_profile(1), Some(user(1)));
}

#[test]
fn the_functions_beside_it_do_as_in_process() {
    install();
    profile(2);
    assert!(invalidate_profile(2).existed());
    assert!(!invalidate_profile(2).existed());
    assert_eq!(peek_profile(2), None);
    put_profile(2, user(22));
    assert_eq!(profile(2), user(22));
    assert_eq!(refresh_profile(2), user(2));
    assert_eq!(profile(2), user(2));
    profile(3);
    assert_eq!(uncached_profile(3), user(3));
}

/// Why a call had to run the function is known as far as this process knows it.
#[test]
fn a_miss_says_that_it_comes_of_an_invalidation() {
    #[memoize(timeout = 60, tags("all of them"))]
    fn doubled(x: u64) -> u64 {
        2 * x
    }
    install();
    let gone = Outcome::Computed(MissReason::Invalidated);
    assert_eq!(
        detailed_doubled(1).outcome,
        Outcome::Computed(MissReason::Cold)
    );
    assert!(invalidate_doubled(1).existed());
    assert_eq!(detailed_doubled(1).outcome, gone);
    assert_eq!(detailed_doubled(1).outcome, Outcome::Hit);
    _ = invalidate_all_doubled();
    assert_eq!(detailed_doubled(1).outcome, gone);
    _ = cache_runtime::invalidate_tag("all of them");
    assert_eq!(detailed_doubled(1).outcome, gone);
    assert!(!invalidate_doubled(2).existed());
    assert_eq!(
        detailed_doubled(2).outcome,
        Outcome::Computed(MissReason::Cold)
    );
}

#[memoize(timeout = 60)]
fn square(x: u64) -> u64 {
    x * x
}

#[test]
fn all_entries_go_at_once() {
    install();
    for x in 0..10 {
        square(x);
    }
    invalidate_all_square().into_result().expect("it is told");
    assert!((0..10).all(|x| peek_square(x).is_none()));
    square(3);
    assert_eq!(peek_square(3), Some(9));
}

#[memoize]
fn joined(a: &str, b: &str) -> String {
    format!("{a}|{b}")
}

#[memoize]
#[allow(clippy::needless_pass_by_value, reason = "a key may be owned")]
fn of_type<
    T: Serialize + std::hash::Hash + Eq + Clone + Send + Sync + 'static + std::fmt::Debug,
>(
    value: T,
) -> String {
    format!("{value:?} {}", std::any::type_name::<T>())
}

#[test]
fn different_arguments_never_share() {
    install();
    assert_eq!(joined("1", "23"), "1|23");
    assert_eq!(joined("12", "3"), "12|3");
    assert_eq!(of_type(1_u8), "1 u8");
    assert_eq!(of_type(1_u16), "1 u16");
    assert_eq!(of_type(1_u8), "1 u8");
}

#[memoize]
async fn fetched(id: u64) -> Result<User, String> {
    tokio::task::yield_now().await;
    if id == 0 {
        Err("none".to_owned())
    } else {
        Ok(user(id))
    }
}

#[tokio::test]
async fn tasks_do_the_same() {
    install();
    assert_eq!(fetched(5).await, Ok(user(5)));
    assert_eq!(detailed_fetched(5).await.outcome, Outcome::Hit);
    assert_eq!(fetched(0).await, Err("none".to_owned()));
    assert_eq!(peek_fetched(0).await, None);
    assert!(invalidate_fetched(5).await.existed());
    assert_eq!(peek_fetched(5).await, None);
}

#[test]
fn a_task_needs_no_runtime() {
    install();
    assert_eq!(futures::executor::block_on(fetched(6)), Ok(user(6)));
    assert_eq!(futures::executor::block_on(peek_fetched(6)), Some(user(6)));
}

static LOADS: Count = Count::new();

#[memoize]
fn slow(x: u64) -> u64 {
    LOADS.add();
    std::thread::sleep(std::time::Duration::from_millis(100));
    x
}

#[test]
fn a_crowd_costs_one_computation() {
    install();
    let answers = crowd(16, |_| slow(7));
    assert!(answers.iter().all(|&answer| answer == 7));
    assert_eq!(LOADS.get(), 1);
}

#[cached(route = "/users/{id}")]
fn page(id: u64) -> String {
    format!("<h1>{id}</h1>")
}

#[test]
fn a_route_is_dropped_by_its_name() {
    install();
    page(7);
    page(8);
    assert!(cache_runtime::invalidate_route("/users/7").existed());
    assert_eq!(
        (peek_page(7), peek_page(8)),
        (None, Some("<h1>8</h1>".to_owned()))
    );
}

#[memoize(local)]
fn here(x: u64) -> std::sync::Arc<str> {
    x.to_string().into()
}

#[test]
fn the_list_says_where_entries_live() {
    install();
    let lives = |name: &str| {
        let all = functions();
        all.into_iter()
            .find(|function| function.name.ends_with(name))
            .expect("it is listed")
            .lives
    };
    here(1);
    assert_eq!(lives("calls::here"), Lives::InProcess);
    assert!(matches!(lives("calls::profile"), Lives::Shared(_)));
    assert_eq!(peek_here(1).as_deref(), Some("1"));
}

#[memoize(err_timeout = 60)]
fn fallible(x: u8) -> Result<u8, String> {
    Err(format!("no {x}"))
}

#[test]
fn errors_are_stored_where_that_is_asked_for() {
    install();
    assert_eq!(
        detailed_fallible(1).outcome,
        Outcome::Computed(MissReason::Cold)
    );
    assert_eq!(detailed_fallible(1).outcome, Outcome::Hit);
}

#[memoize]
fn factorial(n: u64) -> u64 {
    if n == 0 { 1 } else { n * factorial(n - 1) }
}

#[test]
fn recursion_works() {
    install();
    assert_eq!(factorial(10), 3_628_800);
    assert_eq!(detailed_factorial(5).outcome, Outcome::Hit);
}

#[test]
fn every_call_is_counted_once() {
    install();
    let before = stats_square();
    square(100);
    square(100);
    let after = stats_square();
    assert!(after.calls() >= before.calls() + 2);
    assert!(after.stores > before.stores);
}
