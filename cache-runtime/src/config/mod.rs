//! Where settings come from, and what they mean.
//!
//! | module | holds |
//! |---|---|
//! | `setting` | the table of settings: names, what they take, which kinds of cache they are for |
//! | `read`, `kind`, `node`, `url`, `secret` | values, and how they are written |
//! | `env`, `file` | the environment, TOML |
//! | `check` | which settings contradict each other, or cannot be |
//! | `settings` | what remains: agreed, with every default filled in |
//! | `connect` | from there to a back end |
//! | `installed` | the configuration in force, as the rest of the crate sees it |
//! | `nearest` | "did you mean" |

mod check;
mod connect;
mod env;
#[cfg(feature = "toml")]
mod file;
#[cfg(feature = "shared")]
mod follow;
mod function;
pub(crate) mod installed;
mod kind;
mod nearest;
mod node;
mod read;
mod secret;
mod setting;
mod settings;
mod url;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::panic::Location;
use std::path::PathBuf;
use std::time::Duration;

#[cfg(feature = "toml")]
use std::path::Path;
#[cfg(feature = "shared")]
use std::sync::Arc;

use crate::error::{Error, ErrorKind};
use crate::options::Terms;
use crate::registry;
use crate::site::instances;
use crate::sync::StaticMutex;
pub use function::FunctionConfig;
use installed::Installed;
use kind::Kind;
use setting::{Setting, Values};
use settings::{BackendSettings, Settings};

/// What the caches of this process are to do: where entries live, and what holds where an attribute says nothing.
///
/// Without one, entries live in the process. It is made from the environment, from TOML, or step by step, and takes
/// effect when it is [installed](Self::install), once.
///
/// ```
/// use std::time::Duration;
/// use cache_runtime::{Config, FunctionConfig, memoize};
///
/// #[memoize(namespace = "prices")]
/// fn price(sku: u64) -> u64 {
///     sku * 100
/// }
///
/// # fn main() -> Result<(), cache_runtime::Error> {
/// Config::simple()
///     .default_timeout(Duration::from_secs(60))
///     .function("prices", FunctionConfig::new().max_entries(500))
///     .install()?;
///
/// let functions = cache_runtime::functions();
/// let prices = functions.iter().find(|function| function.name == "prices").unwrap();
/// assert_eq!(prices.policy.timeout.to_string(), "60s");
/// assert_eq!(prices.policy.max_entries.to_string(), "500");
/// # Ok(())
/// # }
/// ```
///
/// # Settings
///
/// They are called as in Flask-Caching. In the environment they have these names; in TOML they are lower-case and
/// without `CACHE_` (the full names are understood too), and methods are called like that.
///
/// | setting | means | by default |
/// |---|---|---|
/// | `CACHE_TYPE` | where entries live: `null` (nowhere: every call runs), `simple` (in the process), `filesystem`, `redis`, `redis-sentinel`, `redis-cluster`, `memcached`, `tiered` (`redis` with copies in the process). Letter case, `-` and `_` do not matter; Flask-Caching's classes (`RedisCache`) are understood | `simple` |
/// | `CACHE_DEFAULT_TIMEOUT` | the time to live of functions whose attribute gives none: seconds, or a text like `5m`; `0` is for ever | `300` |
/// | `CACHE_THRESHOLD` | the bound on entries in the process of functions whose attribute gives none; for `filesystem`, the bound on the whole directory too | `10000` |
/// | `CACHE_KEY_PREFIX` | what keys begin with in a shared store, so that programs can share a server | `cache` |
/// | `CACHE_IGNORE_ERRORS` | whether a call whose back end fails runs its function; `false`: it panics (for tests) | `true` |
/// | `CACHE_SOURCE_CHECK` | whether changed code starts cold, for functions whose attribute does not say | `false` |
/// | `CACHE_BACKEND_TIMEOUT` | how long a call waits for the back end | `100ms` |
/// | `CACHE_SIGNING_KEY` | entries in a shared store are signed with it, so that nobody else can forge one; 16 characters or more | not signed |
/// | `CACHE_COMPRESS_ABOVE` | entries in a shared store that are larger than so many bytes are compressed | never |
/// | `CACHE_DIR` | `filesystem`: where the files are | |
/// | `CACHE_REDIS_URL` | `redis`, `tiered`: `redis://user:password@host:port/db`; `rediss://` for TLS, `unix:///path` for a socket | |
/// | `CACHE_REDIS_HOST`, `CACHE_REDIS_PORT` | the same, in the place of an address | `localhost`, `6379` |
/// | `CACHE_REDIS_PASSWORD`, `CACHE_REDIS_DB` | what the address does not say; for `redis-sentinel` too, the password for `redis-cluster` too | none, `0` |
/// | `CACHE_REDIS_SENTINELS` | `redis-sentinel`: `host:port,host:port`; with `rediss://` before each, sentinels and servers are spoken to in TLS | `127.0.0.1:26379` |
/// | `CACHE_REDIS_SENTINEL_MASTER` | the name that the sentinels know the primary by | `mymaster` |
/// | `CACHE_REDIS_SENTINEL_PASSWORD` | the password of the sentinels themselves | none |
/// | `CACHE_REDIS_CLUSTER` | `redis-cluster`: `host:port,host:port`; `rediss://host:port` for TLS | |
/// | `CACHE_MEMCACHED_SERVERS` | `memcached`: `host:port,host:port` | `127.0.0.1:11211` |
///
/// A setting for single functions has the function's name, as [`functions`](crate::functions) lists it (what follows a
/// `#` there may be left out): [`function`](Self::function), or in TOML
///
/// ```toml
/// type = "redis"
/// redis_url = "redis://10.0.0.5/"
/// default_timeout = "5m"
///
/// [functions."shop::prices::price"]
/// timeout = 30
/// max_entries = 500
///
/// [functions."shop::reports::yearly"]
/// enabled = false
/// ```
///
/// What is set for a single function holds whatever its attribute says; then comes what the attribute says; then what
/// is set for all.
///
/// A setting that is unknown, has no meaning or contradicts another is an [`Error`] which says what would be right, and
/// one error tells of everything that is wrong. Passwords and keys are not shown, there or in any other place.
#[derive(Clone)]
#[must_use = "a configuration has no effect until it is installed"]
pub struct Config {
    values: Values,
    functions: BTreeMap<String, FunctionConfig>,
    origin: Origin,
    /// What could not be taken.
    wrong: Vec<String>,
    #[cfg(feature = "shared")]
    custom: Option<Arc<dyn crate::backend::Backend>>,
}

