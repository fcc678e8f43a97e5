//! What must hold, and whether it does.

use crate::report::Report;
use cache_tests::table::{Table, number};

/// A number that must not be too large, or too small.
struct Goal {
    row: &'static str,
    what: &'static str,
    fact: &'static str,
    limit: Limit,
}

#[derive(Clone, Copy)]
enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

use Limit::{AtLeast, AtMost};

impl Limit {
    fn holds(self, value: f64) -> bool {
        match self {
            AtMost(limit) => value <= limit,
            AtLeast(limit) => value >= limit,
        }
    }

    fn text(self) -> String {
        match self {
            AtMost(limit) => format!("<= {limit}"),
            AtLeast(limit) => format!(">= {limit}"),
        }
    }
}

const fn goal(row: &'static str, what: &'static str, fact: &'static str, limit: Limit) -> Goal {
    Goal {
        row,
        what,
        fact,
        limit,
    }
}

const GOALS: &[Goal] = &[
    goal(
        "1",
        "default `#[memoize(timeout = 60)]` hit on `(u64, u64)` over the map with a tick",
        "f / floor",
        AtMost(3.0),
    ),
    goal("1, then", "the same", "f / floor", AtMost(2.5)),
    goal(
        "2",
        "the same over `cached` with `max_size` and `ttl`",
        "f / cached",
        AtMost(0.15),
    ),
    goal("3", "`&str` hit over its floor", "g / floor", AtMost(2.2)),
    goal("3", "allocations of it", "g: allocations", AtMost(0.0)),
    goal(
        "4",
        "`Arc<str>` result over its floor",
        "h / floor",
        AtMost(1.3),
    ),
    goal(
        "5",
        "hit among 1 000 000 entries over its floor",
        "f of 1M / floor",
        AtMost(2.0),
    ),
    goal(
        "6",
        "two threads over one, Zipf hits",
        "2 threads / 1",
        AtLeast(1.8),
    ),
    goal("6", "eight threads over two", "8 threads / 2", AtLeast(0.9)),
    goal(
        "7",
        "two threads, Zipf hits, over default dashmap",
        "2 threads / dashmap",
        AtLeast(9.0),
    ),
    goal(
        "7",
        "the same over `#[cached]`",
        "2 threads / cached",
        AtLeast(15.0),
    ),
    goal(
        "7",
        "the same over `#[concurrent_cached]`",
        "2 threads / concurrent",
        AtLeast(15.0),
    ),
    goal(
        "8",
        "two threads, 5 % inserts, over default dashmap",
        "2 threads, inserts / dashmap",
        AtLeast(1.4),
    ),
    goal(
        "8, then",
        "the same",
        "2 threads, inserts / dashmap",
        AtLeast(2.0),
    ),
    goal(
        "9",
        "what a time to live adds to a hit, ns",
        "f: ns of a ttl",
        AtMost(0.6),
    ),
    goal(
        "9, or",
        "the same as a share of the hit",
        "f: share of a ttl",
        AtMost(0.15),
    ),
    goal(
        "10",
        "hit ratio as a share of the optimum, mean over traces",
        "ratio: share",
        AtLeast(0.845),
    ),
    goal(
        "10",
        "most entries ever seen over the capacity",
        "ratio: fullest",
        AtMost(1.0),
    ),
    goal(
        "11",
        "heap per `u64 -> u64` entry, unbounded, bytes",
        "bytes: unbounded",
        AtMost(40.0),
    ),
    goal(
        "11",
        "the same, bounded with a time to live",
        "bytes: bounded",
        AtMost(64.0),
    ),
    goal(
        "12",
        "async hit over its floor",
        "task / floor",
        AtMost(3.0),
    ),
];

/// Prints every goal; those of topics that were not measured are open.
pub(crate) fn print(report: &mut Report) {
    let mut table = Table::new(&["what must hold", "measured", "limit", ""]);
    for goal in GOALS {
        let measured = report.get(goal.fact);
        let verdict = match measured {
            None => "not measured",
            Some(value) if goal.limit.holds(value) => "holds",
            Some(_) => "does not hold",
        };
        let cells = [
            format!("{}: {}", goal.row, goal.what),
            measured.map(digits).unwrap_or_default(),
            goal.limit.text(),
            verdict.to_owned(),
        ];
        table.row(cells);
    }
    let note =
        "Row 13, the cost of a build, is measured by `cargo bench -p cache-tests --bench build`.";
    report.table("What must hold", note, &table);
}

/// Limits have up to three digits behind the point.
fn digits(value: f64) -> String {
    if value.abs() < 1.0 {
        format!("{value:.3}")
    } else {
        number(value)
    }
}
