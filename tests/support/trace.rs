//! Sequences of keys as a cache would meet them, made or recorded.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::random::{Random, Zipf};

/// How many keys the made traces draw from; scans bring others on top.
pub const KEYS: u32 = 100_000;

/// The keys of one program's calls, in order.
#[derive(Debug)]
pub struct Trace {
    /// What it is called in tables.
    pub name: String,
    /// The keys.
    pub keys: Vec<u32>,
    /// Of so many keys a cache holds a part.
    pub of: usize,
}

/// Every made trace, each of so many calls.
#[must_use]
pub fn made(calls: usize) -> Vec<Trace> {
    let trace = |name: &str, keys: Vec<u32>| Trace {
        name: name.to_owned(),
        keys,
        of: KEYS as usize,
    };
    vec![
        trace("Zipf 0.7", zipf(calls, 0.7)),
        trace("Zipf 0.9", zipf(calls, 0.9)),
        trace("Zipf 1.0", zipf(calls, 1.0)),
        trace("Zipf 0.9 + scans", scans(calls)),
        trace("loop", looping(calls)),
        trace("shifting hot set", shifting(calls)),
        trace("drifting Zipf", drifting(calls)),
    ]
}

/// Popularity that never changes.
#[must_use]
pub fn zipf(calls: usize, exponent: f64) -> Vec<u32> {
    let (zipf, mut random) = (Zipf::new(KEYS, exponent), Random::new(1));
    (0..calls).map(|_| zipf.draw(&mut random)).collect()
}

/// Constant popularity, and every now and then a run of keys that are asked for once and never again.
#[must_use]
pub fn scans(calls: usize) -> Vec<u32> {
    const PERIOD: usize = 70_000;
    const SCAN: usize = 5_000;
    let (zipf, mut random) = (Zipf::new(KEYS, 0.9), Random::new(2));
    let mut fresh = KEYS;
    let key = |call: usize| {
        if call % PERIOD < PERIOD - SCAN {
            return zipf.draw(&mut random);
        }
        fresh += 1;
        fresh
    };
    (0..calls).map(key).collect()
}

/// Every key in turn, again and again.
#[must_use]
pub fn looping(calls: usize) -> Vec<u32> {
    (0..KEYS).cycle().take(calls).collect()
}

/// Most calls go to a few keys, which are others after a while.
#[must_use]
pub fn shifting(calls: usize) -> Vec<u32> {
    const PERIOD: usize = 100_000;
    const HOT: u32 = 5_000;
    let (hot, mut random) = (Zipf::new(HOT, 0.5), Random::new(3));
    let mut start = 0;
    let key = |call: usize| {
        if call.is_multiple_of(PERIOD) {
            start = random.below(KEYS - HOT);
        }
        if random.unit() < 0.8 {
            start + hot.draw(&mut random)
        } else {
            random.below(KEYS)
        }
    };
    (0..calls).map(key).collect()
}

/// Popularity that moves from key to key a little with every call.
#[must_use]
pub fn drifting(calls: usize) -> Vec<u32> {
    const CALLS_PER_STEP: usize = 25;
    let (zipf, mut random) = (Zipf::new(KEYS, 1.0), Random::new(4));
    let mut step = 0;
    let key = |call: usize| {
        step += u32::from(call.is_multiple_of(CALLS_PER_STEP));
        (zipf.draw(&mut random) + step) % KEYS
    };
    (0..calls).map(key).collect()
}

/// A recorded trace: a call per line. Where a line has several fields, between commas, the key is the second; lines
/// that begin with `#` are none.
///
/// # Errors
///
/// The file cannot be read, is no text, or has no calls.
pub fn recorded(file: &Path) -> io::Result<Trace> {
    let text = fs::read_to_string(file)?;
    let keys = numbered(text.lines().filter(|line| !line.starts_with('#')).map(key));
    if keys.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no calls"));
    }
    let name = file.file_stem().unwrap_or_default();
    Ok(Trace {
        name: name.to_string_lossy().into_owned(),
        of: keys.iter().max().map_or(0, |&most| most as usize + 1),
        keys,
    })
}

fn key(line: &str) -> &str {
    let mut fields = line.split(',');
    let first = fields.next().unwrap_or(line);
    fields.next().unwrap_or(first).trim()
}

/// The keys by the order in which they come first.
fn numbered<'a>(keys: impl Iterator<Item = &'a str>) -> Vec<u32> {
    let mut numbers = HashMap::new();
    let number = |key| {
        let next = u32::try_from(numbers.len()).expect("fewer keys than there are numbers");
        *numbers.entry(key).or_insert(next)
    };
    keys.map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_alone_and_out_of_a_table() {
        let folder = std::env::temp_dir().join(format!("traces-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let read = |name: &str, text: &str| {
            let file = folder.join(name);
            fs::write(&file, text).unwrap();
            recorded(&file)
        };
        let alone = read("alone.txt", "7\n9\n7\n").unwrap();
        assert_eq!((alone.keys, alone.of), (vec![0, 1, 0], 2));
        let table = read("table.csv", "# time, key\n1, a, 5\n2, b, 6\n3, a, 5\n").unwrap();
        assert_eq!((table.keys, &*table.name), (vec![0, 1, 0], "table"));
        assert!(read("none.csv", "# time, key\n").is_err());
        fs::remove_dir_all(folder).unwrap();
    }
}
