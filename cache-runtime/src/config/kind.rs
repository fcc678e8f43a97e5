//! What `CACHE_TYPE` says.

use super::nearest::{nearest, one_of};

/// Where entries live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Simple,
    Filesystem,
    Redis,
    RedisSentinel,
    RedisCluster,
    Memcached,
    Tiered,
    /// A back end of the program's own.
    #[cfg(feature = "shared")]
    Custom,
}

/// The kinds that have a name, and their names.
const NAMED: &[(Kind, &str)] = &[
    (Kind::Null, "null"),
    (Kind::Simple, "simple"),
    (Kind::Filesystem, "filesystem"),
    (Kind::Redis, "redis"),
    (Kind::RedisSentinel, "redis-sentinel"),
    (Kind::RedisCluster, "redis-cluster"),
    (Kind::Memcached, "memcached"),
    (Kind::Tiered, "tiered"),
];

/// What the dotted path of a class begins with.
const MODULES: &[&str] = &["flask_caching.", "cachelib."];

impl Kind {
    /// Reads a name: letter case, `-` and `_` do not matter, and Flask-Caching's classes are known too, as in
    /// `flask_caching.backends.RedisSentinelCache`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let squeezed = squeezed(class(text));
        let is_it = |name: &str| {
            let bare = name.replace('-', "");
            squeezed == bare || squeezed.strip_suffix("cache") == Some(&bare)
        };
        let (kind, _) = NAMED.iter().find(|(_, name)| is_it(name))?;
        Some(*kind)
    }

    pub(crate) fn name(self) -> &'static str {
        let named = NAMED.iter().find(|(kind, _)| *kind == self);
        named.map_or("custom", |(_, name)| name)
    }

    /// The cargo feature that brings the kind.
    pub(crate) fn feature(self) -> Option<&'static str> {
        match self {
            Self::Filesystem => Some("filesystem"),
            Self::Redis | Self::RedisSentinel | Self::RedisCluster | Self::Tiered => Some("redis"),
            Self::Memcached => Some("memcached"),
            Self::Null | Self::Simple => None,
            #[cfg(feature = "shared")]
            Self::Custom => None,
        }
    }
}

/// What to write in the place of a name that is none.
pub(super) fn advice(text: &str) -> String {
    let squeezed = squeezed(class(text));
    if squeezed.contains("sasl") {
        return "passwords of memcached (SASL) are not supported, write `memcached`".to_owned();
    }
    let names: Vec<_> = NAMED.iter().map(|(_, name)| *name).collect();
    let word = squeezed.strip_suffix("cache").unwrap_or(&squeezed);
    match nearest(word, &names).first() {
        Some(close) => format!("did you mean `{close}`? The types are {}", listed(&names)),
        None => format!("the types are {}", listed(&names)),
    }
}

fn listed(names: &[&str]) -> String {
    one_of(names).replace(" or ", " and ")
}

fn class(text: &str) -> &str {
    let lower = text.to_lowercase();
    let is_path = MODULES.iter().any(|module| lower.starts_with(module));
    let class = text.rsplit('.').next().filter(|_| is_path);
    class.unwrap_or(text)
}

fn squeezed(text: &str) -> String {
    let kept = text.chars().filter(|c| !matches!(c, '-' | '_' | ' '));
    kept.collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_known() {
        for (kind, name) in NAMED {
            assert_eq!(Kind::read(name), Some(*kind));
            assert_eq!(Kind::read(&name.to_uppercase()), Some(*kind));
            assert_eq!(Kind::read(&name.replace('-', "_")), Some(*kind));
            assert_eq!(Kind::read(&name.replace('-', "")), Some(*kind));
            assert_eq!(kind.name(), *name);
        }
        for (class, name) in [
            ("NullCache", "null"),
            ("SimpleCache", "simple"),
            ("FileSystemCache", "filesystem"),
            ("RedisCache", "redis"),
            ("RedisSentinelCache", "redis-sentinel"),
            ("RedisClusterCache", "redis-cluster"),
            ("MemcachedCache", "memcached"),
        ] {
            for path in ["", "flask_caching.backends.", "cachelib."] {
                let found = Kind::read(&format!("{path}{class}"));
                assert_eq!(found.map(Kind::name), Some(name), "{path}{class}");
            }
        }
    }

    #[test]
    fn another_name_is_none() {
        for wrong in [
            "",
            "cache",
            "reddis",
            "my.own.RedisCache",
            "redis cluster 2",
        ] {
            assert_eq!(Kind::read(wrong), None, "{wrong}");
        }
    }
}
