//! One request, and what it does next. Nothing here waits.

use std::sync::Arc;

use http::HeaderMap;

use super::decide::answering::Use;
use super::decide::asking::Terms;
use super::decide::report::{Forward, Report};
use super::decide::vary;
use super::key::Key;
use super::respond::Asker;
use super::seat::{Place, Seat};
#[cfg(feature = "shared")]
use super::standing::Standing;
use super::store::{Answers, Kept, Shelf, What};
use crate::clock::Moment;
#[cfg(feature = "shared")]
use crate::lineage;
use crate::outcome::{MissReason, Outcome};
use crate::site::flight::{Follow, Landing};
use crate::site::running;
use crate::store::{Look, Start};

/// What the run of another request has brought.
pub(crate) type Landed = Landing<Arc<Kept>>;

/// What a request does next.
pub(crate) enum Step {
    /// It is answered with what is kept.
    Serve(Served),
    /// It is answered with what is kept, and somebody should refresh that.
    Refresh(Served, Seat),
    /// It looks whether what is kept is still good.
    #[cfg(feature = "shared")]
    Check(Check),
    /// It waits for the run of another.
    Wait(Follow<Arc<Kept>>),
    /// It runs the handler.
    Run(Seat),
    /// It goes through; nothing of it can be kept.
    Pass(Report),
    /// It wanted what is kept, and that is nothing.
    Absent,
}

/// An answer that is kept, and how it is given.
pub(crate) struct Served {
    pub(crate) kept: Arc<Kept>,
    pub(crate) now: Moment,
    pub(crate) report: Report,
}

/// A look whether an answer is still good. Until it has ended, nobody else begins one.
#[cfg(feature = "shared")]
pub(crate) struct Check {
    kept: Arc<Kept>,
    answers: &'static Answers,
    key: Key,
    /// When the last look began; nothing once this one has ended.
    last: Option<Moment>,
}

#[cfg(feature = "shared")]
impl Check {
    /// Looks, and drops what is not good.
    pub(crate) async fn run(mut self) {
        let Some(standing) = standing(&self.kept) else {
            return;
        };
        let holds = standing.holds().await;
        self.last = None;
        if !holds {
            let hash = self.key.hash();
            self.answers.store.remove(hash, &self.key);
            lineage::outdate(self.answers, hash, None);
        }
    }
}

#[cfg(feature = "shared")]
impl Drop for Check {
    fn drop(&mut self) {
        if let Some((standing, last)) = standing(&self.kept).zip(self.last) {
            standing.give_up_look(last);
        }
    }
}

/// What an answer depends on in a shared store.
#[cfg(feature = "shared")]
fn standing(kept: &Kept) -> Option<&Standing> {
    kept.answer()?.standing.as_ref()
}

/// One request on its way.
pub(crate) struct Visit {
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) answers: &'static Answers,
    pub(crate) terms: Terms,
    /// The key of what is known of the URI.
    primary: Key,
    /// It waits for nobody.
    alone: bool,
    /// The epoch of labels that it began in.
    began: u64,
    landed: Option<Landed>,
}

/// What is known of the answer to a request.
struct Finding {
    place: Place,
    look: Look<crate::key::CellOf<Key>, Arc<Kept>>,
    kept: Option<Arc<Kept>>,
}

/// What is wrong with what is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lack {
    /// There is nothing.
    Nothing,
    /// It is past its time.
    Expired,
    /// The request wants better.
    Declined,
    /// Answers are not stored.
    Refused,
}

impl Visit {
    pub(crate) fn new(shelf: Arc<Shelf>, terms: Terms, primary: Key) -> Self {
        let answers = shelf.answers();
        Self {
            alone: terms.demands.no_store,
            shelf,
            answers,
            terms,
            primary,
            began: answers.realm.tags.now(),
            landed: None,
        }
    }

    /// What the client has asked for, as far as it matters to the answer.
    pub(crate) fn asker<'a>(&'a self, headers: &'a HeaderMap) -> Asker<'a> {
        Asker {
            name: &self.shelf.name,
            headers,
            head: self.terms.head,
        }
    }

    /// Takes what a wait has brought; the next step goes on from there.
    pub(crate) fn landed(&mut self, landed: Landed) {
        self.landed = Some(landed);
    }

    pub(crate) fn step(&mut self, headers: &HeaderMap) -> Step {
        if let Some(served) = self
            .landed
            .take()
            .and_then(|landed| self.share(landed, headers))
        {
            return Step::Serve(served);
        }
        loop {
            let now = self.answers.glance();
            let finding = self.find(headers, now);
            let lack = match self.serve(&finding, now) {
                Ok(step) => return step,
                Err(lack) => lack,
            };
            if self.terms.demands.only_if_cached {
                self.answers.counters.count(Outcome::Bypassed);
                return Step::Absent;
            }
            if lack == Lack::Refused && self.terms.head {
                self.answers.counters.count(Outcome::Bypassed);
                return Step::Pass(Report::forwarded(Forward::Miss));
            }
            if let Some(follow) = self.follow(&finding, lack) {
                return Step::Wait(follow);
            }
            if let Some(seat) = self.run(finding, lack) {
                return Step::Run(seat);
            }
        }
    }

