//! The guard of one run of the handler: what it came to is stored, refused, or replaced by what was kept before.
//! Dropped, by a panic or since the client is gone, it hands over to the next request that waits.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{ETAG, HeaderMap, HeaderName, LAST_MODIFIED};
use http::response::Parts;

use super::decide::answering::Times;
use super::decide::asking::Terms;
use super::decide::keeping::{Keep, Refusal};
use super::decide::report::Forward;
use super::decide::vary;
use super::index::Listing;
use super::key::Key;
use super::respond;
#[cfg(feature = "shared")]
use super::standing::{Begun, Standing};
use super::store::{Answer, Answers, Kept, Shelf, Varies, What};
use super::visit::{Landed, Visit};
use crate::clock::Moment;
use crate::entry;
use crate::lineage::{Dependant, Lineage};
use crate::outcome::MissReason;
use crate::site::flight::{CameTo, Flight, Landing, Stage};
use crate::site::load::{Load, Purpose};
use crate::site::running;
#[cfg(feature = "shared")]
use crate::stats::Event;
use crate::store::{Committed, Start, Ticket};
use crate::watch::Subject;
use crate::watch::load::Ending;

/// That answers are not stored is remembered while it is asked for, and this much longer.
const REFUSED: Duration = Duration::from_secs(10);

/// By which headers answers differ is remembered while it is asked for, and this much longer.
const VARIES: Duration = Duration::from_secs(3600);

/// Where an answer belongs.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) key: Key,
    /// The key of what is known of the URI; the same, unless answers differ.
    pub(crate) primary: Key,
    /// By which headers answers differ, if they do.
    pub(crate) varies: Option<Arc<Kept>>,
}

/// One run of the handler.
#[must_use = "a seat that is dropped hands over to the next"]
pub(crate) struct Seat {
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) terms: Terms,
    pub(crate) forward: Forward,
    /// What is replaced.
    old: Option<Arc<Kept>>,
    /// The versions in a shared store from before the run, if there is one.
    #[cfg(feature = "shared")]
    begun: Option<Begun>,
    answers: &'static Answers,
    place: Place,
    ticket: Ticket,
    listing: Option<Listing>,
    load: Load,
    /// Whether the store still has a note of it.
    noted: bool,
    /// Where others wait for it, if anybody does; known once the store has no note of it.
    flight: Option<Arc<Flight<Arc<Kept>>>>,
}

impl Seat {
    pub(crate) fn new(
        visit: &Visit,
        place: Place,
        ticket: Ticket,
        listing: Listing,
        reason: MissReason,
    ) -> Self {
        let answers = visit.answers;
        let owner = Dependant {
            source: answers,
            hash: ticket.hash,
        };
        let (id, purpose) = (ticket.id, Purpose::Call(reason));
        Self {
            shelf: Arc::clone(&visit.shelf),
            terms: visit.terms.clone(),
            forward: Forward::UriMiss,
            old: None,
            #[cfg(feature = "shared")]
            begun: None,
            answers,
            place,
            load: Load::begin(answers, owner, id, purpose, false, answers.now()),
            ticket,
            listing: Some(listing),
            noted: true,
            flight: None,
        }
    }

    /// Says why the request goes through.
    pub(crate) fn forwarded(mut self, forward: Forward) -> Self {
        self.forward = forward;
        self
    }

    /// Says what is kept until now.
    pub(crate) fn replacing(mut self, kept: Arc<Kept>) -> Self {
        self.old = Some(kept);
        self
    }

    /// Says that it is a refresh: the request that found it due is answered.
    pub(crate) fn in_background(mut self) -> Self {
        self.load.purpose = Purpose::Background;
        self
    }

    /// Looks at the versions in a shared store, if there is one, before the run; answers whether what comes of it may
    /// be kept.
    #[cfg(feature = "shared")]
    pub(crate) async fn begin(&mut self) -> bool {
        let begun = Begun::of_path(&self.place.primary.path()).await;
        let known = begun.is_ok();
        if !known {
            self.answers.counters.count(Event::BackendError);
        }
        self.begun = begun.unwrap_or_default();
        known
    }

    /// The answer that is replaced.
    pub(crate) fn old(&self) -> Option<&Answer> {
        self.old.as_deref().and_then(Kept::answer)
    }

    /// Whether answers were not stored until now.
    pub(crate) fn is_refused(&self) -> bool {
        let old = self.old.as_deref();
        old.is_some_and(|old| matches!(old.what, What::Refused))
    }

