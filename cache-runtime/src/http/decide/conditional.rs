//! Conditional requests (RFC 9110, section 13): whether the client has the answer already.

use http::header::{
    ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};

use super::keeping::{date, describes_body};

/// Tells whether the client has what a successful answer to GET or HEAD would bring.
pub(crate) fn has_it(request: &HeaderMap, answer: &HeaderMap) -> bool {
    if request.contains_key(IF_NONE_MATCH) {
        let mut lines = request.get_all(IF_NONE_MATCH).iter();
        return lines.any(|line| names(line.as_bytes(), answer.get(ETAG)));
    }
    let since = date(request, &IF_MODIFIED_SINCE);
    let modified = date(answer, &LAST_MODIFIED);
    modified
        .zip(since)
        .is_some_and(|(modified, since)| modified <= since)
}

/// Tells whether a list of entity tags names this one, compared weakly.
fn names(list: &[u8], etag: Option<&HeaderValue>) -> bool {
    if list.trim_ascii() == b"*" {
        return true;
    }
    let Some(etag) = etag.and_then(|etag| opaque(etag.as_bytes())) else {
        return false;
    };
    let mut rest = list;
    while let Some((tag, after)) = next_tag(rest) {
        if tag == etag {
            return true;
        }
        rest = after;
    }
    false
}

/// The part of an entity tag that a weak comparison compares.
fn opaque(etag: &[u8]) -> Option<&[u8]> {
    let etag = etag.trim_ascii();
    let quoted = etag.strip_prefix(b"W/").unwrap_or(etag);
    quoted.strip_prefix(b"\"")?.strip_suffix(b"\"")
}

/// The next entity tag of a list, and what follows it. Commas may be part of a tag.
fn next_tag(list: &[u8]) -> Option<(&[u8], &[u8])> {
    let start = list.iter().position(|&byte| byte == b'"')? + 1;
    let length = list[start..].iter().position(|&byte| byte == b'"')?;
    let (tag, rest) = list[start..].split_at(length);
    Some((tag, &rest[1..]))
}

/// Takes the conditions out that are answered here.
pub(crate) fn strip_conditions(request: &mut HeaderMap) {
    request.remove(IF_NONE_MATCH);
    request.remove(IF_MODIFIED_SINCE);
}

/// Asks whether a stored answer is still right, by the validators that it came with.
pub(crate) fn add_conditions(request: &mut HeaderMap, stored: &HeaderMap) {
    let pairs = [(ETAG, IF_NONE_MATCH), (LAST_MODIFIED, IF_MODIFIED_SINCE)];
    for (validator, condition) in pairs {
        if let Some(value) = stored.get(validator) {
            request.insert(condition, value.clone());
        }
    }
}

/// Makes the headers of an answer those of a `304` (RFC 9110, section 15.4.5).
pub(crate) fn strip_to_not_modified(answer: &mut HeaderMap) {
    let described: Vec<HeaderName> = (answer.keys())
        .filter(|name| describes_body(name))
        .cloned()
        .collect();
    for name in described {
        answer.remove(name);
    }
    if answer.contains_key(ETAG) {
        answer.remove(LAST_MODIFIED);
    }
}
