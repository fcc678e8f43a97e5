//! `tags(..)`, `tags_with`, `invalidate_tag`: labels for group invalidation.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use cache_runtime::{MissReason, Outcome, cached, invalidate_tag, invalidates, memoize, testing};
use cache_tests::{Count, wait_until};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct User {
    id: u32,
    team: u32,
}

#[memoize(tags("team:{user.team}", "users"))]
fn profile(user: &User) -> String {
    format!("user {}", user.id)
}

#[memoize(tags_with = |members: &Vec<u32>| members.iter().map(|id| format!("user:{id}")).collect::<Vec<_>>())]
async fn members(team: u32) -> Result<Vec<u32>, String> {
    Ok(vec![team * 10, team * 10 + 1])
}

#[cached(route = "/teams/{team}", tags("team:{team}"))]
fn page(team: u32) -> String {
    format!("team {team}")
}

fn user(id: u32, team: u32) -> User {
    User { id, team }
}

#[test]
fn a_label_drops_its_entries_in_all_functions_and_no_others() {
    let _caches = testing::isolate();
    let all = [user(1, 7), user(2, 7), user(3, 8)];
    all.iter().for_each(|user| _ = profile(user));
    (page(7), page(8));
    assert!(invalidate_tag("team:7").existed());
    assert_eq!(
        all.each_ref().map(|user| peek_profile(user).is_some()),
        [false, false, true]
    );
    assert_eq!((peek_page(7), peek_page(8)), (None, Some("team 8".into())));
    assert_eq!(
        detailed_profile(&all[0]).outcome,
        Outcome::Computed(MissReason::Invalidated)
    );
    assert_eq!(detailed_profile(&all[0]).outcome, Outcome::Hit);
    invalidate_tag("users");
    assert!(all.iter().all(|user| peek_profile(user).is_none()));
    assert_eq!(page(8), "team 8");
    assert!(!invalidate_tag("nobody has this").existed());
}

#[tokio::test]
async fn labels_come_from_the_value_too() {
    let _caches = testing::isolate();
    (members(1).await.unwrap(), members(2).await.unwrap());
    cache_runtime::future::invalidate_tag("user:11").await;
    assert_eq!(
        (peek_members(1).await, peek_members(2).await),
        (None, Some(vec![20, 21]))
    );
    put_members(3, vec![5]).await;
    invalidate_tag("user:5");
    assert_eq!(peek_members(3).await, None);
}

#[test]
fn writers_name_labels() {
    #[invalidates(tag("team:{user.team}"))]
    fn leave(user: User) -> Result<(), String> {
        if user.id == 0 {
            Err("no such user".into())
        } else {
            Ok(())
        }
    }
    #[invalidates(|user| tag("team:{user.team}"))]
    fn join(team: u32) -> User {
        user(9, team)
    }
    #[invalidates(tag("users"))]
    async fn reset() {}
    let _caches = testing::isolate();
    let (one, other) = (user(1, 7), user(2, 8));
    let fill = || (profile(&one), profile(&other));
    fill();
    leave(user(0, 7)).unwrap_err();
    assert!(peek_profile(&one).is_some());
    leave(user(5, 7)).unwrap();
    assert!(peek_profile(&one).is_none() && peek_profile(&other).is_some());
    fill();
    join(8);
    assert!(peek_profile(&one).is_some() && peek_profile(&other).is_none());
    fill();
    futures::executor::block_on(reset());
    assert!(peek_profile(&one).is_none() && peek_profile(&other).is_none());
}

#[test]
fn a_load_under_way_that_will_carry_the_label_is_covered() {
    static SOURCE: AtomicU64 = AtomicU64::new(1);
    static READ: Count = Count::new();
    static GO_ON: Count = Count::new();
    #[memoize(tags_with = |value: &u64| [format!("known only from the value {value}")])]
    fn load() -> u64 {
        let value = SOURCE.load(SeqCst);
        if READ.add() == 0 {
            GO_ON.wait_for(1);
        }
        value
    }
    let early = std::thread::spawn(load);
    READ.wait_for(1);
    SOURCE.store(2, SeqCst);
    invalidate_tag("known only from the value 1");
    GO_ON.add();
    assert_eq!(early.join().unwrap(), 1);
    assert_eq!((peek_load(), load(), peek_load()), (None, 2, Some(2)));
}

#[test]
fn the_memory_of_outdated_entries_comes_back_unread() {
    #[memoize(tags("all of them"), max_entries = 100_000, timeout = never, namespace = "outdated entries")]
    fn load(x: u32) -> u32 {
        x
    }
    let entries = || {
        let functions = cache_runtime::functions();
        functions
            .iter()
            .find(|f| f.name == "outdated entries")
            .unwrap()
            .entries
    };
    let _caches = testing::isolate();
    (0..50_000).for_each(|x| _ = load(x));
    assert_eq!(entries(), 50_000);
    invalidate_tag("all of them");
    wait_until(|| entries() == 0);
    assert_eq!(stats_load().invalidations, 50_000);
}

#[test]
fn isolated_caches_have_labels_of_their_own() {
    let outer = testing::isolate();
    page(1);
    {
        let _inner = testing::isolate();
        page(1);
        invalidate_tag("team:1");
        assert_eq!(peek_page(1), None);
    }
    assert!(peek_page(1).is_some());
    drop(outer);
}
