//! What is measured, one topic per file.

mod hits;
mod memory;
mod misses;
pub(crate) mod ratio;
mod stampede;
mod tasks;
mod threads;

use crate::options::Options;
use crate::report::Report;

/// Something to measure.
pub(crate) struct Topic {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) run: fn(&Options, &mut Report),
}

pub(crate) const TOPICS: &[Topic] = &[
    Topic {
        name: "hits",
        what: "what a hit costs one thread",
        run: hits::run,
    },
    Topic {
        name: "tasks",
        what: "what a hit costs a task",
        run: tasks::run,
    },
    Topic {
        name: "threads",
        what: "hits, and hits with inserts, on 1 to 8 threads",
        run: threads::run,
    },
    Topic {
        name: "misses",
        what: "what misses, refused values and invalidations cost",
        run: misses::run,
    },
    Topic {
        name: "stampede",
        what: "a crowd that asks for one cold key",
        run: stampede::run,
    },
    Topic {
        name: "ratio",
        what: "hit ratio, beside Belady's optimum",
        run: ratio::run,
    },
    Topic {
        name: "memory",
        what: "heap per entry",
        run: memory::run,
    },
];
