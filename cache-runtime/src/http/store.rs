//! The answers of one layer, kept in the crate's own store; and the list of all layers.
//!
//! A [`Shelf`] is a function-like [`Site`]: its entries expire, are bounded, counted and swept like those of any
//! cached function, go when the cached functions are invalidated that the handler has called, and are apart in
//! `testing::isolate`.

use std::any::Any;
#[cfg(feature = "metrics")]
use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, StatusCode};
use once_cell::sync::{Lazy, OnceCell};

use super::decide::answering::Times;
use super::decide::policy::Policy;
use super::decide::vary::Selection;
use super::index::{Index, Listing};
use super::key::{Key, canonical};
#[cfg(feature = "shared")]
use super::standing::Standing;
use crate::clock::Moment;
use crate::key::CellOf;
use crate::lineage;
use crate::options::{Setup, Terms};
use crate::site::instance::Told;
#[cfg(feature = "shared")]
use crate::site::shared::Home;
use crate::site::{About, Instance, InstanceId, Site, name_of};
use crate::stats::Stats;
use crate::sweeper;
use crate::sync::StaticMutex;
use crate::value::cell::InPlace;

/// A refresh that has failed is tried again after this long.
const PAUSE: Duration = Duration::from_secs(1);

/// The entries of a layer.
pub(crate) type Answers = Instance<CellOf<Key>, InPlace<Arc<Kept>>>;

/// What is kept under one key.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) what: What,
    /// Says which path it belongs to, as long as it is kept.
    _listing: Listing,
}

/// What is known of a key.
#[derive(Debug)]
pub(crate) enum What {
    /// The answer.
    Answer(Box<Answer>),
    /// Answers differ, by these headers of the request: each has a key of its own.
    Varies(Varies),
    /// Answers are not stored. Requests do not wait for each other.
    Refused,
}

/// By which headers of the request answers of one URI differ.
#[derive(Debug)]
pub(crate) struct Varies {
    pub(crate) names: Box<[HeaderName]>,
    /// Part of the keys of the answers: what was stored under another generation is not found.
    pub(crate) generation: u64,
}

/// A stored answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) times: Times,
    /// What the request had in the headers that the answer depends on.
    pub(crate) selection: Selection,
    /// Whether the handler knows the validators, and can say that nothing has changed.
    pub(crate) validates: bool,
    /// What it depends on in a shared store, if there is one.
    #[cfg(feature = "shared")]
    pub(crate) standing: Option<Standing>,
    /// When a refresh may begin: a [`Moment`] that moves on when one has failed.
    pub(crate) refresh_at: AtomicU64,
}

impl Varies {
    pub(crate) fn new(names: Box<[HeaderName]>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            names,
            generation: NEXT.fetch_add(1, Relaxed),
        }
    }
}

impl Answer {
    pub(crate) fn may_refresh(&self, now: Moment) -> bool {
        self.refresh_at.load(Relaxed) <= now.0
    }

    /// Takes note that a refresh has failed.
    pub(crate) fn refresh_failed(&self, now: Moment) {
        self.refresh_at.store(now.after(PAUSE).0, Relaxed);
    }
}

impl Kept {
    pub(crate) fn new(what: What, listing: Listing) -> Arc<Self> {
        Arc::new(Self {
            what,
            _listing: listing,
        })
    }

    pub(crate) fn answer(&self) -> Option<&Answer> {
        match &self.what {
            What::Answer(answer) => Some(answer),
            What::Varies(_) | What::Refused => None,
        }
    }

    /// How long an entry lives that says nothing else.
    fn timeout(&self) -> Duration {
        let answer = self.answer();
        let whole = answer.and_then(|answer| answer.times.lifetime.whole());
        whole.unwrap_or_default()
    }

    /// About how many bytes it takes.
    pub(crate) fn size(&self, key: &Key) -> u32 {
        const OVERHEAD: usize = 512;
        let answer = self.answer().map_or(0, |answer| {
            let headers = answer.headers.iter();
            let lengths = headers.map(|(name, value)| name.as_str().len() + value.len() + 64);
            answer.body.len() + lengths.sum::<usize>()
        });
        u32::try_from(OVERHEAD + 2 * key.len() + answer).unwrap_or(u32::MAX)
    }
}

/// How much a layer keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    Bytes(u64),
    Entries(usize),
}

/// What a layer was told, and the answers that it keeps.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(crate) policy: Policy,
    /// Its name, as `Cache-Status` writes it.
    pub(crate) name: String,
    pub(crate) room: Room,
    made_at: &'static Location<'static>,
    site: OnceCell<&'static Site>,
    index: Index,
}

