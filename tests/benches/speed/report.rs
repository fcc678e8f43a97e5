//! What a run has found: tables, plots, and the numbers that goals are about.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::{fs, io};

use crate::plot::Plot;
use cache_tests::table::Table;

/// Collects what the topics find; tables are printed as they come.
#[derive(Default)]
pub(crate) struct Report {
    markdown: String,
    plots: Vec<(&'static str, Plot)>,
    facts: BTreeMap<&'static str, f64>,
}

impl Report {
    /// Adds a table under a title, with what must be known to read it.
    pub(crate) fn table(&mut self, title: &str, note: &str, table: &Table) {
        println!("\n## {title}\n{note}\n\n{}", table.text());
        let _ = write!(
            self.markdown,
            "\n## {title}\n\n{note}\n\n{}",
            table.markdown()
        );
    }

    /// Adds a plot, in a file of its own.
    pub(crate) fn plot(&mut self, file: &'static str, plot: Plot) {
        let _ = write!(self.markdown, "\n![]({file})\n");
        self.plots.push((file, plot));
    }

    /// Keeps a number that a goal is about.
    pub(crate) fn fact(&mut self, name: &'static str, value: f64) {
        self.facts.insert(name, value);
    }

    /// A number, if it was measured in this run.
    pub(crate) fn get(&self, name: &str) -> Option<f64> {
        self.facts.get(name).copied()
    }

    /// Writes all of it into a folder.
    pub(crate) fn write(&self, folder: &Path, about: &str) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let text = format!("# Benchmarks\n\n{about}\n{}", self.markdown);
        fs::write(folder.join("README.md"), text)?;
        for (file, plot) in &self.plots {
            fs::write(folder.join(file), plot.svg())?;
        }
        Ok(())
    }
}
