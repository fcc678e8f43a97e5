//! Direct use.

use std::time::Duration;

use cache_runtime::{cache, future};
use cache_tests::{Count, crowd};

use crate::install;

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn values_come_and_go() {
    install();
    let cache = cache();
    assert_eq!(cache.get::<String>("d:a").unwrap(), None);
    cache.set("d:a", "hello", MINUTE).unwrap();
    assert_eq!(
        cache.get::<String>("d:a").unwrap().as_deref(),
        Some("hello")
    );
    assert!(cache.has("d:a").unwrap());
    assert_eq!(cache.get::<u64>("d:a").unwrap(), None, "it is no number");
    let left = cache.ttl("d:a").unwrap().expect("it ends");
    assert!(
        left <= MINUTE + Duration::from_secs(1) && left > Duration::from_secs(50),
        "{left:?}"
    );
    assert!(cache.delete("d:a").unwrap() && !cache.delete("d:a").unwrap());
    cache.set("d:a", &7, Duration::ZERO).unwrap();
    assert_eq!(
        (cache.get("d:a").unwrap(), cache.ttl("d:a").unwrap()),
        (Some(7), None)
    );
}

#[test]
fn many_at_once() {
    install();
    let cache = cache();
    cache.set_many(&[("d:m1", 1), ("d:m2", 2)], MINUTE).unwrap();
    assert_eq!(
        cache.get_many::<i32>(&["d:m2", "d:none", "d:m1"]).unwrap(),
        [Some(2), None, Some(1)]
    );
    let found = cache.get_dict::<i32>(&["d:m1", "d:none"]).unwrap();
    assert_eq!(
        found.into_iter().collect::<Vec<_>>(),
        [("d:m1".to_owned(), 1)]
    );
    assert_eq!(
        cache.delete_many(&["d:m1", "d:none"]).unwrap(),
        [true, false]
    );
}

#[test]
fn numbers_are_counted_by_all() {
    install();
    let each = 25;
    crowd(4, |_| {
        for _ in 0..each {
            cache().incr("d:n", 2).unwrap();
        }
    });
    assert_eq!(cache().decr("d:n", 1).unwrap(), 4 * each * 2 - 1);
    cache().set("d:text", "no number", MINUTE).unwrap();
    assert!(cache().incr("d:text", 1).is_err());
}

#[test]
fn one_adds() {
    install();
    let added = crowd(8, |n| cache().add("d:add", &n, MINUTE).unwrap());
    assert_eq!(added.iter().filter(|added| **added).count(), 1);
}

#[test]
fn one_computes() {
    static RUNS: Count = Count::new();
    install();
    let compute = || {
        RUNS.add();
        std::thread::sleep(Duration::from_millis(50));
        42
    };
    let answers = crowd(8, |_| {
        cache()
            .get_or_insert_with("d:load", MINUTE, compute)
            .unwrap()
    });
    assert_eq!((answers, RUNS.get()), (vec![42; 8], 1));
}

#[test]
fn what_a_deletion_overlapped_is_not_stored() {
    install();
    let value = cache().get_or_insert_with("d:race", MINUTE, || {
        cache().delete("d:race").unwrap();
        1
    });
    assert_eq!(
        (value.unwrap(), cache().get::<i32>("d:race").unwrap()),
        (1, None)
    );
    let value = cache().get_or_insert_with("d:race", MINUTE, || {
        cache().set("d:race", &3, MINUTE).unwrap();
        2
    });
    assert_eq!(
        (value.unwrap(), cache().get::<i32>("d:race").unwrap()),
        (2, Some(3))
    );
}

#[tokio::test]
async fn tasks_do_the_same() {
    install();
    let cache = future::cache();
    cache.set("d:t", &[1, 2], MINUTE).await.unwrap();
    assert_eq!(cache.get::<Vec<u8>>("d:t").await.unwrap(), Some(vec![1, 2]));
    let made = cache
        .get_or_insert_with("d:t2", MINUTE, || async { "made".to_owned() })
        .await
        .unwrap();
    assert_eq!(made, "made");
    assert_eq!(cache.incr("d:t3", 5).await.unwrap(), 5);
}
