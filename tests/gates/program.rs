//! The program that the gates run.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Where the program is.
pub(crate) fn program() -> &'static Path {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(build);
    &PROGRAM
}

/// The number that the program tells of so many calls.
pub(crate) fn told(calls: &str, count: u64) -> u64 {
    let output = Command::new(program())
        .args([calls, &count.to_string()])
        .output()
        .expect("the program runs");
    let told = String::from_utf8_lossy(&output.stdout);
    let number = told.trim().parse();
    number.unwrap_or_else(|_| panic!("{output:?}"))
}

/// Builds the program as its users would: optimised, and without the feature `testing`. Its folder is its own,
/// so that nothing is built twice in the folder of these tests.
fn build() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gates");
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "build",
            "--release",
            "--quiet",
            "--bin",
            "calls",
            "--no-default-features",
        ])
        .arg("--manifest-path")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .env_remove("RUSTFLAGS") // of a sanitizer, or of a model checker
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the program is built");
    target.join("release/calls")
}
