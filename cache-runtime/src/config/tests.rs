//! Every setting from every source, and what is said where it is wrong.

#![allow(
    clippy::needless_pass_by_value,
    clippy::type_complexity,
    clippy::too_many_lines,
    reason = "tables of settings and messages"
)]

use std::ffi::OsString;

use super::*;

/// Secrets that no text may show.
const SECRETS: &[&str] = &["hunter2", "correct-horse-battery"];

fn from_env(pairs: &[(&str, &str)]) -> Result<Config, String> {
    let pairs = pairs
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Config::from_variables(pairs).map_err(told)
}

/// An error in words, which hold no secret.
fn told(error: Error) -> String {
    assert_eq!(error.kind(), ErrorKind::Config);
    for shown in [format!("{error}"), format!("{error:?}")] {
        assert!(
            !SECRETS.iter().any(|secret| shown.contains(secret)),
            "{shown}"
        );
    }
    error.to_string()
}

/// Settings in words, which hold no secret.
fn settled(config: Config) -> String {
    let config_shown = format!("{config:?}");
    let shown = format!("{:?}", config.settings());
    for shown in [&config_shown, &shown] {
        assert!(
            !SECRETS.iter().any(|secret| shown.contains(secret)),
            "{shown}"
        );
    }
    shown
}

fn wrong(pairs: &[(&str, &str)]) -> String {
    from_env(pairs).map(settled).expect_err("it is wrong")
}

/// What every source can say, in the environment's words.
const EVERYTHING: &[(&str, &str)] = &[
    ("CACHE_DEFAULT_TIMEOUT", "5m"),
    ("CACHE_THRESHOLD", "77"),
    ("CACHE_KEY_PREFIX", "shop"),
    ("CACHE_IGNORE_ERRORS", "false"),
    ("CACHE_SOURCE_CHECK", "on"),
    ("CACHE_BACKEND_TIMEOUT", "0.25"),
    ("CACHE_SIGNING_KEY", "correct-horse-battery"),
    ("CACHE_COMPRESS_ABOVE", "4096"),
];

fn common(backend: &str) -> String {
    format!(
        "Settings {{ backend: {backend}, default_timeout: Some(300s), threshold: 77, key_prefix: \"shop\", \
         ignore_errors: false, source_check: true, backend_timeout: 250ms, signing_key: Some(***), \
         compress_above: Some(4096), functions: {{}} }}"
    )
}

fn with_common(config: Config) -> Config {
    config
        .default_timeout(Duration::from_secs(300))
        .threshold(77)
        .key_prefix("shop")
        .ignore_errors(false)
        .source_check(true)
        .backend_timeout(Duration::from_millis(250))
        .signing_key("correct-horse-battery")
        .compress_above(4096)
}

