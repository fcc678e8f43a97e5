//! A cached function costs its users little to build: it adds so many lines of LLVM's code in a debug build, before
//! anything is optimised.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

/// For a function that shares the types of its keys and its result with others.
const ALIKE: usize = 450;
/// For one whose result has a type of its own.
const OWN_TYPE: usize = 1_500;

const MORE: usize = 10;

#[test]
fn a_function_adds_little_code() {
    let alike = added_by(|n| {
        format!("#[cache_runtime::memoize] pub fn f{n}(id: u64) -> u64 {{ id + {n} }}\n")
    });
    let own_type = added_by(|n| {
        format!(
            "#[derive(Clone)] pub struct V{n}(pub String);\n\
             #[cache_runtime::memoize] pub fn f{n}(id: u64) -> V{n} {{ V{n}(id.to_string()) }}\n"
        )
    });
    eprintln!("{alike} lines per function, {own_type} with a type of its own");
    assert!(alike <= ALIKE, "{alike} lines, not {ALIKE}");
    assert!(own_type <= OWN_TYPE, "{own_type} lines, not {OWN_TYPE}");
}

/// The lines that a function adds to a crate that has one such function.
fn added_by(function: impl Fn(usize) -> String) -> usize {
    let lines = |functions: usize| {
        let code = compiled(&(0..functions).map(&function).collect::<String>());
        code.lines().filter(|line| line.starts_with("  ")).count()
    };
    (lines(1 + MORE) - lines(1)) / MORE
}

/// LLVM's code of a crate with this source.
fn compiled(source: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("code");
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let runtime = tests.join("../cache-runtime");
    let manifest = format!(
        "[workspace]\n[package]\nname = \"counted\"\nedition = \"2024\"\n\
         [dependencies]\ncache-runtime = {{ path = '{}' }}\n",
        runtime.display()
    );
    fs::create_dir_all(folder.join("src")).expect("the target folder can be written to");
    let write = |file, text| fs::write(folder.join(file), text).expect("it can be written to");
    write("Cargo.toml", manifest.as_str());
    write("src/lib.rs", source);
    // The versions of the workspace are there already.
    fs::copy(tests.join("../Cargo.lock"), folder.join("Cargo.lock")).expect("there is one");
    let code = folder.join("counted.ll");
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["rustc", "--quiet", "--offline", "--lib", "--"])
        .args(["-Ccodegen-units=1", "-Cdebuginfo=0"])
        .arg(format!("--emit=llvm-ir={}", code.display()))
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("CARGO_INCREMENTAL", "0")
        .env_remove("RUSTFLAGS") // of a sanitizer, or of a model checker
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the crate is built");
    fs::read_to_string(code).expect("it was written")
}
