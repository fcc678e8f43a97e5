//! One call for many ids, with an entry for each of them in the store.

use std::collections::HashMap;
use std::sync::Mutex;

use cache_runtime::memoize;
use cache_tests::{Count, crowd};

use crate::install;

fn doubled(ids: &[u64]) -> HashMap<u64, u64> {
    ids.iter().map(|&id| (id, id * 2)).collect()
}

static RUNS: Mutex<Vec<Vec<u64>>> = Mutex::new(Vec::new());

#[memoize(shared, batch, timeout = 60)]
fn doubles(ids: &[u64]) -> HashMap<u64, u64> {
    RUNS.lock().unwrap().push(ids.to_vec());
    doubled(ids)
        .into_iter()
        .filter(|(id, _)| *id < 1000)
        .collect()
}

#[test]
fn only_the_missing_ids_reach_the_function() {
    install();
    assert_eq!(doubles(&[3, 1]), doubled(&[3, 1]));
    assert_eq!(doubles(&[5, 3, 4, 5, 1, 4]), doubled(&[1, 3, 4, 5]));
    assert_eq!(doubles(&[]), HashMap::new());
    assert_eq!(doubles(&[2000, 1]), doubled(&[1]));
    assert!(invalidate_doubles(3).existed());
    assert_eq!((peek_doubles(3), peek_doubles(1)), (None, Some(2)));
    put_doubles(3, 33);
    assert_eq!(doubles(&[3, 1]), HashMap::from([(3, 33), (1, 2)]));
    assert_eq!(refresh_doubles(&[3, 1]), doubled(&[3, 1]));
    assert_eq!(peek_doubles(3), Some(6));
    invalidate_all_doubles().into_result().expect("it is told");
    assert_eq!(doubles(&[1, 3]), doubled(&[1, 3]));
    let runs = std::mem::take(&mut *RUNS.lock().unwrap());
    assert_eq!(
        runs,
        [vec![3, 1], vec![5, 4], vec![2000], vec![3, 1], vec![1, 3]]
    );
    let stats = stats_doubles();
    assert_eq!(stats.misses.total(), 9);
    assert_eq!(stats.calls(), 14);
}

static INSIDE: Count = Count::new();

#[memoize(batch)]
async fn invalidated_inside(ids: &[u64]) -> Result<HashMap<u64, u64>, String> {
    if INSIDE.add() == 0 {
        invalidate_invalidated_inside(ids[0]).await;
    }
    if ids.contains(&0) {
        return Err("none".to_owned());
    }
    Ok(doubled(ids))
}

#[tokio::test]
async fn an_id_that_is_invalidated_during_the_load_is_returned_and_not_stored() {
    install();
    assert_eq!(invalidated_inside(&[1, 2]).await, Ok(doubled(&[1, 2])));
    assert_eq!(peek_invalidated_inside(1).await, None);
    assert_eq!(peek_invalidated_inside(2).await, Some(4));
    assert_eq!(invalidated_inside(&[3, 0]).await, Err("none".to_owned()));
    assert_eq!(peek_invalidated_inside(3).await, None);
}

static FACTOR: Count = Count::new();

#[memoize]
fn factor() -> u64 {
    FACTOR.add() as u64
}

#[memoize(batch, tags("scaled"), tags_with = |value| [format!("scaled:{value}")])]
fn scaled(ids: &[u64]) -> HashMap<u64, u64> {
    let factor = factor();
    ids.iter().map(|&id| (id, id + factor)).collect()
}

#[memoize]
fn sum(from: u64) -> u64 {
    scaled(&[from, from + 1]).values().sum()
}

#[test]
fn labels_and_dependencies_hold() {
    install();
    assert_eq!((sum(1), sum(2)), (3, 5));
    invalidate_scaled(1);
    assert_eq!((peek_sum(1), peek_sum(2)), (None, Some(5)));
    cache_runtime::invalidate_tag("scaled:3");
    assert_eq!(peek_scaled(3), None);
    scaled(&[2]);
    cache_runtime::invalidate_tag("scaled");
    assert_eq!((peek_scaled(2), peek_sum(2)), (None, None));
    assert_eq!(sum(1), 3);
    invalidate_factor();
    assert_eq!((peek_scaled(1), peek_sum(1)), (None, None));
    assert_eq!(sum(1), 5);
}

static LOADED: Count = Count::new();

#[memoize(batch)]
fn slow(ids: &[u64]) -> HashMap<u64, u64> {
    for _ in ids {
        LOADED.add();
    }
    std::thread::sleep(std::time::Duration::from_millis(50));
    doubled(ids)
}

#[test]
fn a_crowd_computes_every_id_once() {
    install();
    crowd(8, |n| {
        let mut ids: Vec<u64> = (0..20).collect();
        ids.rotate_left(n);
        if n % 2 == 1 {
            ids.reverse();
        }
        assert_eq!(slow(&ids[..15]), doubled(&ids[..15]));
    });
    assert_eq!(LOADED.get(), 20);
}