/// Backends, as the environment, code and a message say them.
fn backends() -> Vec<(Vec<(&'static str, &'static str)>, Config, &'static str)> {
    vec![
        (vec![("CACHE_TYPE", "NullCache")], Config::null(), "`null`"),
        (vec![], Config::simple(), "`simple`"),
        (
            vec![
                ("CACHE_TYPE", "FileSystemCache"),
                ("CACHE_DIR", "/var/cache/shop"),
            ],
            Config::filesystem("/var/cache/shop"),
            "`filesystem` in `/var/cache/shop`",
        ),
        (
            vec![
                ("CACHE_TYPE", "redis"),
                ("CACHE_REDIS_URL", "redis://:hunter2@h/"),
                ("CACHE_REDIS_DB", "3"),
            ],
            Config::redis("redis://:hunter2@h/").redis_db(3),
            "`redis` at `redis://***@h:6379/3`",
        ),
        (
            vec![
                ("CACHE_TYPE", "flask_caching.backends.RedisCache"),
                ("CACHE_REDIS_HOST", "h"),
                ("CACHE_REDIS_PORT", "1"),
                ("CACHE_REDIS_PASSWORD", "hunter2"),
            ],
            Config::redis("redis://h:1").redis_password("hunter2"),
            "`redis` at `redis://***@h:1/`",
        ),
        (
            vec![("CACHE_TYPE", "TIERED")],
            Config::tiered("redis://localhost"),
            "`tiered` at `redis://localhost:6379/`",
        ),
        (
            vec![
                ("CACHE_TYPE", "redis_sentinel"),
                ("CACHE_REDIS_SENTINELS", "[('a', 1), ('b', 2)]"),
                ("CACHE_REDIS_SENTINEL_MASTER", "first"),
                ("CACHE_REDIS_SENTINEL_PASSWORD", "hunter2"),
                ("CACHE_REDIS_PASSWORD", "hunter2"),
                ("CACHE_REDIS_DB", "3"),
            ],
            Config::redis_sentinel(["a:1", "b:2"], "first")
                .redis_sentinel_password("hunter2")
                .redis_password("hunter2")
                .redis_db(3),
            "`redis-sentinel` with `first` of `a:1,b:2`",
        ),
        (
            vec![("CACHE_TYPE", "RedisSentinelCache")],
            Config::redis_sentinel(["127.0.0.1"], "mymaster"),
            "`redis-sentinel` with `mymaster` of `127.0.0.1:26379`",
        ),
        (
            vec![
                ("CACHE_TYPE", "redis-cluster"),
                ("CACHE_REDIS_CLUSTER", "a:7000,b"),
                ("CACHE_REDIS_PASSWORD", "hunter2"),
            ],
            Config::redis_cluster(["a:7000", "b"]).redis_password("hunter2"),
            "`redis-cluster` at `a:7000,b:6379`",
        ),
        (
            vec![
                ("CACHE_TYPE", "memcached"),
                ("CACHE_MEMCACHED_SERVERS", "a, [::1]:5"),
            ],
            Config::memcached(["a", "[::1]:5"]),
            "`memcached` at `a:11211,[::1]:5`",
        ),
        (
            vec![("CACHE_TYPE", "MemcachedCache")],
            Config::memcached(["127.0.0.1:11211"]),
            "`memcached` at `127.0.0.1:11211`",
        ),
    ]
}

#[test]
fn every_setting_can_be_given_in_the_environment_and_in_code() {
    for (mut variables, code, backend) in backends() {
        variables.extend(EVERYTHING);
        assert_eq!(from_env(&variables).map(settled), Ok(common(backend)));
        let code = with_common(code);
        code.check().unwrap();
        assert_eq!(settled(code), common(backend));
    }
}

#[cfg(feature = "toml")]
#[test]
fn every_setting_can_be_given_in_toml_under_both_names() {
    for (mut variables, _, backend) in backends() {
        variables.extend(EVERYTHING);
        for name in [plain, str::to_owned] {
            let lines = variables
                .iter()
                .map(|(key, value)| format!("{} = \"{value}\"\n", name(key)));
            let config = Config::from_toml_str(&lines.collect::<String>());
            assert_eq!(config.map(settled).map_err(told), Ok(common(backend)));
        }
    }
}

#[cfg(feature = "toml")]
#[test]
fn toml_has_numbers_and_lists() {
    let text = r#"
        type = "redis-sentinel"
        redis_sentinels = [["a", 1], "b:2"]
        redis_db = 3
        default_timeout = 0
        backend_timeout = 0.5
        ignore_errors = false
    "#;
    let shown = settled(Config::from_toml_str(text).unwrap());
    assert!(shown.starts_with(
        "Settings { backend: `redis-sentinel` with `mymaster` of `a:1,b:2`, default_timeout: None, threshold: 10000, \
         key_prefix: \"cache\", ignore_errors: false, source_check: false, backend_timeout: 500ms"
    ), "{shown}");
}

#[test]
fn secrets_arrive_although_they_are_not_shown() {
    let variables = [
        ("CACHE_TYPE", "redis"),
        ("CACHE_REDIS_PASSWORD", "hunter2"),
        ("CACHE_SIGNING_KEY", "correct-horse-battery"),
    ];
    let settings = from_env(&variables).unwrap().settings();
    let BackendSettings::Redis(url) = settings.backend else {
        panic!("it is redis");
    };
    assert_eq!(url.expose(), "redis://:hunter2@localhost:6379/");
    assert_eq!(
        settings.signing_key.unwrap().expose(),
        "correct-horse-battery"
    );
}

#[test]
fn other_variables_are_none_of_ours() {
    assert!(from_env(&[("PATH", "/bin"), ("XCACHE_TYPE", "x"), ("CACHES", "x")]).is_ok());
}

