//! A batch whose entries live in a shared store: one look for all ids, claims taken together before the function
//! runs, and one change that stores what it has returned.

use std::mem;

use super::super::flight::Landing;
use super::super::passage::is_disabled;
use super::super::running;
use super::super::seat::{Seat, Unstored, lease_all, store_all};
use super::super::shared::{Decision, Eve, Home};
use super::super::step::TakenOf;
use super::{Batch, One};
use crate::key::cell::KeyCell;
use crate::key::{CellOf, KeyRef};
use crate::shared::remote::{Remote, Slot, sequence};
use crate::shared::versions::Seen;
use crate::stats::Event;
use crate::value::Kind;
use crate::value::batch::{BatchOutput, OneOf};
use crate::value::cell::ValueCell;

/// What a call has to do with the store.
pub(super) struct Away<O: KeyCell, C: ValueCell> {
    /// The store, if the entries live there.
    pub(super) remote: Option<&'static Remote<C::Taken>>,
    /// When the call began, in the order of this process.
    began: u64,
    /// What has been computed and is not stored yet.
    unstored: Vec<(usize, Unstored<O, C>)>,
}

impl<O: KeyCell, C: ValueCell> Default for Away<O, C> {
    fn default() -> Self {
        Self {
            remote: None,
            began: 0,
            unstored: Vec::new(),
        }
    }
}

/// What a look at one id has shown.
pub(super) struct Look {
    slot: Slot,
    seen: Option<Seen>,
}

impl<I, O, K, Q> Batch<'_, I, O, K, Q>
where
    O: BatchOutput,
    K: Kind<OneOf<O>>,
    Q: KeyRef,
{
    /// Finds the store; answers whether there is a cache at all.
    pub(super) async fn begin_away(&mut self) -> bool {
        let door = self.door;
        let Some(first) = self.open.first() else {
            return true;
        };
        if !door.looks_away(&first.key) {
            return true;
        }
        let remote = match &door.instance(&first.key).home {
            Home::Nowhere => return false,
            Home::Here => None,
            Home::Away(remote) => Some(&**remote),
        };
        self.away.began = sequence();
        self.away.remote = remote;
        for one in self.open.iter().filter(|_| !is_disabled()) {
            door.passage::<Q>().rely(&one.key, remote, self.ask).await;
        }
        true
    }

    /// Takes every open id one step on, after one look at all of them.
    pub(super) async fn look_away(&mut self) -> Result<(), O::Error> {
        self.find_slots()?;
        let (Some(remote), Some(first)) = (self.away.remote, self.open.first()) else {
            return Ok(());
        };
        let instance = self.door.instance(&first.key);
        let eve = Eve::now(instance.realm, &remote.hub);
        let looks = self.open.iter().filter_map(|one| one.look.as_ref());
        let slots: Vec<_> = looks.map(|look| look.slot.clone()).collect();
        let fetched: Vec<_> = if let Ok(fetched) = remote.fetch_many(&slots).await {
            fetched.into_iter().map(Some).collect()
        } else {
            instance.counters.count(Event::BackendError);
            // As for one id: what is computed from it is not stored.
            running::record(&crate::lineage::Recording::forsake);
            slots.iter().map(|_| None).collect()
        };
        for (mut one, fetched) in mem::take(&mut self.open).into_iter().zip(fetched) {
            let (Some(call), Some(look)) = (&mut one.call, &mut one.look) else {
                continue;
            };
            match call.decide(&one.key, remote, &look.slot, fetched, eve) {
                Decision::Done(done) => self.take(one, done)?,
                Decision::Follow(follow, seen) => {
                    look.seen = seen;
                    self.followed.push((one, follow));
                }
                Decision::Again => self.open.push(one),
            }
        }
        Ok(())
    }

    /// Finds out where the entries of the open ids are.
    fn find_slots(&mut self) -> Result<(), O::Error> {
        let Some(remote) = self.away.remote else {
            return Ok(());
        };
        for mut one in mem::take(&mut self.open) {
            match (remote.slot(&one.key), &one.call) {
                (Ok(slot), _) => {
                    one.look = Some(Look { slot, seen: None });
                    self.open.push(one);
                }
                (Err(why), Some(call)) => {
                    let step = call.not_shareable(&why);
                    self.take(one, step)?;
                }
                (Err(_), None) => {}
            }
        }
        Ok(())
    }

    /// Takes what the wait for an id has brought, if it is good for this call.
    pub(super) async fn landed_away(
        &mut self,
        mut one: One<K, Q>,
        landing: Landing<TakenOf<K>>,
    ) -> Result<(), O::Error> {
        let began = self.away.began;
        let step = match (&mut one.call, &one.look, self.away.remote) {
            (Some(call), Some(look), Some(remote)) => {
                let seen = look.seen.as_ref();
                call.taken(landing, remote, &look.slot, began, seen).await
            }
            _ => None,
        };
        if let Some(step) = step {
            return self.take(one, step);
        }
        self.open.push(one);
        Ok(())
    }

    /// Takes the right to store what is about to be computed.
    pub(super) async fn lease_away(&mut self) {
        lease_all(self.led.iter_mut().map(|(_, seat)| seat).collect()).await;
    }

    /// Takes what was computed for an id, if it goes to the store; else gives it back.
    #[expect(
        clippy::type_complexity,
        reason = "what is given back is what was taken"
    )]
    pub(super) fn land_away(
        &mut self,
        place: usize,
        seat: Seat<OneOf<O>, K, CellOf<Q>>,
        value: Option<O::Value>,
    ) -> Option<(Seat<OneOf<O>, K, CellOf<Q>>, Option<O::Value>)> {
        if self.away.remote.is_none() {
            return Some((seat, value));
        }
        match seat.finish_shared(Ok(value)) {
            Ok(Ok(Some(value))) => (self.asking.give)(&mut self.answer, &self.ids[place], value),
            Ok(_) => {}
            Err(unstored) => self.away.unstored.push((place, unstored)),
        }
        None
    }

    pub(super) fn has_unstored(&self) -> bool {
        !self.away.unstored.is_empty()
    }

    /// Stores what has been computed.
    pub(super) async fn store_away(&mut self) {
        let (ids, answer, insert) = (self.ids, &mut self.answer, self.asking.give);
        let give = |place: usize, result: OneOf<O>| {
            if let Ok(Some(value)) = result {
                insert(answer, &ids[place], value);
            }
        };
        store_all::<_, K, _, _>(mem::take(&mut self.away.unstored), give).await;
    }
}
