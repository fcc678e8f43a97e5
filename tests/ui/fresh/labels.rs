//! Labels that cannot be meant.
use cache_runtime::{invalidates, memoize};

#[memoize(tags)]
fn none(a: u32) -> u32 {
    a
}

#[memoize(tags())]
fn empty(a: u32) -> u32 {
    a
}

#[memoize(tags("", users, "team:{teem}", "a{", 5))]
fn wrong(team: u32) -> u32 {
    team
}

#[memoize(tags("team:{team}"), skip(team))]
fn not_in_the_key(id: u32, team: u32) -> u32 {
    id + team
}

#[memoize(tags_with = |value| value.len())]
fn no_texts(id: u32) -> String {
    String::new()
}

struct NoText;

#[memoize(tags("of:{0}"))]
fn no_name(id: u32) -> u32 {
    id
}

#[invalidates(tag(users), tag("team:{teem}"), tag())]
fn write(team: u32) {}

fn main() {}