#[test]
fn what_is_wrong_in_the_environment_is_said_with_what_would_be_right() {
    for (variables, message) in [
        (
            &[("CACHE_REDIS_ULR", "redis://:hunter2@h/")][..],
            "`CACHE_REDIS_ULR` is not a setting; did you mean `CACHE_REDIS_URL`?",
        ),
        (
            &[("CACHE_BANANA", "1")],
            "`CACHE_BANANA` is not a setting; leave it out, or see `cache_runtime::Config` for those there are",
        ),
        (
            &[("CACHE_NO_NULL_WARNING", "1")],
            "`CACHE_NO_NULL_WARNING` is a setting of Flask-Caching that has no use here: there is no such warning; leave it out",
        ),
        (
            &[("CACHE_TYPE", "reddis")],
            "`CACHE_TYPE` is `reddis`; did you mean `redis`? The types are `null`, `simple`, `filesystem`, `redis`, \
             `redis-sentinel`, `redis-cluster`, `memcached` and `tiered`",
        ),
        (
            &[("CACHE_TYPE", "couchbase")],
            "`CACHE_TYPE` is `couchbase`; the types are `null`, `simple`, `filesystem`, `redis`, `redis-sentinel`, \
             `redis-cluster`, `memcached` and `tiered`",
        ),
        (
            &[("CACHE_TYPE", "SASLMemcachedCache")],
            "`CACHE_TYPE` is `SASLMemcachedCache`; passwords of memcached (SASL) are not supported, write `memcached`",
        ),
        (
            &[("CACHE_DEFAULT_TIMEOUT", "soon")],
            "`CACHE_DEFAULT_TIMEOUT` is `soon`; give seconds (`300`), a text like `5m`, or `0` for no end",
        ),
        (
            &[("CACHE_THRESHOLD", "many")],
            "`CACHE_THRESHOLD` is `many`; give a number of entries, such as `10000`",
        ),
        (
            &[("CACHE_THRESHOLD", "0")],
            "`CACHE_THRESHOLD` is `0`; give at least `1`, or set the type to `null`",
        ),
        (
            &[("CACHE_IGNORE_ERRORS", "perhaps")],
            "`CACHE_IGNORE_ERRORS` is `perhaps`; give `true` or `false`",
        ),
        (
            &[("CACHE_BACKEND_TIMEOUT", "0")],
            "`CACHE_BACKEND_TIMEOUT` has no end; give a time, such as `100ms`",
        ),
        (
            &[("CACHE_SIGNING_KEY", "hunter2")],
            "`CACHE_SIGNING_KEY` is too short to keep anyone out; give at least 16 characters that nobody can guess",
        ),
        (
            &[("CACHE_KEY_PREFIX", " ")],
            "`CACHE_KEY_PREFIX` is empty; give a text, such as `shop`, or leave it out",
        ),
        (
            &[("CACHE_TYPE", "rdeis"), ("CACHE_REDIS_DB", "1")],
            "`CACHE_TYPE` is `rdeis`; did you mean `redis`? The types are `null`, `simple`, `filesystem`, `redis`, \
             `redis-sentinel`, `redis-cluster`, `memcached` and `tiered`",
        ),
        (
            &[("CACHE_TYPE", "filesystem")],
            "`CACHE_TYPE` is `filesystem`, which needs `CACHE_DIR`; give the directory that entries live in",
        ),
        (
            &[("CACHE_TYPE", "redis-cluster")],
            "`CACHE_TYPE` is `redis-cluster`, which needs `CACHE_REDIS_CLUSTER`; give some of the cluster's nodes",
        ),
        (
            &[("CACHE_DIR", "/tmp")],
            "`CACHE_DIR` is for `filesystem`, but `CACHE_TYPE` is not given and so `simple`; \
             leave `CACHE_DIR` out, or change the type to `filesystem`",
        ),
        (
            &[
                ("CACHE_TYPE", "memcached"),
                ("CACHE_REDIS_PASSWORD", "hunter2"),
            ],
            "`CACHE_REDIS_PASSWORD` is for `redis`, `redis-sentinel`, `redis-cluster` or `tiered`, but `CACHE_TYPE` is \
             `memcached`; leave `CACHE_REDIS_PASSWORD` out, or change the type to `redis`, `redis-sentinel`, \
             `redis-cluster` or `tiered`",
        ),
        (
            &[("CACHE_TYPE", "redis"), ("CACHE_REDIS_SENTINELS", "a:1")],
            "`CACHE_REDIS_SENTINELS` is for `redis-sentinel`, but `CACHE_TYPE` is `redis`; \
             leave `CACHE_REDIS_SENTINELS` out, or change the type to `redis-sentinel`",
        ),
        (
            &[
                ("CACHE_TYPE", "redis"),
                ("CACHE_REDIS_URL", "redis://h"),
                ("CACHE_REDIS_HOST", "h"),
            ],
            "`CACHE_REDIS_URL` is `redis://h:6379/` and names a host, and so does `CACHE_REDIS_HOST`; leave one of them out",
        ),
        (
            &[
                ("CACHE_TYPE", "redis"),
                ("CACHE_REDIS_URL", "redis://:hunter2@h/1"),
                ("CACHE_REDIS_PASSWORD", "hunter2"),
            ],
            "`CACHE_REDIS_URL` is `redis://***@h:6379/1` and names a password, and so does `CACHE_REDIS_PASSWORD`; \
             leave one of them out",
        ),
        (
            &[
                ("CACHE_TYPE", "redis"),
                ("CACHE_REDIS_URL", "redis://h/1"),
                ("CACHE_REDIS_DB", "2"),
            ],
            "`CACHE_REDIS_URL` is `redis://h:6379/1` and names a database, and so does `CACHE_REDIS_DB`; leave one of them out",
        ),
        (
            &[
                ("CACHE_TYPE", "redis"),
                ("CACHE_REDIS_URL", "http://me:hunter2@h"),
            ],
            "`CACHE_REDIS_URL` is `http://***@h`; give an address, such as `redis://localhost:6379/0`",
        ),
        (
            &[("CACHE_TYPE", "redis"), ("CACHE_REDIS_PORT", "six")],
            "`CACHE_REDIS_PORT` is `six`; give a port, such as `6379`",
        ),
        (
            &[("CACHE_TYPE", "redis"), ("CACHE_REDIS_HOST", "redis://h")],
            "`CACHE_REDIS_HOST` is `redis://h`; give the name of a host, such as `localhost`",
        ),
        (
            &[
                ("CACHE_TYPE", "redis-cluster"),
                ("CACHE_REDIS_CLUSTER", "me:hunter2@a:1"),
            ],
            "`CACHE_REDIS_CLUSTER` is `***@a:1`; give hosts and ports, such as `10.0.0.1:6379,10.0.0.2:6379`",
        ),
        (
            &[
                ("CACHE_TIMEOUT", "5"),
                ("CACHE_THRESHOLD", "-1"),
                ("CACHE_MEMCACHED_PASSWORD", "hunter2"),
            ],
            "3 settings are wrong:\n\
             - `CACHE_MEMCACHED_PASSWORD` is a setting of Flask-Caching that has no use here: \
             passwords of memcached (SASL) are not supported; leave it out\n\
             - `CACHE_THRESHOLD` is `-1`; give a number of entries, such as `10000`\n\
             - `CACHE_TIMEOUT` is not a setting; did you mean `CACHE_BACKEND_TIMEOUT` or `CACHE_DEFAULT_TIMEOUT`?",
        ),
    ] {
        assert_eq!(wrong(variables), message);
    }
}

