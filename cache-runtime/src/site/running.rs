//! Which computations are running here, and which of them wait for which: so that none waits for itself.
//!
//! A computation runs in a [`Frame`]; frames of nested cached calls form a chain, which a thread carries in a
//! thread-local and a task carries from poll to poll. Before a call waits for another's computation, the
//! wait-for graph is searched (the classic deadlock avoidance of lock managers: Bernstein, Hadzilacos and
//! Goodman, 1987, section 3.5); if the wait would close a cycle, the call computes for itself.
//! Calls outside any computation hold nobody up, and never touch the graph.
//!
//! Most computations call for nothing that is cached. Their frame is made when somebody asks for it ([`Place`]).
#![allow(unsafe_code, reason = "the place of what runs is found on the stack")]

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::iter;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::ptr::NonNull;
use std::sync::Arc;
use std::task::{Context, Poll};

use once_cell::sync::{Lazy, OnceCell};
use pin_project_lite::pin_project;

use crate::lineage::{Dependant, Lineage, LoadId, Recording, Source};
use crate::sync::{StaticMutex, of_each_thread};
use crate::threads::Detour;
use crate::watch::Subject;
use crate::watch::load::Watch;

/// A running computation and those it runs inside of.
#[derive(Debug)]
pub(crate) struct Frame {
    load: LoadId,
    outer: Option<Arc<Frame>>,
    /// What it calls for; none if its function records no dependencies.
    recording: Option<Recording>,
    /// Whether its value, or that of one around it, goes to a shared store.
    shared: bool,
    /// Those that it stands for, if one run of a function computes several values.
    members: Vec<Arc<Frame>>,
    /// What is watched of the run.
    pub(crate) watch: Watch,
}

/// The innermost computation that runs here.
#[derive(Debug)]
enum Here {
    Frame(Arc<Frame>),
    /// Whose frame may not be made yet. It stays where it is as long as it runs here.
    Place(NonNull<Place>),
}

of_each_thread! {
    static HERE: RefCell<Option<Here>> = RefCell::new(None);
}

/// The innermost computation that runs here.
pub(crate) fn here() -> Option<Arc<Frame>> {
    let frame = |here: &RefCell<Option<Here>>| here.borrow().as_ref().map(Here::frame).cloned();
    HERE.try_with(frame).ok().flatten()
}

fn put_here(here: Option<Here>) -> Option<Here> {
    Detour::Inside.set(here.is_some());
    HERE.try_with(|place| place.replace(here)).ok().flatten()
}

impl Here {
    fn frame(&self) -> &Arc<Frame> {
        match self {
            Self::Frame(frame) => frame,
            // SAFETY: it was lent out for as long as this is here ([`Place::attempt`]), on this thread.
            Self::Place(place) => unsafe { place.as_ref() }.frame(),
        }
    }
}

/// Where a computation runs: in a frame that is made when somebody asks for it.
#[derive(Debug)]
pub(crate) struct Place {
    load: LoadId,
    /// Whose result it computes.
    pub(super) owner: Dependant,
    /// The epoch of labels that it began in.
    pub(super) epoch: u64,
    /// Whether what it calls for is recorded.
    records: bool,
    /// Whether its value goes to a shared store.
    shared: bool,
    /// The computation that it began inside of.
    outer: Option<Arc<Frame>>,
    frame: OnceCell<Arc<Frame>>,
}

impl Place {
    /// The place of a computation that begins here.
    #[inline]
    pub(crate) fn begin(
        load: LoadId,
        owner: Dependant,
        epoch: u64,
        records: bool,
        shared: bool,
    ) -> Self {
        let outer = Detour::Inside.is_there().then(here).flatten();
        Self {
            load,
            owner,
            epoch,
            records,
            shared,
            outer,
            frame: OnceCell::new(),
        }
    }

    /// The frame, which is made if it was not asked for before.
    pub(crate) fn frame(&self) -> &Arc<Frame> {
        self.frame.get_or_init(|| {
            let outer = self.outer.clone();
            Arc::new(Frame {
                load: self.load,
                shared: self.shared || outer.as_deref().is_some_and(|outer| outer.shared),
                outer,
                recording: self
                    .records
                    .then(|| Recording::begin(self.owner, self.epoch)),
                members: Vec::new(),
                watch: Watch::default(),
            })
        })
    }

    /// Takes note that the function runs.
    pub(crate) fn begins(&self, subject: Subject<'_>, why: &'static str) {
        if Watch::IS_ANY {
            self.frame().begins(subject, why);
        }
    }

    /// The frame, if anybody has asked for it.
    pub(crate) fn known(&self) -> Option<&Arc<Frame>> {
        self.frame.get()
    }

    /// The recordings of the computation that this one began inside of.
    fn outer_recordings(&self) -> impl Iterator<Item = &Recording> {
        let outer = self.outer.as_deref().into_iter();
        outer.flat_map(Frame::recordings)
    }

