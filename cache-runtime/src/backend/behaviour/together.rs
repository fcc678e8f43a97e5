//! What is promised to several at once.

use std::sync::Barrier;
use std::thread;

use super::stage::{Stage, Store, Verdict, insist, set};
use super::{Breach, Check};
use crate::backend::{Change, Version, When};

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "one wins",
        "Of sets on the same version, or on an absent item, one is made",
        one_wins,
    ),
    Check::new(
        "nothing lost",
        "A condition holds at the moment at which the change is made",
        nothing_lost,
    ),
    Check::new(
        "one deletes",
        "An item is deleted once, and not by a set on its version",
        one_deletes,
    ),
    Check::new(
        "deleted is gone",
        "What was deleted does not come back by a keep, or by a set on its version",
        deleted_is_gone,
    ),
    Check::new(
        "whole",
        "A reader sees the whole of what one set has written",
        whole,
    ),
];

const CROWD: usize = 8;
const ROUNDS: usize = 25;

/// Does the same at the same time, half of it in one instance, half in the other.
fn crowd<R: Send>(
    stage: &Stage<'_>,
    body: impl Fn(usize, Store<'_>) -> Result<R, Breach> + Sync,
) -> Result<Vec<R>, Breach> {
    let start = Barrier::new(CROWD);
    thread::scope(|scope| {
        let spawn = |n: usize| {
            let store = [stage.one, stage.other][n % 2];
            let (start, body) = (&start, &body);
            scope.spawn(move || {
                start.wait();
                body(n, store)
            })
        };
        let threads: Vec<_> = (0..CROWD).map(spawn).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, Result<R, Breach>>| {
            thread.join().unwrap_or_else(|_| Err(Breach::panicked()))
        };
        threads.into_iter().map(join).collect()
    })
}

fn one_wins(stage: &Stage<'_>) -> Verdict {
    let name = stage.name("one wins");
    let mut version = None;
    for round in 0..ROUNDS {
        if round % 5 == 0 {
            stage.one.make(Change::Delete { name: &name })?;
            version = None;
        }
        let when = version.map_or(When::Absent, When::Unchanged);
        let made = crowd(stage, |_, store| {
            let version = Version::fresh();
            let made = store.make(set(&name, version, &version.0, when))?;
            Ok(made.then_some(version))
        })?;
        let winners: Vec<Version> = made.into_iter().flatten().collect();
        insist!(
            winners.len() == 1,
            "{} of {CROWD} sets were made on {when:?}",
            winners.len()
        );
        stage.one.holds(&name, winners[0], &winners[0].0)?;
        version = Some(winners[0]);
    }
    Ok(())
}

fn nothing_lost(stage: &Stage<'_>) -> Verdict {
    let name = stage.name("counter");
    stage
        .one
        .must(set(&name, Version::fresh(), b"0", When::Always))?;
    crowd(stage, |_, store| {
        (0..ROUNDS).try_for_each(|_| count_up(store, &name).map(drop))
    })?;
    let sum = count(stage.one, &name)?.1;
    insist!(
        sum == CROWD * ROUNDS,
        "{sum} of {} increments were kept",
        CROWD * ROUNDS
    );
    Ok(())
}

/// Reads a number, and the version that it has.
fn count(store: Store<'_>, name: &str) -> Result<(Version, usize), Breach> {
    let item = store.item(name)?;
    let item = item.ok_or_else(|| Breach::new("an item for ever is gone"))?;
    let number = std::str::from_utf8(&item.content).ok();
    let number = number.and_then(|number| number.parse().ok());
    let number = number.ok_or_else(|| Breach::new("the content is not what was set"))?;
    Ok((item.version, number))
}

/// Counts one up; answers how many others came first.
fn count_up(store: Store<'_>, name: &str) -> Result<usize, Breach> {
    for others in 0..CROWD * ROUNDS {
        let (version, number) = count(store, name)?;
        let next = (number + 1).to_string();
        let when = When::Unchanged(version);
        if store.make(set(name, Version::fresh(), next.as_bytes(), when))? {
            return Ok(others);
        }
    }
    Err(Breach::new(
        "a set on the version that was just read is never made",
    ))
}

fn one_deletes(stage: &Stage<'_>) -> Verdict {
    let name = stage.name("one deletes");
    for _ in 0..ROUNDS {
        stage
            .one
            .must(set(&name, Version::fresh(), b"", When::Always))?;
        let made = crowd(stage, |_, store| store.make(Change::Delete { name: &name }))?;
        let deleted = made.into_iter().filter(|made| *made).count();
        insist!(deleted == 1, "one item was deleted {deleted} times");
        stage.other.lacks(&name)?;
    }
    Ok(())
}

fn deleted_is_gone(stage: &Stage<'_>) -> Verdict {
    let name = stage.name("deleted");
    for _ in 0..ROUNDS {
        let version = Version::fresh();
        stage.one.must(set(&name, version, b"old", When::Always))?;
        let when = When::Unchanged(version);
        crowd(stage, |n, store| {
            store.make(match n {
                0 => Change::Delete { name: &name },
                2 | 4 | 6 => Change::Keep {
                    name: &name,
                    ttl: None,
                },
                _ => set(&name, version, b"new", when),
            })
        })?;
        stage.one.lacks(&name)?;
        stage.other.lacks(&name)?;
    }
    Ok(())
}

fn whole(stage: &Stage<'_>) -> Verdict {
    let name = stage.name("whole");
    // The version says what the content must be.
    let write = |store: Store<'_>, n: u8| {
        let content = vec![n; 1000 * usize::from(n)];
        store.must(set(
            &name,
            Version([n; Version::LEN]),
            &content,
            When::Always,
        ))
    };
    let read = |store: Store<'_>| {
        let item = store.item(&name)?;
        let item = item.ok_or_else(|| Breach::new("an item is absent while it is replaced"))?;
        let n = item.version.0[0];
        insist!(
            item.content.len() == 1000 * usize::from(n)
                && item.content.iter().all(|byte| *byte == n),
            "a version of one set came with a content of another"
        );
        Ok(())
    };
    write(stage.one, 1)?;
    crowd(stage, |n, store| {
        (0..2 * ROUNDS).try_for_each(|round| match n {
            0..4 => write(store, u8::try_from(1 + (round + n) % 9).unwrap_or(1)),
            _ => read(store),
        })
    })?;
    Ok(())
}