#[cfg(unix)]
#[test]
fn a_value_that_is_no_text_is_refused() {
    use std::os::unix::ffi::OsStringExt;
    let pair = ("CACHE_DIR".into(), OsString::from_vec(vec![0xff]));
    let error = Config::from_variables([pair].into_iter()).unwrap_err();
    assert_eq!(
        told(error),
        "`CACHE_DIR` is not valid UTF-8; write it in UTF-8"
    );
}

#[test]
fn what_is_wrong_in_code_is_said_at_install() {
    for (config, message) in [
        (
            Config::redis("hunter2@h"),
            "`redis_url` is `***@h`; give an address, such as `redis://localhost:6379/0`",
        ),
        (
            Config::simple().threshold(0).key_prefix(""),
            "2 settings are wrong:\n\
             - `key_prefix` is empty; give a text, such as `shop`, or leave it out\n\
             - `threshold` is `0`; give at least `1`, or set the type to `null`",
        ),
        (
            Config::simple().redis_db(1),
            "`redis_db` is for `redis`, `redis-sentinel` or `tiered`, but this is `simple`; \
             leave `redis_db` out, or change the type to `redis`, `redis-sentinel` or `tiered`",
        ),
        (
            Config::redis_cluster([] as [&str; 0]),
            "`redis_cluster` is empty; give hosts and ports, such as `10.0.0.1:6379,10.0.0.2:6379`, or leave it out",
        ),
        (
            Config::simple().function("nowhere", FunctionConfig::new().max_entries(0)),
            "2 settings are wrong:\n\
             - `max_entries` of function `nowhere` is `0`; give at least `1`, or set `enabled` to `false`\n\
             - no cached function is called `nowhere`; this program has none",
        ),
    ] {
        assert_eq!(told(config.install().unwrap_err()), message);
    }
}