    /// Where the handler runs, and whether its panic is caught since an old answer might stand in.
    pub(crate) fn place(&self) -> (&running::Place, bool) {
        let catch = self.old().is_some_and(|old| old.times.tolerates_failures());
        (self.load.begins(Subject::Layer(&self.shelf.name)), catch)
    }

    /// Takes note that the handler is done.
    pub(crate) fn ran(&mut self) {
        self.load.ran();
    }

    /// Keeps an answer, and gives it to those who wait; answers whether it is stored.
    pub(crate) fn keep(
        mut self,
        asked: &HeaderMap,
        mut parts: Parts,
        body: Bytes,
        keep: &Keep,
    ) -> (Arc<Kept>, bool) {
        let validates =
            parts.headers.contains_key(ETAG) || parts.headers.contains_key(LAST_MODIFIED);
        let body = respond::kept(&mut parts, body, SystemTime::now());
        let lineage = self.close(Ending::Value);
        #[cfg(feature = "shared")]
        let (standing, keeps) = self.standing(&lineage);
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            body,
            times: Times {
                lifetime: keep.lifetime,
                received_at: self.answers.now(),
            },
            selection: vary::select(asked, &keep.vary),
            validates,
            #[cfg(feature = "shared")]
            standing,
            refresh_at: AtomicU64::new(Moment::START.0),
        };
        #[cfg(feature = "shared")]
        if !keeps {
            let kept = Kept::new(What::Answer(Box::new(answer)), self.listed());
            self.land(Landing::Value(Arc::clone(&kept), lineage));
            return (kept, false);
        }
        self.load.count_run(CameTo::Value);
        let (kept, stored) = self.store(asked, Box::new(answer), keep, &lineage);
        self.land(Landing::Value(Arc::clone(&kept), lineage));
        (kept, stored)
    }

    /// Gives up an answer that may not be stored: those who wait run for themselves, side by side. Unless it is a
    /// failure, what was kept before has had its time.
    pub(crate) fn refuse(mut self, refusal: Refusal, failed: bool) {
        let lineage = self.close(if failed { Ending::Error } else { Ending::Value });
        let over = self.old().is_some() && !failed;
        let remember = (refusal.lasts() && !self.is_refused()) || over;
        if let Some(listing) = self.listing.take().filter(|_| remember) {
            let kept = Kept::new(What::Refused, listing);
            self.commit(&kept, &unread(REFUSED), lineage);
        }
        self.land(Landing::Unshared);
    }

    /// Takes note that the handler has failed; those who wait run for themselves, side by side.
    pub(crate) fn fail(mut self) {
        self.close(Ending::Error);
        self.land(Landing::Unshared);
    }

    /// Answers a failure with what was kept before, if that may stand in; then this run has ended.
    pub(crate) fn stand_in(&mut self) -> Option<(Arc<Kept>, Moment)> {
        let (now, old) = (self.answers.now(), self.old()?);
        if !old.times.stands_in(now) {
            return None;
        }
        old.refresh_failed(now);
        let kept = self.old.clone()?;
        let lineage = self.close(Ending::Error);
        if !self.load.is_refresh() {
            self.load
                .failed("the handler has failed, and the old answer stands in");
        }
        self.land(Landing::Stale(Arc::clone(&kept), lineage));
        Some((kept, now))
    }

    /// Stores an answer where it belongs.
    fn store(
        &mut self,
        asked: &HeaderMap,
        answer: Box<Answer>,
        keep: &Keep,
        lineage: &Lineage,
    ) -> (Arc<Kept>, bool) {
        let times = lasting(keep.lifetime.whole());
        let listing = self.listed();
        let Some(varies) = self.varies_anew(&keep.vary) else {
            let kept = Kept::new(What::Answer(answer), listing);
            let stored = self.commit(&kept, &times, lineage.clone());
            return (kept, stored);
        };
        if self.place.varies.is_some() {
            // The key that it was computed for has gone; the next request stores under the new names.
            self.note(varies);
            return (Kept::new(What::Answer(answer), listing), false);
        }
        let variant = (self.place.key).variant(varies.generation, &varies.names, asked);
        let kept = Kept::new(What::Answer(answer), self.shelf.list(&variant));
        let marker = Kept::new(What::Varies(varies), listing);
        let stored = self.store_first((&variant, &kept), &marker, &times, lineage);
        (kept, stored)
    }

    /// What the answer depends on in a shared store, and whether it may be kept: not if that is more than can be
    /// listed.
    #[cfg(feature = "shared")]
    fn standing(&mut self, lineage: &Lineage) -> (Option<Standing>, bool) {
        let Some(begun) = self.begun.take() else {
            return (None, true);
        };
        let standing = begun.standing(lineage, self.answers.now());
        let keeps = standing.is_some();
        (standing, keeps)
    }

    /// The note which path the answer belongs to.
    fn listed(&mut self) -> Listing {
        let listing = self.listing.take();
        listing.unwrap_or_else(|| self.shelf.list(&self.place.key))
    }

    /// By what answers differ, if one of the names is new.
    fn varies_anew(&self, names: &[HeaderName]) -> Option<Varies> {
        let known = self.place.varies.as_deref().map_or(&[][..], names_of);
        let mut new = names.iter().filter(|name| !known.contains(name)).peekable();
        new.peek()?;
        Some(Varies::new(known.iter().chain(new).cloned().collect()))
    }

    /// Stores the first of several answers that differ, and by what they do.
    fn store_first(
        &mut self,
        (variant, kept): (&Key, &Arc<Kept>),
        marker: &Arc<Kept>,
        times: &entry::Times,
        lineage: &Lineage,
    ) -> bool {
        let store = &self.answers.store;
        let look = store.look(variant.hash(), variant);
        let Ok((ticket, _)) = store.begin(variant.hash(), variant, &look, Start::Alone) else {
            return false;
        };
        let weight = self.weight(kept, variant);
        let entry = (self.answers).entry(
            Arc::clone(kept),
            self.answers.now(),
            times,
            weight,
            lineage.clone(),
        );
        // Nobody waits for what is alone.
        let Committed { stored, .. } = store.commit(&ticket, entry);
        let life = times.timeout.map_or(Duration::MAX, |time| time.max(VARIES));
        // It is found from now on, unless the URI was invalidated meanwhile.
        let found = stored && self.commit(marker, &unread(life), lineage.clone());
        if !found {
            store.remove(variant.hash(), variant);
        }
        found
    }

    /// Takes note by what answers differ.
    fn note(&self, varies: Varies) {
        let key = &self.place.primary;
        let marker = Kept::new(What::Varies(varies), self.shelf.list(key));
        let weight = self.weight(&marker, key);
        let times = unread(VARIES);
        let entry = (self.answers).entry(
            marker,
            self.answers.now(),
            &times,
            weight,
            Lineage::default(),
        );
        self.answers.store.put(key.hash(), key, &entry);
    }

    /// Stores something under the key of this run, unless that was invalidated since it began.
    fn commit(&mut self, kept: &Arc<Kept>, times: &entry::Times, lineage: Lineage) -> bool {
        let weight = self.weight(kept, &self.place.key);
        let entry =
            (self.answers).entry(Arc::clone(kept), self.answers.now(), times, weight, lineage);
        self.noted = false;
        let Committed { stored, flight } = self.answers.store.commit(&self.ticket, entry);
        self.flight = flight;
        stored
    }

    fn weight(&self, kept: &Kept, key: &Key) -> u32 {
        let weighed = self.answers.options.max_weight.is_some();
        if weighed { kept.size(key) } else { 0 }
    }

    /// Tells those who watch how the run has ended.
    pub(crate) fn tell(&self, ending: Ending) {
        self.load.tell(ending);
    }

    /// Ends the run, and the recording of what the answer was computed from.
    fn close(&mut self, ending: Ending) -> Lineage {
        self.tell(ending);
        self.load.close(Vec::new())
    }

    /// Leaves the store first and lands then, so that who comes between finds nothing to wait for.
    fn land(&mut self, landing: Landed) {
        let came_to = (&landing).into();
        self.load.count_run(came_to);
        self.load.stage = Stage::Landed;
        if std::mem::take(&mut self.noted) {
            self.flight = self.answers.store.abandon(&self.ticket);
        }
        if self.load.is_refresh() && came_to != CameTo::Value {
            self.load
                .failed("a refresh has brought nothing to keep, and the old answer stays");
        }
        if let Some(flight) = self.flight.take() {
            flight.land(landing);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if self.load.stage != Stage::Landed {
            self.load.dropped();
            self.land(Landing::Abandoned);
        }
    }
}

fn names_of(kept: &Kept) -> &[HeaderName] {
    match &kept.what {
        What::Varies(varies) => &varies.names,
        What::Answer(_) | What::Refused => &[],
    }
}

/// The times of what is kept for this long.
fn lasting(timeout: Option<Duration>) -> entry::Times {
    entry::Times {
        timeout,
        ..entry::Times::default()
    }
}

/// The times of what is kept while somebody asks for it, and this much longer.
fn unread(idle: Duration) -> entry::Times {
    entry::Times {
        idle: Some(idle),
        ..entry::Times::default()
    }
}
