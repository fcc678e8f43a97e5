//! A crate made to be built.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::cpu;

/// What the crate caches with.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum With {
    Nothing,
    Ours,
    Cached,
    Memoize,
}

impl With {
    pub(crate) const ALL: [Self; 4] = [Self::Nothing, Self::Ours, Self::Cached, Self::Memoize];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nothing => "no cache",
            Self::Ours => "cache-runtime",
            Self::Cached => "cached",
            Self::Memoize => "memoize",
        }
    }

    fn dependency(self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Ours => format!(
                "cache-runtime = {{ path = {:?} }}",
                workspace().join("cache-runtime")
            ),
            Self::Cached => "cached = \"4.1\"".to_owned(),
            Self::Memoize => "memoize = \"0.6\"".to_owned(),
        }
    }

    fn attribute(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Ours => "#[cache_runtime::memoize]",
            Self::Cached => "#[cached::macros::cached]",
            Self::Memoize => "#[memoize::memoize(SharedCache)]",
        }
    }
}

pub(crate) struct Scratch {
    pub(crate) with: With,
    folder: PathBuf,
}

impl Scratch {
    /// Makes the crate, with the versions that the workspace is locked to, and fetches what it needs.
    pub(crate) fn new(with: With) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("build")
            .join(with.name().replace(' ', "-"));
        let scratch = Self { with, folder };
        scratch.write("Cargo.toml", &format!(
            "[workspace]\n[package]\nname = \"scratch\"\nedition = \"2024\"\n[dependencies]\n{}\n",
            with.dependency()
        ));
        scratch.write("src/lib.rs", "");
        let _ = fs::copy(
            workspace().join("Cargo.lock"),
            scratch.folder.join("Cargo.lock"),
        );
        cpu::seconds(&mut scratch.cargo("fetch"));
        scratch
    }

    /// CPU seconds of a build from nothing.
    pub(crate) fn cold_build(&self) -> f64 {
        let _ = fs::remove_dir_all(self.target());
        self.build("build", "")
    }

    /// CPU seconds of a build in which only this crate is new, with this source.
    pub(crate) fn build(&self, command: &str, source: &str) -> f64 {
        self.write("src/lib.rs", source);
        cpu::seconds(self.cargo(command).arg("--offline"))
    }

    /// How many crates are built for this one.
    pub(crate) fn crates(&self) -> usize {
        let output = self
            .cargo("tree")
            .args([
                "--offline",
                "--prefix=none",
                "--edges=normal,build",
                "--no-dedupe",
            ])
            .output()
            .expect("cargo runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let named = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let crates: BTreeSet<_> = text.lines().skip(1).map(named).collect();
        crates.len()
    }

    /// So many functions. Half of them take integers, half a text.
    pub(crate) fn alike(&self, functions: usize) -> String {
        let attribute = self.with.attribute();
        let function = |n| match n % 2 {
            0 => format!("{attribute}\npub fn f{n}(a: u64, b: u64) -> u64 {{ a * {n} + b }}\n"),
            _ => {
                format!("{attribute}\npub fn f{n}(text: String) -> usize {{ text.len() + {n} }}\n")
            }
        };
        (0..functions).map(function).collect()
    }

    /// So many functions, each with a result of a type of its own.
    pub(crate) fn with_types(&self, functions: usize) -> String {
        let attribute = self.with.attribute();
        let function = |n| {
            format!(
                "#[derive(Clone)]\npub struct V{n}(pub String);\n\
                {attribute}\npub fn f{n}(id: u64) -> V{n} {{ V{n}(id.to_string()) }}\n"
            )
        };
        (0..functions).map(function).collect()
    }

    fn cargo(&self, command: &str) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .arg(command)
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.target())
            .env("CARGO_INCREMENTAL", "0");
        cargo
    }

    fn target(&self) -> PathBuf {
        self.folder.join("target")
    }

    fn write(&self, file: &str, text: &str) {
        let file = self.folder.join(file);
        let folder = file.parent().expect("it is in the crate's folder");
        fs::create_dir_all(folder).expect("the target folder can be written to");
        fs::write(file, text).expect("the target folder can be written to");
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
