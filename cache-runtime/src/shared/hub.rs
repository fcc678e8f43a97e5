//! The one way to the back end: within a time, past the breaker, and after what is still to be delivered.

use std::future::Future;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};

use foldhash::fast::FixedState;

use super::breaker::Breaker;
use super::names::Prefix;
#[cfg(feature = "redis")]
use super::tier::Tier;
use super::undelivered::Undelivered;
use crate::backend::{Answer, Backend, Change, Memory, Read, io};
use crate::clock::Clock;
use crate::codec::envelope::Sealing;
use crate::error::{Error, ErrorKind};
use crate::options::DEFAULT_MAX_ENTRIES;
use crate::watch::log;

/// The last values that were stored here are remembered at so many places, by name.
const PLACES: usize = 1024;

/// A back end that fails is asked again after this long, as long as there is something to deliver.
const RETRY: Duration = Duration::from_millis(100);

/// How a process uses a back end.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) prefix: Prefix,
    pub(crate) sealing: Sealing,
    /// How long one operation may take.
    pub(crate) timeout: Duration,
    /// Whether the application goes on without the back end where that fails.
    pub(crate) ignore_errors: bool,
}

/// The back end of this process.
pub(crate) struct Hub {
    backend: Arc<dyn Backend>,
    pub(crate) rules: Rules,
    /// Copies in this process.
    #[cfg(feature = "redis")]
    tier: Option<Arc<Tier>>,
    breaker: Breaker,
    undelivered: Undelivered,
    /// For each place the name that a value was stored under last, in half of its hash, and how often there was one.
    stored: Box<[AtomicU64]>,
    /// Whether somebody delivers already.
    delivering: AtomicBool,
    began: Instant,
    /// How long the back end took.
    #[cfg(feature = "admin")]
    answers: crate::record::Histogram,
    /// The last failure, and when it was.
    #[cfg(feature = "admin")]
    failure: std::sync::Mutex<Option<(Instant, String)>>,
}

/// How a back end is.
#[cfg(feature = "admin")]
pub(crate) struct Health {
    /// How many operations have failed in a row.
    pub(crate) failures: u32,
    /// Whether it is not asked for the time being.
    pub(crate) open: bool,
    pub(crate) undelivered: usize,
    pub(crate) times: Option<crate::record::Times>,
    pub(crate) last_failure: Option<(Duration, String)>,
}

impl Hub {
    pub(crate) fn new(backend: Arc<dyn Backend>, rules: Rules) -> Self {
        Self {
            backend,
            rules,
            #[cfg(feature = "redis")]
            tier: None,
            breaker: Breaker::default(),
            undelivered: Undelivered::default(),
            stored: (0..PLACES).map(|_| AtomicU64::new(0)).collect(),
            delivering: AtomicBool::new(false),
            began: Instant::now(),
            #[cfg(feature = "admin")]
            answers: crate::record::Histogram::default(),
            #[cfg(feature = "admin")]
            failure: std::sync::Mutex::new(None),
        }
    }

    /// A store in this process.
    pub(crate) fn in_process(clock: &'static Clock) -> Self {
        let rules = Rules {
            prefix: Prefix::new("cache"),
            sealing: Sealing::default(),
            timeout: Duration::from_secs(60),
            ignore_errors: true,
        };
        Self::new(Arc::new(Memory::with(clock, DEFAULT_MAX_ENTRIES)), rules)
    }

    /// The same, with copies in this process.
    #[cfg(feature = "redis")]
    pub(crate) fn with_copies(mut self, tier: Arc<Tier>) -> Self {
        self.tier = Some(tier);
        self
    }

    /// The copies in this process, if there are any.
    #[cfg(feature = "redis")]
    pub(crate) fn tier(&self) -> Option<&Tier> {
        self.tier.as_deref()
    }

    /// How the back end is.
    #[cfg(feature = "admin")]
    pub(crate) fn health(&self) -> Health {
        let (failures, open) = self.breaker.state();
        let failure = self
            .failure
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        Health {
            failures,
            open,
            undelivered: self.undelivered.count(),
            times: self.answers.times(self.rules.timeout),
            last_failure: failure
                .as_ref()
                .map(|(at, why)| (at.elapsed(), why.clone())),
        }
    }

