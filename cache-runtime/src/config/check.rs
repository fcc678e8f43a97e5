//! Which settings contradict each other, or cannot be: one function per rule; all run, all are reported.

use super::Config;
use super::kind::Kind;
use super::nearest::{nearest, one_of};
use super::setting::{SETTINGS, Setting};
use crate::registry;

/// A signing key that is shorter than this is guessed.
const SHORTEST_KEY: usize = 16;

/// So many functions are named where none is close.
const LISTED: usize = 8;

/// Settings by themselves.
const ALONE: &[Rule] = &[said_twice, out_of_range, unknown_functions];

/// Settings and the type: it may be that which could not be read.
const WITH_TYPE: &[Rule] = &[of_another_kind, missing];

/// Adds what is wrong.
type Rule = fn(&Config, &mut Vec<String>);

/// What is wrong.
pub(super) fn problems(config: &Config) -> Vec<String> {
    let with_type = if config.wrong.is_empty() {
        WITH_TYPE
    } else {
        &[]
    };
    let mut problems = Vec::new();
    for rule in with_type.iter().chain(ALONE) {
        rule(config, &mut problems);
    }
    problems
}

fn of_another_kind(config: &Config, problems: &mut Vec<String>) {
    let kind = config.kind();
    for Setting {
        name, of, is_given, ..
    } in SETTINGS
    {
        if !is_given(&config.values) || of.is_empty() || of.contains(&kind) {
            continue;
        }
        let names: Vec<_> = of.iter().map(|kind| kind.name()).collect();
        let (name, kinds) = (config.called(name), one_of(&names));
        let said = config.type_said(kind);
        problems.push(format!(
            "`{name}` is for {kinds}, but {said}; leave `{name}` out, or change the type to {kinds}"
        ));
    }
}

fn missing(config: &Config, problems: &mut Vec<String>) {
    let (kind, values) = (config.kind(), &config.values);
    let missing = match kind {
        Kind::Filesystem if values.dir.is_none() => "CACHE_DIR",
        Kind::RedisCluster if values.redis_cluster.is_none() => "CACHE_REDIS_CLUSTER",
        _ => return,
    };
    let what = if kind == Kind::Filesystem {
        "the directory that entries live in"
    } else {
        "some of the cluster's nodes"
    };
    let name = config.called(missing);
    let said = config.type_said(kind);
    problems.push(format!("{said}, which needs `{name}`; give {what}"));
}

fn said_twice(config: &Config, problems: &mut Vec<String>) {
    let values = &config.values;
    let Some(url) = &values.redis_url else {
        return;
    };
    let twice = [
        (values.redis_host.is_some(), "CACHE_REDIS_HOST", "a host"),
        (values.redis_port.is_some(), "CACHE_REDIS_PORT", "a port"),
        (
            values.redis_password.is_some() && url.has_password(),
            "CACHE_REDIS_PASSWORD",
            "a password",
        ),
        (
            values.redis_db.is_some() && url.has_db(),
            "CACHE_REDIS_DB",
            "a database",
        ),
    ];
    for (is_given, name, what) in twice {
        if is_given {
            let (url_name, name) = (config.called("CACHE_REDIS_URL"), config.called(name));
            problems.push(format!(
                "`{url_name}` is `{url}` and names {what}, and so does `{name}`; leave one of them out"
            ));
        }
    }
}

fn out_of_range(config: &Config, problems: &mut Vec<String>) {
    let values = &config.values;
    let short = |key: &super::secret::Secret| key.expose().len() < SHORTEST_KEY;
    let rules = [
        (
            values.threshold == Some(0),
            "CACHE_THRESHOLD",
            "is `0`; give at least `1`, or set the type to `null`",
        ),
        (
            values
                .backend_timeout
                .is_some_and(|timeout| timeout.is_zero()),
            "CACHE_BACKEND_TIMEOUT",
            "has no end; give a time, such as `100ms`",
        ),
        (
            values.signing_key.as_ref().is_some_and(short),
            "CACHE_SIGNING_KEY",
            "is too short to keep anyone out; give at least 16 characters that nobody can guess",
        ),
    ];
    for (is_wrong, name, what) in rules {
        if is_wrong {
            problems.push(format!("`{}` {what}", config.called(name)));
        }
    }
    for (name, function) in &config.functions {
        if function.max_entries == Some(0) {
            problems.push(format!(
                "`max_entries` of function `{name}` is `0`; give at least `1`, or set `enabled` to `false`"
            ));
        }
    }
}

fn unknown_functions(config: &Config, problems: &mut Vec<String>) {
    for name in config.functions.keys() {
        if registry::named(name).next().is_none() {
            problems.push(unknown_function(name));
        }
    }
}

fn unknown_function(name: &str) -> String {
    let mut names: Vec<_> = registry::of_program().map(registry::namespace).collect();
    names.sort();
    names.dedup();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let close = nearest(name, &names);
    let advice = match (&close[..], &names[..]) {
        ([], []) => "this program has none".to_owned(),
        ([], names) if names.len() <= LISTED => {
            format!("there are {}", one_of(names).replace(" or ", " and "))
        }
        ([], names) => format!(
            "there are `{}` and {} more",
            names[..LISTED].join("`, `"),
            names.len() - LISTED
        ),
        (close, _) => format!("did you mean {}?", one_of(close)),
    };
    format!("no cached function is called `{name}`; {advice}")
}
