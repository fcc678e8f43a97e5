//! How fast, how well and how small: this crate beside its peers, in one run.
//!
//! `cargo bench -p cache-tests` measures everything; names of topics choose some, `--quick` makes it short,
//! and `--report FOLDER` writes the tables as Markdown and the plots as SVG. `--traces FOLDER` replays recorded traces
//! beside the made ones: every file there, of a format that `cache_tests::trace` tells. All contenders of a table run in
//! one process and take turns in random order; numbers are medians, ratios are medians of the rounds' ratios.
#![allow(
    clippy::cast_precision_loss,
    reason = "what is counted here is far below 2^52"
)]

mod allocations;
mod goals;
mod measure;
mod options;
mod peers;
mod per_call;
mod plot;
mod report;
mod topics;

use std::process::ExitCode;
use std::thread::available_parallelism;
use std::time::Instant;

use options::Options;
use report::Report;

fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(usage) => {
            eprintln!("{usage}");
            return ExitCode::FAILURE;
        }
    };
    let about = about(&options);
    println!("{about}");
    let start = Instant::now();
    let mut report = Report::default();
    for topic in &options.topics {
        let start = Instant::now();
        (topic.run)(&options, &mut report);
        println!("{}: {:.0} s", topic.name, start.elapsed().as_secs_f64());
    }
    goals::print(&mut report);
    println!("all: {:.0} s", start.elapsed().as_secs_f64());
    match &options.report {
        Some(folder) => written(&report, folder, &about),
        None => ExitCode::SUCCESS,
    }
}

fn written(report: &Report, folder: &std::path::Path, about: &str) -> ExitCode {
    match report.write(folder, about) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{}: {why}", folder.display());
            ExitCode::FAILURE
        }
    }
}

/// Where and how this run happens.
fn about(options: &Options) -> String {
    let cores = available_parallelism().map_or(1, usize::from);
    let testing = if cfg!(feature = "testing") {
        "with"
    } else {
        "without"
    };
    let length = if options.quick {
        "a quick run"
    } else {
        "a full run"
    };
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    format!(
        "`cargo bench -p cache-tests`: {length} on {system}, {cores} cores; cache-runtime {testing} its feature \
         `testing`. Medians; \"x\" is the median of the ratios to the floor within a round."
    )
}