#[cfg(feature = "toml")]
#[test]
fn what_is_wrong_in_toml_is_said_with_what_would_be_right() {
    for (text, message) in [
        (
            "threshold = true",
            "`threshold` is `true`; give a number of entries, such as `10000`",
        ),
        (
            "redis_ulr = 1",
            "`redis_ulr` is not a setting; did you mean `redis_url`?",
        ),
        (
            "threshold = 1\nCACHE_THRESHOLD = 2",
            "`threshold` is given twice, as `threshold` and `CACHE_THRESHOLD`; leave one of them out",
        ),
        (
            "[redis]\nurl = 1",
            "`redis` is not a setting; did you mean `redis_db`, `redis_url` or `redis_host`?",
        ),
        (
            "[threshold]\nx = 1",
            "`threshold` is a table; give a single value",
        ),
        (
            "threshold = 1979-05-27",
            "`threshold` is a datetime; give a single value",
        ),
        (
            "functions = 1",
            "`functions` is not a table; write `[functions.\"crate::module::function\"]`",
        ),
        (
            "[functions]\nf = 1",
            "`functions` has `f` in it, which is no table; write `[functions.\"f\"]`",
        ),
        (
            "type = \"redis\"\nredis_url = \"redis://:hunter2@h",
            "line 2 is not TOML: invalid basic string, expected `\"`",
        ),
        (
            "redis_password = hunter2",
            "line 1 is not TOML: string values must be quoted, expected literal string",
        ),
        (
            "type = \"filesystem\"",
            "`type` is `filesystem`, which needs `dir`; give the directory that entries live in",
        ),
        (
            "[functions.f]\ntimeout = \"soon\"\nmax_entries = -1\nenabeld = false\nenabled = 7\nx = []",
            "6 settings are wrong:\n\
             - `enabeld` of function `f` is not a setting; did you mean `enabled`?\n\
             - `enabled` of function `f` is `7`; give `true` or `false`\n\
             - `max_entries` of function `f` is `-1`; give a number of entries, such as `10000`\n\
             - `timeout` of function `f` is `soon`; give seconds (`300`), a text like `5m`, or `0` for no end\n\
             - `x` of function `f` is not a setting; there are `timeout`, `max_entries` and `enabled`\n\
             - no cached function is called `f`; this program has none",
        ),
    ] {
        assert_eq!(
            Config::from_toml_str(text).map(settled).map_err(told),
            Err(message.to_owned())
        );
    }
}

#[cfg(feature = "toml")]
#[test]
fn a_file_is_named_where_something_in_it_is_wrong() {
    let path = std::env::temp_dir().join(format!("cache-config-{}.toml", std::process::id()));
    std::fs::write(&path, "threshold = 0").unwrap();
    let error = Config::from_toml_file(&path).unwrap_err();
    let at = path.display();
    assert_eq!(
        told(error),
        format!("{at}: `threshold` is `0`; give at least `1`, or set the type to `null`")
    );
    std::fs::remove_file(&path).unwrap();
    let error = Config::from_toml_file(&path).unwrap_err();
    assert!(told(error).starts_with(&format!("`{at}` cannot be read: No such file")));
}