/// Where settings come from: it decides what they are called.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    Code,
    Environment,
    #[cfg(feature = "toml")]
    Toml(Option<PathBuf>),
}

/// `redis_url` for `CACHE_REDIS_URL`.
fn plain(name: &str) -> String {
    name.strip_prefix("CACHE_").unwrap_or(name).to_lowercase()
}

/// `CACHE_REDIS_URL` for `redis_url`.
fn variable(name: &str) -> String {
    format!("CACHE_{}", name.to_uppercase())
}

/// # Where entries live
impl Config {
    /// Nothing is cached: every call runs, and counts as bypassed.
    pub fn null() -> Self {
        Self::of(Kind::Null)
    }

    /// Entries live in the process, as they do without a configuration.
    pub fn simple() -> Self {
        Self::of(Kind::Simple)
    }

    /// Entries live in files, shared by the processes of this host (feature `filesystem`).
    pub fn filesystem(dir: impl Into<PathBuf>) -> Self {
        let mut config = Self::of(Kind::Filesystem);
        config.values.dir = Some(dir.into());
        config
    }

    /// Entries live in a Redis-compatible server: `redis://10.0.0.5/` (feature `redis`).
    pub fn redis(url: impl AsRef<str>) -> Self {
        Self::of(Kind::Redis).take("CACHE_REDIS_URL", url.as_ref())
    }

    /// Entries live in the primary that the sentinels know by this name (feature `redis`).
    pub fn redis_sentinel(
        sentinels: impl IntoIterator<Item = impl AsRef<str>>,
        master: impl AsRef<str>,
    ) -> Self {
        Self::of(Kind::RedisSentinel)
            .take("CACHE_REDIS_SENTINELS", &listed(sentinels))
            .take("CACHE_REDIS_SENTINEL_MASTER", master.as_ref())
    }

    /// Entries live in the cluster that these nodes belong to (feature `redis`).
    pub fn redis_cluster(nodes: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self::of(Kind::RedisCluster).take("CACHE_REDIS_CLUSTER", &listed(nodes))
    }

    /// Entries live in memcached servers: `["10.0.0.5:11211"]` (feature `memcached`).
    pub fn memcached(servers: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self::of(Kind::Memcached).take("CACHE_MEMCACHED_SERVERS", &listed(servers))
    }

    /// Entries live in a Redis-compatible server, with copies in the process (feature `redis`).
    pub fn tiered(url: impl AsRef<str>) -> Self {
        Self::of(Kind::Tiered).take("CACHE_REDIS_URL", url.as_ref())
    }