    /// What the back end is called.
    pub(crate) fn name(&self) -> &'static str {
        #[cfg(feature = "redis")]
        if self.tier.is_some() {
            return "tiered";
        }
        self.backend.name()
    }

    /// Reads items and versions. What may be there although it was invalidated is not shown.
    pub(crate) async fn get(&self, items: &[&str], versions: &[&str]) -> Result<Read, Error> {
        self.read(items, versions, || self.backend.get(items, versions))
            .await
    }

    /// The same without the items' times to live.
    pub(crate) async fn get_contents(
        &self,
        items: &[&str],
        versions: &[&str],
    ) -> Result<Read, Error> {
        self.read(items, versions, || {
            self.backend.get_contents(items, versions)
        })
        .await
    }

    async fn read<'a>(
        &self,
        items: &[&str],
        versions: &[&str],
        ask: impl FnOnce() -> Answer<'a, Read>,
    ) -> Result<Read, Error> {
        // Asked before the store is: what is delivered meanwhile may have been read before.
        let dropped = |name: &&str| self.undelivered.concern([*name].into_iter());
        let hidden: Vec<bool> = if self.undelivered.is_empty() {
            Vec::new()
        } else {
            items.iter().chain(versions).map(dropped).collect()
        };
        let mut read = self.attempt(ask()).await?;
        if items.len() != read.items.len() || versions.len() != read.versions.len() {
            return Err(self.answered_else());
        }
        for (n, _) in hidden.iter().enumerate().filter(|(_, hidden)| **hidden) {
            match n.checked_sub(items.len()) {
                None => read.items[n] = None,
                Some(n) => read.versions[n] = None,
            }
        }
        Ok(read)
    }

    fn answered_else(&self) -> Error {
        let name = self.name();
        Error::refused(format!(
            "{name} has answered something else than it was asked"
        ))
    }

    /// Makes changes, in order; none while one of the names is still to be removed.
    pub(crate) async fn change(&self, changes: &[Change<'_>]) -> Result<Vec<bool>, Error> {
        if self.undelivered.concern(changes.iter().map(Change::name)) {
            return Ok(vec![false; changes.len()]);
        }
        let made = self.attempt(self.backend.change(changes)).await?;
        if made.len() == changes.len() {
            for change in changes.iter().filter(|change| replaces(change)) {
                #[cfg(feature = "redis")]
                self.tell_copies(change.name());
                self.note_stored(change.name());
            }
            Ok(made)
        } else {
            Err(self.answered_else())
        }
    }

    /// A moment before a look at a name, for [`stored_since`](Self::stored_since).
    pub(crate) fn stored(&self, name: &str) -> u64 {
        let (place, _) = self.place(name);
        place.load(SeqCst)
    }

    /// Tells whether this process has stored a value under a name since: who has found none looks again then, instead
    /// of computing what was computed just now.
    pub(crate) fn stored_since(&self, name: &str, before: u64) -> bool {
        let (place, print) = self.place(name);
        let now = place.load(SeqCst);
        now != before && now >> 32 == print
    }

    fn note_stored(&self, name: &str) {
        let (place, print) = self.place(name);
        let next = |last: u64| Some(print << 32 | (last + 1) & u64::from(u32::MAX));
        let _ = place.fetch_update(SeqCst, SeqCst, next);
    }

    /// The place of a name, and half of its hash to tell it from others there.
    fn place(&self, name: &str) -> (&AtomicU64, u64) {
        let hash = FixedState::default().hash_one(name);
        #[expect(clippy::cast_possible_truncation, reason = "there are few places")]
        let place = hash as usize % PLACES;
        (&self.stored[place], hash >> 32)
    }

    /// Removes names, in order. What fails is done again until it succeeds, and not trusted until then.
    pub(crate) async fn remove(self: &Arc<Self>, names: &[&str]) -> Result<Vec<bool>, Error> {
        let changes: Vec<_> = names.iter().map(|name| Change::Delete { name }).collect();
        let keep = Keep {
            hub: self,
            names,
            done: false,
        };
        let removed = self.attempt(self.backend.change(&changes)).await;
        #[cfg(feature = "redis")]
        for name in names {
            self.tell_copies(name);
        }
        match removed {
            Ok(removed) => {
                keep.done();
                Ok(removed)
            }
            Err(why) => {
                drop(keep);
                let message = format!(
                    "the invalidation has not reached {} yet: {why}",
                    self.name()
                );
                Err(Error::new(ErrorKind::Undelivered, message).because(why))
            }
        }
    }

    /// Tells the copies here what has changed: the store will do so too, a moment later.
    #[cfg(feature = "redis")]
    fn tell_copies(&self, name: &str) {
        if let Some(tier) = &self.tier {
            tier.change(name);
        }
    }

    /// Gives back the room of everything under this cache's names, as far as the back end can, in its own time.
    pub(crate) async fn clear(&self) -> Result<(), Error> {
        const LONGEST: Duration = Duration::from_secs(60);
        let prefix = self.rules.prefix.everything();
        let cleared = io::within(io::limited(LONGEST, self.backend.clear(&prefix))).await;
        cleared.unwrap_or_else(|| Err(Error::unreachable("the back end takes too long to clear")))
    }

    /// Makes one attempt, unless the back end has failed too often just now.
    async fn attempt<T>(
        &self,
        operation: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        #[cfg(feature = "testing")]
        if crate::testing::backend_fails() {
            return Err(self.failed(Error::unreachable(
                "the back end is down: `fail_backend` says so",
            )));
        }
        if !self.breaker.admits(|| self.began.elapsed()) {
            return Err(self.failed(Error::unreachable(format!(
                "{} has failed just now",
                self.name()
            ))));
        }
        #[cfg(feature = "admin")]
        let asked = Instant::now();
        let limited = io::within(io::limited(self.rules.timeout, operation)).await;
        #[cfg(feature = "admin")]
        self.answers.add(asked.elapsed());
        let answer = limited.unwrap_or_else(|| {
            let limit = self.rules.timeout;
            Err(Error::unreachable(format!(
                "{} has not answered within {limit:?}",
                self.name()
            )))
        });
        match answer {
            Err(why) if why.kind() == ErrorKind::Unreachable => {
                #[cfg(feature = "admin")]
                self.note_failure(&why);
                if self.breaker.failed(self.began.elapsed()) {
                    log::warn(&format_args!(
                        "{why}; functions run without it until it is back"
                    ));
                }
                Err(self.failed(why))
            }
            // What the back end has refused, it has answered.
            answer => {
                self.succeeded();
                answer.map_err(|why| self.failed(why))
            }
        }
    }

    /// Takes note that the back end has answered.
    fn succeeded(&self) {
        if self.breaker.succeeded() {
            log::info(&format_args!("{} is back", self.name()));
        }
    }

    #[cfg(feature = "admin")]
    fn note_failure(&self, why: &Error) {
        let mut failure = self
            .failure
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *failure = Some((Instant::now(), why.to_string()));
    }

    /// Goes on with a failure, or does not.
    fn failed(&self, why: Error) -> Error {
        assert!(
            self.rules.ignore_errors,
            "the cache has failed, and CACHE_IGNORE_ERRORS is false: {why}"
        );
        why
    }

    fn deliver_later(self: &Arc<Self>) {
        if !self.delivering.swap(true, SeqCst) {
            log::warn(&format_args!(
                "an invalidation has not reached {}; it is sent again until it has",
                self.name()
            ));
            io::runtime().spawn(Arc::clone(self).deliver());
        }
    }

    /// Removes what is to be removed, until nothing is left.
    async fn deliver(self: Arc<Self>) {
        loop {
            let batch = self.undelivered.some();
            if batch.is_empty() {
                self.delivering.store(false, SeqCst);
                // Something may have come since.
                if self.undelivered.is_empty() || self.delivering.swap(true, SeqCst) {
                    return;
                }
                continue;
            }
            let changes: Vec<_> = batch
                .iter()
                .map(|(name, _)| Change::Delete { name })
                .collect();
            if self.try_to_deliver(&changes).await {
                self.succeeded();
                self.undelivered.delivered(&batch);
            } else {
                tokio::time::sleep(RETRY).await;
            }
        }
    }

    /// Makes the attempt past the breaker, which it may close.
    async fn try_to_deliver(&self, changes: &[Change<'_>]) -> bool {
        #[cfg(feature = "testing")]
        if crate::testing::backend_fails() {
            return false;
        }
        let limited = io::limited(self.rules.timeout, self.backend.change(changes)).await;
        matches!(limited, Some(Ok(_)))
    }
}

/// Whether a change puts a value in the place of another.
fn replaces(change: &Change<'_>) -> bool {
    matches!(change, Change::Set { content, .. } if !content.is_empty())
}

/// Keeps names unless they were removed: also if the removal fails, panics or is cancelled.
struct Keep<'a> {
    hub: &'a Arc<Hub>,
    names: &'a [&'a str],
    done: bool,
}

impl Keep<'_> {
    fn done(mut self) {
        self.done = true;
    }
}

impl Drop for Keep<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.hub.undelivered.keep(self.names.iter().copied());
            self.hub.deliver_later();
        }
    }
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Hub").field(&self.name()).finish()
    }
}
