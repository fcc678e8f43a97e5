//! Labels.

use cache_runtime::{Outcome, invalidate_tag, invalidates, memoize};

use crate::install;

#[memoize(tags("team:{team}", "members"))]
fn members(team: u32) -> Vec<String> {
    vec![format!("someone of {team}")]
}

#[memoize(tags_with = |team: &u32| [format!("team:{}", team % 10)])]
fn team_of(user: u32) -> u32 {
    user
}

#[memoize]
fn report(team: u32) -> String {
    members(team).concat()
}

#[memoize(local, tags("team:{team}"))]
fn here(team: u32) -> u32 {
    team
}

#[memoize]
fn from_here(team: u32) -> u32 {
    here(team)
}

#[memoize(local)]
fn from_there(team: u32) -> usize {
    members(team).len()
}

#[test]
fn a_label_drops_what_carries_it() {
    install();
    members(101);
    members(102);
    assert!(invalidate_tag("team:101").existed());
    assert_eq!(peek_members(101), None);
    assert!(peek_members(102).is_some());
}

#[test]
fn a_label_that_was_learnt_from_the_value_does_too() {
    install();
    team_of(203);
    assert_eq!(detailed_team_of(203).outcome, Outcome::Hit);
    invalidate_tag("another's");
    assert_eq!(peek_team_of(203), Some(203));
    invalidate_tag("team:3");
    assert_eq!(peek_team_of(203), None);
    team_of(203);
    assert_eq!(detailed_team_of(203).outcome, Outcome::Hit);
}

#[test]
fn what_was_computed_from_it_goes_too() {
    install();
    report(301);
    assert!(peek_report(301).is_some());
    invalidate_tag("team:301");
    assert_eq!(peek_report(301), None);
}

#[test]
fn from_this_process_to_the_store_and_back() {
    install();
    from_here(401);
    from_there(401);
    assert!(peek_from_here(401).is_some() && peek_from_there(401).is_some());
    invalidate_tag("team:401");
    assert_eq!((peek_from_here(401), peek_from_there(401)), (None, None));
}

#[invalidates(tag("team:{team}"))]
async fn rename(team: u32) {
    tokio::task::yield_now().await;
    let _ = team;
}

#[tokio::test]
async fn a_writer_drops_a_label() {
    install();
    members(501);
    rename(501).await;
    assert_eq!(peek_members(501), None);
}
