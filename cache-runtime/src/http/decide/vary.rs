//! `Vary`: which headers of the request an answer depends on, and whether they are the same.

use http::header::{HeaderMap, HeaderName, VARY};

/// The headers that an answer depends on, and what the request had there.
pub(crate) type Selection = Box<[(HeaderName, Vec<u8>)]>;

/// The headers that an answer names, sorted; `None` if it depends on more than headers (`*`), or on what cannot be
/// read.
pub(crate) fn names(answer: &HeaderMap) -> Option<Vec<HeaderName>> {
    let mut names = Vec::new();
    for line in answer.get_all(VARY) {
        for name in line.to_str().ok()?.split(',').map(str::trim) {
            if !name.is_empty() {
                // `*` is no name of a header.
                let name = HeaderName::from_bytes(name.as_bytes()).ok();
                names.push(name.filter(|name| name != "*")?);
            }
        }
    }
    names.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
    names.dedup();
    Some(names)
}

/// What a request has in a header: its lines as one, without the space around commas. A header that is not there
/// differs from one that is empty.
pub(crate) fn value(request: &HeaderMap, name: &HeaderName) -> Vec<u8> {
    let mut value = Vec::new();
    for line in request.get_all(name) {
        for member in line.as_bytes().split(|&byte| byte == b',') {
            value.push(b',');
            value.extend_from_slice(member.trim_ascii());
        }
    }
    value
}

/// What a request has in these headers.
pub(crate) fn select(request: &HeaderMap, names: &[HeaderName]) -> Selection {
    let select = |name: &HeaderName| (name.clone(), value(request, name));
    names.iter().map(select).collect()
}

/// Tells whether a request has the same in these headers.
pub(crate) fn matches(selection: &Selection, request: &HeaderMap) -> bool {
    selection
        .iter()
        .all(|(name, selected)| value(request, name) == *selected)
}
