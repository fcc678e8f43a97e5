//! What a hit costs over each back end, beside what its store costs alone: in one run, in turns.
//!
//! `cargo bench -p cache-tests --features shared --bench shared` starts the servers that it needs; `--quick` makes it
//! short, and `--report FOLDER` writes the table as Markdown. A process has one back end, so this program starts
//! itself again for each.
#![allow(
    clippy::cast_precision_loss,
    reason = "what is counted here is far below 2^52"
)]

mod contest;
mod filesystem;
mod functions;
mod memcached;
mod redis;
mod tiered;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{fs, io};

use cache_tests::servers::memcached::Memcached;
use cache_tests::servers::redis::{Server, are_installed};
use cache_tests::table::{Table, number};

use contest::Row;

/// Set in a process that has a back end, to the number of rounds.
const ROUNDS: &str = "BENCH_ROUNDS";

const NOTE: &str = "Wall clock, microseconds per call, medians of rounds in random order; \"ratio\" is the median of the \
                    rounds' ratios. The value is a text of 100 bytes, one of 1 000. All servers are on this machine.";

fn main() -> ExitCode {
    if let Some(rounds) = std::env::var_os(ROUNDS) {
        inside(rounds.to_str().and_then(|rounds| rounds.parse().ok()));
        return ExitCode::SUCCESS;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = arguments.iter().position(|it| it == "--report");
    let folder = folder.and_then(|place| arguments.get(place + 1));
    let quick = arguments.iter().any(|it| it == "--quick");
    match written(&measured(quick), quick, folder.map(String::as_str)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// Measures the back end that the environment names, and prints a row for each comparison.
fn inside(rounds: Option<usize>) {
    let rounds = rounds.expect("the number of rounds");
    // Unknown settings are errors, and these are no settings.
    cache_runtime::Config::from_env()
        .and_then(cache_runtime::Config::install)
        .expect("the back end is there");
    let rows = match std::env::var("CACHE_TYPE").as_deref() {
        Ok("redis") => redis::run(rounds),
        Ok("tiered") => tiered::run(rounds),
        Ok("memcached") => memcached::run(rounds),
        _ => filesystem::run(rounds),
    };
    for row in rows {
        println!("{}", row.line());
    }
}

/// All rows, of those back ends whose servers are installed.
fn measured(quick: bool) -> Vec<Row> {
    let mut rows = Vec::new();
    if are_installed() {
        let server = Server::start();
        let url = server.url();
        rows.extend(with(
            quick,
            &[("CACHE_TYPE", "redis"), ("CACHE_REDIS_URL", &url)],
        ));
        rows.extend(with(
            quick,
            &[("CACHE_TYPE", "tiered"), ("CACHE_REDIS_URL", &url)],
        ));
    }
    if let Some(server) = Memcached::start() {
        let address = server.address();
        let settings = [
            ("CACHE_TYPE", "memcached"),
            ("CACHE_MEMCACHED_SERVERS", &*address),
        ];
        rows.extend(with(quick, &settings));
    }
    let dir = tempfile::tempdir().expect("a directory");
    let dir = dir.path().join("cache");
    let dir = dir.to_str().expect("it is text");
    rows.extend(with(
        quick,
        &[("CACHE_TYPE", "filesystem"), ("CACHE_DIR", dir)],
    ));
    rows
}

/// The rows of one back end, from a process of its own.
fn with(quick: bool, settings: &[(&str, &str)]) -> Vec<Row> {
    let rounds = if quick { "5" } else { "31" };
    let this = std::env::current_exe().expect("this program is somewhere");
    let output = Command::new(this)
        .env(ROUNDS, rounds)
        .envs(settings.iter().copied())
        .stderr(Stdio::inherit())
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{settings:?}");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().filter_map(Row::read).collect()
}

fn written(rows: &[Row], quick: bool, folder: Option<&str>) -> io::Result<()> {
    let head = ["a hit", "µs", "beside", "µs", "ratio", "limit", ""];
    let mut table = Table::new(&head);
    for row in rows {
        let limit = row.limit.map(|limit| format!("<= {limit}"));
        table.row([
            row.ours.clone(),
            number(row.ours_micros),
            row.peer.clone(),
            number(row.peer_micros),
            number(row.ratio),
            limit.unwrap_or_default(),
            row.verdict().to_owned(),
        ]);
    }
    println!("\n{NOTE}\n\n{}", table.text());
    let Some(folder) = folder else { return Ok(()) };
    let length = if quick { "a quick run" } else { "a full run" };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let about = format!(
        "`cargo bench -p cache-tests --features shared --bench shared`: {length} on {} {}, {cores} cores. {NOTE}",
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    let folder = in_workspace(folder);
    fs::create_dir_all(&folder)?;
    let text = format!("# Shared stores\n\n{about}\n\n{}", table.markdown());
    fs::write(folder.join("shared.md"), text)
}

/// Cargo runs benchmarks in their package's folder, and users name folders as seen from the workspace.
fn in_workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}