    /// Hands what something here was computed from to the computation around it.
    pub(crate) fn hand_out(&self, lineage: &Lineage) {
        self.outer_recordings()
            .for_each(|outer| outer.inherit(lineage));
    }

    /// Lets the computation around this one know that it depends on what cannot be known.
    #[cfg(feature = "shared")]
    pub(crate) fn forsake_outer(&self) {
        self.outer_recordings().for_each(Recording::forsake);
    }

    /// Runs something here, and catches its panic if that is wanted.
    // A frame of its own would be one more per level of a recursion.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn enclose(&self, catch: bool, body: &mut dyn FnMut()) -> Attempt<()> {
        let _inside = self.known().map(|frame| frame.watch.enter());
        // What is put there is taken away before this is lent out no more.
        let _entered = Entered::into(Some(Here::Place(NonNull::from(self))));
        attempt(catch, body)
    }
}

impl Frame {
    /// The frame of computations that have begun here and are done by one run of a function: what it calls for, all
    /// of them do. None if there are none.
    pub(crate) fn together(mut members: Vec<Arc<Self>>) -> Option<Arc<Self>> {
        let last = members.pop()?;
        if members.is_empty() {
            return Some(last);
        }
        let (outer, shared) = (last.outer.clone(), last.shared);
        members.push(last);
        Some(Arc::new(Self {
            load: LoadId::next(),
            outer,
            recording: None,
            shared,
            members,
            watch: Watch::default(),
        }))
    }

    /// Takes note that the function runs, for this computation and those that it stands for.
    pub(crate) fn begins(&self, subject: Subject<'_>, why: &'static str) {
        self.watch.begin(subject, why);
        for member in &self.members {
            self.watch.share(&member.watch);
        }
    }

    /// The recording of this computation, or of each of those that it stands for.
    pub(crate) fn recordings(&self) -> impl Iterator<Item = &Recording> {
        let members = self.members.iter().map(|member| &**member);
        let all = iter::once(self).chain(members);
        all.filter_map(|frame| frame.recording.as_ref())
    }

    /// The recording of this computation.
    pub(crate) fn recording(&self) -> Option<&Recording> {
        self.recording.as_ref()
    }

    /// Everything that waits if something in this frame does, apart from what is around it.
    fn loads(&self) -> impl Iterator<Item = LoadId> {
        let members = self.members.iter().map(|member| member.load);
        iter::once(self.load).chain(members)
    }

    /// Runs something inside this frame.
    pub(crate) fn run<R>(self: Arc<Self>, body: impl FnOnce() -> R) -> R {
        run_in(Some(self), body)
    }
}

/// Runs something, and catches its panic if that is wanted.
#[inline]
fn attempt(catch: bool, body: impl FnOnce()) -> Attempt<()> {
    if catch {
        catch_unwind(AssertUnwindSafe(body))
    } else {
        body();
        Ok(())
    }
}

/// Tells the innermost computation that runs here that a key is about to be looked at, as [`Recording::depend`] takes
/// it down.
#[inline]
pub(crate) fn depend(source: &'static dyn Source, hash: u64, by: Option<LoadId>) {
    if Detour::Inside.is_there() {
        record(&|recording| recording.depend(source, hash, by));
    }
}

/// Tells the innermost computation that runs here what something that it gets was computed from.
#[inline]
pub(crate) fn inherit(lineage: &Lineage) {
    if Detour::Inside.is_there() {
        record(&|recording| recording.inherit(lineage));
    }
}

/// Tells the innermost computation that runs here, if there is one and it records what it calls for.
pub(crate) fn record(note: &dyn Fn(&Recording)) {
    let tell = |here: &RefCell<Option<Here>>| {
        if let Some(here) = here.borrow().as_ref() {
            here.frame().recordings().for_each(note);
        }
    };
    // A call by something that is dropped at the very end of a thread is inside no computation.
    let _ = HERE.try_with(tell);
}

/// The innermost computation that runs here, if what it depends on matters in a shared store.
#[cfg(feature = "shared")]
pub(crate) fn here_for_shared() -> Option<Arc<Frame>> {
    let inside = Detour::Inside.is_there().then(here).flatten();
    inside.filter(|frame| frame.shared && frame.recordings().next().is_some())
}

/// Runs something inside a frame, or outside of all.
pub(crate) fn run_in<R>(frame: Option<Arc<Frame>>, body: impl FnOnce() -> R) -> R {
    let _inside = frame.as_deref().map(|frame| frame.watch.enter());
    let _entered = Entered::into(frame.map(Here::Frame));
    body()
}

/// What became of something that may have panicked.
pub(crate) type Attempt<R> = std::thread::Result<R>;

/// Puts back what was here before, also when a panic passes by.
struct Entered(Option<Here>);

impl Entered {
    fn into(here: Option<Here>) -> Self {
        Self(put_here(here))
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        put_here(self.0.take());
    }
}

