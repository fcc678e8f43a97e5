//! What [`Backend::change`](super::Backend::change) promises to one process.

use super::stage::{Stage, Store, Verdict, insist, set};
use super::{Breach, Check};
use crate::backend::{Change, Version, When};
use crate::error::ErrorKind;
use crate::site::flight::block_on;

pub(super) const CHECKS: &[Check] = &[
    Check::new(
        "conditions",
        "A set is made if its condition holds, and only then",
        conditions,
    ),
    Check::new(
        "not made",
        "A set that was not made leaves the item as it was",
        not_made,
    ),
    Check::new("replace", "A set that was made replaces the item", replace),
    Check::new(
        "delete",
        "A delete removes an item; of an absent one it was not made",
        delete,
    ),
    Check::new(
        "keep absent",
        "A keep of an absent item was not made",
        keep_absent,
    ),
    Check::new(
        "keep",
        "A keep leaves version and content as they are",
        keep,
    ),
    Check::new(
        "one after the other",
        "Changes are made one after the other, in their order",
        one_after_the_other,
    ),
    Check::new(
        "too large",
        "An item that is too large is refused, and what was there before is there no more",
        too_large,
    ),
    Check::new(
        "dropped",
        "An operation that is given up half-way leaves the back end usable",
        dropped,
    ),
];

/// Puts an item there, whatever was there before.
fn put(store: Store<'_>, name: &str, content: &[u8]) -> Result<Version, Breach> {
    let version = Version::fresh();
    store.must(set(name, version, content, When::Always))?;
    Ok(version)
}

fn conditions(stage: &Stage<'_>) -> Verdict {
    let name = stage.name("conditions");
    for (there, when) in [
        (false, When::Always),
        (false, When::Absent),
        (true, When::Always),
        (true, When::Present),
    ] {
        stage.one.make(Change::Delete { name: &name })?;
        if there {
            put(stage.one, &name, b"old")?;
        }
        let version = Version::fresh();
        stage.other.must(set(&name, version, b"new", when))?;
        stage.one.holds(&name, version, b"new")?;
    }
    let old = put(stage.one, &name, b"old")?;
    let new = Version::fresh();
    stage
        .other
        .must(set(&name, new, b"new", When::Unchanged(old)))?;
    stage.one.holds(&name, new, b"new")
}

fn not_made(stage: &Stage<'_>) -> Verdict {
    let (name, absent) = (stage.name("there"), stage.name("not there"));
    let former = put(stage.one, &name, b"former")?;
    let version = put(stage.one, &name, b"content")?;
    // Versions are told apart by all of their bytes.
    let mut last = version;
    last.0[Version::LEN - 1] ^= 1;
    let mut first = version;
    first.0[0] ^= 0x80;
    let not_so = [former, last, first, Version([0; Version::LEN])].map(When::Unchanged);
    for when in not_so.into_iter().chain([When::Absent]) {
        stage
            .other
            .must_not(set(&name, Version::fresh(), b"other", when))?;
        stage.other.holds(&name, version, b"content")?;
    }
    for when in [When::Present, When::Unchanged(version)] {
        stage
            .other
            .must_not(set(&absent, Version::fresh(), b"other", when))?;
        stage.other.lacks(&absent)?;
    }
    Ok(())
}

fn replace(stage: &Stage<'_>) -> Verdict {
    let name = stage.name("replace");
    let short = stage.short();
    for content in [&b"first"[..], b"", b"a longer one than before", b"last"] {
        let version = put(stage.one, &name, content)?;
        stage.other.holds(&name, version, content)?;
    }
    // With a time to live, and then without.
    stage.one.must(Change::Set {
        name: &name,
        version: Version::fresh(),
        content: b"short",
        ttl: Some(short),
        when: When::Always,
    })?;
    let version = put(stage.one, &name, b"for ever")?;
    stage.outlive_short();
    stage.other.holds(&name, version, b"for ever")
}

