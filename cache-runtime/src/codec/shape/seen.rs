//! What the passes have seen of a type, and what is still to be seen.
//!
//! Only lookups, no iteration over maps: a process is to see everything in the same order as every other.

use std::collections::{HashMap, HashSet};

/// How many words are learned at most.
const MAX_WORDS: usize = 256;

/// What was seen, by the names of types.
#[derive(Debug, Default)]
pub(super) struct Seen {
    enums: HashMap<&'static str, Vec<Progress>>,
    /// Fields that have refused their values, with the type they are of.
    refused: HashSet<(&'static str, &'static str)>,
    words: Vec<&'static str>,
    /// Counts what was new.
    news: u64,
}

/// How far one variant of an enum was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Progress {
    stage: Stage,
    /// Its value was made at least once.
    works: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Unseen,
    /// It is being looked into; if it comes up inside of itself, another one should.
    Entered,
    /// There was something new inside, so there may be more.
    Unfinished,
    Finished,
}

impl Seen {
    /// How much was new since the beginning.
    pub(super) fn news(&self) -> u64 {
        self.news
    }

    /// The variant that should come next, of the many that a type has.
    pub(super) fn enter(&mut self, name: &'static str, variants: usize) -> usize {
        let progress = self.enums.entry(name).or_default();
        if progress.len() < variants {
            progress.resize(variants, Progress::default());
        }
        let interesting = |one: &Progress| matches!(one.stage, Stage::Unseen | Stage::Unfinished);
        let Some(variant) = progress.iter().position(interesting) else {
            return progress.iter().position(|one| one.works).unwrap_or(0);
        };
        if progress[variant].stage == Stage::Unseen {
            self.news += 1;
        }
        progress[variant].stage = Stage::Entered;
        variant
    }

    /// The variant was looked into, when there had been this much news.
    pub(super) fn leave(&mut self, name: &'static str, variant: usize, before: u64, works: bool) {
        let unfinished = self.news > before;
        let Some(progress) = self
            .enums
            .get_mut(name)
            .and_then(|all| all.get_mut(variant))
        else {
            return;
        };
        progress.works |= works;
        if progress.stage == Stage::Entered {
            progress.stage = if unfinished {
                Stage::Unfinished
            } else {
                Stage::Finished
            };
            self.news += 1;
        }
    }

    /// A field has refused its value: from now on it comes after the others.
    pub(super) fn refuse(&mut self, name: &'static str, field: &'static str) {
        if self.refused.insert((name, field)) {
            self.news += 1;
        }
    }

    /// The fields in the order in which they should be tried.
    pub(super) fn order(&self, name: &'static str, fields: &[&'static str]) -> Vec<&'static str> {
        let mut ordered = fields.to_vec();
        ordered.sort_by_key(|field| self.refused.contains(&(name, *field)));
        ordered
    }

    /// A name that a type would take for something.
    pub(super) fn learn(&mut self, word: &'static str) {
        if self.words.len() < MAX_WORDS && !self.words.contains(&word) {
            self.words.push(word);
            self.news += 1;
        }
    }

    pub(super) fn words(&self) -> &[&'static str] {
        &self.words
    }
}
