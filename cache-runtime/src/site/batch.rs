//! One call of a function that answers for many ids at once, with an entry for each of them.
//!
//! Every id goes the way of a call of its own ([`Call`], [`Seat`]), and they meet in two places: the ids that nobody
//! else computes are led together, by one run of the function, and all others are waited for after that run has
//! landed. So of two calls that want the same ids in another order, none waits for the other before it has computed
//! what the other waits for.

use std::collections::HashMap;
use std::future::Future;
use std::mem;
use std::sync::Arc;

use super::door::Door;
use super::flight::{Follow, block_on};
use super::running::{Frame, Framed};
use super::seat::Seat;
use super::step::{Ask, Call, CellIn, Done, Found, Step, TakenOf};
use super::tagging::Tagging;
use crate::key::{self, CellOf, KeyRef};
use crate::outcome::Outcome;
use crate::value::batch::{Asking, BatchMap, BatchOutput, OneOf};
use crate::value::{Kind, Types};
use crate::watch::Subject;

#[cfg(feature = "shared")]
mod away;

/// What a call does next.
#[derive(Debug)]
pub enum Next<I, O> {
    /// Runs the function with these ids.
    Run(Vec<I>),
    /// Returns this.
    Done(O),
}

/// One call of a function that answers for many ids with a result `O`. Dropping it hands every id that it computes
/// over to somebody who waits for it.
pub struct Batch<'a, I, O: BatchOutput, K: Kind<OneOf<O>>, Q: KeyRef> {
    door: Door<OneOf<O>, K>,
    ask: Ask,
    ids: &'a [I],
    /// What is known so far.
    answer: O::Map,
    asking: Asking<I, O>,
    /// The ids that are still to be decided.
    open: Vec<One<K, Q>>,
    /// Those that this call computes.
    #[expect(clippy::type_complexity, reason = "a list of pairs")]
    led: Vec<(One<K, Q>, Seat<OneOf<O>, K, CellOf<Q>>)>,
    /// Those that others compute.
    followed: Vec<Followed<K, Q>>,
    stage: Stage,
    #[cfg(feature = "shared")]
    away: away::Away<CellOf<Q>, CellIn<K>>,
}

type Followed<K, Q> = (One<K, Q>, Follow<TakenOf<K>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Begun,
    Decided,
    /// The cache is neither read nor written.
    Bypassed,
}

/// One id.
struct One<K: Types, Q: KeyRef> {
    place: usize,
    key: Q,
    call: Option<Call<CellOf<Q>, CellIn<K>>>,
    #[cfg(feature = "shared")]
    look: Option<away::Look>,
}

/// Begins a call; `key` makes the key of one id.
pub fn batch<'a, I, O, K, Q>(
    door: Door<OneOf<O>, K>,
    ask: Ask,
    ids: &'a [I],
    key: impl Fn(&'a I) -> Q,
) -> Batch<'a, I, O, K, Q>
where
    I: Clone,
    O: BatchOutput<Map: BatchMap<I, Value = O::Value>>,
    K: Kind<OneOf<O>>,
    Q: KeyRef,
{
    let asking = Asking::new();
    let mut batch = Batch {
        door,
        ask,
        ids,
        answer: (asking.empty)(),
        asking,
        open: Vec::new(),
        led: Vec::new(),
        followed: Vec::new(),
        stage: Stage::Begun,
        #[cfg(feature = "shared")]
        away: away::Away::default(),
    };
    batch.find(key);
    batch
}