pin_project! {
    /// A future that runs inside a computation, whichever thread polls it.
    pub(crate) struct Framed<W, F> {
        place: W,
        catch: bool,
        #[pin]
        future: F,
    }
}

/// Where a future runs.
pub(crate) trait Within {
    /// Runs something there, and catches its panic if that is wanted.
    fn enclose(&self, catch: bool, body: &mut dyn FnMut()) -> Attempt<()>;
}

impl Within for &Place {
    fn enclose(&self, catch: bool, body: &mut dyn FnMut()) -> Attempt<()> {
        Place::enclose(self, catch, body)
    }
}

impl Within for Arc<Frame> {
    fn enclose(&self, catch: bool, body: &mut dyn FnMut()) -> Attempt<()> {
        attempt(catch, || Arc::clone(self).run(body))
    }
}

impl<W: Within, F: Future> Framed<W, F> {
    /// `catch` says whether a panic is caught.
    pub(crate) fn new(place: W, catch: bool, future: F) -> Self {
        Self {
            place,
            catch,
            future,
        }
    }
}

impl<W: Within, F: Future> Future for Framed<W, F> {
    type Output = Attempt<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Attempt<F::Output>> {
        let mut this = self.project();
        let mut polled = Poll::Pending;
        let run = &mut || polled = this.future.as_mut().poll(context);
        match this.place.enclose(*this.catch, run) {
            Ok(()) => polled.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    }
}

/// For each computation, those it waits for.
static WAITS: Lazy<StaticMutex<HashMap<LoadId, Vec<LoadId>>>> =
    Lazy::new(|| StaticMutex::new(HashMap::new()));

/// A wait that is noted in the graph while it lasts.
#[derive(Debug)]
pub(crate) struct Waiting {
    waiters: Vec<LoadId>,
    target: LoadId,
}

/// Notes that everything running here is about to wait for `target`; `None` if that would close a cycle.
pub(crate) fn wait_for(target: LoadId) -> Option<Waiting> {
    let innermost = here();
    let frames = iter::successors(innermost.as_deref(), |frame| frame.outer.as_deref());
    let waiters: Vec<_> = frames.flat_map(Frame::loads).collect();
    if !waiters.is_empty() {
        let mut waits = WAITS.lock();
        if reaches(&waits, target, &waiters) {
            return None;
        }
        for waiter in &waiters {
            waits.entry(*waiter).or_default().push(target);
        }
    }
    Some(Waiting { waiters, target })
}

/// Tells whether `from` waits, through however many others, for one of `goals`.
fn reaches(waits: &HashMap<LoadId, Vec<LoadId>>, from: LoadId, goals: &[LoadId]) -> bool {
    let mut seen = vec![from];
    let mut next = 0;
    while let Some(&load) = seen.get(next) {
        if goals.contains(&load) {
            return true;
        }
        let onward = waits.get(&load).into_iter().flatten();
        for &target in onward {
            if !seen.contains(&target) {
                seen.push(target);
            }
        }
        next += 1;
    }
    false
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.waiters.is_empty() {
            return;
        }
        let mut waits = WAITS.lock();
        for waiter in &self.waiters {
            let Some(targets) = waits.get_mut(waiter) else {
                continue;
            };
            if let Some(at) = targets.iter().position(|target| *target == self.target) {
                targets.swap_remove(at);
            }
            if targets.is_empty() {
                waits.remove(waiter);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lineage::Dependents;

    struct Nothing(Dependents);

    impl Source for Nothing {
        fn dependents(&self) -> &Dependents {
            &self.0
        }

        fn drop_hash(&self, _hash: u64) {}
    }

    fn frame(load: LoadId) -> Arc<Frame> {
        let source = Box::leak(Box::new(Nothing(Dependents::default())));
        let owner = Dependant { source, hash: 0 };
        Arc::clone(Place::begin(load, owner, 0, false, false).frame())
    }

    #[test]
    fn a_wait_that_would_close_a_cycle_is_refused() {
        let [a, b, c] = [LoadId::next(), LoadId::next(), LoadId::next()];
        let in_a = frame(a).run(|| wait_for(b));
        assert!(in_a.is_some());
        let in_b = frame(b).run(|| wait_for(c));
        assert!(in_b.is_some());
        assert!(frame(c).run(|| wait_for(a)).is_none(), "c -> a -> b -> c");
        assert!(
            frame(a).run(|| wait_for(a)).is_none(),
            "a computation does not wait for itself"
        );
        assert!(
            frame(a).run(|| frame(c).run(|| wait_for(a))).is_none(),
            "nor one inside it"
        );
        drop(in_a);
        assert!(frame(c).run(|| wait_for(a)).is_some());
    }

    #[test]
    fn a_call_outside_any_computation_holds_nobody_up() {
        let waiting = wait_for(LoadId::next()).expect("nothing runs here");
        assert!(waiting.waiters.is_empty());
    }
}
