//! What is promised about time. Nothing is judged on how fast a machine is: a check that comes too late to see an item
//! alive does not insist on it.

use std::time::{Duration, Instant};

use super::Check;
use super::stage::{Stage, Store, Verdict, insist, set, set_for};
use crate::backend::{Change, Version, When};

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "expires",
        "An item past its time to live is absent",
        expires,
    ),
    Check::new(
        "expired changes",
        "An item past its time to live is absent, to every change",
        expired_changes,
    ),
    Check::new(
        "lives",
        "An item is there until its time to live is over",
        lives,
    ),
    Check::new(
        "replaces the time",
        "A set that was made replaces the time to live",
        replaces,
    ),
    Check::new(
        "keep extends",
        "A keep lets an item be there for at least this long from now",
        keep,
    ),
    Check::new(
        "keep shortens",
        "A keep never makes a time to live shorter",
        keep_longer,
    ),
    Check::new(
        "no time",
        "A set that was not made leaves the time to live as it was",
        not_made,
    ),
];

const LONG: Duration = Duration::from_secs(600);

/// Insists that an item is there, whatever it holds.
fn is_there(store: Store<'_>, name: &str) -> Verdict {
    let seen = store.get(&[name], &[name])?;
    insist!(
        seen.items[0].is_some() && seen.versions[0].is_some(),
        "`{name}` is gone too soon: {seen:?}"
    );
    Ok(())
}

fn expires(stage: &Stage<'_>) -> Verdict {
    let (name, next) = (stage.name("expires"), stage.name("stays"));
    stage
        .one
        .must(set_for(&name, Version::fresh(), stage.short()))?;
    stage.one.must(set_for(&next, Version::fresh(), LONG))?;
    stage.outlive_short();
    stage.other.lacks(&name)?;
    is_there(stage.other, &next)
}

fn expired_changes(stage: &Stage<'_>) -> Verdict {
    let names: Vec<String> = (0..5).map(|n| stage.name(n)).collect();
    let version = Version::fresh();
    for name in &names {
        stage.one.must(set_for(name, version, stage.short()))?;
    }
    stage.outlive_short();
    let new = Version::fresh();
    stage
        .other
        .must_not(set(&names[0], new, b"", When::Present))?;
    stage
        .other
        .must_not(set(&names[1], new, b"", When::Unchanged(version)))?;
    stage.other.must_not(Change::Delete { name: &names[2] })?;
    stage.other.must_not(Change::Keep {
        name: &names[3],
        ttl: Some(LONG),
    })?;
    stage.other.lacks(&names[3])?;
    stage
        .other
        .must(set(&names[4], new, b"new", When::Absent))?;
    stage.one.holds(&names[4], new, b"new")
}

fn lives(stage: &Stage<'_>) -> Verdict {
    let (name, ttl, began) = (stage.name("lives"), stage.short(), Instant::now());
    stage.one.must(set_for(&name, Version::fresh(), ttl))?;
    loop {
        let seen = stage.other.version(&name)?;
        if !stage.is_alive(began, ttl) {
            return Ok(());
        }
        insist!(
            seen.is_some(),
            "gone after {:?} of {ttl:?}",
            began.elapsed()
        );
        std::thread::sleep(ttl / 20);
    }
}

fn replaces(stage: &Stage<'_>) -> Verdict {
    let (longer, shorter) = (stage.name("longer"), stage.name("shorter"));
    stage
        .one
        .must(set_for(&longer, Version::fresh(), stage.short()))?;
    stage.one.must(set_for(&longer, Version::fresh(), LONG))?;
    for long in [Some(LONG), None] {
        stage.one.must(Change::Set {
            name: &shorter,
            version: Version::fresh(),
            content: b"",
            ttl: long,
            when: When::Always,
        })?;
        stage
            .one
            .must(set_for(&shorter, Version::fresh(), stage.short()))?;
    }
    stage.outlive_short();
    is_there(stage.other, &longer)?;
    stage.other.lacks(&shorter)
}

fn keep(stage: &Stage<'_>) -> Verdict {
    let (long, ever, short) = (stage.name("long"), stage.name("ever"), stage.name("short"));
    let began = Instant::now();
    for name in [&long, &ever, &short] {
        stage
            .one
            .must(set_for(name, Version::fresh(), stage.short()))?;
    }
    let made = stage.other.change(&[
        Change::Keep {
            name: &long,
            ttl: Some(LONG),
        },
        Change::Keep {
            name: &ever,
            ttl: None,
        },
        Change::Keep {
            name: &short,
            ttl: Some(stage.short()),
        },
    ])?;
    if !stage.is_alive(began, stage.short()) {
        return Ok(());
    }
    insist!(
        made == [true; 3],
        "of items that are there, answered {made:?}"
    );
    stage.outlive_short();
    is_there(stage.other, &long)?;
    is_there(stage.other, &ever)?;
    stage.other.lacks(&short)
}

fn keep_longer(stage: &Stage<'_>) -> Verdict {
    let (long, ever) = (stage.name("long"), stage.name("ever"));
    stage.one.must(set_for(&long, Version::fresh(), LONG))?;
    stage
        .one
        .must(set(&ever, Version::fresh(), b"", When::Always))?;
    for name in [&long, &ever] {
        stage.other.must(Change::Keep {
            name,
            ttl: Some(stage.short()),
        })?;
    }
    let seen = stage.other.get(&[&long, &ever], &[])?.items;
    let remaining = |n: usize| seen[n].as_ref().map(|item| item.remaining);
    insist!(
        remaining(0).is_some_and(|left| left.is_some_and(|left| left > stage.short())),
        "{LONG:?} became {:?}",
        remaining(0)
    );
    insist!(
        remaining(1) == Some(None),
        "for ever became {:?}",
        remaining(1)
    );
    stage.outlive_short();
    is_there(stage.other, &long)?;
    is_there(stage.other, &ever)
}

fn not_made(stage: &Stage<'_>) -> Verdict {
    let (long, short) = (stage.name("long"), stage.name("short"));
    stage.one.must(set_for(&long, Version::fresh(), LONG))?;
    let began = Instant::now();
    stage
        .one
        .must(set_for(&short, Version::fresh(), stage.short()))?;
    for (name, ttl) in [(&long, stage.short()), (&short, LONG)] {
        let made = stage.one.make(Change::Set {
            name,
            version: Version::fresh(),
            content: b"",
            ttl: Some(ttl),
            when: When::Absent,
        })?;
        if !stage.is_alive(began, stage.short()) {
            return Ok(());
        }
        insist!(!made, "an item that is there counted as absent");
    }
    stage.outlive_short();
    is_there(stage.other, &long)?;
    stage.other.lacks(&short)
}
