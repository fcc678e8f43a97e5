//! Whether an answer may be stored, and for how long.

use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::{
    AGE, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, DATE, EXPIRES, HeaderMap,
    HeaderName, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, SET_COOKIE, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};

use super::asking::Terms;
use super::control::{Control, Flag, Time, delta_seconds};
use super::policy::{Allowance, FOR_EVER, Policy};
use super::vary;

/// How an answer may be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keep {
    pub(crate) lifetime: Lifetime,
    /// The headers of the request that it depends on.
    pub(crate) vary: Vec<HeaderName>,
}

/// How long an answer may be used, counted from when it was received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lifetime {
    pub(crate) fresh: Duration,
    /// After that, while a refresh runs.
    pub(crate) stale_while_revalidate: Duration,
    /// After that, where a refresh fails.
    pub(crate) stale_if_error: Duration,
    /// How old it was when it was received.
    pub(crate) initial_age: Duration,
}

impl Lifetime {
    /// How long the answer may be of use; none is for ever.
    pub(crate) fn whole(&self) -> Option<Duration> {
        let windows = self.stale_while_revalidate.max(self.stale_if_error);
        (self.fresh < FOR_EVER).then(|| self.fresh.saturating_add(windows))
    }
}

/// Why an answer is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Status,
    NoStore,
    NoCache,
    Private,
    /// The request said `no-store`.
    RequestNoStore,
    SetCookie,
    /// It may be for one user only, whom a cookie tells.
    Cookie,
    /// It may be for one user only, whom an authorization tells.
    Authorization,
    /// It depends on more than headers.
    Vary,
    /// It has no end that could be waited for.
    Streaming,
    /// It is stale already.
    Stale,
    TooLarge,
    Trailers,
    /// The body is shorter or longer than it was said to be.
    Incomplete,
    /// The body ended in an error.
    Broken,
    /// The shared store cannot be asked, so nobody would hear of an invalidation.
    Store,
}

impl Refusal {
    /// Whether the next answer is likely to be refused as well.
    pub(crate) fn lasts(self) -> bool {
        !matches!(
            self,
            Self::Status | Self::RequestNoStore | Self::Incomplete | Self::Broken | Self::Store
        )
    }
}

/// Says whether an answer may be stored, from all but its body.
pub(crate) fn keep(
    policy: &Policy,
    terms: &Terms,
    status: StatusCode,
    answer: &HeaderMap,
    now: SystemTime,
) -> Result<Keep, Refusal> {
    let control = Control::of(answer);
    let vary = vary::names(answer).ok_or(Refusal::Vary)?;
    refusal(policy, terms, status, answer, &control).map_or(Ok(()), Err)?;
    owner(terms, &control, &vary).map_or(Ok(()), Err)?;
    let lifetime = lifetime(policy, &control, answer, now);
    match lifetime.whole() {
        Some(Duration::ZERO) => Err(Refusal::Stale),
        _ => Ok(Keep { lifetime, vary }),
    }
}

fn refusal(
    policy: &Policy,
    terms: &Terms,
    status: StatusCode,
    answer: &HeaderMap,
    control: &Control,
) -> Option<Refusal> {
    let understood = control.has(Flag::MustUnderstand) && is_understood(status);
    let reasons = [
        (
            !status.is_success() || status == StatusCode::PARTIAL_CONTENT,
            Refusal::Status,
        ),
        (control.has(Flag::NoStore) && !understood, Refusal::NoStore),
        (control.has(Flag::Private), Refusal::Private),
        (control.has(Flag::NoCache), Refusal::NoCache),
        (terms.demands.no_store, Refusal::RequestNoStore),
        (
            answer.contains_key(SET_COOKIE) && !policy.allows(Allowance::SetCookie),
            Refusal::SetCookie,
        ),
        (streams(answer), Refusal::Streaming),
        (
            announced(answer).is_some_and(|length| length > policy.body_limit as u64),
            Refusal::TooLarge,
        ),
    ];
    let first = reasons.into_iter().find(|(holds, _)| *holds);
    first.map(|(_, refusal)| refusal)
}

/// The refusal of an answer that may be for the one who asked only.
fn owner(terms: &Terms, control: &Control, vary: &[HeaderName]) -> Option<Refusal> {
    let shared = control.has(Flag::Public) || control.time(Time::SMaxAge).is_some();
    let revalidated = control.has(Flag::MustRevalidate);
    if terms.authorized && !shared && !revalidated && !vary.contains(&AUTHORIZATION) {
        return Some(Refusal::Authorization);
    }
    let by_cookie = terms.cookie && !shared && !vary.contains(&COOKIE);
    by_cookie.then_some(Refusal::Cookie)
}

