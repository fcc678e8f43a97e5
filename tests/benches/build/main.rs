//! What it costs to build with this crate, beside `cached` and `memoize`, each with its default features.
//!
//! `cargo bench -p cache-tests --bench build` makes scratch crates under `target/tmp` and builds them: all from
//! nothing for the cold builds, and only the crate itself for the cost of annotated functions. CPU time of
//! cargo and of the compilers it starts; nothing is compiled incrementally.

mod cpu;
mod scratch;

use cache_tests::table::{Table, number};

use scratch::{Scratch, With};

/// How many functions the cost of a function is measured with.
const FUNCTIONS: usize = 100;
const ROUNDS: usize = 5;

fn main() {
    let scratches: Vec<_> = With::ALL.iter().map(|&with| Scratch::new(with)).collect();
    let [ours, cached] = cold(&scratches);
    functions(&scratches);
    goals(ours, cached);
}

/// CPU time and crates of a build from nothing.
struct Cold {
    seconds: f64,
    crates: usize,
}

fn cold(scratches: &[Scratch]) -> [Cold; 2] {
    let mut table = Table::new(&["cold build", "CPU seconds", "x cached", "crates"]);
    let measured = |scratch: &Scratch| Cold {
        seconds: scratch.cold_build(),
        crates: scratch.crates(),
    };
    let mut all: Vec<_> = scratches
        .iter()
        .map(|scratch| (scratch.with, measured(scratch)))
        .collect();
    let cached = all.iter().find(|(with, _)| *with == With::Cached);
    let base = cached.map_or(f64::NAN, |(_, cached)| cached.seconds);
    for (with, Cold { seconds, crates }) in &all {
        let numbers = [number(*seconds), number(seconds / base), crates.to_string()];
        table.row(std::iter::once(with.name().to_owned()).chain(numbers));
    }
    println!("\n{}", table.text());
    [With::Ours, With::Cached].map(|wanted| {
        let index = all.iter().position(|(with, _)| *with == wanted);
        all.swap_remove(index.expect("all are measured")).1
    })
}

fn functions(scratches: &[Scratch]) {
    let head = [
        "100 functions, CPU ms per function",
        "check",
        "build",
        "each with a type: check",
        "build",
    ];
    let mut table = Table::new(&head);
    for scratch in scratches {
        let sources = [scratch.alike(FUNCTIONS), scratch.with_types(FUNCTIONS)];
        let costs = sources.map(|source| {
            ["check", "build"].map(|command| per_function(scratch, command, &source))
        });
        let cells = costs.into_iter().flatten();
        let cells = cells.map(|seconds| number(1e3 * seconds));
        table.row(std::iter::once(scratch.with.name().to_owned()).chain(cells));
    }
    println!("\n{}", table.text());
}

/// What a function adds: the median over rounds of a crate with many of them less the same crate with none.
fn per_function(scratch: &Scratch, command: &str, source: &str) -> f64 {
    scratch.build(command, "");
    let round = |_| scratch.build(command, source) - scratch.build(command, "");
    let mut rounds: Vec<f64> = (0..ROUNDS).map(round).collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2] / FUNCTIONS as f64
}

fn goals(ours: Cold, cached: Cold) {
    let mut table = Table::new(&["what must hold", "measured", "limit", ""]);
    let mut row = |what: &str, measured: f64, limit: f64| {
        let verdict = if measured <= limit {
            "holds"
        } else {
            "does not hold"
        };
        let cells = [what, &number(measured), &format!("<= {limit}"), verdict];
        table.row(cells.map(str::to_owned));
    };
    let ratio = ours.seconds / cached.seconds;
    row(
        "13: cold build, default features: CPU seconds over `cached`",
        ratio,
        0.35,
    );
    row("13: crates in the tree", ours.crates as f64, 25.0);
    println!("\n{}", table.text());
}
