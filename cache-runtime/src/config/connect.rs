//! From settings to what they describe: one arm per back end.

#[cfg(feature = "shared")]
use std::collections::HashMap;
#[cfg(feature = "shared")]
use std::sync::Arc;

#[cfg(feature = "shared")]
use super::follow;
use super::kind::Kind;
#[cfg(feature = "shared")]
use super::settings::{BackendSettings, Settings};
#[cfg(feature = "shared")]
use crate::backend::Backend;
#[cfg(feature = "shared")]
use crate::codec::envelope::{Sealing, SigningKey};
use crate::error::{Error, ErrorKind};
#[cfg(feature = "shared")]
use crate::options::Terms;
#[cfg(feature = "shared")]
use crate::shared::{
    hub::{Hub, Rules},
    names::Prefix,
};

/// The way to the back end, if there is one outside of this process, and every function can follow.
#[cfg(feature = "shared")]
pub(super) fn hub(
    settings: &Settings,
    functions: &HashMap<usize, Terms>,
) -> Result<Option<Arc<Hub>>, Error> {
    #[cfg(feature = "redis")]
    if let BackendSettings::Tiered(_) = &settings.backend {
        return tiered(settings, functions).map(Some);
    }
    let Some(backend) = connect(settings)? else {
        return Ok(None);
    };
    follow::check(backend.name(), functions)?;
    Ok(Some(Arc::new(Hub::new(backend, rules(settings)))))
}

/// The way to Redis, with copies in this process.
#[cfg(feature = "redis")]
fn tiered(settings: &Settings, functions: &HashMap<usize, Terms>) -> Result<Arc<Hub>, Error> {
    use crate::backend::redis::Redis;
    use crate::shared::tier::Tier;
    let kind = settings.backend.kind();
    follow::check(kind.name(), functions)?;
    let target = redis_target(&settings.backend).ok_or_else(|| without_feature(kind))?;
    let (prefix, redis) = (
        prefix(settings),
        Redis::open(target, prefix(settings).epoch())?,
    );
    let tier = Arc::new(Tier::new(prefix.clone()));
    redis.watch(&prefix.everything(), Arc::clone(&tier) as _)?;
    let hub = Hub::new(Arc::new(redis), rules(settings));
    Ok(Arc::new(hub.with_copies(tier)))
}

#[cfg(feature = "shared")]
fn rules(settings: &Settings) -> Rules {
    Rules {
        prefix: prefix(settings),
        sealing: Sealing {
            signing_key: settings
                .signing_key
                .as_ref()
                .map(|key| SigningKey::new(key.expose())),
            compress_above: settings.compress_above,
        },
        timeout: settings.backend_timeout,
        ignore_errors: settings.ignore_errors,
    }
}

#[cfg(feature = "shared")]
fn prefix(settings: &Settings) -> Prefix {
    Prefix::new(&settings.key_prefix)
}

/// Opens the back end, if there is one outside of this process.
#[cfg(feature = "shared")]
fn connect(settings: &Settings) -> Result<Option<Arc<dyn Backend>>, Error> {
    let backend: Arc<dyn Backend> = match &settings.backend {
        BackendSettings::Null | BackendSettings::Simple => return Ok(None),
        BackendSettings::Custom(backend) => Arc::clone(backend),
        #[cfg(feature = "filesystem")]
        BackendSettings::Filesystem { dir } => Arc::new(
            crate::backend::filesystem::Filesystem::open(dir, settings.threshold)?
                .with_patience(settings.backend_timeout),
        ),
        #[cfg(feature = "memcached")]
        BackendSettings::Memcached { servers } => {
            let servers: Vec<_> = servers.nodes.iter().map(ToString::to_string).collect();
            Arc::new(crate::backend::Memcached::open(&servers)?)
        }
        #[cfg(feature = "redis")]
        other => {
            let target = redis_target(other).ok_or_else(|| without_feature(other.kind()))?;
            Arc::new(crate::backend::redis::Redis::open(
                target,
                prefix(settings).epoch(),
            )?)
        }
        #[cfg(not(feature = "redis"))]
        other => return Err(without_feature(other.kind())),
    };
    Ok(Some(backend))
}

/// The servers that a setting means, if it means Redis.
#[cfg(feature = "redis")]
fn redis_target(settings: &BackendSettings) -> Option<crate::backend::redis::Target> {
    use super::secret::Secret;
    use super::url::Url;
    use crate::backend::redis::Target;
    let exposed =
        |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().to_owned());
    Some(match settings {
        BackendSettings::Redis(url) | BackendSettings::Tiered(url) => {
            Target::Single { url: url.expose() }
        }
        BackendSettings::RedisSentinel {
            sentinels,
            master,
            sentinel_password,
            password,
            db,
        } => Target::Sentinel {
            sentinels: sentinels
                .nodes
                .iter()
                .map(|node| (node.host.clone(), node.port))
                .collect(),
            master: master.clone(),
            password: exposed(password),
            sentinel_password: exposed(sentinel_password),
            db: i64::from(*db),
            tls: sentinels.tls,
        },
        BackendSettings::RedisCluster { nodes, password } => Target::Cluster {
            nodes: nodes
                .nodes
                .iter()
                .map(|node| {
                    Url::of(node, nodes.tls)
                        .completed(password.as_ref(), None)
                        .expose()
                })
                .collect(),
        },
        _ => return None,
    })
}

/// The error for a kind of back end that this build does not have.
#[cfg(feature = "shared")]
fn without_feature(kind: Kind) -> Error {
    without(kind, kind.feature().unwrap_or("full"))
}

/// Features that bring back ends, and whether this build has them.
const FEATURES: &[(&str, bool)] = &[
    ("filesystem", cfg!(feature = "filesystem")),
    ("redis", cfg!(feature = "redis")),
    ("memcached", cfg!(feature = "memcached")),
];

/// Whether this build has the kind of back end.
pub(super) fn check_feature(kind: Kind) -> Result<(), Error> {
    match kind.feature() {
        Some(feature) if !FEATURES.contains(&(feature, true)) => Err(without(kind, feature)),
        _ => Ok(()),
    }
}

fn without(kind: Kind, feature: &str) -> Error {
    let kind = kind.name();
    Error::new(
        ErrorKind::Config,
        format!(
            "the type is `{kind}`, but this program is built without it; \
             add the feature to Cargo.toml: `cache-runtime = {{ version = \"{}\", features = [\"{feature}\"] }}`",
            concat!(
                env!("CARGO_PKG_VERSION_MAJOR"),
                ".",
                env!("CARGO_PKG_VERSION_MINOR")
            ),
        ),
    )
}