    /// Takes the answer to another's request, if it is one to this request too. If it is not, this request goes on
    /// alone, or looks again.
    fn share(&mut self, landed: Landed, headers: &HeaderMap) -> Option<Served> {
        if landed.is_outdated_at(self.began) {
            return None;
        }
        let (kept, from, outcome) = match landed {
            Landing::Value(kept, from) => (kept, from, Outcome::Coalesced),
            Landing::Stale(kept, from) => (kept, from, Outcome::Stale),
            // No handler's failure is shared.
            Landing::Failed(..) | Landing::Unshared => {
                self.alone = true;
                return None;
            }
            Landing::Abandoned => return None,
        };
        let answer = kept.answer()?;
        if !vary::matches(&answer.selection, headers) {
            return None;
        }
        running::inherit(&from);
        self.answers.counters.count(outcome);
        let now = self.answers.now();
        let forward = if outcome == Outcome::Stale {
            Forward::Stale
        } else {
            Forward::UriMiss
        };
        let report = Report {
            collapsed: true,
            ttl: answer.times.ttl(now),
            ..Report::forwarded(forward)
        };
        Some(Served { kept, now, report })
    }

    fn find(&self, headers: &HeaderMap, now: Moment) -> Finding {
        let primary = self.look(self.primary.clone(), None, now);
        let variant = primary.kept.as_ref().and_then(|kept| match &kept.what {
            What::Varies(varies) => {
                let key = self
                    .primary
                    .variant(varies.generation, &varies.names, headers);
                Some((key, Arc::clone(kept)))
            }
            What::Answer(_) | What::Refused => None,
        });
        match variant {
            Some((key, varies)) => self.look(key, Some(varies), now),
            None => primary,
        }
    }

    fn look(&self, key: Key, varies: Option<Arc<Kept>>, now: Moment) -> Finding {
        running::depend(self.answers, key.hash(), None);
        let look = self.answers.store.look(key.hash(), &key);
        if look.due <= now {
            self.answers.store.sweep_near(key.hash(), now);
        }
        let entry = look.entry().filter(|entry| entry.is_live(now));
        let kept = entry.map(|entry| {
            entry.read(now);
            Arc::clone(&entry.value)
        });
        let place = Place {
            key,
            primary: self.primary.clone(),
            varies,
        };
        Finding { place, look, kept }
    }

    /// Answers with what is kept, or says what is wrong with it.
    fn serve(&self, finding: &Finding, now: Moment) -> Result<Step, Lack> {
        let kept = finding.kept.as_ref().ok_or(Lack::Nothing)?;
        let answer = kept.answer().ok_or(Lack::Refused)?;
        #[cfg(feature = "shared")]
        if let Some(last) = standing(kept).and_then(|standing| standing.begin_look(now)) {
            return Ok(Step::Check(Check {
                kept: Arc::clone(kept),
                answers: self.answers,
                key: finding.place.key.clone(),
                last: Some(last),
            }));
        }
        let outcome = match answer.times.use_of(&self.terms.demands, now) {
            Use::Fresh => Outcome::Hit,
            Use::Stale | Use::Tolerated if !answer.may_refresh(now) => Outcome::Stale,
            Use::Stale => return Ok(self.serve_stale(finding, Arc::clone(kept), now)),
            Use::Tolerated => Outcome::Stale,
            Use::Expired => return Err(Lack::Expired),
            Use::Declined => return Err(Lack::Declined),
        };
        Ok(Step::Serve(self.served(
            finding,
            Arc::clone(kept),
            outcome,
            now,
        )))
    }

    fn served(&self, finding: &Finding, kept: Arc<Kept>, outcome: Outcome, now: Moment) -> Served {
        if let Some(lineage) = finding.look.entry().and_then(|entry| entry.lineage()) {
            running::inherit(lineage);
        }
        self.answers.counters.count(outcome);
        let ttl = kept.answer().and_then(|answer| answer.times.ttl(now));
        Served {
            kept,
            now,
            report: Report::hit(ttl),
        }
    }

    /// Answers with what is stale, with the task of a refresh if none is under way.
    fn serve_stale(&self, finding: &Finding, kept: Arc<Kept>, now: Moment) -> Step {
        let served = self.served(finding, Arc::clone(&kept), Outcome::Stale, now);
        if finding.look.flight().is_some() {
            return Step::Serve(served);
        }
        let place = finding.place.clone();
        let listing = self.shelf.list(&place.key);
        let begun =
            self.answers
                .store
                .begin(place.key.hash(), &place.key, &finding.look, Start::Lead);
        let Ok((ticket, reason)) = begun else {
            return Step::Serve(served);
        };
        let seat = Seat::new(self, place, ticket, listing, reason)
            .forwarded(Forward::Stale)
            .replacing(kept)
            .in_background();
        Step::Refresh(served, seat)
    }

    /// The run of another request to wait for.
    fn follow(&mut self, finding: &Finding, lack: Lack) -> Option<Follow<Arc<Kept>>> {
        self.alone |= lack == Lack::Refused;
        let waits = !self.alone && lack != Lack::Declined;
        let flight = finding.look.flight().filter(|_| waits)?;
        let follow = Follow::join(Arc::clone(flight));
        self.alone = follow.is_none();
        follow
    }

    /// The task of running the handler; `None` if the key has changed since the look.
    fn run(&self, finding: Finding, lack: Lack) -> Option<Seat> {
        let start = match (self.alone, lack) {
            (true, _) => Start::Alone,
            (false, Lack::Declined) => Start::Supersede,
            (false, _) => Start::Lead,
        };
        let Finding { place, look, kept } = finding;
        let listing = self.shelf.list(&place.key);
        let begun = self
            .answers
            .store
            .begin(place.key.hash(), &place.key, &look, start);
        let (ticket, reason) = begun.ok()?;
        let forward = match (lack, reason) {
            (Lack::Refused, _) => Forward::Miss,
            (Lack::Declined, _) => Forward::Request,
            (Lack::Expired, _) | (_, MissReason::Expired) => Forward::Stale,
            _ if place.varies.is_some() => Forward::VaryMiss,
            _ => Forward::UriMiss,
        };
        let seat = Seat::new(self, place, ticket, listing, reason).forwarded(forward);
        Some(match kept {
            Some(kept) => seat.replacing(kept),
            None => seat,
        })
    }
}
