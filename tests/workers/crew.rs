//! Worker processes as their parent sees them.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::database;
use crate::event::{Event, Kind, Means, Source, What};
use crate::worker::INSIDE;

/// A worker that takes longer than this for an answer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many workers there are.
pub(crate) const SIZE: usize = 4;

/// Some worker processes that share a store.
pub(crate) struct Crew {
    settings: Vec<(String, String)>,
    dir: tempfile::TempDir,
    workers: Vec<Worker>,
    roll: Arc<Roll>,
}

struct Worker {
    process: Child,
    input: ChildStdin,
    replies: Receiver<Vec<String>>,
    /// What it says on standard error.
    errors: PathBuf,
}

/// Who works, for those who disturb them.
#[derive(Default)]
pub(crate) struct Roll(Mutex<Vec<Member>>);

struct Member {
    id: Pid,
    /// Whether it was killed on purpose.
    is_killed: bool,
}

impl Roll {
    fn members(&self) -> MutexGuard<'_, Vec<Member>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a worker do nothing for some time.
    pub(crate) fn stop(&self, n: usize, time: Duration) {
        let id = self.members()[n].id;
        self.signal(n, id, Signal::STOP);
        thread::sleep(time);
        self.signal(n, id, Signal::CONT);
    }

    /// Kills a worker, wherever it is.
    pub(crate) fn kill(&self, n: usize) {
        let id = self.members()[n].id;
        self.signal(n, id, Signal::KILL);
    }

    /// Sends a signal to a worker that was not replaced yet.
    fn signal(&self, n: usize, id: Pid, signal: Signal) {
        let member = &mut self.members()[n];
        if member.id == id {
            member.is_killed |= signal == Signal::KILL;
            kill_process(id, signal).expect("it runs, or was not waited for yet");
        }
    }
}

impl Crew {
    /// Starts workers with these settings.
    pub(crate) fn start(settings: &[(String, String)]) -> Self {
        let mut crew = Self {
            settings: settings.to_vec(),
            dir: tempfile::tempdir().expect("a directory"),
            workers: Vec::new(),
            roll: Arc::default(),
        };
        database::serve(&crew.dir.path().join("database"));
        for _ in 0..SIZE {
            let worker = crew.hire();
            crew.roll.members().push(worker.member());
            crew.workers.push(worker);
        }
        (0..SIZE).for_each(|n| crew.greet(n));
        crew
    }

    pub(crate) fn roll(&self) -> Arc<Roll> {
        Arc::clone(&self.roll)
    }

    /// The process of a worker.
    pub(crate) fn process(&self, n: usize) -> u32 {
        self.workers[n].process.id()
    }

    fn hire(&self) -> Worker {
        let errors = tempfile::Builder::new().tempfile_in(self.dir.path());
        let (file, errors) = errors.and_then(|file| Ok(file.keep()?)).expect("a file");
        Worker::start(
            &self.settings,
            self.dir.path().join("database"),
            file,
            errors,
        )
    }

    /// Waits until a new worker is ready; one that was killed before is replaced in turn.
    fn greet(&mut self, n: usize) {
        while self.listen(n).is_none() {
            self.replace(n);
        }
    }

    /// Replaces a worker that was killed.
    fn replace(&mut self, n: usize) {
        let worker = self.hire();
        let mut members = self.roll.members();
        let gone = std::mem::replace(&mut self.workers[n], worker);
        assert!(
            members[n].is_killed,
            "worker {n} has ended: {}",
            gone.said()
        );
        members[n] = self.workers[n].member();
    }

    fn send(&mut self, n: usize, command: &str) {
        // One that was killed does not listen; that is seen when its answer is missing.
        let _ = writeln!(self.workers[n].input, "{command}");
    }

    /// What a worker answers, unless it was killed.
    fn listen(&self, n: usize) -> Option<Vec<String>> {
        match self.workers[n].replies.recv_timeout(PATIENCE) {
            Ok(lines) => Some(lines),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                panic!("worker {n} hangs: {}", self.workers[n].said())
            }
        }
    }

    /// Lets all workers do something at the same time, and collects what they tell. Who was killed is replaced.
    pub(crate) fn all(&mut self, command: impl Fn(usize) -> String) -> Vec<String> {
        (0..SIZE).for_each(|n| self.send(n, &command(n)));
        let mut lines = Vec::new();
        for n in 0..SIZE {
            match self.listen(n) {
                Some(told) => lines.extend(told),
                None => {
                    self.replace(n);
                    self.greet(n);
                }
            }
        }
        lines
    }

    /// Lets one worker do something.
    pub(crate) fn one(&mut self, n: usize, command: &str) -> Vec<String> {
        self.send(n, command);
        self.listen(n).unwrap_or_else(|| {
            let said = self.workers[n].said();
            panic!("worker {n} has ended at `{command}`: {said}")
        })
    }

    fn event(&mut self, n: usize, command: &str) -> Event {
        let lines = self.one(n, command);
        Event::parse(&lines[0]).expect("workers tell events")
    }

    /// Lets a worker read; what it has read, where from, and the nanoseconds that it took.
    pub(crate) fn read(&mut self, n: usize, kind: Kind, key: u64) -> (u64, Source, u64) {
        let event = self.event(n, &format!("read {} {key}", kind as usize));
        match event.what {
            What::Read { value, source, .. } => (value, source, event.end - event.begin),
            what => panic!("not a read: {what:?}"),
        }
    }

    /// Lets a worker write, and answers what.
    pub(crate) fn write(&mut self, n: usize, key: u64) -> u64 {
        match self.event(n, &format!("write {key}")).what {
            What::Write { value } => value,
            what => panic!("not a write: {what:?}"),
        }
    }

    /// Lets a worker invalidate; whether it was delivered, and the nanoseconds that it took.
    pub(crate) fn invalidate(&mut self, n: usize, means: Means, key: u64) -> (bool, u64) {
        let event = self.event(n, &format!("drop {} {key}", means as usize));
        match event.what {
            What::Drop { delivered, .. } => (delivered, event.end - event.begin),
            what => panic!("not an invalidation: {what:?}"),
        }
    }
}

impl Worker {
    fn start(
        settings: &[(String, String)],
        database: PathBuf,
        file: File,
        errors: PathBuf,
    ) -> Self {
        let this = std::env::current_exe().expect("this binary is somewhere");
        let mut process = Command::new(this)
            .args(["--exact", "worker::work", "--nocapture"])
            // Unknown settings are errors.
            .env_remove("CACHE_TESTS_REQUIRE")
            .env(INSIDE, "1")
            .env(database::PLACE, database)
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .expect("the test binary starts again");
        let input = process.stdin.take().expect("it is piped");
        let output = process.stdout.take().expect("it is piped");
        let (tell, replies) = channel();
        thread::spawn(move || pass_on(output, &tell));
        Self {
            process,
            input,
            replies,
            errors,
        }
    }

    fn member(&self) -> Member {
        Member {
            id: Pid::from_child(&self.process),
            is_killed: false,
        }
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.errors).unwrap_or_default()
    }
}

/// Ends it, wherever it is.
impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Passes on what a worker answers, until it has ended.
fn pass_on(output: ChildStdout, tell: &Sender<Vec<String>>) {
    let mut lines = Vec::new();
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        match line.strip_prefix('>') {
            Some(".") => {
                if tell.send(std::mem::take(&mut lines)).is_err() {
                    return;
                }
            }
            Some(line) => lines.push(line.to_owned()),
            None => {}
        }
    }
}
