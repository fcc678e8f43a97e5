//! Costly functions over the files of a directory: `cargo run --bin files [DIRECTORY]`.
//!
//! Every file is digested and its words are counted, twice; the second time the answers come from the cache.
//! Then a copy of one file is edited by a writer that invalidates what was known of it.

use std::collections::HashSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs, io};

use cache_runtime::{Config, Lives, functions, invalidates, memoize};
use sha2::{Digest, Sha256};
use walkdir::{DirEntry, WalkDir};

/// The SHA-256 of a file's content.
#[memoize(timeout = "1h")]
fn digest(path: &Path) -> io::Result<String> {
    Ok(format!("{:x}", Sha256::digest(fs::read(path)?)))
}

/// How many words a file has, and how many different ones.
#[memoize(timeout = "1h")]
fn words(path: &Path) -> io::Result<(usize, usize)> {
    let text = String::from_utf8_lossy(&fs::read(path)?).into_owned();
    let different: HashSet<_> = text.split_whitespace().collect();
    Ok((text.split_whitespace().count(), different.len()))
}

/// Adds a line to a file; what was known of it is forgotten.
#[invalidates(digest(path), words(path))]
fn append(path: &Path, line: &str) -> io::Result<()> {
    let text = fs::read(path)?;
    fs::write(path, [text.as_slice(), line.as_bytes()].concat())
}

/// The files below a directory, without hidden folders and build outputs.
fn files(directory: &Path) -> Vec<PathBuf> {
    let wanted = |entry: &DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !(name.starts_with('.') || name.starts_with("target"))
    };
    let entries = WalkDir::new(directory)
        .into_iter()
        .filter_entry(wanted)
        .filter_map(Result::ok);
    entries
        .filter(|entry| entry.file_type().is_file())
        .map(DirEntry::into_path)
        .collect()
}

/// Asks everything about every file, and answers how long that took and how many words there are.
fn survey(files: &[PathBuf]) -> (Duration, usize) {
    let start = Instant::now();
    let readable = files.iter().filter(|file| digest(file).is_ok());
    let count = readable
        .filter_map(|file| words(file).ok())
        .map(|(words, _)| words)
        .sum();
    (start.elapsed(), count)
}

fn edit_a_copy(original: &Path) -> io::Result<()> {
    let copy = env::temp_dir().join(format!("cache-example-{}", std::process::id()));
    fs::copy(original, &copy)?;
    let before = (digest(&copy)?, words(&copy)?);
    append(&copy, " one more line\n")?;
    let after = (digest(&copy)?, words(&copy)?);
    fs::remove_file(&copy)?;
    println!(
        "a copy of {}: {} words, after its edit {}",
        original.display(),
        before.1.0,
        after.1.0
    );
    println!(
        "its digest: {}…, after its edit {}…",
        &before.0[..12],
        &after.0[..12]
    );
    assert_ne!(before.0, after.0);
    assert_eq!(before.1.0 + 3, after.1.0);
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    Config::from_env()?.install()?;
    // A shared store may still have what an earlier run has computed.
    invalidate_all_digest().into_result()?;
    invalidate_all_words().into_result()?;
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf);
    let directory = env::args_os()
        .nth(1)
        .map(PathBuf::from)
        .or(workspace)
        .unwrap_or_default();
    let files = files(&directory);
    let Some(largest) = files
        .iter()
        .max_by_key(|file| file.metadata().map_or(0, |data| data.len()))
    else {
        return Err(format!("there are no files in {}", directory.display()).into());
    };

    let (cold, count) = survey(&files);
    let (warm, again) = survey(&files);
    println!(
        "{} files, {count} words in {}",
        files.len(),
        directory.display()
    );
    println!(
        "cold {cold:.2?}, warm {warm:.2?}: {:.0} times faster",
        cold.as_secs_f64() / warm.as_secs_f64()
    );
    assert_eq!(count, again);

    edit_a_copy(largest)?;

    println!(
        "\n{:<18} {:>6} {:>6} {:>7} {:>8} {:>8}",
        "function", "calls", "runs", "ratio", "entries", "timeout"
    );
    for function in functions() {
        let (stats, name) = (&function.stats, function.name.trim_start_matches("files::"));
        let (calls, runs, ratio) = (
            stats.calls(),
            stats.misses.total(),
            100.0 * stats.hit_ratio(),
        );
        let timeout = function.policy.timeout.to_string();
        let entries = match function.lives {
            Lives::InProcess => function.entries.to_string(),
            // Nobody counts the entries of a shared store.
            _ => "-".to_owned(),
        };
        println!("{name:<18} {calls:>6} {runs:>6} {ratio:>5.0} % {entries:>8} {timeout:>8}");
    }
    Ok(())
}
