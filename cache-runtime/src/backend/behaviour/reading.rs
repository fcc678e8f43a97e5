//! What [`Backend::get`](super::Backend::get) promises.

use std::time::Duration;

use super::stage::{Stage, Verdict, insist, set, set_for};
use super::{Breach, Check};
use crate::backend::{Version, When};
use crate::site::flight::block_on;

pub(super) const CHECKS: &[Check] = &[
    Check::new("absent", "An item that is absent is `None`", absent),
    Check::new(
        "seen",
        "Whatever was changed before the call is seen, by every process",
        seen,
    ),
    Check::new(
        "order",
        "Items and versions come in the order of their names",
        order,
    ),
    Check::new("content", "A content is any bytes, also none", content),
    Check::new(
        "names",
        "Names are 1 to 200 bytes of printable ASCII, and each is an item of its own",
        names,
    ),
    Check::new(
        "without times",
        "Whoever does not ask how long items will be there gets the same items",
        without_times,
    ),
    Check::new(
        "remaining",
        "Items come with their remaining time to live",
        remaining,
    ),
];

fn absent(stage: &Stage<'_>) -> Verdict {
    stage.one.lacks(&stage.name("never set"))?;
    let read = stage.one.get(&[], &[])?;
    insist!(
        read.items.is_empty() && read.versions.is_empty(),
        "asked for nothing, it answered with {read:?}"
    );
    Ok(())
}

fn seen(stage: &Stage<'_>) -> Verdict {
    let name = stage.name("seen");
    for round in 0..50_u32 {
        let (writer, reader) = match round % 2 {
            0 => (stage.one, stage.other),
            _ => (stage.other, stage.one),
        };
        let (version, content) = (Version::fresh(), round.to_le_bytes());
        writer.must(set(&name, version, &content, When::Always))?;
        reader.holds(&name, version, &content)?;
    }
    Ok(())
}

fn order(stage: &Stage<'_>) -> Verdict {
    let names: Vec<String> = (0..300).map(|n| stage.name(n)).collect();
    let versions: Vec<Version> = names.iter().map(|_| Version::fresh()).collect();
    let changes: Vec<_> = names
        .iter()
        .zip(&versions)
        .step_by(3)
        .map(|(name, version)| set(name, *version, name.as_bytes(), When::Always))
        .collect();
    let made = stage.one.change(&changes)?;
    insist!(made.iter().all(|made| *made), "not all sets were made");

    // Every name twice, once from the end: a name may be asked for again.
    let asked: Vec<&str> = names
        .iter()
        .chain(names.iter().rev())
        .map(|n| &**n)
        .collect();
    let there = |n: usize| n.min(2 * names.len() - 1 - n);
    let read = stage.other.get(&asked, &asked)?;
    for (n, (item, seen)) in read.items.iter().zip(&read.versions).enumerate() {
        let n = there(n);
        let version = (n % 3 == 0).then_some(versions[n]);
        let item = item.as_ref().map(|item| (item.version, &*item.content));
        insist!(
            item == version.map(|version| (version, names[n].as_bytes())) && *seen == version,
            "name {n} of 300 must have the version {version:?}, it came with {item:?} and {seen:?}"
        );
    }
    Ok(())
}

fn content(stage: &Stage<'_>) -> Verdict {
    let all: Vec<u8> = (0..=u8::MAX).collect();
    let long = all.repeat(400);
    let contents: [&[u8]; 7] = [
        b"",
        b"\0",
        b"\r\n",
        b"END\r\n$-1\r\n",
        &[0; 1000],
        &all,
        &long,
    ];
    for (n, content) in contents.into_iter().enumerate() {
        let (name, version) = (stage.name(n), Version::fresh());
        stage.one.must(set(&name, version, content, When::Always))?;
        stage.other.holds(&name, version, content)?;
    }
    // Shorter ones leave nothing of the longer ones that they replace.
    let (name, version) = (stage.name(contents.len() - 1), Version::fresh());
    stage
        .one
        .must(set(&name, version, b"short", When::Always))?;
    stage.other.holds(&name, version, b"short")
}

fn names(stage: &Stage<'_>) -> Verdict {
    let long = |last: char| {
        let name = stage.name("");
        format!("{name}{}{last}", "x".repeat(199 - name.len()))
    };
    let printable: String = ('!'..='~').collect();
    let endings = [
        "", "a", "a:", "a:b", "a*", "a?", "a[b]", "{a}", "{b}a", "..", "../a", "/", "//", "\\",
        "%2f", "%", "\"a\"", "'a'", "-", "~", ".", &printable,
    ];
    let mut names: Vec<String> = endings.iter().map(|ending| stage.name(ending)).collect();
    names.extend([long('x'), long('y')]);

    let versions: Vec<Version> = names.iter().map(|_| Version::fresh()).collect();
    for (name, version) in names.iter().zip(&versions) {
        let change = set(name, *version, name.as_bytes(), When::Absent);
        insist!(
            stage.one.make(change)?,
            "`{name}` was there before it was set"
        );
    }
    for (name, version) in names.iter().zip(&versions) {
        stage.other.holds(name, *version, name.as_bytes())?;
    }
    Ok(())
}

fn without_times(stage: &Stage<'_>) -> Verdict {
    let names: Vec<String> = (0..9).map(|n| stage.name(n)).collect();
    for (n, name) in names.iter().enumerate().skip(1) {
        let version = Version::fresh();
        let change = match n % 2 {
            0 => set(name, version, name.as_bytes(), When::Always),
            _ => set_for(name, version, Duration::from_secs(3600)),
        };
        stage.one.must(change)?;
    }
    let names: Vec<&str> = names.iter().map(|name| &**name).collect();
    let with = stage.other.get(&names, &names)?;
    for (items, versions) in [(&names[..], &names[..]), (&names[2..3], &names[..2])] {
        let without = block_on(stage.other.0.get_contents(items, versions))?;
        for (name, item) in items.iter().zip(&without.items) {
            let there = names.iter().position(|other| other == name);
            let there = there.and_then(|n| with.items[n].as_ref());
            let same = match (item, there) {
                (Some(item), Some(there)) => {
                    (item.version, &item.content) == (there.version, &there.content)
                }
                (None, None) => true,
                _ => false,
            };
            insist!(same, "with its time it is {there:?}, without it {item:?}");
        }
        insist!(
            (without.items.len(), &without.versions[..])
                == (items.len(), &with.versions[..versions.len()]),
            "asked for {items:?} and {versions:?}, it answered with {without:?}"
        );
    }
    Ok(())
}

fn remaining(stage: &Stage<'_>) -> Verdict {
    let name = stage.name("remaining");
    let item = || {
        let item = stage.other.item(&name)?;
        item.ok_or_else(|| Breach::new("an item that was just set is absent"))
    };
    stage
        .one
        .must(set(&name, Version::fresh(), b"", When::Always))?;
    let seen = item()?.remaining;
    insist!(seen.is_none(), "for ever, seen as {seen:?}");

    for ttl in [60, 3600, 40 * 24 * 3600].map(Duration::from_secs) {
        let began = std::time::Instant::now();
        stage.one.must(set_for(&name, Version::fresh(), ttl))?;
        let seen = item()?.remaining;
        // A second is no error: back ends may count in whole ones.
        let unsure = stage.behaviour.granularity + Duration::from_secs(1);
        let least = ttl.saturating_sub(began.elapsed() + unsure);
        insist!(
            seen.is_some_and(|seen| seen >= least && seen <= ttl + unsure),
            "{ttl:?}, seen as {seen:?}"
        );
    }
    Ok(())
}
