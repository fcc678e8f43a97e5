//! What [`Backend::clear`](super::Backend::clear) promises.

use std::time::{Duration, Instant};

use super::Check;
use super::stage::{Stage, Verdict, insist, set};
use crate::backend::{Version, When};
use crate::site::flight::block_on;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "others",
        "A clear touches no item whose name does not begin with the prefix",
        others,
    ),
    Check::new(
        "room",
        "A clear gives back the room of all items whose names begin with the prefix",
        room,
    ),
];

fn others(stage: &Stage<'_>) -> Verdict {
    let names = ["a", "a.", "ab", "b:a:", "*", "a*b:", "[a]:"].map(|rest| stage.name(rest));
    let version = Version::fresh();
    for name in &names {
        stage.one.must(set(name, version, b"stays", When::Always))?;
    }
    // Each would match some of the names if it were a pattern, or shorter by a byte.
    for prefix in [
        "a:", "?", "a?", "[ab]", "*:", "^", "a..", ".*", "%", "_", "{a", "abc",
    ] {
        block_on(stage.other.0.clear(&stage.name(prefix)))?;
    }
    // What is done later than it was answered is done by the time that something cleared after it is gone.
    room(stage)?;
    names
        .iter()
        .try_for_each(|name| stage.one.holds(name, version, b"stays"))
}

fn room(stage: &Stage<'_>) -> Verdict {
    let prefix = stage.name("cleared:");
    let names: Vec<String> = (0..100).map(|n| format!("{prefix}{n}")).collect();
    for name in &names {
        stage
            .one
            .must(set(name, Version::fresh(), b"leaves", When::Always))?;
    }
    block_on(stage.other.0.clear(&prefix))?;
    let Some(patience) = stage.behaviour.clears_within else {
        return Ok(());
    };
    let asked: Vec<&str> = names.iter().map(|name| &**name).collect();
    let began = Instant::now();
    loop {
        let there = stage.one.get(&[], &asked)?.versions;
        let there = there.iter().flatten().count();
        if there == 0 {
            return Ok(());
        }
        insist!(
            began.elapsed() < patience,
            "{there} of {} items are there {patience:?} after the clear",
            names.len()
        );
        std::thread::sleep(Duration::from_millis(1));
    }
}
