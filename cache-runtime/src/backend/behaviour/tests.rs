//! The suite passes a back end that keeps its promises, and finds what is wrong with others.

use std::collections::{BTreeSet, HashMap};
use std::future::poll_fn;
use std::mem;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use super::super::{Answer, Backend, Change, Item, Memory, Read, Version, When};
use super::{Behaviour, check, checks};
use crate::error::Error;
use crate::site::flight::block_on;

/// What is wrong with a back end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// None.
    Sound,
    IgnoresConditions,
    ComparesVersionsByTheirFirstHalf,
    SetsInTwoSteps,
    DeletesInTwoSteps,
    KeepsInTwoSteps,
    KeepShortens,
    KeepDoesNothing,
    KeepRevives,
    KeepRenews,
    KeepOfAbsentIsMade,
    RefusesUnchanged,
    SetThatIsNotMadeMovesTheTime,
    ReadsInTwoSteps,
    AbsentIsEmpty,
    BreaksWhenDropped,
    SetKeepsTheOldTime,
    NeverExpires,
    ExpiresTooSoon,
    ExpiredBlocksAbsent,
    DeleteOfAbsentIsMade,
    DeleteDoesNothing,
    BackwardsChanges,
    ForgetsOrderOfNames,
    ForgetsRemaining,
    ForgetsContents,
    CutsNames,
    FoldsNames,
    EmptyIsAbsent,
    StopsAtZero,
    ClearsByPattern,
    ClearsOneByteMore,
    ClearsNothing,
    CachesReads,
    KeepsWhatWasTooLarge,
    StoresWhatIsTooLarge,
    Panics,
    Errs,
    AnswersTooFew,
}

/// A back end in memory, with one fault.
struct Faulty {
    sound: Memory,
    fault: Fault,
    seen: Mutex<HashMap<String, Option<Item>>>,
    set_once: Mutex<BTreeSet<String>>,
    reads: AtomicUsize,
}

const TOO_LARGE: usize = 1 << 20;