fn delete(stage: &Stage<'_>) -> Verdict {
    let (name, next) = (stage.name("delete"), stage.name("delete:next"));
    let change = Change::Delete { name: &name };
    stage.one.must_not(change.clone())?;
    put(stage.one, &name, b"content")?;
    let version = put(stage.one, &next, b"next")?;
    stage.other.must(change.clone())?;
    stage.one.lacks(&name)?;
    stage.one.must_not(change.clone())?;
    stage.other.must_not(change)?;
    stage.one.holds(&next, version, b"next")
}

fn keep_absent(stage: &Stage<'_>) -> Verdict {
    let name = stage.name("keep");
    for ttl in [None, Some(stage.short())] {
        stage.one.must_not(Change::Keep { name: &name, ttl })?;
        stage.other.lacks(&name)?;
    }
    Ok(())
}

fn keep(stage: &Stage<'_>) -> Verdict {
    let name = stage.name("keep");
    let version = put(stage.one, &name, b"content")?;
    for ttl in [Some(stage.short()), None] {
        stage.other.must(Change::Keep { name: &name, ttl })?;
        stage.one.holds(&name, version, b"content")?;
    }
    Ok(())
}

fn one_after_the_other(stage: &Stage<'_>) -> Verdict {
    let names: [String; 2] = [stage.name("order:a"), stage.name("order:b")];
    let [a, b] = &names;
    let [first, second, third] = [(); 3].map(|()| Version::fresh());
    let made = stage.one.change(&[
        set(a, first, b"first", When::Absent),
        Change::Keep { name: a, ttl: None },
        set(b, first, b"first", When::Absent),
        set(a, second, b"second", When::Unchanged(first)),
        set(a, third, b"third", When::Unchanged(first)),
        Change::Delete { name: b },
        Change::Delete { name: b },
        set(b, third, b"third", When::Present),
        set(b, third, b"third", When::Absent),
    ])?;
    let expected = [true, true, true, true, false, true, false, false, true];
    insist!(
        made == expected,
        "must answer {expected:?}, answered {made:?}"
    );
    stage.other.holds(a, second, b"second")?;
    stage.other.holds(b, third, b"third")?;
    let none = stage.one.change(&[])?;
    insist!(none.is_empty(), "no changes, answered with {none:?}");
    Ok(())
}

fn too_large(stage: &Stage<'_>) -> Verdict {
    let Some(len) = stage.behaviour.too_large else {
        return Ok(());
    };
    let (name, next) = (stage.name("large"), stage.name("large:next"));
    put(stage.one, &name, b"before")?;
    let version = put(stage.one, &next, b"next")?;
    let content = vec![b'x'; len];
    let change = [set(&name, Version::fresh(), &content, When::Always)];
    let answer = block_on(stage.one.0.change(&change));
    let kind = answer.as_ref().err().map(crate::Error::kind);
    insist!(
        kind == Some(ErrorKind::Refused),
        "{len} bytes must be refused, answered with {answer:?}"
    );
    stage.other.lacks(&name)?;
    stage.other.holds(&next, version, b"next")
}

fn dropped(stage: &Stage<'_>) -> Verdict {
    use std::task::{Context, Waker};

    let name = stage.name("dropped");
    let version = put(stage.one, &name, b"before")?;
    for _ in 0..20 {
        let (asked, changes) = (
            [&*name],
            [Change::Keep {
                name: &name,
                ttl: None,
            }],
        );
        let mut read = stage.one.0.get(&asked, &[]);
        let mut keep = stage.one.0.change(&changes);
        let mut context = Context::from_waker(Waker::noop());
        let _ = read.as_mut().poll(&mut context);
        let _ = keep.as_mut().poll(&mut context);
    }
    stage.one.holds(&name, version, b"before")?;
    let version = put(stage.one, &name, b"after")?;
    stage.other.holds(&name, version, b"after")
}
