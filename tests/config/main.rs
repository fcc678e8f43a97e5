//! Configurations in force. One holds for a process and for good, so every test has a process to itself.

mod environment;
mod functions;
mod install;
mod later;
#[cfg(feature = "shared")]
mod toml;

use std::any;
use std::env;
use std::process::Command;

use cache_runtime::{Function, functions};

/// Set in the process that a test has to itself.
const ALONE: &str = "CONFIG_TEST_ALONE";

/// Runs a test in a process of its own, with these variables and no other settings.
fn alone<F: Fn()>(variables: &[(&str, &str)], test: F) {
    if env::var_os(ALONE).is_some() {
        return test();
    }
    // `config::install::null_caches_nothing::{{closure}}`
    let path = any::type_name::<F>().trim_end_matches("::{{closure}}");
    let (_, name) = path.split_once("::").expect("a closure inside a test");
    let mut child = Command::new(env::current_exe().expect("a test binary"));
    let settings = env::vars_os().map(|(name, _)| name);
    for name in settings.filter(|name| name.to_string_lossy().starts_with("CACHE_")) {
        child.env_remove(name);
    }
    child.args(["--exact", name, "--nocapture"]);
    child.env(ALONE, "1").envs(variables.iter().copied());
    let output = child.output().expect("it starts");
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{out}\n{err}");
    assert!(out.contains("1 passed"), "the test has run: {out}");
}

/// What is known of the function whose namespace this is.
fn known(namespace: &str) -> Function {
    let is_it = |function: &Function| function.name.split(['#', '@']).next() == Some(namespace);
    functions().into_iter().find(is_it).expect("it is listed")
}