    /// Entries live in a back end of the program's own.
    #[cfg(feature = "shared")]
    pub fn custom(backend: impl crate::backend::Backend) -> Self {
        let mut config = Self::of(Kind::Custom);
        config.custom = Some(Arc::new(backend));
        config
    }

    /// Reads the variables of the environment that begin with `CACHE_`.
    ///
    /// # Errors
    ///
    /// If one of them is no setting, has no meaning, or contradicts another.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(std::env::vars_os())
    }

    fn from_variables(
        variables: impl Iterator<Item = (std::ffi::OsString, std::ffi::OsString)>,
    ) -> Result<Self, Error> {
        let mut config = Self::empty(Origin::Environment);
        let wrong = env::read(&mut config, variables);
        config.read_without(wrong)
    }

    /// Reads a text in TOML (feature `toml`).
    ///
    /// # Errors
    ///
    /// If it is no TOML, or something in it is no setting, has no meaning, or contradicts another; or if a function
    /// is set that the program does not have.
    #[cfg(feature = "toml")]
    pub fn from_toml_str(text: &str) -> Result<Self, Error> {
        let mut config = Self::empty(Origin::Toml(None));
        let wrong = file::read(&mut config, text);
        config.read_without(wrong)
    }

    /// Reads a file in TOML (feature `toml`).
    ///
    /// # Errors
    ///
    /// If it cannot be read, and as [`from_toml_str`](Self::from_toml_str).
    #[cfg(feature = "toml")]
    pub fn from_toml_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|error| {
            let message = format!("`{}` cannot be read: {error}", path.display());
            Error::new(ErrorKind::Config, message).because(error)
        })?;
        let mut config = Self::empty(Origin::Toml(Some(path.to_owned())));
        let wrong = file::read(&mut config, &text);
        config.read_without(wrong)
    }

    fn of(kind: Kind) -> Self {
        let mut config = Self::empty(Origin::Code);
        config.values.kind = Some(kind);
        config
    }

    fn empty(origin: Origin) -> Self {
        Self {
            values: Values::default(),
            functions: BTreeMap::new(),
            origin,
            wrong: Vec::new(),
            #[cfg(feature = "shared")]
            custom: None,
        }
    }

    /// The configuration, if nothing is wrong with it.
    fn read_without(mut self, wrong: Vec<String>) -> Result<Self, Error> {
        self.wrong = wrong;
        self.check()?;
        Ok(self)
    }
}

fn listed(nodes: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let nodes: Vec<_> = nodes.into_iter().collect();
    let nodes: Vec<_> = nodes.iter().map(AsRef::as_ref).collect();
    nodes.join(",")
}

/// # Settings
impl Config {
    /// Sets what keys begin with in a shared store.
    pub fn key_prefix(self, prefix: impl AsRef<str>) -> Self {
        self.take("CACHE_KEY_PREFIX", prefix.as_ref())
    }

    /// Sets the time to live of functions whose attribute gives none; zero: for ever.
    pub fn default_timeout(mut self, timeout: Duration) -> Self {
        self.values.default_timeout = Some(timeout);
        self
    }

    /// Sets the bound on entries of functions whose attribute gives none, and that of a directory.
    pub fn threshold(mut self, entries: usize) -> Self {
        self.values.threshold = Some(entries);
        self
    }

    /// Says whether a call whose back end fails runs its function; if not, it panics.
    pub fn ignore_errors(mut self, ignore: bool) -> Self {
        self.values.ignore_errors = Some(ignore);
        self
    }

    /// Says whether changed code starts cold, for functions whose attribute does not say.
    pub fn source_check(mut self, check: bool) -> Self {
        self.values.source_check = Some(check);
        self
    }

    /// Sets how long a call waits for the back end.
    pub fn backend_timeout(mut self, timeout: Duration) -> Self {
        self.values.backend_timeout = Some(timeout);
        self
    }

    /// Signs entries in a shared store with a key of 16 characters or more.
    pub fn signing_key(self, key: impl AsRef<str>) -> Self {
        self.take("CACHE_SIGNING_KEY", key.as_ref())
    }

    /// Compresses entries in a shared store that are larger than this.
    pub fn compress_above(mut self, bytes: usize) -> Self {
        self.values.compress_above = Some(bytes);
        self
    }

    /// Sets the password of the Redis-compatible servers, if their address does not say it.
    pub fn redis_password(self, password: impl AsRef<str>) -> Self {
        self.take("CACHE_REDIS_PASSWORD", password.as_ref())
    }

    /// Sets the number of the database, if the address does not say it.
    pub fn redis_db(mut self, db: u32) -> Self {
        self.values.redis_db = Some(db);
        self
    }

