//! The settings: their names, what they take, and where it goes.

use std::path::PathBuf;
use std::time::Duration;

use super::kind::{self, Kind};
use super::nearest::{nearest, one_of};
use super::node::{self, Nodes};
use super::secret::Secret;
use super::url::{self, Url};
use super::{read, url as address};

/// What was set, as it was set; nothing is checked against anything else.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    pub(super) kind: Option<Kind>,
    pub(super) default_timeout: Option<Duration>,
    pub(super) threshold: Option<usize>,
    pub(super) key_prefix: Option<String>,
    pub(super) ignore_errors: Option<bool>,
    pub(super) source_check: Option<bool>,
    pub(super) backend_timeout: Option<Duration>,
    pub(super) signing_key: Option<Secret>,
    pub(super) compress_above: Option<usize>,
    pub(super) dir: Option<PathBuf>,
    pub(super) redis_url: Option<Url>,
    pub(super) redis_host: Option<String>,
    pub(super) redis_port: Option<u16>,
    pub(super) redis_password: Option<Secret>,
    pub(super) redis_db: Option<u32>,
    pub(super) redis_sentinels: Option<Nodes>,
    pub(super) redis_sentinel_master: Option<String>,
    pub(super) redis_sentinel_password: Option<Secret>,
    pub(super) redis_cluster: Option<Nodes>,
    pub(super) memcached_servers: Option<Nodes>,
}

/// One setting.
pub(super) struct Setting {
    /// `CACHE_THRESHOLD`
    pub(super) name: &'static str,
    /// The kinds of cache that it says something to; none: all of them.
    pub(super) of: &'static [Kind],
    /// What would be right, after "give ".
    expects: &'static str,
    /// Puts what a text says where it belongs; answers whether it says anything.
    read: fn(&mut Values, &str) -> bool,
    pub(super) is_given: fn(&Values) -> bool,
}

macro_rules! settings {
    ($($name:literal $field:ident = $read:expr, $of:expr, $expects:literal;)*) => {
        pub(super) const SETTINGS: &[Setting] = &[$(Setting {
            name: $name,
            of: $of,
            expects: $expects,
            read: |values, text| {
                values.$field = ($read)(text);
                values.$field.is_some()
            },
            is_given: |values| values.$field.is_some(),
        },)*];
    };
}

const ALL: &[Kind] = &[];
const SERVER: &[Kind] = &[Kind::Redis, Kind::Tiered];
const DATABASE: &[Kind] = &[Kind::Redis, Kind::RedisSentinel, Kind::Tiered];
const REDIS: &[Kind] = &[
    Kind::Redis,
    Kind::RedisSentinel,
    Kind::RedisCluster,
    Kind::Tiered,
];
const SENTINEL: &[Kind] = &[Kind::RedisSentinel];

/// The ports where servers usually are.
pub(super) const SENTINEL_PORT: u16 = 26379;
pub(super) const MEMCACHED_PORT: u16 = 11211;

settings! {
    "CACHE_TYPE" kind = Kind::read, ALL, "a type";
    "CACHE_DEFAULT_TIMEOUT" default_timeout = read::time, ALL, "seconds (`300`), a text like `5m`, or `0` for no end";
    "CACHE_THRESHOLD" threshold = read::count, ALL, "a number of entries, such as `10000`";
    "CACHE_KEY_PREFIX" key_prefix = text, ALL, "a text, such as `shop`";
    "CACHE_IGNORE_ERRORS" ignore_errors = read::switch, ALL, "`true` or `false`";
    "CACHE_SOURCE_CHECK" source_check = read::switch, ALL, "`true` or `false`";
    "CACHE_BACKEND_TIMEOUT" backend_timeout = read::time, ALL, "a text like `100ms`, or seconds (`0.1`)";
    "CACHE_SIGNING_KEY" signing_key = secret, ALL, "a text that nobody can guess";
    "CACHE_COMPRESS_ABOVE" compress_above = read::count, ALL, "a number of bytes, such as `4096`";
    "CACHE_DIR" dir = path, &[Kind::Filesystem], "a directory, such as `/var/cache/shop`";
    "CACHE_REDIS_URL" redis_url = Url::read, SERVER, "an address, such as `redis://localhost:6379/0`";
    "CACHE_REDIS_HOST" redis_host = host, SERVER, "the name of a host, such as `localhost`";
    "CACHE_REDIS_PORT" redis_port = read::port, SERVER, "a port, such as `6379`";
    "CACHE_REDIS_PASSWORD" redis_password = secret, REDIS, "a password";
    "CACHE_REDIS_DB" redis_db = read::database, DATABASE, "the number of a database, such as `0`";
    "CACHE_REDIS_SENTINELS" redis_sentinels = |text| Nodes::read(text, SENTINEL_PORT), SENTINEL,
        "hosts and ports, such as `10.0.0.1:26379,10.0.0.2:26379`";
    "CACHE_REDIS_SENTINEL_MASTER" redis_sentinel_master = text, SENTINEL, "the name of a primary, such as `mymaster`";
    "CACHE_REDIS_SENTINEL_PASSWORD" redis_sentinel_password = secret, SENTINEL, "a password";
    "CACHE_REDIS_CLUSTER" redis_cluster = |text| Nodes::read(text, address::PORT), &[Kind::RedisCluster],
        "hosts and ports, such as `10.0.0.1:6379,10.0.0.2:6379`";
    "CACHE_MEMCACHED_SERVERS" memcached_servers = servers, &[Kind::Memcached],
        "hosts and ports, such as `10.0.0.1:11211,10.0.0.2:11211`";
}

