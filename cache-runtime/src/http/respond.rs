//! Answers, made of what is kept.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{
    AGE, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, DATE, ETAG, HeaderMap,
    HeaderName, HeaderValue,
};
use http::response::Parts;
use http::{Response, StatusCode};
use http_body::Body as HttpBody;

use super::body::Body;
use super::decide::conditional;
use super::decide::keeping::strip_hop_by_hop;
use super::decide::report::Report;
use super::store::Answer;
use crate::clock::Moment;

/// Where caches say what they have done.
pub(crate) const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// What a client has asked for, as far as it matters to the answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker<'a> {
    /// The name of the cache.
    pub(crate) name: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) head: bool,
}

/// Answers with what is kept. `now` is none if it has come just now.
pub(crate) fn from_kept<B: HttpBody>(
    asker: Asker<'_>,
    answer: &Answer,
    now: Option<Moment>,
    report: &Report,
) -> Response<Body<B>> {
    let age = now.map(|now| answer.times.age(now));
    let (parts, whole) = head(asker, answer.status, &answer.headers, age, report);
    let body = if whole {
        Body::whole(answer.body.clone())
    } else {
        Body::empty()
    };
    Response::from_parts(parts, body)
}

/// Answers with what a function has stored. `age` is none if it has come just now.
pub(crate) fn from_stored(
    asker: Asker<'_>,
    stored: &Response<Bytes>,
    age: Option<Duration>,
    report: &Report,
) -> Response<Bytes> {
    let (parts, whole) = head(asker, stored.status(), stored.headers(), age, report);
    let body = if whole {
        stored.body().clone()
    } else {
        Bytes::new()
    };
    Response::from_parts(parts, body)
}

/// The head of an answer that is kept, and whether its body follows.
fn head(
    asker: Asker<'_>,
    status: StatusCode,
    headers: &HeaderMap,
    age: Option<Duration>,
    report: &Report,
) -> (Parts, bool) {
    let (mut parts, ()) = Response::new(()).into_parts();
    parts.status = status;
    parts.headers.clone_from(headers);
    if let Some(age) = age {
        parts.headers.insert(AGE, HeaderValue::from(age.as_secs()));
    }
    let whole = !confirm(asker, &mut parts) && !asker.head;
    sign(&mut parts.headers, asker.name, report);
    (parts, whole)
}

/// Answers with what the handler has sent and nobody keeps.
pub(crate) fn from_handler<B: HttpBody>(
    asker: Asker<'_>,
    mut parts: Parts,
    body: Body<B>,
    report: &Report,
) -> Response<Body<B>> {
    sign(&mut parts.headers, asker.name, report);
    let nothing = confirm(asker, &mut parts) || asker.head;
    let body = if nothing { Body::empty() } else { body };
    Response::from_parts(parts, body)
}

/// Answers a request that only wants what is kept.
pub(crate) fn not_kept<B: HttpBody>(asker: Asker<'_>) -> Response<Body<B>> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::GATEWAY_TIMEOUT;
    let report = Report {
        refused: true,
        detail: Some("only-if-cached"),
        ..Report::default()
    };
    sign(response.headers_mut(), asker.name, &report);
    response
}

/// Makes an answer that the client has already a `304`; answers whether it is one.
fn confirm(asker: Asker<'_>, parts: &mut Parts) -> bool {
    let has_it = parts.status.is_success() && conditional::has_it(asker.headers, &parts.headers);
    if has_it {
        parts.status = StatusCode::NOT_MODIFIED;
        conditional::strip_to_not_modified(&mut parts.headers);
    }
    has_it
}

/// Adds what this cache has done to what those behind it have.
pub(crate) fn sign(headers: &mut HeaderMap, name: &str, report: &Report) {
    headers.append(CACHE_STATUS, report.header(name));
}

/// Makes an answer what is kept of it: headers of this message only, with a date, a length and an entity tag.
pub(crate) fn kept(parts: &mut Parts, body: Bytes, now: SystemTime) -> Bytes {
    let headers = &mut parts.headers;
    strip_hop_by_hop(headers);
    headers.remove(AGE);
    if !headers.contains_key(DATE)
        && let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(now))
    {
        headers.insert(DATE, date);
    }
    if !has_body(parts.status) {
        headers.remove(CONTENT_LENGTH);
        return Bytes::new();
    }
    headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    if !headers.contains_key(ETAG)
        && let Some(tag) = entity_tag(headers, &body)
    {
        headers.insert(ETAG, tag);
    }
    body
}

fn has_body(status: StatusCode) -> bool {
    status != StatusCode::NO_CONTENT && status != StatusCode::RESET_CONTENT
}

/// A strong entity tag: the same for the same bytes of the same kind, in every process.
fn entity_tag(headers: &HeaderMap, body: &[u8]) -> Option<HeaderValue> {
    let mut hasher = blake3::Hasher::new();
    for name in [CONTENT_TYPE, CONTENT_ENCODING, CONTENT_LANGUAGE] {
        let value = headers.get(name).map_or(&b""[..], HeaderValue::as_bytes);
        hasher.update(&(value.len() as u64).to_le_bytes());
        hasher.update(value);
    }
    hasher.update(body);
    let hash = hasher.finalize().to_hex();
    HeaderValue::from_str(&format!("\"{}\"", &hash[..32])).ok()
}