    /// Sets the password of the sentinels themselves.
    pub fn redis_sentinel_password(self, password: impl AsRef<str>) -> Self {
        self.take("CACHE_REDIS_SENTINEL_PASSWORD", password.as_ref())
    }

    /// Sets what holds for one function, whatever its attribute says. `name` is as [`functions`](crate::functions)
    /// lists it; what follows a `#` there may be left out.
    pub fn function(mut self, name: impl Into<String>, function: FunctionConfig) -> Self {
        self.functions.insert(name.into(), function);
        self
    }

    fn take(mut self, name: &str, text: &str) -> Self {
        let setting = Setting::find(name).expect("it is in the table");
        let called = self.called(name);
        let taken = setting.take(&mut self.values, text, &called);
        self.wrong.extend(taken.err());
        self
    }
}

/// # Taking effect
impl Config {
    /// Puts the configuration in force, for the whole process and for good.
    ///
    /// Functions that were called before keep their counters, and lose their entries.
    ///
    /// # Errors
    ///
    /// If settings contradict each other, or set a function that the program does not have; if the back end is behind a
    /// cargo feature that is off, or cannot be opened; or if a configuration was installed before. Nothing has changed
    /// then.
    #[track_caller]
    pub fn install(self) -> Result<(), Error> {
        static ONE_AT_A_TIME: StaticMutex<()> = StaticMutex::new(());
        let by = Location::caller();
        let _installing = ONE_AT_A_TIME.lock();
        self.check()?;
        if let Some(installed) = installed::get() {
            return Err(installed_already(installed));
        }
        connect::check_feature(self.kind())?;
        let settings = self.settings();
        let functions = terms_of_functions(&settings);
        #[cfg(feature = "shared")]
        let hub = connect::hub(&settings, &functions)?;
        let installed = Installed {
            settings,
            #[cfg(feature = "shared")]
            hub,
            functions,
            by,
        };
        instances::begin_anew(|| installed::set(installed));
        Ok(())
    }

    fn kind(&self) -> Kind {
        self.values.kind.unwrap_or(Kind::Simple)
    }

    fn check(&self) -> Result<(), Error> {
        let wrong = self.wrong.iter().cloned();
        let wrong: Vec<_> = wrong.chain(check::problems(self)).collect();
        let place = match &self.origin {
            #[cfg(feature = "toml")]
            Origin::Toml(Some(path)) => format!("{}: ", path.display()),
            _ => String::new(),
        };
        let message = match &wrong[..] {
            [] => return Ok(()),
            [one] => format!("{place}{one}"),
            several => format!(
                "{place}{} settings are wrong:\n- {}",
                several.len(),
                several.join("\n- ")
            ),
        };
        Err(Error::new(ErrorKind::Config, message))
    }

    /// What has been checked, with every default filled in.
    fn settings(self) -> Settings {
        let backend = BackendSettings::of(self.kind(), &self.values);
        #[cfg(feature = "shared")]
        let backend = backend.or(self.custom.map(BackendSettings::Custom));
        let backend = backend.expect("what is missing has been reported");
        Settings::new(self.values, backend, self.functions)
    }

    /// What a setting is called where these come from.
    fn called(&self, name: &str) -> String {
        if self.origin == Origin::Environment {
            name.to_owned()
        } else {
            plain(name)
        }
    }

    /// How the type came to be what it is.
    fn type_said(&self, kind: Kind) -> String {
        let (name, kind) = (self.called("CACHE_TYPE"), kind.name());
        match self.values.kind {
            _ if self.origin == Origin::Code => format!("this is `{kind}`"),
            Some(_) => format!("`{name}` is `{kind}`"),
            None => format!("`{name}` is not given and so `{kind}`"),
        }
    }
}

/// What holds for the functions that something is set for. A full name counts for more than what is before its `#`.
fn terms_of_functions(settings: &Settings) -> HashMap<usize, Terms> {
    let mut terms = HashMap::new();
    for exactly in [false, true] {
        for (name, function) in &settings.functions {
            let named =
                registry::named(name).filter(|site| (registry::name(site) == name) == exactly);
            terms.extend(named.map(|site| (site.address(), function.applied_to(settings.terms()))));
        }
    }
    terms
}

fn installed_already(installed: &Installed) -> Error {
    let (backend, by) = (&installed.settings.backend, installed.by);
    Error::new(
        ErrorKind::Config,
        format!(
            "a configuration is installed already: {backend}, at {}:{}; install one, when the program starts",
            by.file(),
            by.line()
        ),
    )
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("origin", &self.origin)
            .field("values", &self.values)
            .field("functions", &self.functions)
            .finish_non_exhaustive()
    }
}
