//! A worker process: it does what its standard input says, and tells what came of it.
//!
//! Every answer is some lines that begin with `>`, and one that is `>.`: whatever else the test harness prints is
//! none.

use std::io::{self, Write};
use std::process;
use std::thread::{self, ScopedJoinHandle};
use std::time::Duration;

use cache_runtime::{Config, ErrorKind, cache};
use cache_tests::random::Random;
use rustix::time::{ClockId, clock_gettime};

use crate::database;
use crate::event::{Event, Kind, Means, What};
use crate::functions;

/// Set for workers.
pub(crate) const INSIDE: &str = "WORKERS_INSIDE";

/// How many threads of a worker take part in a round, and what each of them does.
const LANES: u64 = 2;
const STEPS: usize = 6;

/// Nanoseconds of the clock that all processes share.
pub(crate) fn now() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    let nanos = time.tv_sec * 1_000_000_000 + time.tv_nsec;
    u64::try_from(nanos).expect("the host has been up for less than 500 years")
}

/// Does something, and notes when.
fn noted(key: u64, act: impl FnOnce() -> What) -> Event {
    let begin = now();
    let what = act();
    Event {
        process: process::id(),
        begin,
        end: now(),
        key,
        what,
    }
}

fn read(kind: Kind, key: u64) -> Event {
    noted(key, || {
        let ((value, loader), source) = functions::read(kind, key);
        What::Read {
            kind,
            value,
            loader,
            source,
        }
    })
}

fn write(key: u64) -> Event {
    noted(key, || What::Write {
        value: database::write(key),
    })
}

fn invalidate(means: Means, key: u64) -> Event {
    noted(key, || What::Drop {
        means,
        delivered: is_delivered(functions::invalidate(means, key), means),
    })
}

/// Whether an invalidation was delivered. That of a value of direct use may also have failed to see what was there.
fn is_delivered(told: Result<(), cache_runtime::Error>, means: Means) -> bool {
    let kind = told.err().map(|why| why.kind());
    let is_expected = match kind {
        None | Some(ErrorKind::Undelivered) => true,
        Some(ErrorKind::Unreachable) => means == Means::Direct,
        Some(_) => false,
    };
    assert!(is_expected, "{means:?}: {kind:?}");
    kind.is_none()
}

/// A part of a round: reads, some of them slow, and writes with their invalidations.
struct Lane {
    random: Random,
    first_key: u64,
    keys: u32,
    events: Vec<Event>,
}

impl Lane {
    fn run(mut self) -> Vec<Event> {
        (0..STEPS).for_each(|_| self.step());
        self.events
    }

    fn step(&mut self) {
        let key = self.first_key + u64::from(self.random.below(self.keys));
        match self.random.below(100) {
            0..70 => self.read(key),
            70..92 => self.write(key),
            _ => thread::sleep(self.micros(2000)),
        }
    }

    fn micros(&mut self, most: u32) -> Duration {
        Duration::from_micros(u64::from(self.random.below(most)))
    }

    fn read(&mut self, key: u64) {
        let kind = Kind::ALL[self.random.below(7) as usize];
        if self.random.below(3) == 0 {
            functions::slow_down(self.micros(2000), self.micros(8000));
        }
        self.events.push(read(kind, key));
        functions::slow_down(Duration::ZERO, Duration::ZERO);
    }

    fn write(&mut self, key: u64) {
        let means = match self.random.below(100) {
            0..30 => Means::Row,
            30..55 => Means::Tag,
            55..70 => Means::Route,
            70..83 => Means::Later,
            83..96 => Means::Direct,
            96..99 => Means::AllRows,
            _ => Means::Everything,
        };
        self.events.push(write(key));
        self.events.push(invalidate(means, key));
    }
}

/// Takes part in a round.
fn round(seed: u64, first_key: u64, keys: u64) -> Vec<Event> {
    let lane = |n| Lane {
        random: Random::new(seed ^ (n << 32)),
        first_key,
        keys: u32::try_from(keys).expect("few keys"),
        events: Vec::new(),
    };
    thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES)
            .map(|n| scope.spawn(move || lane(n).run()))
            .collect();
        let events = lanes.into_iter().map(ScopedJoinHandle::join);
        events
            .flat_map(|events| events.expect("nothing panics"))
            .collect()
    })
}

/// Does one thing, and answers with lines.
fn obey(command: &str) -> Vec<String> {
    let words: Vec<_> = command.split(' ').collect();
    let number = |n: usize| -> u64 { words[n].parse().expect("a number") };
    let index = |n: usize| usize::try_from(number(n)).expect("a small number");
    let lines = |events: Vec<Event>| events.iter().map(Event::line).collect();
    match words[0] {
        "round" => lines(round(number(1), number(2), number(3))),
        "read" => lines(vec![read(Kind::ALL[index(1)], number(2))]),
        "write" => lines(vec![write(number(1))]),
        "drop" => lines(vec![invalidate(Means::ALL[index(1)], number(2))]),
        "put" => {
            functions::put(number(1), number(2));
            Vec::new()
        }
        "incr" => {
            let by = i64::try_from(number(2)).expect("a small number");
            for _ in 0..number(3) {
                cache().incr(words[1], by).expect("it is up");
            }
            vec![cache().incr(words[1], 0).expect("it is up").to_string()]
        }
        "add" => {
            let timeout = Duration::from_secs(60);
            let added = cache().add(words[1], &process::id(), timeout);
            vec![u64::from(added.expect("it is up")).to_string()]
        }
        "get" => {
            let value = cache().get::<u32>(words[1]).expect("it is up");
            vec![value.map_or_else(String::new, |value| value.to_string())]
        }
        _ => panic!("no such command: {command}"),
    }
}

fn tell(lines: &[String]) {
    let mut text = String::from("\n");
    for line in lines {
        text.extend([">", line, "\n"]);
    }
    text += ">.\n";
    let mut output = io::stdout().lock();
    let told = output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush());
    told.expect("the parent listens");
}

/// Works until there are no more commands; no test at all in the parent.
#[test]
fn work() {
    if std::env::var_os(INSIDE).is_none() {
        return;
    }
    let config = Config::from_env().expect("the environment is right");
    config.install().expect("it can be installed");
    tell(&[]);
    for command in io::stdin().lines() {
        tell(&obey(&command.expect("the parent sends text")));
    }
}
