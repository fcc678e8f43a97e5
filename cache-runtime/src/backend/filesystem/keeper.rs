//! The thread that sweeps and clears, off the way of callers. One process sweeps at a time.
//!
//! It is started by the first change, and ends with the back end. Where no thread can be started, writers make room for
//! what they write, and a clear leaves items to their expiry.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::oneshot;

use super::Directory;
use super::lock::Locked;
use crate::error::Error;

/// How often expired items are removed, if that is cheap.
const OFTEN: Duration = Duration::from_secs(5);

/// What part of a processor sweeping for expired items may take: one of so many.
const PART: u32 = 100;

/// A rest between two sweeps, whoever asks for them.
const REST: Duration = Duration::from_millis(5);

#[derive(Debug)]
enum Task {
    Sweep,
    /// What is told when it is done: what is stored afterwards stays.
    Clear(String, oneshot::Sender<()>),
}

/// What the thread is asked through.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    tasks: OnceLock<Option<Sender<Task>>>,
    is_asked: Arc<AtomicBool>,
}

impl Keeper {
    /// Starts the thread, if it does not run yet.
    pub(super) fn wake(&self, directory: &Arc<Directory>) {
        self.tasks(directory);
    }

    /// Has the directory swept soon.
    pub(super) fn sweep(&self, directory: &Arc<Directory>) {
        if !self.is_asked.swap(true, Ordering::Relaxed) {
            self.ask(directory, Task::Sweep);
        }
    }

    /// Has items cleared.
    pub(super) async fn clear(
        &self,
        directory: &Arc<Directory>,
        prefix: &str,
    ) -> Result<(), Error> {
        let (tell, done) = oneshot::channel();
        let asked = self.ask(directory, Task::Clear(prefix.to_owned(), tell));
        if asked && done.await.is_ok() {
            return Ok(());
        }
        Err(Error::unreachable(
            "the file cache cannot start a thread to clear with",
        ))
    }

    fn ask(&self, directory: &Arc<Directory>, task: Task) -> bool {
        self.tasks(directory)
            .is_some_and(|tasks| tasks.send(task).is_ok())
    }

    fn tasks(&self, directory: &Arc<Directory>) -> Option<&Sender<Task>> {
        let start = || {
            let (tasks, receiver) = mpsc::channel();
            let (directory, is_asked) = (Arc::clone(directory), Arc::clone(&self.is_asked));
            thread::Builder::new()
                .name("cache-files".into())
                .spawn(move || run(&directory, &receiver, &is_asked))
                .ok()
                .map(|_| tasks)
        };
        self.tasks.get_or_init(start).as_ref()
    }
}

fn run(directory: &Directory, tasks: &Receiver<Task>, is_asked: &AtomicBool) {
    let mut pause = OFTEN;
    loop {
        match tasks.recv_timeout(pause) {
            Ok(Task::Clear(prefix, tell)) => {
                directory.clear(&prefix);
                let _ = tell.send(());
            }
            Ok(Task::Sweep) => {
                is_asked.store(false, Ordering::Relaxed);
                let took = sweep(directory, Duration::ZERO);
                thread::sleep(took.max(REST));
            }
            Err(RecvTimeoutError::Timeout) => pause = OFTEN.max(PART * sweep(directory, pause)),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Sweeps, unless another process does, or one has not so long ago; answers how long it took.
fn sweep(directory: &Directory, rest: Duration) -> Duration {
    let began = Instant::now();
    let counts = directory.counts();
    let is_due = || {
        let last = counts.last_sweep(SystemTime::now());
        last.is_none_or(|last| last >= rest)
    };
    if let Ok(Some(_alone)) = Locked::attempt(&directory.root)
        && is_due()
    {
        directory.sweep();
        // If this cannot be written, another process sweeps sooner than it need.
        let _ = counts.swept(SystemTime::now());
    }
    began.elapsed()
}
