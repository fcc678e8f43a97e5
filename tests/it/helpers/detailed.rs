//! `detailed_f`: the result, where it came from, and how old it is.

use std::time::Duration;

use cache_runtime::{Detailed, MissReason, Outcome, memoize, testing};

#[test]
fn it_tells_outcome_and_age() {
    #[memoize(timeout = 10, unless = x == 0)]
    fn of(x: u32) -> Result<u32, String> {
        if x > 5 { Err("too much".into()) } else { Ok(x) }
    }
    let _caches = testing::isolate();
    let cold = Outcome::Computed(MissReason::Cold);
    let expected = |value, outcome| Detailed {
        value,
        outcome,
        age: None,
    };
    assert_eq!(detailed_of(1), expected(Ok(1), cold));
    assert_eq!(detailed_of(0), expected(Ok(0), Outcome::Bypassed));
    assert_eq!(detailed_of(6), expected(Err("too much".into()), cold));
    testing::advance(Duration::from_secs(7));
    let hit = detailed_of(1);
    assert_eq!(
        (hit.outcome, hit.age.map(|age| age.as_secs())),
        (Outcome::Hit, Some(7))
    );
    assert!(format!("{hit:?}").contains("outcome: Hit"));
}

#[tokio::test]
async fn it_does_what_the_function_does() {
    #[memoize(skip(reload), forced_update = reload)]
    async fn of(x: &str, reload: bool) -> usize {
        x.len()
    }
    let forced = detailed_of("a", true).await;
    assert_eq!(forced.outcome, Outcome::Computed(MissReason::Forced));
    assert_eq!(detailed_of("a", false).await.outcome, Outcome::Hit);
    assert_eq!(of("a", false).await, 1);
}
