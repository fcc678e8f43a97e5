//! What a request asks for, and whether the cache has a part in it.

use std::time::Duration;

use http::Method;
use http::header::{
    AUTHORIZATION, CONTENT_LENGTH, COOKIE, HeaderMap, HeaderName, IF_MATCH, IF_UNMODIFIED_SINCE,
    RANGE, TRANSFER_ENCODING, UPGRADE,
};

use super::control::{Control, Flag, Time};
use super::policy::{Allowance, Policy};

/// What the cache has to do with a request.
#[derive(Debug)]
pub(crate) enum Asked {
    /// Nothing: it goes through.
    Pass(Bypass),
    /// It is looked up.
    LookUp(Terms),
}

/// Why a request goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bypass {
    /// Its method changes nothing, but answers to it are not stored.
    Method,
    /// Its method may change what is stored.
    Unsafe,
    Authorization,
    Range,
    Precondition,
    Upgrade,
    Body,
    /// A test keeps requests away from the caches.
    #[cfg(feature = "testing")]
    Disabled,
}

/// On which terms a request is answered from the cache.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    /// It wants no body.
    pub(crate) head: bool,
    /// Who asks may be told by a cookie that is no part of the key.
    pub(crate) cookie: bool,
    /// Who asks is told by an authorization that is no part of the key.
    pub(crate) authorized: bool,
    pub(crate) demands: Demands,
}

/// What the directives of a request demand, as far as they count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Demands {
    pub(crate) only_if_cached: bool,
    pub(crate) no_store: bool,
    /// The oldest answer that will do; zero for `no-cache`.
    pub(crate) max_age: Option<Duration>,
    pub(crate) min_fresh: Duration,
    pub(crate) max_stale: Duration,
}

/// Says what the cache has to do with a request.
pub(crate) fn ask(policy: &Policy, method: &Method, headers: &HeaderMap) -> Asked {
    match bypass(policy, method, headers) {
        Some(bypass) => Asked::Pass(bypass),
        None => Asked::LookUp(Terms {
            head: method == Method::HEAD,
            cookie: policy.minds_cookies() && headers.contains_key(COOKIE),
            authorized: policy.minds_authorization() && headers.contains_key(AUTHORIZATION),
            demands: demands(policy, headers),
        }),
    }
}

fn bypass(policy: &Policy, method: &Method, headers: &HeaderMap) -> Option<Bypass> {
    let has = |name: HeaderName| headers.contains_key(name);
    if method != Method::GET && method != Method::HEAD {
        let safe = method.is_safe();
        return Some(if safe { Bypass::Method } else { Bypass::Unsafe });
    }
    let authorized = policy.minds_authorization() && has(AUTHORIZATION);
    let body = has(TRANSFER_ENCODING)
        || headers
            .get(CONTENT_LENGTH)
            .is_some_and(|length| length != "0");
    let reasons = [
        (has(UPGRADE), Bypass::Upgrade),
        (body, Bypass::Body),
        (
            authorized && !policy.allows(Allowance::Authorized),
            Bypass::Authorization,
        ),
        (has(RANGE), Bypass::Range),
        (
            has(IF_MATCH) || has(IF_UNMODIFIED_SINCE),
            Bypass::Precondition,
        ),
    ];
    let first = reasons.into_iter().find(|(holds, _)| *holds);
    first.map(|(_, bypass)| bypass)
}

fn demands(policy: &Policy, headers: &HeaderMap) -> Demands {
    let control = Control::of_request(headers);
    let only_if_cached = control.has(Flag::OnlyIfCached);
    if !policy.allows(Allowance::RequestDirectives) {
        return Demands {
            only_if_cached,
            ..Demands::default()
        };
    }
    let no_cache = control.has(Flag::NoCache).then_some(Duration::ZERO);
    let max_stale = if control.has(Flag::MaxStale) {
        super::policy::FOR_EVER
    } else {
        control.time(Time::MaxStale).unwrap_or_default()
    };
    Demands {
        only_if_cached,
        no_store: control.has(Flag::NoStore),
        max_age: no_cache.or(control.time(Time::MaxAge)),
        min_fresh: control.time(Time::MinFresh).unwrap_or_default(),
        max_stale,
    }
}