impl<'a, I, O, K, Q> Batch<'a, I, O, K, Q>
where
    O: BatchOutput,
    K: Kind<OneOf<O>>,
    Q: KeyRef,
{
    /// Answers what can be answered at once, and notes the other ids, each of them once.
    fn find(&mut self, key: impl Fn(&'a I) -> Q) {
        let mut open = HashMap::<u64, Vec<usize>>::new();
        for (place, id) in self.ids.iter().enumerate() {
            if (self.asking.holds)(&self.answer, id) {
                continue;
            }
            let key = key(id);
            if let Some(hit) = self.door.hit(self.ask, &key) {
                // A hit is a value: there is nothing to fail.
                let _ = self.give(place, hit.value);
                continue;
            }
            let hash = key::hash(&key);
            let same = open.entry(hash).or_default();
            if !same.is_empty() {
                let owned = key.own();
                if same.iter().any(|&other| self.open[other].key.is(&owned)) {
                    continue;
                }
            }
            same.push(self.open.len());
            self.open.push(One {
                place,
                key,
                call: None,
                #[cfg(feature = "shared")]
                look: None,
            });
        }
    }

    /// Says what to do next, after waiting on this thread for what others compute.
    #[expect(
        clippy::should_implement_trait,
        reason = "it has an async twin, and an end that is an answer"
    )]
    pub fn next(&mut self) -> Next<I, O> {
        match self.done() {
            Some(done) => done,
            None => block_on(self.go_on()),
        }
    }

    /// Says what to do next, after waiting as a task for what others compute.
    pub async fn next_async(&mut self) -> Next<I, O> {
        match self.done() {
            Some(done) => done,
            None => self.go_on().await,
        }
    }

    fn done(&mut self) -> Option<Next<I, O>> {
        let done = self.open.is_empty() && self.led.is_empty() && self.followed.is_empty();
        done.then(|| {
            let empty = (self.asking.empty)();
            Next::Done(O::close(Ok(mem::replace(&mut self.answer, empty))))
        })
    }

    async fn go_on(&mut self) -> Next<I, O> {
        if self.stage == Stage::Begun {
            self.begin().await;
        }
        if self.stage == Stage::Bypassed {
            return Next::Run(self.ids.iter().map(self.asking.clone).collect());
        }
        loop {
            if let Err(error) = self.look().await {
                return Next::Done(O::close(Err(error)));
            }
            if !self.led.is_empty() {
                let id = |(one, _): &(One<K, Q>, _)| (self.asking.clone)(&self.ids[one.place]);
                return Next::Run(self.led.iter().map(id).collect());
            }
            if let Some(done) = self.done() {
                return done;
            }
            if let Err(error) = self.wait().await {
                return Next::Done(O::close(Err(error)));
            }
        }
    }

    /// Makes a call of every id, or finds that the cache is to be bypassed.
    #[cfg_attr(
        not(feature = "shared"),
        expect(clippy::unused_async, reason = "a shared store is asked here")
    )]
    async fn begin(&mut self) {
        self.stage = Stage::Decided;
        #[cfg(feature = "shared")]
        if !self.begin_away().await {
            self.stage = Stage::Bypassed;
            return;
        }
        for one in &mut self.open {
            one.call = self.door.call(self.ask, &one.key);
        }
        if self.open.iter().any(|one| one.call.is_none()) {
            self.stage = Stage::Bypassed;
        }
    }

    /// Takes every open id one step on.
    #[cfg_attr(
        not(feature = "shared"),
        expect(clippy::unused_async, reason = "a shared store is asked here")
    )]
    async fn look(&mut self) -> Result<(), O::Error> {
        #[cfg(feature = "shared")]
        if self.away.remote.is_some() {
            return self.look_away().await;
        }
        for mut one in mem::take(&mut self.open) {
            if let Some(call) = &mut one.call {
                match call.step(&one.key) {
                    Step::Done(done) => self.take(one, done)?,
                    Step::Wait(follow) => self.followed.push((one, follow)),
                }
            }
        }
        Ok(())
    }

    // No option of a batch lets a refresh be due.
    fn take(&mut self, one: One<K, Q>, done: Done<CellOf<Q>, CellIn<K>>) -> Result<(), O::Error> {
        match Found::of(done) {
            Found::Hit(hit) => self.give(one.place, hit.value),
            Found::Miss(seat) => {
                self.led.push((one, seat));
                Ok(())
            }
        }
    }

    /// Puts what is known of an id into the answer.
    fn give(&mut self, place: usize, found: OneOf<O>) -> Result<(), O::Error> {
        if let Some(value) = found? {
            (self.asking.give)(&mut self.answer, &self.ids[place], value);
        }
        Ok(())
    }

    /// Waits for all ids that others compute.
    async fn wait(&mut self) -> Result<(), O::Error> {
        for (mut one, follow) in mem::take(&mut self.followed) {
            let landing = follow.await;
            #[cfg(feature = "shared")]
            if one.look.is_some() {
                self.landed_away(one, landing).await?;
                continue;
            }
            if let Some(call) = &mut one.call {
                call.landed(landing);
            }
            self.open.push(one);
        }
        Ok(())
    }

    /// Gives the values that are about to be computed labels.
    pub fn tag(&mut self, tags: impl Fn(&mut Tagging)) {
        for (_, seat) in &mut self.led {
            seat.tag(&tags);
        }
    }

    /// Runs the function, and stores what it returns for each id; the answer of the call, if that is known by then.
    pub fn fill(&mut self, run: impl FnOnce() -> O) -> Option<O> {
        if self.stage == Stage::Bypassed {
            self.count_bypassed();
            return Some(run());
        }
        #[cfg(feature = "shared")]
        if self.away.remote.is_some() {
            block_on(self.lease_away());
        }
        let output = match self.frame() {
            Some(frame) => frame.run(run),
            None => run(),
        };
        let failed = self.land(output);
        #[cfg(feature = "shared")]
        if failed.is_none() && self.has_unstored() {
            block_on(self.store_away());
        }
        failed
    }

    /// Runs the function, and stores what it returns for each id; the answer of the call, if that is known by then.
    ///
    /// # Cancellation
    ///
    /// A future that is dropped stores nothing; those who wait for one of the ids take over.
    pub async fn fill_async(&mut self, run: impl Future<Output = O>) -> Option<O> {
        if self.stage == Stage::Bypassed {
            self.count_bypassed();
            return Some(run.await);
        }
        #[cfg(feature = "shared")]
        self.lease_away().await;
        let output = match self.frame() {
            Some(frame) => match Framed::new(frame, false, run).await {
                Ok(output) => output,
                Err(panic) => std::panic::resume_unwind(panic),
            },
            None => run.await,
        };
        if let Some(failed) = self.land(output) {
            return Some(failed);
        }
        #[cfg(feature = "shared")]
        if self.has_unstored() {
            self.store_away().await;
        }
        None
    }

    fn count_bypassed(&self) {
        let counters = &self.door.state().counters;
        counters.add(Outcome::Bypassed, self.ids.len() as u64);
    }

    /// Where the function runs: in the computations of all ids that it is run for.
    fn frame(&self) -> Option<Arc<Frame>> {
        let led = self.led.iter();
        let frame = Frame::together(led.filter_map(|(_, seat)| seat.frame()).collect())?;
        let why = self.led.first().map_or("", |(_, seat)| seat.why());
        frame.begins(Subject::Function(self.door.site), why);
        Some(frame)
    }

    /// Gives every id that the function was run for its part of the result; answers with its failure.
    fn land(&mut self, output: O) -> Option<O> {
        let led = mem::take(&mut self.led);
        let mut failure = match output.open() {
            Ok(mut map) => {
                for (one, seat) in led {
                    let value = (self.asking.take)(&mut map, &self.ids[one.place]);
                    self.land_one(one.place, seat, value);
                }
                return None;
            }
            Err(failure) => failure,
        };
        for (_, seat) in led {
            // A failure comes back as it was given.
            let Err(same) = seat.finish(Err(failure)) else {
                unreachable!("a failure is no value");
            };
            failure = same;
        }
        Some(O::close(Err(failure)))
    }

    fn land_one(
        &mut self,
        place: usize,
        seat: Seat<OneOf<O>, K, CellOf<Q>>,
        value: Option<O::Value>,
    ) {
        #[cfg(feature = "shared")]
        let Some((seat, value)) = self.land_away(place, seat, value) else {
            return;
        };
        // A value comes back as it was given.
        if let Ok(Some(value)) = seat.finish(Ok(value)) {
            (self.asking.give)(&mut self.answer, &self.ids[place], value);
        }
    }
}

impl<I, O: BatchOutput, K: Kind<OneOf<O>>, Q: KeyRef> std::fmt::Debug for Batch<'_, I, O, K, Q> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Batch").field(&self.door).finish()
    }
}
