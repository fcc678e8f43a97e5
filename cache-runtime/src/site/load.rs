//! What is known of a computation whatever it computes: its times, what it is counted as, and what its value comes from.
//!
//! Nothing here knows of what types keys and values are, so that the compiler translates it once.

use super::flight::{CameTo, Stage};
use super::instance::Commons;
use super::running::Place;
use crate::clock::Moment;
use crate::lineage::{Dependant, Label, Labels, Lineage, LoadId};
use crate::outcome::{MissReason, Outcome};
use crate::stats::{Counters, Event};
use crate::watch::Subject;
use crate::watch::load::Ending;

/// On whose behalf a value is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A call has no value, for this reason.
    Call(MissReason),
    /// A call has a value, and refreshes it because there is nobody else who could.
    Inline,
    /// Nobody waits.
    Background,
}

/// A computation in progress, apart from what it computes.
pub(crate) struct Load {
    commons: &'static Commons,
    pub(crate) purpose: Purpose,
    began: Moment,
    /// When the function was done.
    pub(super) done: Moment,
    pub(super) place: Place,
    /// The round of counting that it began in.
    round: u64,
    /// The labels that its value has by its arguments.
    labels: Vec<Label>,
    pub(crate) stage: Stage,
}

impl Load {
    /// One that has begun, for a key of an instance.
    pub(crate) fn begin(
        commons: &'static Commons,
        owner: Dependant,
        id: LoadId,
        purpose: Purpose,
        is_away: bool,
        began: Moment,
    ) -> Self {
        let epoch = commons.realm.tags.now();
        Self {
            commons,
            place: Place::begin(id, owner, epoch, commons.options.depends, is_away),
            purpose,
            began,
            done: began,
            round: commons.counters.round(),
            labels: Vec::new(),
            stage: Stage::Running,
        }
    }

    /// Gives its value labels; answers with what tells whether it is outdated by one of them.
    pub(super) fn tag(&mut self, labels: Vec<Label>) -> Labels {
        let mut told = Labels::since(self.place.epoch);
        for label in &labels {
            told.add(label.clone());
        }
        self.labels = labels;
        told
    }

    /// The names of the labels that its value has by its arguments.
    #[cfg(feature = "shared")]
    pub(super) fn tags(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(Label::name)
    }

    /// Where the function runs from now on, and whether its panic is caught since an old value might stand in.
    pub(super) fn run(&self) -> (&Place, bool) {
        let catch = self.commons.options.tolerates_failures();
        (self.begins(Subject::Function(self.commons.site)), catch)
    }

    /// Where it runs from now on, as those know it who watch.
    pub(crate) fn begins(&self, subject: Subject<'_>) -> &Place {
        self.place.begins(subject, self.why());
        &self.place
    }

    /// Takes note that the function is done.
    pub(crate) fn ran(&mut self) {
        self.done = self.commons.now();
        if let Some(counters) = self.counters() {
            counters.load_took(self.done.since(self.began));
        }
    }

    /// Takes note that the computation ends without having come to anything.
    pub(crate) fn dropped(&mut self) {
        self.done = self.commons.now();
        self.tell(Ending::dropped());
        self.close(Vec::new());
        #[cfg(feature = "admin")]
        if self.done == self.began {
            self.done = self.commons.now();
        }
    }

    /// Ends the recording of what the value was computed from, and hands it to the computation around this one. `own`
    /// are the labels that the value gives itself.
    pub(crate) fn close(&mut self, own: Vec<Label>) -> Lineage {
        let lineage = self.gather(own);
        self.place.hand_out(&lineage);
        lineage
    }

    /// Ends the recording of what the value was computed from.
    pub(super) fn gather(&mut self, mut own: Vec<Label>) -> Lineage {
        let recording = self.place.known().and_then(|frame| frame.recording());
        if recording.is_none() && own.is_empty() && self.labels.is_empty() {
            return Lineage::default();
        }
        let mut labels = std::mem::take(&mut self.labels);
        labels.append(&mut own);
        match recording {
            Some(recording) => recording.close(labels),
            None => Lineage::of_labels(self.place.epoch, labels),
        }
    }

    /// The function's counters, unless they count for somebody else by now.
    fn counters(&self) -> Option<&Counters> {
        let counters = &self.commons.counters;
        (counters.round() == self.round).then_some(counters)
    }

    /// Counts something that has happened on the way.
    #[cfg(feature = "shared")]
    pub(super) fn count(&self, event: Event) {
        if let Some(counters) = self.counters() {
            counters.count(event);
        }
    }

    /// Counts what the run came to, before anybody can see that.
    pub(crate) fn count_run(&mut self, came_to: CameTo) {
        if self.stage >= Stage::Counted {
            return;
        }
        self.stage = Stage::Counted;
        let event = match self.purpose {
            Purpose::Background if came_to == CameTo::Value => Event::Refresh,
            Purpose::Background => Event::FailedRefresh,
            _ if came_to == CameTo::OldValue => Event::Stale,
            _ => self.computed().into(),
        };
        if let Some(counters) = self.counters() {
            counters.count(event);
            #[cfg(feature = "admin")]
            counters.record.runs.note(crate::record::Run {
                at: self.done,
                took: self.done.since(self.began),
                event,
                came_to,
                hash: self.place.owner.hash,
            });
        }
    }

    /// Takes note that everybody has what the computation came to.
    pub(super) fn landed(&self, came_to: CameTo) {
        if self.is_refresh() && came_to != CameTo::Value {
            self.failed("a refresh has failed, and the old value stays");
        }
    }

    /// Tells those who watch that an old value makes up for a failure.
    pub(super) fn made_up_for(&self) {
        if !self.is_refresh() {
            self.failed("the function has failed, and the old value answers");
        }
    }

    /// Tells those who watch what has become of a failure.
    pub(crate) fn failed(&self, message: &str) {
        if let Some(frame) = self.place.known() {
            frame.watch.failed(message);
        }
    }

    /// Tells those who watch how the run has ended.
    pub(crate) fn tell(&self, ending: Ending) {
        if let Some(frame) = self.place.known() {
            frame.watch.ended(ending, self.done.since(self.began));
        }
    }

    pub(super) fn computed(&self) -> Outcome {
        Outcome::Computed(match self.purpose {
            Purpose::Call(reason) => reason,
            Purpose::Inline | Purpose::Background => MissReason::Expired,
        })
    }

    /// Why the function runs, in a word.
    pub(super) fn why(&self) -> &'static str {
        match self.purpose {
            Purpose::Call(reason) => reason.word(),
            Purpose::Inline | Purpose::Background => "refresh",
        }
    }

    pub(crate) fn is_refresh(&self) -> bool {
        !matches!(self.purpose, Purpose::Call(_))
    }
}
