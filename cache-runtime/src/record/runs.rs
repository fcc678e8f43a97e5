//! The last runs of a function, and what came of them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Moment;
use crate::site::flight::CameTo;
use crate::stats::Event;

/// So many runs are remembered.
const MOST: usize = 64;

/// One run of a function.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// When it ended.
    pub(crate) at: Moment,
    pub(crate) took: Duration,
    /// What it was counted as.
    pub(crate) event: Event,
    pub(crate) came_to: CameTo,
    /// Of its key.
    pub(crate) hash: u64,
}

/// The last runs. Nobody waits to be remembered: if two runs end at once, one of them may be left out.
#[derive(Debug, Default)]
pub(crate) struct Runs(Mutex<VecDeque<Run>>);

impl Runs {
    /// Remembers a run, unless another is just being remembered.
    pub(crate) fn note(&self, run: Run) {
        if let Ok(mut runs) = self.0.try_lock() {
            if runs.len() == MOST {
                runs.pop_front();
            }
            runs.push_back(run);
        }
    }

    /// The last runs, the latest first.
    pub(crate) fn latest(&self) -> Vec<Run> {
        self.lock().iter().rev().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Run>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything.
    #[cfg(feature = "testing")]
    pub(crate) fn reset(&self) {
        self.lock().clear();
    }
}

#[cfg(all(test, not(cache_model)))]
mod tests {
    use super::*;

    #[test]
    fn the_latest_runs_are_remembered() {
        let runs = Runs::default();
        for hash in 0..100 {
            runs.note(Run {
                at: Moment::START,
                took: Duration::ZERO,
                event: Event::Cold,
                came_to: CameTo::Value,
                hash,
            });
        }
        let latest: Vec<_> = runs.latest().iter().map(|run| run.hash).collect();
        assert_eq!(latest, (36..100).rev().collect::<Vec<_>>());
    }
}