/// Every layer that has kept something.
static SHELVES: Lazy<StaticMutex<Vec<Weak<Shelf>>>> = Lazy::new(|| StaticMutex::new(Vec::new()));

impl Shelf {
    pub(crate) fn new(
        policy: Policy,
        name: String,
        room: Room,
        made_at: &'static Location<'static>,
    ) -> Self {
        Self {
            policy,
            name,
            room,
            made_at,
            site: OnceCell::new(),
            index: Index::new(),
        }
    }

    /// A shelf that was told the same and keeps nothing yet.
    pub(crate) fn like_new(&self) -> Self {
        let (policy, name) = (self.policy.clone(), self.name.clone());
        Self::new(policy, name, self.room, self.made_at)
    }

    /// The site; made at the first request, for the rest of the process.
    fn site(self: &Arc<Self>) -> &'static Site {
        self.site.get_or_init(|| {
            let site = Site::new(About {
                name: "CacheLayer",
                file: self.made_at.file(),
                line: self.made_at.line(),
                column: self.made_at.column(),
                path: || "CacheLayer",
                ..About::NOTHING
            });
            let mut shelves = SHELVES.lock();
            shelves.retain(|shelf| shelf.strong_count() > 0);
            shelves.push(Arc::downgrade(self));
            Box::leak(Box::new(site))
        })
    }

    /// The entries: those of the process, or of the isolated test that this thread is in.
    pub(crate) fn answers(self: &Arc<Self>) -> &'static Answers {
        let state = self.site().state();
        let id = InstanceId {
            function: name_of::<Self>,
            types: name_of::<Answers>,
        };
        let found: &'static dyn Any = state.instance(id, &|| {
            let setup = Setup::new(&Terms::default()).timeout_with(Kept::timeout);
            let setup = match self.room {
                Room::Bytes(bytes) => setup.max_weight(bytes),
                Room::Entries(entries) => setup.max_entries(entries),
            };
            let counters = Arc::clone(&state.counters);
            let answers = Instance::new(
                self.site(),
                Told::new(
                    setup,
                    |taken: &Arc<Kept>| Some(&**taken),
                    None,
                    #[cfg(feature = "shared")]
                    Home::Here,
                ),
                state.realm,
                counters,
            );
            let answers: &'static Answers = Box::leak(Box::new(answers));
            sweeper::look_after(answers);
            answers
        });
        found
            .downcast_ref()
            .expect("a layer has entries of one type only")
    }

    pub(crate) fn list(&self, key: &Key) -> Listing {
        self.index.list(key.path(), key.hash())
    }

    /// Drops what is kept for a path, for every host, query and variant; answers how many keys that were.
    pub(crate) fn invalidate(self: &Arc<Self>, path: &str) -> usize {
        let hashes = self.index.hashes(path);
        for &hash in &hashes {
            let answers = self.answers();
            answers.store.remove_hash(hash);
            lineage::outdate(answers, hash, None);
        }
        hashes.len()
    }

    /// Drops everything; answers how much that was.
    pub(crate) fn clear(&self) -> usize {
        self.site.get().map_or(0, |site| site.state().clear())
    }

    pub(crate) fn stats(&self) -> Stats {
        let counters = self.site.get().map(|site| &site.state().counters);
        counters.map_or_else(Stats::default, |counters| counters.read())
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Every layer that has kept something: its name, and its site.
#[cfg(feature = "admin")]
pub(crate) fn layers() -> Vec<(String, &'static Site)> {
    let shelves = shelves();
    shelves
        .iter()
        .map(|shelf| (shelf.name.clone(), shelf.site()))
        .collect()
}

fn shelves() -> Vec<Arc<Shelf>> {
    SHELVES.lock().iter().filter_map(Weak::upgrade).collect()
}

/// Drops what is kept for a path in every layer; answers how many keys that were.
///
/// The path may be spelt in any way that RFC 3986 takes for the same; what follows a `?` does not count.
pub(crate) fn invalidate_path(path: &str) -> usize {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = canonical(path.as_bytes());
    let shelves = shelves();
    shelves.iter().map(|shelf| shelf.invalidate(&path)).sum()
}

/// What all layers have done, those of one name together, and how many entries they have.
#[cfg(feature = "metrics")]
pub(crate) fn totals() -> BTreeMap<String, (Stats, usize)> {
    let mut totals = BTreeMap::<_, (Stats, usize)>::new();
    for shelf in shelves() {
        let (stats, entries) = totals.entry(shelf.name.clone()).or_default();
        stats.add(&shelf.stats());
        *entries += shelf.answers().store.entries();
    }
    totals
}

/// Drops everything in every layer; answers how much that was.
pub(crate) fn clear_all() -> usize {
    shelves().iter().map(|shelf| shelf.clear()).sum()
}
