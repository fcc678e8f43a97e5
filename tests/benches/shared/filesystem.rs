//! Files, beside Flask-Caching's, and beside opening and reading a file.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::contest::{Contender, Row, compare};
use crate::functions::{KEYS, key, page, text};

const CALLS: usize = 5_000;

pub(crate) fn run(rounds: usize) -> Vec<Row> {
    (0..KEYS).for_each(|id| drop(page(id)));
    let folder = tempfile::tempdir().expect("a directory");
    let file = |id: u64| folder.path().join(format!("{id}"));
    for id in 0..KEYS {
        std::fs::write(file(id), text(id)).expect("a file");
    }
    let ours = Contender::of_calls("filesystem", CALLS, |calls| {
        (0..calls).for_each(|n| drop(page(key(n))));
    });
    let read = Contender::of_calls("opening and reading a file", CALLS, |calls| {
        (0..calls).for_each(|n| drop(std::fs::read(file(key(n))).expect("it is there")));
    });
    let mut peers = vec![(read, None)];
    match Flask::start() {
        Some(mut flask) => {
            let get = Contender::new("Flask-Caching's `FileSystemCache.get`", move || {
                flask.sample()
            });
            peers.insert(0, (get, Some(1.0)));
        }
        None => {
            eprintln!("without Flask-Caching: it takes python3, and pip that finds `flask-caching`")
        }
    }
    compare(rounds, ours, peers)
}

/// Stores the values, then answers each line with the microseconds that a `get` takes.
const SCRIPT: &str = "
import sys, tempfile, time
from flask_caching.backends import FileSystemCache
keys, calls = int(sys.argv[1]), int(sys.argv[2])
with tempfile.TemporaryDirectory() as folder:
    cache = FileSystemCache(folder, threshold=2 * keys, default_timeout=3600)
    for n in range(keys):
        cache.set(f'page:{n}', f'{n:0100}')
    names = [f'page:{n * 7919 % keys}' for n in range(calls)]
    for _ in sys.stdin:
        start = time.perf_counter()
        for name in names:
            assert cache.get(name) is not None
        print((time.perf_counter() - start) * 1e6 / calls, flush=True)
";

/// The real one, in a process of its own.
struct Flask {
    process: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Flask {
    fn start() -> Option<Self> {
        let mut process = Command::new(python()?)
            .args(["-c", SCRIPT, &KEYS.to_string(), &CALLS.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let (asks, answers) = (process.stdin.take()?, process.stdout.take()?);
        Some(Self {
            process,
            asks,
            answers: BufReader::new(answers),
        })
    }

    fn sample(&mut self) -> f64 {
        let mut line = String::new();
        writeln!(self.asks).expect("it listens");
        self.answers.read_line(&mut line).expect("it answers");
        line.trim().parse().expect("a number")
    }
}

impl Drop for Flask {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A Python that has Flask-Caching, in an environment of its own below the build's folder.
fn python() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("flask-caching");
    let python = folder.join("bin/python");
    let done = |command: &mut Command| {
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        quiet.status().is_ok_and(|status| status.success())
    };
    let has_it = || done(Command::new(&python).args(["-c", "import flask_caching"]));
    if has_it() {
        return Some(python);
    }
    let made = done(Command::new("python3").args(["-m", "venv"]).arg(&folder))
        && done(Command::new(&python).args(["-m", "pip", "install", "flask-caching"]))
        && has_it();
    made.then_some(python)
}
