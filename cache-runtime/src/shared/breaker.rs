//! Keeps calls away from a back end that fails (circuit breaker: Nygard, "Release It!", 2007).
//!
//! No clock here: the caller passes the time.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::time::Duration;

/// So many failures in a row open the circuit.
const PATIENCE: u32 = 3;

/// How long it stays open before one operation may try.
const PAUSE: Duration = Duration::from_millis(200);

/// Closed: operations pass. Open: they are refused at once. After a pause one passes, and what becomes of it decides.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    failures: AtomicU32,
    /// When the next operation may try, in microseconds; zero while the circuit is closed.
    retry_at: AtomicU64,
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

impl Breaker {
    /// Tells whether an operation may pass; `now` is only asked for while the circuit is open.
    pub(crate) fn admits(&self, now: impl FnOnce() -> Duration) -> bool {
        let retry_at = self.retry_at.load(SeqCst);
        if retry_at == 0 {
            return true;
        }
        let now = now();
        let (now, next) = (micros(now), micros(now + PAUSE));
        retry_at <= now
            && self
                .retry_at
                .compare_exchange(retry_at, next, SeqCst, SeqCst)
                .is_ok()
    }

    /// How many operations have failed in a row, and whether others are refused.
    #[cfg(feature = "admin")]
    pub(crate) fn state(&self) -> (u32, bool) {
        let open = self.retry_at.load(SeqCst) != 0;
        (self.failures.load(SeqCst), open)
    }

    /// Takes note of an operation that the back end has answered; answers whether it is the first after a failure.
    pub(crate) fn succeeded(&self) -> bool {
        if self.failures.load(SeqCst) == 0 {
            return false;
        }
        self.retry_at.store(0, SeqCst);
        self.failures.swap(0, SeqCst) != 0
    }

    /// Takes note of one that it has not; answers whether it is the first in a row.
    pub(crate) fn failed(&self, now: Duration) -> bool {
        let before = self.failures.fetch_add(1, SeqCst);
        if before + 1 >= PATIENCE {
            self.retry_at.store(micros(now + PAUSE), SeqCst);
        }
        before == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn it_opens_after_some_failures_and_lets_one_try_after_a_pause() {
        let breaker = Breaker::default();
        assert!(breaker.failed(at(1)) && !breaker.failed(at(2)) && breaker.admits(|| at(2)));
        breaker.failed(at(3));
        assert!(!breaker.admits(|| at(100)));
        assert!(breaker.admits(|| at(203)), "one tries");
        assert!(!breaker.admits(|| at(204)), "and no other meanwhile");
        breaker.failed(at(300));
        assert!(!breaker.admits(|| at(499)) && breaker.admits(|| at(500)));
        assert!(breaker.succeeded() && !breaker.succeeded(), "it tells once");
        assert!(breaker.admits(|| at(501)) && breaker.admits(|| at(501)));
    }

    #[test]
    fn a_success_between_failures_starts_the_count_anew() {
        let breaker = Breaker::default();
        for time in 0..10 {
            breaker.failed(at(time));
            breaker.failed(at(time));
            breaker.succeeded();
        }
        assert!(breaker.admits(|| at(10)));
    }
}