impl Faulty {
    fn new(fault: Fault) -> Self {
        Self {
            sound: Memory::new(),
            fault,
            seen: Mutex::default(),
            set_once: Mutex::default(),
            reads: AtomicUsize::default(),
        }
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// The name under which something is kept.
    fn kept_as(&self, name: &str) -> String {
        match self.fault {
            Fault::CutsNames => name.chars().take(199).collect(),
            Fault::FoldsNames => name.replace(['/', '\\', '.'], "_"),
            _ => name.to_owned(),
        }
    }

    fn look(&self, name: &str) -> Option<Item> {
        block_on(self.sound.get(&[name], &[]))
            .unwrap()
            .items
            .remove(0)
    }

    fn read(&self, name: &str) -> Option<Item> {
        let name = self.kept_as(name);
        let mut item = self.look(&name);
        if self.is(Fault::CachesReads) {
            let mut seen = self.seen.lock().unwrap();
            return seen.entry(name).or_insert(item).clone();
        }
        if item.is_none() && self.is(Fault::AbsentIsEmpty) {
            return Some(Item {
                version: Version([0; Version::LEN]),
                content: Vec::new(),
                remaining: None,
            });
        }
        if let Some(item) = &mut item {
            if self.is(Fault::ReadsInTwoSteps) {
                pause();
                let then = self.look(&name);
                item.content = then.map(|then| then.content).unwrap_or_default();
            }
            if self.is(Fault::ForgetsRemaining) {
                item.remaining = None;
            }
            if self.is(Fault::StopsAtZero) {
                let len = item.content.iter().position(|byte| *byte == 0);
                item.content.truncate(len.unwrap_or(item.content.len()));
            }
        }
        item.filter(|item| !(self.is(Fault::EmptyIsAbsent) && item.content.is_empty()))
    }

    fn make(&self, change: &Change<'_>) -> Result<bool, Error> {
        let name = &*self.kept_as(change.name());
        let there = self.look(name);
        Ok(match *change {
            Change::Set {
                version,
                content,
                ttl,
                when,
                ..
            } => self.set(name, version, content, ttl, when)?,
            Change::Delete { .. } => {
                if self.is(Fault::DeletesInTwoSteps) {
                    pause();
                }
                let made =
                    !self.is(Fault::DeleteDoesNothing) && self.pass(&Change::Delete { name });
                made || match self.fault {
                    Fault::DeletesInTwoSteps | Fault::DeleteDoesNothing => there.is_some(),
                    fault => fault == Fault::DeleteOfAbsentIsMade,
                }
            }
            Change::Keep { ttl, .. } => self.keep(name, ttl, there),
        })
    }

    fn keep(&self, name: &str, ttl: Option<Duration>, there: Option<Item>) -> bool {
        let again = |item: Item| {
            self.pass(&Change::Set {
                name,
                version: item.version,
                content: &item.content,
                ttl,
                when: When::Always,
            })
        };
        match self.fault {
            Fault::KeepDoesNothing => there.is_some(),
            Fault::KeepShortens => there.is_some_and(again),
            Fault::KeepsInTwoSteps => {
                pause();
                there.is_some_and(again)
            }
            Fault::KeepOfAbsentIsMade => {
                self.pass(&Change::Keep { name, ttl });
                true
            }
            Fault::KeepRenews => there.is_some_and(|item| {
                let version = Version::fresh();
                again(Item { version, ..item })
            }),
            Fault::KeepRevives if self.set_once.lock().unwrap().contains(name) => {
                there.is_none_or(again)
            }
            _ => self.pass(&Change::Keep { name, ttl }),
        }
    }

    fn set(
        &self,
        name: &str,
        version: Version,
        content: &[u8],
        mut ttl: Option<Duration>,
        mut when: When,
    ) -> Result<bool, Error> {
        let there = self.look(name);
        self.set_once.lock().unwrap().insert(name.to_owned());
        match self.fault {
            Fault::IgnoresConditions => when = When::Always,
            Fault::ComparesVersionsByTheirFirstHalf => {
                if let (When::Unchanged(version), Some(there)) = (when, &there)
                    && version.0[..8] == there.version.0[..8]
                {
                    when = When::Always;
                }
            }
            Fault::SetsInTwoSteps => {
                if !when.holds(there.map(|item| item.version)) {
                    return Ok(false);
                }
                pause();
                when = When::Always;
            }
            Fault::RefusesUnchanged if matches!(when, When::Unchanged(_)) => return Ok(false),
            Fault::SetThatIsNotMadeMovesTheTime
                if !when.holds(there.as_ref().map(|item| item.version)) =>
            {
                self.pass(&Change::Keep { name, ttl });
                return Ok(false);
            }
            Fault::SetKeepsTheOldTime => {
                ttl = there.map_or(ttl, |item| item.remaining);
            }
            Fault::NeverExpires => ttl = None,
            Fault::ExpiresTooSoon => ttl = ttl.map(|ttl| ttl / 2),
            Fault::ExpiredBlocksAbsent => {
                let mut seen = self.seen.lock().unwrap();
                if when == When::Absent && seen.contains_key(name) {
                    return Ok(false);
                }
                seen.insert(name.to_owned(), None);
            }
            _ => {}
        }
        if content.len() >= TOO_LARGE && !self.is(Fault::StoresWhatIsTooLarge) {
            if !self.is(Fault::KeepsWhatWasTooLarge) {
                self.pass(&Change::Delete { name });
            }
            return Err(Error::refused("too large"));
        }
        Ok(self.pass(&Change::Set {
            name,
            version,
            content,
            ttl,
            when,
        }))
    }

    fn pass(&self, change: &Change<'_>) -> bool {
        block_on(self.sound.change(std::slice::from_ref(change))).unwrap()[0]
    }
}

/// Lets others come between two steps.
fn pause() {
    thread::sleep(Duration::from_micros(200));
}

impl Backend for Faulty {
    fn name(&self) -> &'static str {
        "faulty"
    }

    fn get<'a>(&'a self, items: &'a [&'a str], versions: &'a [&'a str]) -> Answer<'a, Read> {
        let mut read = Read {
            items: items.iter().map(|name| self.read(name)).collect(),
            versions: versions
                .iter()
                .map(|name| self.read(name).map(|item| item.version))
                .collect(),
        };
        if self.is(Fault::ForgetsOrderOfNames) {
            read.items.sort_by_key(Option::is_none);
        }
        if self.is(Fault::BreaksWhenDropped) {
            return Box::pin(async move {
                self.reads.fetch_add(1, SeqCst);
                let mut is_first = true;
                poll_fn(|context| {
                    context.waker().wake_by_ref();
                    if mem::take(&mut is_first) {
                        Poll::Pending
                    } else {
                        Poll::Ready(())
                    }
                })
                .await;
                self.reads.fetch_sub(1, SeqCst);
                Ok(read)
            });
        }
        Box::pin(std::future::ready(Ok(read)))
    }

    fn get_contents<'a>(
        &'a self,
        items: &'a [&'a str],
        versions: &'a [&'a str],
    ) -> Answer<'a, Read> {
        if !self.is(Fault::ForgetsContents) {
            return self.get(items, versions);
        }
        Box::pin(async move {
            let mut read = self.get(items, versions).await?;
            let last = read.items.last_mut().and_then(Option::as_mut);
            last.map(|item| mem::take(&mut item.content));
            Ok(read)
        })
    }

    fn change<'a>(&'a self, changes: &'a [Change<'a>]) -> Answer<'a, Vec<bool>> {
        assert!(!self.is(Fault::Panics), "a back end that panics");
        let made = match self.fault {
            Fault::BreaksWhenDropped if self.reads.load(SeqCst) > 10 => {
                Err(Error::unreachable("waits for reads that nobody makes"))
            }
            Fault::Errs => Err(Error::unreachable("never there")),
            Fault::AnswersTooFew => Ok(Vec::new()),
            Fault::BackwardsChanges => {
                let made: Result<Vec<bool>, Error> = changes
                    .iter()
                    .rev()
                    .map(|change| self.make(change))
                    .collect();
                made.map(|made| made.into_iter().rev().collect())
            }
            _ => changes.iter().map(|change| self.make(change)).collect(),
        };
        Box::pin(std::future::ready(made))
    }

    fn clear<'a>(&'a self, prefix: &'a str) -> Answer<'a, ()> {
        match self.fault {
            Fault::ClearsNothing => Box::pin(std::future::ready(Ok(()))),
            Fault::ClearsByPattern => {
                let end = prefix.find(['*', '?', '[']).unwrap_or(prefix.len());
                self.sound.clear(&prefix[..end])
            }
            Fault::ClearsOneByteMore => self.sound.clear(&prefix[..prefix.len() - 1]),
            _ => self.sound.clear(prefix),
        }
    }
}

