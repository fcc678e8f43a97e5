//! What the command line says.

use std::path::{Path, PathBuf};
use std::{fs, io};

use cache_tests::trace::{self, Trace};

use crate::topics::ratio::MOST;
use crate::topics::{TOPICS, Topic};

/// What is measured, how long, and where it is written.
pub(crate) struct Options {
    pub(crate) topics: Vec<&'static Topic>,
    pub(crate) quick: bool,
    pub(crate) report: Option<PathBuf>,
    /// Recorded traces.
    pub(crate) traces: Vec<Trace>,
}

impl Options {
    /// Reads the arguments of the program; what they should be, if they are something else.
    pub(crate) fn read(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            topics: Vec::new(),
            quick: false,
            report: None,
            traces: Vec::new(),
        };
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--bench" => {} // cargo's own
                "--quick" => options.quick = true,
                "--report" => options.report = Some(in_workspace(&args.next().ok_or_else(usage)?)),
                "--traces" => options.traces = recorded(&args.next().ok_or_else(usage)?)?,
                name => options.topics.push(topic(name).ok_or_else(usage)?),
            }
        }
        if options.topics.is_empty() {
            options.topics = TOPICS.iter().collect();
        }
        Ok(options)
    }

    /// A number of rounds, or of calls: all of them, or the few of a quick run.
    pub(crate) fn rounds(&self, all: usize, quick: usize) -> usize {
        if self.quick { quick } else { all }
    }
}

/// Every trace in a folder.
fn recorded(folder: &str) -> Result<Vec<Trace>, String> {
    let folder = in_workspace(folder);
    let why = |file: &Path, why: io::Error| format!("{}: {why}", file.display());
    let entries = fs::read_dir(&folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(|error| why(&folder, error))?;
    let mut files: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
    files.sort();
    if files.is_empty() || files.len() > MOST {
        let (folder, count) = (folder.display(), files.len());
        return Err(format!(
            "{folder}: {count} files; 1 to {MOST} traces can be replayed"
        ));
    }
    let read = |file: &PathBuf| trace::recorded(file).map_err(|error| why(file, error));
    files.iter().map(read).collect()
}

fn topic(name: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.name == name)
}

/// Cargo runs benchmarks in their package's folder, and users name folders as seen from the workspace.
fn in_workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn usage() -> String {
    let topics: Vec<_> = TOPICS
        .iter()
        .map(|topic| format!("  {:10} {}", topic.name, topic.what))
        .collect();
    format!(
        "cargo bench -p cache-tests -- [TOPIC..] [--quick] [--report FOLDER] [--traces FOLDER]\n\ntopics:\n{}",
        topics.join("\n")
    )
}
