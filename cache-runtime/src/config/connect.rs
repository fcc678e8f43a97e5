//! From settings to what they describe: one arm per back end.

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
use crate::shared::{
    hub::{Hub, Rules},
    names::Prefix,
};

/// The way to the back end, if there is one outside of this process, and every function can follow.
#[cfg(feature = "shared")]
pub(super) fn hub(settings: &Settings) -> Result<Option<Arc<Hub>>, Error> {
    let Some(backend) = connect(settings)? else {
        return Ok(None);
    };
    follow::check(backend.name())?;
    let rules = Rules {
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
    };
    Ok(Some(Arc::new(Hub::new(backend, rules))))
}

#[cfg(feature = "shared")]
fn prefix(settings: &Settings) -> Prefix {
    Prefix::new(&settings.key_prefix)
}

/// Opens the back end, if there is one outside of this process.
#[cfg(feature = "shared")]
fn connect(settings: &Settings) -> Result<Option<Arc<dyn Backend>>, Error> {
    match &settings.backend {
        BackendSettings::Null | BackendSettings::Simple => Ok(None),
        BackendSettings::Custom(backend) => Ok(Some(Arc::clone(backend))),
        other => Err(not_here(other.kind())),
    }
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

#[cfg(feature = "shared")]
fn not_here(kind: Kind) -> Error {
    let message = format!(
        "the type `{}` cannot be installed by this version",
        kind.name()
    );
    Error::new(ErrorKind::Config, message)
}