/// Whether all is known that the caching of answers with this status asks for.
fn is_understood(status: StatusCode) -> bool {
    matches!(status.as_u16(), 200 | 203 | 204)
}

/// Whether an answer is sent piece by piece, for as long as there is something to send.
fn streams(answer: &HeaderMap) -> bool {
    let endless = [
        "text/event-stream",
        "multipart/x-mixed-replace",
        "application/grpc",
    ];
    let text = |name: &str| answer.get(name).and_then(|value| value.to_str().ok());
    let kind = text(CONTENT_TYPE.as_str()).unwrap_or_default();
    let kind = kind.split([';', '+']).next().unwrap_or_default().trim();
    let unbuffered = text("x-accel-buffering");
    endless
        .iter()
        .any(|endless| kind.eq_ignore_ascii_case(endless))
        || unbuffered.is_some_and(|text| text.eq_ignore_ascii_case("no"))
}

/// The length that an answer says its body has.
pub(crate) fn announced(answer: &HeaderMap) -> Option<u64> {
    answer.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether an old answer may stand in for answers of this status (RFC 5861, section 4).
pub(crate) fn is_failure(status: StatusCode) -> bool {
    matches!(status.as_u16(), 500 | 502 | 503 | 504)
}

/// How long an answer may be used.
pub(crate) fn lifetime(
    policy: &Policy,
    control: &Control,
    answer: &HeaderMap,
    now: SystemTime,
) -> Lifetime {
    let age = answer
        .get(AGE)
        .and_then(|age| delta_seconds(age.to_str().ok()?.trim()));
    let initial_age = Duration::from_secs(age.unwrap_or(0));
    let said = (control.time(Time::SMaxAge))
        .or(control.time(Time::MaxAge))
        .or_else(|| expires(answer, now));
    let fresh = said.map_or(policy.timeout, |said| said.saturating_sub(initial_age));
    let strict = control.has(Flag::MustRevalidate) || control.has(Flag::ProxyRevalidate);
    let window = |time, default: Duration| match control.time(time) {
        _ if strict => Duration::ZERO,
        said => said.unwrap_or(default),
    };
    Lifetime {
        fresh: fresh.min(policy.max_timeout),
        stale_while_revalidate: window(Time::StaleWhileRevalidate, policy.stale_while_revalidate),
        stale_if_error: window(Time::StaleIfError, policy.stale_if_error),
        initial_age,
    }
}

/// The time that `Expires` gives; what cannot be read has passed.
fn expires(answer: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let expires = date(answer, &EXPIRES).unwrap_or(SystemTime::UNIX_EPOCH);
    let sent = date(answer, &DATE).unwrap_or(now);
    let time = answer.contains_key(EXPIRES).then_some(expires)?;
    Some(time.duration_since(sent).unwrap_or_default())
}

/// The date in a header.
pub(super) fn date(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
}

/// Takes the headers out that concern one connection only (RFC 9110, section 7.6.1; RFC 9111, section 3.1).
pub(crate) fn strip_hop_by_hop(headers: &mut HeaderMap) {
    let listed: Vec<_> = (headers.get_all(CONNECTION).iter())
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(|name| HeaderName::from_bytes(name.trim().as_bytes()).ok())
        .collect();
    let always = [
        CONNECTION,
        HeaderName::from_static("keep-alive"),
        HeaderName::from_static("proxy-connection"),
        PROXY_AUTHENTICATE,
        PROXY_AUTHORIZATION,
        HeaderName::from_static("proxy-authentication-info"),
        TE,
        TRAILER,
        TRANSFER_ENCODING,
        UPGRADE,
    ];
    for name in always.into_iter().chain(listed) {
        headers.remove(name);
    }
}

/// Brings a stored answer up to date by the `304` that has confirmed it (RFC 9111, section 3.2).
pub(crate) fn freshen(stored: &mut HeaderMap, confirmed: &HeaderMap) {
    stored.remove(AGE);
    for name in confirmed.keys().filter(|name| !describes_body(name)) {
        stored.remove(name);
        for value in confirmed.get_all(name) {
            stored.append(name, value.clone());
        }
    }
}

/// Whether a header describes the body that is stored.
pub(super) fn describes_body(name: &HeaderName) -> bool {
    let name = name.as_str();
    matches!(
        name,
        "content-length"
            | "content-type"
            | "content-encoding"
            | "content-language"
            | "content-range"
    )
}
