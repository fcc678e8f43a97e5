//! Values of a type that has a bit of everything, and randomness to make them with.

#![expect(clippy::option_option, reason = "the formats must tell them apart")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A type that has a bit of everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Rich {
    Unit,
    Text(String),
    Numbers(i64, u128, f32),
    Options {
        one: Option<u8>,
        two: Option<Option<String>>,
        unit: Option<()>,
    },
    List(Vec<Rich>),
    Map(BTreeMap<(u8, char), Rich>),
    Optional(Option<Box<Rich>>),
    Loose(Loose),
    Tagged(Tagged),
    Apart(Apart),
    Open(Open),
    Tuple((), [bool; 2], (i8, Vec<u8>)),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Loose {
    Number(i64),
    Text(String),
    Named {
        name: Option<String>,
        rest: Vec<Loose>,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub(crate) enum Tagged {
    NoContent,
    SomeContent {
        count: u32,
        next: Option<Box<Tagged>>,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
pub(crate) enum Apart {
    Nothing,
    One(String),
    Two(u8, Option<Option<u8>>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Open {
    id: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    often_empty: Vec<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    often_none: Option<f64>,
    #[serde(flatten)]
    inner: Inner,
    #[serde(flatten)]
    extra: BTreeMap<String, Loose>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Inner {
    inner_name: String,
    inner_flag: Option<bool>,
}

impl Rich {
    /// A value that nests at most this deep.
    pub(crate) fn random(random: &mut Xorshift, depth: u64) -> Self {
        let kinds = if depth == 0 { 4 } else { 12 };
        match random.below(kinds) {
            0 => Self::Unit,
            1 => Self::Text(random.text()),
            2 => Self::Numbers(random.next().cast_signed(), random.next().into(), 0.5),
            3 => Self::Options {
                one: random.option(|_| 7),
                two: random.option(|random| random.option(Xorshift::text)),
                unit: random.option(|_| ()),
            },
            4 => Self::List(random.many(|random| Self::random(random, depth - 1))),
            5 => {
                let entry = |random: &mut Xorshift| {
                    let key = (random.next().to_le_bytes()[0], 'ä');
                    (key, Self::random(random, depth - 1))
                };
                Self::Map(random.many(entry).into_iter().collect())
            }
            6 => Self::Optional(random.option(|random| Box::new(Self::random(random, depth - 1)))),
            7 => Self::Loose(Loose::random(random, depth)),
            8 => Self::Tagged(Tagged::random(random, depth)),
            9 => Self::Apart(match random.below(3) {
                0 => Apart::Nothing,
                1 => Apart::One(random.text()),
                _ => Apart::Two(200, random.option(|random| random.option(|_| 1))),
            }),
            10 => Self::Open(Open {
                id: random.next(),
                often_empty: random.many(|_| -3),
                often_none: random.option(|_| 0.25),
                inner: Inner {
                    inner_name: random.text(),
                    inner_flag: random.option(|_| true),
                },
                extra: random
                    .many(|random| (random.next().to_string(), Loose::random(random, depth)))
                    .into_iter()
                    .collect(),
            }),
            _ => Self::Tuple((), [true, false], (-1, random.many(|_| 9))),
        }
    }
}

impl Loose {
    fn random(random: &mut Xorshift, depth: u64) -> Self {
        match random.below(if depth == 0 { 2 } else { 3 }) {
            0 => Self::Number(random.next().cast_signed()),
            1 => Self::Text(random.text()),
            _ => Self::Named {
                name: random.option(Xorshift::text),
                rest: random.many(|random| Self::random(random, depth - 1)),
            },
        }
    }
}

impl Tagged {
    fn random(random: &mut Xorshift, depth: u64) -> Self {
        match random.below(2) {
            0 => Self::NoContent,
            _ => Self::SomeContent {
                count: 5,
                next: (depth > 0).then(|| Box::new(Self::random(random, depth - 1))),
            },
        }
    }
}

/// Numbers that look random, the same in every run.
#[derive(Debug)]
pub(crate) struct Xorshift(u64);

impl Xorshift {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn index(&mut self, limit: usize) -> usize {
        usize::try_from(self.below(limit as u64)).expect("it is below a usize")
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn option<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(2) == 0).then(|| make(self))
    }

    fn many<T>(&mut self, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(4)).map(|_| make(self)).collect()
    }

    fn text(&mut self) -> String {
        let text = "äb€😀 z".repeat(7);
        text.chars().take(self.index(80)).collect()
    }

    /// Changes bytes in one of the ways in which they get damaged.
    pub(crate) fn damage(&mut self, bytes: &mut Vec<u8>) {
        let at = self.index(bytes.len() + 1);
        let byte = self.next().to_le_bytes()[0];
        match self.below(5) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, byte),
            2 if at < bytes.len() => {
                bytes.remove(at);
            }
            3 if at < bytes.len() => bytes[at] ^= 1 << (byte % 8),
            _ if at < bytes.len() => bytes[at] = byte,
            _ => bytes.push(byte),
        }
    }
}
