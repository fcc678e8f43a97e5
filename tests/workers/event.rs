//! What workers do, and how they tell it: one line of numbers per event.

use cache_runtime::Outcome;

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// An entry of its own.
    Row,
    /// One that is computed from a row.
    Derived,
    /// One with a label that is known before it is computed.
    Tagged,
    /// One with a label that is taken from its value.
    Late,
    /// One under a route.
    Page,
    /// One of a future.
    Later,
    /// A value of direct use.
    Direct,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] = [
        Self::Row,
        Self::Derived,
        Self::Tagged,
        Self::Late,
        Self::Page,
        Self::Later,
        Self::Direct,
    ];
}

/// What drops it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Means {
    Row,
    AllRows,
    Tag,
    Route,
    Later,
    Direct,
    Everything,
}

impl Means {
    pub(crate) const ALL: [Self; 7] = [
        Self::Row,
        Self::AllRows,
        Self::Tag,
        Self::Route,
        Self::Later,
        Self::Direct,
        Self::Everything,
    ];

    /// The kinds that it drops.
    pub(crate) fn drops(self) -> &'static [Kind] {
        match self {
            Self::Row | Self::AllRows => &[Kind::Row, Kind::Derived],
            Self::Tag => &[Kind::Tagged, Kind::Late],
            Self::Route => &[Kind::Page],
            Self::Later => &[Kind::Later],
            Self::Direct => &[Kind::Direct],
            Self::Everything => &Kind::ALL,
        }
    }

    /// Whether it drops them under every key.
    pub(crate) fn is_of_all_keys(self) -> bool {
        matches!(self, Self::AllRows | Self::Everything)
    }
}

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Store,
    Neighbour,
    Load,
}

impl Source {
    const ALL: [Self; 3] = [Self::Store, Self::Neighbour, Self::Load];
}

impl From<Outcome> for Source {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Hit | Outcome::Stale => Self::Store,
            Outcome::Coalesced => Self::Neighbour,
            Outcome::Computed(_) | Outcome::Bypassed => Self::Load,
        }
    }
}

/// Something that a worker has done, with the nanoseconds of the clock that all processes share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// The process that has done it.
    pub(crate) process: u32,
    pub(crate) begin: u64,
    pub(crate) end: u64,
    pub(crate) key: u64,
    pub(crate) what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Read a value, that process `loader` had loaded.
    Read {
        kind: Kind,
        value: u64,
        loader: u32,
        source: Source,
    },
    /// Wrote a value into the database.
    Write { value: u64 },
    /// Dropped what was cached.
    Drop { means: Means, delivered: bool },
}

/// The place of something in a list.
fn place<T: PartialEq>(all: &[T], one: &T) -> u64 {
    let place = all.iter().position(|other| other == one);
    place.expect("all are listed") as u64
}

impl Event {
    /// The event as a line.
    pub(crate) fn line(&self) -> String {
        let rest = match self.what {
            What::Read {
                kind,
                value,
                loader,
                source,
            } => {
                let (kind, source) = (place(&Kind::ALL, &kind), place(&Source::ALL, &source));
                vec![0, kind, value, u64::from(loader), source]
            }
            What::Write { value } => vec![1, value],
            What::Drop { means, delivered } => {
                vec![2, place(&Means::ALL, &means), u64::from(delivered)]
            }
        };
        let numbers = [u64::from(self.process), self.begin, self.end, self.key];
        let texts = numbers.into_iter().chain(rest).map(|n| n.to_string());
        texts.collect::<Vec<_>>().join(" ")
    }

    /// The event that a line tells.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let numbers = line.split(' ').map(|text| text.parse::<u64>().ok());
        let numbers = numbers.collect::<Option<Vec<_>>>()?;
        let (&[process, begin, end, key], rest) = numbers.split_first_chunk()?;
        let index = |n: u64| usize::try_from(n).ok();
        let what = match *rest {
            [0, kind, value, loader, source] => What::Read {
                kind: *Kind::ALL.get(index(kind)?)?,
                value,
                loader: u32::try_from(loader).ok()?,
                source: *Source::ALL.get(index(source)?)?,
            },
            [1, value] => What::Write { value },
            [2, means, delivered] => What::Drop {
                means: *Means::ALL.get(index(means)?)?,
                delivered: delivered == 1,
            },
            _ => return None,
        };
        let process = u32::try_from(process).ok()?;
        Some(Self {
            process,
            begin,
            end,
            key,
            what,
        })
    }
}

#[test]
fn events_travel_as_lines() {
    let event = |what| Event {
        process: 1,
        begin: 2,
        end: 3,
        key: 4,
        what,
    };
    let read = What::Read {
        kind: Kind::Late,
        value: 5,
        loader: 6,
        source: Source::Neighbour,
    };
    let means = Means::Route;
    let dropped = What::Drop {
        means,
        delivered: true,
    };
    for event in [read, What::Write { value: 7 }, dropped].map(event) {
        assert_eq!(Event::parse(&event.line()), Some(event));
    }
}
