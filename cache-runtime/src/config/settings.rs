//! Settings that agree with each other, with every default filled in.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

#[cfg(feature = "shared")]
use std::sync::Arc;

use super::FunctionConfig;
use super::kind::Kind;
use super::node::{Node, Nodes};
use super::secret::Secret;
use super::setting::{MEMCACHED_PORT, SENTINEL_PORT, Values};
use super::url::{self, Url};
use crate::options::{Terms, Ttl};

/// What the process is configured to do.
#[derive(Debug)]
#[allow(dead_code, reason = "most of it is for shared back ends only")]
pub(crate) struct Settings {
    pub(crate) backend: BackendSettings,
    pub(crate) default_timeout: Ttl,
    /// Entries of each function in process; of the whole directory, for `filesystem`.
    pub(crate) threshold: usize,
    pub(crate) key_prefix: String,
    pub(crate) ignore_errors: bool,
    pub(crate) source_check: bool,
    pub(crate) backend_timeout: Duration,
    pub(crate) signing_key: Option<Secret>,
    pub(crate) compress_above: Option<usize>,
    pub(crate) functions: BTreeMap<String, FunctionConfig>,
}

/// Where entries live, and how to get there.
#[derive(Clone)]
#[allow(dead_code, reason = "most of it is for shared back ends only")]
pub(crate) enum BackendSettings {
    Null,
    Simple,
    Filesystem {
        dir: PathBuf,
    },
    Redis(Url),
    RedisSentinel {
        sentinels: Nodes,
        master: String,
        sentinel_password: Option<Secret>,
        password: Option<Secret>,
        db: u32,
    },
    RedisCluster {
        nodes: Nodes,
        password: Option<Secret>,
    },
    Memcached {
        servers: Nodes,
    },
    Tiered(Url),
    #[cfg(feature = "shared")]
    Custom(Arc<dyn crate::backend::Backend>),
}

/// What is not set otherwise.
const DEFAULT_KEY_PREFIX: &str = "cache";
const DEFAULT_BACKEND_TIMEOUT: Duration = Duration::from_millis(100);
const DEFAULT_MASTER: &str = "mymaster";
const DEFAULT_HOST: &str = "localhost";

/// A time to live: zero is for ever.
pub(super) fn ttl(timeout: Duration) -> Ttl {
    Some(timeout).filter(|timeout| !timeout.is_zero())
}

impl Settings {
    /// Fills in what is not given; the values have been checked.
    pub(super) fn new(
        values: Values,
        backend: BackendSettings,
        functions: BTreeMap<String, FunctionConfig>,
    ) -> Self {
        let terms = Terms::default();
        Self {
            backend,
            default_timeout: values.default_timeout.map_or(terms.timeout, ttl),
            threshold: values.threshold.unwrap_or(terms.max_entries),
            key_prefix: values
                .key_prefix
                .unwrap_or_else(|| DEFAULT_KEY_PREFIX.to_owned()),
            ignore_errors: values.ignore_errors.unwrap_or(true),
            source_check: values.source_check.unwrap_or(false),
            backend_timeout: values.backend_timeout.unwrap_or(DEFAULT_BACKEND_TIMEOUT),
            signing_key: values.signing_key,
            compress_above: values.compress_above,
            functions,
        }
    }

    /// What holds for a function that nothing is set for.
    pub(super) fn terms(&self) -> Terms {
        Terms {
            timeout: self.default_timeout,
            max_entries: self.threshold,
            enabled: !matches!(self.backend, BackendSettings::Null),
            ..Terms::default()
        }
    }
}

impl BackendSettings {
    /// The back end that the values describe; they have been checked.
    pub(super) fn of(kind: Kind, values: &Values) -> Option<Self> {
        let password = values.redis_password.clone();
        Some(match kind {
            Kind::Null => Self::Null,
            Kind::Simple => Self::Simple,
            Kind::Filesystem => Self::Filesystem {
                dir: values.dir.clone()?,
            },
            Kind::Redis => Self::Redis(server(values)),
            Kind::Tiered => Self::Tiered(server(values)),
            Kind::RedisSentinel => Self::RedisSentinel {
                sentinels: given_or_local(values.redis_sentinels.as_ref(), SENTINEL_PORT),
                master: values
                    .redis_sentinel_master
                    .clone()
                    .unwrap_or_else(|| DEFAULT_MASTER.to_owned()),
                sentinel_password: values.redis_sentinel_password.clone(),
                password,
                db: values.redis_db.unwrap_or(0),
            },
            Kind::RedisCluster => Self::RedisCluster {
                nodes: values.redis_cluster.clone()?,
                password,
            },
            Kind::Memcached => Self::Memcached {
                servers: given_or_local(values.memcached_servers.as_ref(), MEMCACHED_PORT),
            },
            #[cfg(feature = "shared")]
            Kind::Custom => return None,
        })
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Simple => Kind::Simple,
            Self::Filesystem { .. } => Kind::Filesystem,
            Self::Redis(_) => Kind::Redis,
            Self::RedisSentinel { .. } => Kind::RedisSentinel,
            Self::RedisCluster { .. } => Kind::RedisCluster,
            Self::Memcached { .. } => Kind::Memcached,
            Self::Tiered(_) => Kind::Tiered,
            #[cfg(feature = "shared")]
            Self::Custom(_) => Kind::Custom,
        }
    }
}

/// The address of the one server.
fn server(values: &Values) -> Url {
    let url = values.redis_url.clone().unwrap_or_else(|| {
        let host = values.redis_host.as_deref().unwrap_or(DEFAULT_HOST);
        let node = Node {
            host: host.to_owned(),
            port: values.redis_port.unwrap_or(url::PORT),
        };
        Url::of(&node, false)
    });
    url.completed(values.redis_password.as_ref(), values.redis_db)
}

fn given_or_local(given: Option<&Nodes>, port: u16) -> Nodes {
    given.cloned().unwrap_or_else(|| Nodes::local(port))
}

impl fmt::Display for BackendSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.kind().name())?;
        match self {
            Self::Filesystem { dir } => write!(f, " in `{}`", dir.display()),
            Self::Redis(url) | Self::Tiered(url) => write!(f, " at `{url}`"),
            Self::RedisSentinel {
                sentinels, master, ..
            } => write!(f, " with `{master}` of `{sentinels}`"),
            Self::RedisCluster { nodes, .. } => write!(f, " at `{nodes}`"),
            Self::Memcached { servers } => write!(f, " at `{servers}`"),
            Self::Null | Self::Simple => Ok(()),
            #[cfg(feature = "shared")]
            Self::Custom(backend) => write!(f, " (`{}`)", backend.name()),
        }
    }
}

impl fmt::Debug for BackendSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
