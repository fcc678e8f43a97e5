//! `#[memoize(batch)]`: one call for many ids, with an entry for each of them.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::task::Poll;

use cache_runtime::{invalidates, memoize};
use cache_tests::{Count, crowd, poll_once};

/// The ids of each run of a function.
struct Runs(Mutex<Vec<Vec<u64>>>);

impl Runs {
    const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn note(&self, ids: &[u64]) {
        self.0.lock().unwrap().push(ids.to_vec());
    }

    fn take(&self) -> Vec<Vec<u64>> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

fn doubled(ids: &[u64]) -> HashMap<u64, u64> {
    ids.iter().map(|&id| (id, id * 2)).collect()
}

static RUNS: Runs = Runs::new();

#[memoize(batch, timeout = 60)]
fn doubles(ids: &[u64]) -> HashMap<u64, u64> {
    RUNS.note(ids);
    let mut found = doubled(ids);
    found.retain(|id, _| *id < 1000);
    found
}

#[test]
fn only_the_missing_ids_reach_the_function_each_once_and_in_order() {
    assert_eq!(doubles(&[3, 1]), doubled(&[3, 1]));
    assert_eq!(doubles(&[5, 3, 4, 5, 1, 4]), doubled(&[1, 3, 4, 5]));
    assert_eq!(doubles(&[1, 5]).len(), 2);
    assert_eq!(doubles(&[]), HashMap::new());
    assert_eq!(doubles(&[2000, 1]), doubled(&[1]));
    assert_eq!(doubles(&[2000]), HashMap::new());
    let runs = RUNS.take();
    assert_eq!(
        runs,
        [vec![3, 1], vec![5, 4], vec![2000], vec![2000]],
        "what was left out is not stored"
    );
    let stats = stats_doubles();
    assert_eq!((stats.hits, stats.misses.total()), (5, 6));
    the_functions_beside_it();
}

fn the_functions_beside_it() {
    assert!(invalidate_doubles(3).existed());
    assert!(!invalidate_doubles(3).existed());
    assert_eq!((peek_doubles(3), peek_doubles(1)), (None, Some(2)));
    put_doubles(3, 33);
    assert_eq!(doubles(&[3, 1]), HashMap::from([(3, 33), (1, 2)]));
    assert_eq!(refresh_doubles(&[3, 1]), doubled(&[3, 1]));
    assert_eq!(peek_doubles(3), Some(6));
    assert_eq!(uncached_doubles(&[7, 7]), doubled(&[7]));
    assert_eq!(peek_doubles(7), None);
    assert!(invalidate_all_doubles().existed());
    assert_eq!(peek_doubles(1), None);
    assert_eq!(RUNS.take(), [vec![3, 1], vec![7, 7]]);
}

#[memoize(batch, skip(runs), unless = *fresh)]
fn named(
    ids: &[&str],
    language: String,
    fresh: &bool,
    runs: &RefCell<Vec<String>>,
) -> BTreeMap<String, String> {
    runs.borrow_mut()
        .extend(ids.iter().map(|id| (*id).to_owned()));
    ids.iter()
        .map(|id| ((*id).to_owned(), format!("{language}:{id}")))
        .collect()
}

#[test]
fn other_arguments_are_part_of_every_key() {
    let runs = RefCell::default();
    named(&["a", "b"], "en".into(), &false, &runs);
    named(&["b", "c"], "en".into(), &false, &runs);
    let german = named(&["b"], "de".into(), &false, &runs);
    assert_eq!(german["b"], "de:b");
    named(&["b", "b"], "de".into(), &true, &runs);
    assert_eq!(runs.into_inner(), ["a", "b", "c", "b", "b", "b"]);
    assert!(invalidate_named("b", "de".into(), &false).existed());
    assert_eq!(peek_named("b", "en".into(), &false), Some("en:b".into()));
    assert_eq!(stats_named().bypasses, 2);
}

static STARTED: Count = Count::new();
static GO: Count = Count::new();

#[memoize(batch)]
fn slow(ids: &[u64]) -> HashMap<u64, u64> {
    STARTED.add();
    GO.wait_for(1);
    doubled(ids)
        .into_iter()
        .filter(|(id, _)| *id != 9)
        .collect()
}

#[test]
fn overlapping_batches_share_what_they_have_in_common() {
    std::thread::scope(|scope| {
        let first = scope.spawn(|| slow(&[1, 2, 3, 9]));
        STARTED.wait_for(1);
        let second = scope.spawn(|| slow(&[9, 4, 3, 2]));
        STARTED.wait_for(2);
        let third = scope.spawn(|| slow(&[4, 1]));
        GO.add();
        assert_eq!(first.join().unwrap(), doubled(&[1, 2, 3]));
        assert_eq!(second.join().unwrap(), doubled(&[2, 3, 4]));
        assert_eq!(third.join().unwrap(), doubled(&[1, 4]));
    });
    let stats = stats_slow();
    assert_eq!(
        (STARTED.get(), stats.misses.total(), stats.calls()),
        (2, 5, 10)
    );
}

#[memoize(batch)]
fn crossed(ids: &[u64]) -> HashMap<u64, u64> {
    std::thread::yield_now();
    doubled(ids)
}

#[test]
fn batches_in_opposite_order_do_not_wait_for_each_other() {
    for round in 0..200_u64 {
        let ids: Vec<u64> = (0..6).map(|id| round * 100 + id).collect();
        crowd(4, |n| {
            let mut own = ids.clone();
            own.rotate_left(n);
            if n % 2 == 1 {
                own.reverse();
            }
            assert_eq!(crossed(&own[..4]), doubled(&own[..4]));
        });
    }
}

static FAILS: Count = Count::new();

#[memoize(batch)]
fn panics_once(ids: &[u64]) -> HashMap<u64, u64> {
    assert!(FAILS.add() > 0, "the first run");
    doubled(ids)
}

#[test]
fn a_panic_hands_over_every_id() {
    let first = catch_unwind(|| panics_once(&[1, 2]));
    assert!(first.is_err());
    assert_eq!(panics_once(&[2, 1]), doubled(&[1, 2]));
    assert_eq!(peek_panics_once(1), Some(2));
}

static INSIDE: Count = Count::new();

#[memoize(batch)]
fn invalidated_inside(ids: &[u64]) -> HashMap<u64, u64> {
    if INSIDE.add() == 0 {
        invalidate_invalidated_inside(ids[0]);
    }
    doubled(ids)
}

#[test]
fn an_id_that_is_invalidated_during_the_load_is_returned_and_not_stored() {
    assert_eq!(invalidated_inside(&[1, 2]), doubled(&[1, 2]));
    assert_eq!(
        (peek_invalidated_inside(1), peek_invalidated_inside(2)),
        (None, Some(4))
    );
}

#[memoize(batch)]
fn factorials(ids: &[u64]) -> HashMap<u64, u64> {
    let before: Vec<u64> = ids.iter().filter_map(|id| id.checked_sub(1)).collect();
    let before = factorials(&before);
    let one = |id: u64| if id == 0 { 1 } else { id * before[&(id - 1)] };
    ids.iter().map(|&id| (id, one(id))).collect()
}

#[test]
fn it_may_call_itself() {
    assert_eq!(factorials(&[5, 4, 6])[&6], 720);
}

static SOURCE: Count = Count::new();

#[memoize]
fn factor() -> u64 {
    SOURCE.add() as u64
}

#[memoize(batch)]
fn scaled(ids: &[u64]) -> HashMap<u64, u64> {
    let factor = factor();
    ids.iter().map(|&id| (id, id * factor)).collect()
}

#[memoize]
fn sum(from: u64) -> u64 {
    scaled(&[from, from + 1]).values().sum()
}

#[test]
fn every_id_goes_with_what_it_was_computed_from_and_takes_its_dependants_along() {
    assert_eq!((sum(1), sum(2)), (0, 0));
    invalidate_scaled(1);
    assert_eq!((peek_sum(1), peek_sum(2)), (None, Some(0)));
    assert_eq!((peek_scaled(1), peek_scaled(2)), (None, Some(0)));
    invalidate_factor();
    assert!((1..4).all(|id| peek_scaled(id).is_none()));
    assert_eq!(peek_sum(2), None);
    assert_eq!(sum(1), 3);
}

struct NotClone;

#[memoize(batch)]
async fn fetched(ids: &[u64]) -> Result<HashMap<u64, Option<u64>>, NotClone> {
    tokio::task::yield_now().await;
    if ids.contains(&0) {
        return Err(NotClone);
    }
    Ok(ids
        .iter()
        .map(|&id| (id, (id % 2 == 0).then_some(id)))
        .collect())
}

#[invalidates(fetched(id))]
async fn write(id: u64) {}

#[tokio::test]
async fn tasks_do_the_same() {
    let both = tokio::join!(fetched(&[1, 2]), fetched(&[2, 1, 3]));
    assert_eq!(
        both.0.ok().unwrap(),
        HashMap::from([(1, None), (2, Some(2))])
    );
    assert_eq!(both.1.ok().unwrap().len(), 3);
    assert_eq!(stats_fetched().misses.total(), 3);
    assert!(fetched(&[0, 1, 5]).await.is_err());
    assert_eq!(
        (peek_fetched(5).await, peek_fetched(1).await),
        (None, Some(None))
    );
    write(1).await;
    assert_eq!(peek_fetched(1).await, None);
    let sent = tokio::spawn(async { fetched(&[7]).await.is_ok() });
    assert!(sent.await.unwrap());
}

static HELD: Count = Count::new();

#[memoize(batch)]
async fn held(ids: &[u64]) -> HashMap<u64, u64> {
    if HELD.add() == 0 {
        std::future::pending::<()>().await;
    }
    doubled(ids)
}

#[tokio::test]
async fn a_cancelled_leader_hands_over_every_id() {
    let mut first = Box::pin(held(&[1, 2]));
    assert!(poll_once(&mut first).is_pending());
    let mut second = Box::pin(held(&[2, 1]));
    assert!(poll_once(&mut second).is_pending());
    drop(first);
    assert_eq!(second.await, doubled(&[1, 2]));
    assert!(matches!(
        poll_once(&mut Box::pin(held(&[1, 2]))),
        Poll::Ready(_)
    ));
}

struct Shop(u64);

impl Shop {
    #[memoize(batch, skip(self), namespace = "batch.prices", helpers = false)]
    fn prices(&self, _: &str, mut ids: &[u64]) -> HashMap<u64, u64> {
        if ids.len() > 9 {
            ids = &ids[..9];
        }
        ids.iter().map(|&id| (id, id * self.0)).collect()
    }