/// The names of the checks that a back end with this fault does not pass.
fn found(fault: Fault) -> BTreeSet<&'static str> {
    let mut behaviour = Behaviour {
        too_large: Some(TOO_LARGE),
        clears_within: Some(Duration::from_millis(100)),
        ..Behaviour::default()
    };
    if fault == Fault::ExpiresTooSoon {
        // It shows between half of a time to live and its end, which a busy machine must not sleep through.
        behaviour.granularity = Duration::from_millis(200);
    }
    let faulty = Faulty::new(fault);
    let breaches = behaviour.breaches(&faulty, &faulty);
    breaches.iter().map(|(check, _)| check.name()).collect()
}

#[test]
fn a_sound_back_end_passes() {
    assert_eq!(found(Fault::Sound), BTreeSet::new());
    let memory = Memory::new();
    check(&memory, &memory);
}

#[test]
fn each_fault_is_found_by_the_check_of_its_promise() {
    use Fault::*;
    let faults = [
        (IgnoresConditions, "not made"),
        (RefusesUnchanged, "conditions"),
        (AbsentIsEmpty, "absent"),
        (KeepOfAbsentIsMade, "keep absent"),
        (KeepRenews, "keep"),
        (SetThatIsNotMadeMovesTheTime, "no time"),
        (ReadsInTwoSteps, "whole"),
        (BreaksWhenDropped, "dropped"),
        (ComparesVersionsByTheirFirstHalf, "not made"),
        (SetsInTwoSteps, "one wins"),
        (SetsInTwoSteps, "nothing lost"),
        (DeletesInTwoSteps, "one deletes"),
        (KeepsInTwoSteps, "deleted is gone"),
        (KeepShortens, "keep shortens"),
        (KeepDoesNothing, "keep extends"),
        (KeepRevives, "expired changes"),
        (SetKeepsTheOldTime, "replaces the time"),
        (NeverExpires, "expires"),
        (ExpiresTooSoon, "lives"),
        (ExpiredBlocksAbsent, "expired changes"),
        (DeleteOfAbsentIsMade, "delete"),
        (DeleteDoesNothing, "delete"),
        (BackwardsChanges, "one after the other"),
        (ForgetsOrderOfNames, "order"),
        (ForgetsRemaining, "remaining"),
        (ForgetsContents, "without times"),
        (CutsNames, "names"),
        (FoldsNames, "names"),
        (EmptyIsAbsent, "content"),
        (StopsAtZero, "content"),
        (ClearsByPattern, "others"),
        (ClearsOneByteMore, "others"),
        (ClearsNothing, "room"),
        (CachesReads, "seen"),
        (KeepsWhatWasTooLarge, "too large"),
        (StoresWhatIsTooLarge, "too large"),
        (Panics, "replace"),
        (Errs, "replace"),
        (AnswersTooFew, "replace"),
    ];
    for (fault, check) in faults {
        // A check that comes too late to see an item alive lets it pass, as it does on a busy machine.
        let mut tries = (0..20).map(|_| found(fault));
        assert!(
            tries.any(|found| found.contains(check)),
            "{fault:?} was not found by `{check}`"
        );
    }
    let shown = faults.map(|(_, check)| check);
    for check in checks() {
        assert!(shown.contains(&check.name()), "{check:?} has found nothing");
    }
}

#[test]
#[should_panic(expected = "\n- A content is any bytes, also none (content): `behaviour:")]
fn the_message_names_the_promise() {
    let faulty = Faulty::new(Fault::StopsAtZero);
    Behaviour::default().check(&faulty, &faulty);
}