/// Flask-Caching's settings that there is nothing for here, and why.
const ELSEWHERE: &[(&str, &str)] = &[
    ("CACHE_ARGS", "every back end has settings of its own"),
    ("CACHE_OPTIONS", "every back end has settings of its own"),
    ("CACHE_NO_NULL_WARNING", "there is no such warning"),
    (
        "CACHE_HASH_METHOD",
        "keys are compared, not only their hashes",
    ),
    (
        "CACHE_FILE_HASH_METHOD",
        "keys are compared, not only their hashes",
    ),
    ("CACHE_SERIALIZER", "there is one format"),
    ("CACHE_ENABLE_SIGNALS", "there are no signals"),
    ("CACHE_UWSGI_NAME", "there is no back end for uWSGI"),
    (
        "CACHE_GCS_BUCKET",
        "there is no back end for Google Cloud Storage",
    ),
    (
        "CACHE_MEMCACHED_USERNAME",
        "passwords of memcached (SASL) are not supported",
    ),
    (
        "CACHE_MEMCACHED_PASSWORD",
        "passwords of memcached (SASL) are not supported",
    ),
];

#[expect(
    clippy::unnecessary_wraps,
    reason = "readers of other forms may find none"
)]
fn text(text: &str) -> Option<String> {
    Some(text.trim().to_owned())
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "readers of other forms may find none"
)]
fn secret(text: &str) -> Option<Secret> {
    Some(Secret::from(text))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "readers of other forms may find none"
)]
fn path(text: &str) -> Option<PathBuf> {
    Some(PathBuf::from(text.trim()))
}

fn host(text: &str) -> Option<String> {
    let is_host = node::Node::read(text, 1).is_some_and(|node| node.host == text);
    is_host.then(|| text.to_owned())
}

fn servers(text: &str) -> Option<Nodes> {
    let plain = Some(text).filter(|text| !text.contains("://"))?;
    Nodes::read(plain, MEMCACHED_PORT)
}

impl Setting {
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.name == name)
    }

    /// Puts what a text says where it belongs; else answers what is wrong, for a setting called `called`.
    pub(super) fn take(&self, values: &mut Values, text: &str, called: &str) -> Result<(), String> {
        if text.trim().is_empty() {
            return Err(format!(
                "`{called}` is empty; give {}, or leave it out",
                self.expects
            ));
        }
        if (self.read)(values, text) || (self.read)(values, text.trim()) {
            return Ok(());
        }
        let is_address = text.contains("://") || text.contains('@');
        let shown = if is_address {
            url::masked(text)
        } else {
            text.to_owned()
        };
        Err(format!(
            "`{called}` is `{}`; {}",
            shown.trim().escape_debug(),
            self.advice(text)
        ))
    }

    fn advice(&self, text: &str) -> String {
        match self.name {
            "CACHE_TYPE" => kind::advice(text.trim()),
            _ => format!("give {}", self.expects),
        }
    }
}

/// What is wrong with a name that no setting has.
pub(super) fn unknown(name: &str, written: fn(&str) -> String) -> String {
    let called = written(name);
    if let Some((_, why)) = ELSEWHERE.iter().find(|(theirs, _)| *theirs == name) {
        return format!(
            "`{called}` is a setting of Flask-Caching that has no use here: {why}; leave it out"
        );
    }
    let known: Vec<_> = SETTINGS
        .iter()
        .map(|setting| super::plain(setting.name))
        .collect();
    let known: Vec<_> = known.iter().map(String::as_str).collect();
    let close = nearest(&super::plain(name), &known);
    if close.is_empty() {
        return format!(
            "`{called}` is not a setting; leave it out, or see `cache_runtime::Config` for those there are"
        );
    }
    let close: Vec<_> = close
        .into_iter()
        .map(|name| written(&super::variable(name)))
        .collect();
    let close: Vec<_> = close.iter().map(String::as_str).collect();
    format!(
        "`{called}` is not a setting; did you mean {}?",
        one_of(&close)
    )
}