    #[memoize(batch = ids, skip(self, _others))]
    fn stock(&self, ids: &[u64], _others: &[u64]) -> HashMap<u64, u64> {
        ids.iter().map(|&id| (id, id + self.0)).collect()
    }
}

#[test]
fn methods_and_functions_without_siblings_too() {
    assert_eq!(
        Shop(3).prices("a", &[1, 2]),
        HashMap::from([(1, 3), (2, 6)])
    );
    assert_eq!(
        Shop(4).prices("a", &[1, 3]),
        HashMap::from([(1, 3), (3, 12)])
    );
    assert_eq!(Shop(1).stock(&[1], &[]), HashMap::from([(1, 2)]));
    assert_eq!(Shop::peek_stock(1), Some(2));
}

fn weight(_id: &u8, _team: &u8, value: &u8) -> u32 {
    u32::from(*value)
}

#[memoize(batch, tags("team:{team}"), tags_with = |value| [format!("value:{value}")], weigher = weight, max_weight = 100, response_filter = |value| *value != 4)]
fn labelled(ids: &[u8], team: u8) -> HashMap<u8, u8> {
    ids.iter().map(|&id| (id, id + team)).collect()
}

#[test]
fn options_about_values_are_about_the_value_of_an_id() {
    labelled(&[1, 2, 3], 1);
    assert_eq!(peek_labelled(3, 1), None);
    cache_runtime::invalidate_tag("value:2");
    assert_eq!((peek_labelled(1, 1), peek_labelled(2, 1)), (None, Some(3)));
    cache_runtime::invalidate_tag("team:1");
    assert_eq!(peek_labelled(2, 1), None);
}

#[test]
fn a_failing_run_in_a_crowd_is_taken_over() {
    static RUNS: Count = Count::new();
    #[memoize(batch)]
    fn flaky(ids: &[u64]) -> Result<HashMap<u64, u64>, String> {
        std::thread::yield_now();
        match RUNS.add() % 3 {
            0 => panic!("now and then"),
            1 => Err("or so".into()),
            _ => Ok(doubled(ids)),
        }
    }
    let answers = crowd(8, |n| {
        let ids = [n as u64 % 3, 7, 8];
        loop {
            if let Ok(Ok(answer)) = catch_unwind(AssertUnwindSafe(|| flaky(&ids))) {
                return answer == doubled(&ids);
            }
        }
    });
    assert!(answers.into_iter().all(|good| good));
}
