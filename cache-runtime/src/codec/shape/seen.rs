//! What the passes have seen of a type, and what is still to be seen.
//!
//! Only lookups, no iteration over maps: a process is to see everything in the same order as every other.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

/// How many words are learned at most.
const MAX_WORDS: usize = 256;

/// What was seen, by the names of types.
#[derive(Debug, Default)]
pub(super) struct Seen {
    enums: HashMap<&'static str, Vec<Progress>>,
    /// Fields, with the type they are of, that have refused their values, and whether they did so the last time.
    refused: HashMap<(&'static str, &'static str), bool>,
    /// Names that types would take for something.
    words: Vec<&'static str>,
    /// What the values of words should be, where that is known.
    kinds: HashMap<&'static str, Kind>,
    /// Counts what was new.
    news: u64,
}

/// What a value is to a format that describes itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Unit,
    Bool,
    Integer,
    Float,
    Text,
    Seq,
    Map,
}

impl Kind {
    pub(super) const ALL: [Self; 7] = [
        Self::Unit,
        Self::Bool,
        Self::Integer,
        Self::Float,
        Self::Text,
        Self::Seq,
        Self::Map,
    ];

    /// Those that hold nothing else.
    pub(super) const PLAIN: &[Self] = Self::ALL.split_at(5).0;

    /// What someone expects, from how they say it.
    fn expected(words: &str) -> Self {
        let says = |any: &[&str]| any.iter().any(|word| words.contains(word));
        if says(&["unit"]) {
            Self::Unit
        } else if says(&["boolean"]) {
            Self::Bool
        } else if says(&["string", "character"]) {
            Self::Text
        } else if says(&["tuple", "sequence", "array"]) {
            Self::Seq
        } else if says(&["struct", "map", "tagged"]) {
            Self::Map
        } else if says(&["f32", "f64"]) {
            Self::Float
        } else {
            Self::Integer
        }
    }
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

    /// The variant that should come next, of the many that a type has; when all were seen, one that works, another
    /// in each turn.
    pub(super) fn enter(&mut self, name: &'static str, variants: usize, turn: usize) -> usize {
        let progress = self.enums.entry(name).or_default();
        if progress.len() < variants {
            progress.resize(variants, Progress::default());
        }
        let interesting = |one: &Progress| matches!(one.stage, Stage::Unseen | Stage::Unfinished);
        let Some(variant) = progress.iter().position(interesting) else {
            let working = (0..variants)
                .filter(|&variant| progress[variant].works)
                .collect::<Vec<_>>();
            return working
                .get(turn % working.len().max(1))
                .copied()
                .unwrap_or(0);
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

    /// A field has taken its value or not. One that has not comes after the others, until it does.
    pub(super) fn tried(&mut self, name: &'static str, field: &'static str, taken: bool) {
        match self.refused.entry((name, field)) {
            Slot::Occupied(mut refused) => *refused.get_mut() = !taken,
            Slot::Vacant(_) if taken => {}
            Slot::Vacant(vacant) => {
                vacant.insert(true);
                self.news += 1;
            }
        }
    }

    /// The fields in the order in which they should be tried.
    pub(super) fn order(&self, name: &'static str, fields: &[&'static str]) -> Vec<&'static str> {
        let mut ordered = fields.to_vec();
        ordered.sort_by_key(|field| self.refused.get(&(name, *field)) == Some(&true));
        ordered
    }

    /// A name that a type would take for something.
    pub(super) fn learn(&mut self, word: &'static str) {
        if self.words.len() < MAX_WORDS && !self.words.contains(&word) {
            self.words.push(word);
            self.news += 1;
        }
    }

    /// The value of a word was text, where this was expected.
    pub(super) fn fit(&mut self, word: &str, expected: &str) {
        let Some(&word) = self.words.iter().find(|known| **known == word) else {
            return;
        };
        if self.kinds.insert(word, Kind::expected(expected)).is_none() {
            self.news += 1;
        }
    }

    /// What the value of a word should be, if that is known.
    pub(super) fn kind(&self, word: &str) -> Option<Kind> {
        self.kinds.get(word).copied()
    }

    pub(super) fn words(&self) -> &[&'static str] {
        &self.words
    }
}
