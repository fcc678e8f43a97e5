//! What an answer is found by: host, path, sorted query, and headers of the request.

use std::hash::Hasher;
use std::ops::Range;
use std::sync::Arc;

use axum::extract::OriginalUri;
use http::header::{HOST, HeaderMap, HeaderName};
use http::{Request, Uri};

use super::decide::asking::Terms;
use super::decide::policy::{Allowance, Policy};
use super::decide::vary;
use crate::error::Error;
use crate::key::KeyRef;
use crate::key::cell::Harmless;

/// Stands between the parts of a key. No URI and no header has it.
pub(super) const END: u8 = 0;

/// Marks the key of one variant. No other key begins with it.
const VARIANT: u8 = b'v';

/// The key of an answer, or of what is known of all answers of one URI.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    bytes: Arc<[u8]>,
    hash: u64,
    path: Range<usize>,
}

/// The URI that the client asked for, whatever a router has made of it.
pub(crate) fn original_uri<B>(request: &Request<B>) -> &Uri {
    let original = request.extensions().get::<OriginalUri>();
    original.map_or(request.uri(), |original| &original.0)
}

impl Key {
    /// The key of a request. Requests that tell who asks have keys of their own: they are never given what was stored
    /// for the others.
    pub(crate) fn of<B>(policy: &Policy, terms: &Terms, request: &Request<B>) -> Self {
        let (uri, headers) = (original_uri(request), request.headers());
        let mut bytes = Vec::with_capacity(128);
        bytes.push(b'a' + u8::from(terms.cookie) + 2 * u8::from(terms.authorized));
        push_host(&mut bytes, uri, headers);
        let start = bytes.len();
        bytes.extend_from_slice(uri.path().as_bytes());
        let path = start..bytes.len();
        bytes.push(END);
        if !policy.allows(Allowance::AnyQuery)
            && let Some(query) = uri.query()
        {
            bytes.push(b'?');
            push_query(&mut bytes, query);
        }
        push_headers(&mut bytes, headers, &policy.key_headers);
        Self::new(bytes, path)
    }

    /// The key of the answer to requests that have the same as this one in these headers.
    pub(crate) fn variant(
        &self,
        generation: u64,
        names: &[HeaderName],
        headers: &HeaderMap,
    ) -> Self {
        let mut bytes = Vec::with_capacity(self.bytes.len() + 64);
        bytes.push(VARIANT);
        bytes.extend_from_slice(&self.bytes);
        bytes.extend_from_slice(&generation.to_le_bytes());
        push_headers(&mut bytes, headers, names);
        Self::new(bytes, self.path.start + 1..self.path.end + 1)
    }

    fn new(bytes: Vec<u8>, path: Range<usize>) -> Self {
        let mut key = Self {
            bytes: bytes.into(),
            hash: 0,
            path,
        };
        key.hash = crate::key::hash(&key);
        key
    }

    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }

    /// The path, in the spelling that paths are compared in.
    pub(crate) fn path(&self) -> Box<str> {
        canonical(&self.bytes[self.path.clone()])
    }

    /// How many bytes the key has.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }
}

impl KeyRef for Key {
    type Owned = Arc<[u8]>;
    type Stowage = Harmless;
    const SHARED: bool = false;

    fn wire(&self, bytes: &mut Vec<u8>) -> Result<(), Error> {
        bytes.extend_from_slice(&self.bytes);
        Ok(())
    }

    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.bytes);
    }

    fn is(&self, owned: &Arc<[u8]>) -> bool {
        self.bytes == *owned
    }

    fn own(&self) -> Arc<[u8]> {
        Arc::clone(&self.bytes)
    }
}

/// Adds every name that the request gives its host: handlers may look at either.
pub(super) fn push_host(bytes: &mut Vec<u8>, uri: &Uri, headers: &HeaderMap) {
    let authority = uri
        .authority()
        .map(|authority| authority.as_str().as_bytes());
    let hosts = headers
        .get_all(HOST)
        .iter()
        .map(http::HeaderValue::as_bytes);
    let mut last: &[u8] = b"";
    for host in authority.into_iter().chain(hosts) {
        if !host.eq_ignore_ascii_case(last) {
            bytes.extend(host.iter().map(u8::to_ascii_lowercase));
            bytes.push(b' ');
        }
        last = host;
    }
    bytes.push(END);
}

/// Adds the pairs of a query, sorted by name. Pairs of one name stay in their order, which may mean something.
fn push_query(bytes: &mut Vec<u8>, query: &str) {
    if !query.contains('&') {
        bytes.extend_from_slice(query.as_bytes());
        return;
    }
    push_pairs(bytes, query.split('&').collect());
}

/// Adds pairs of a query, sorted by name.
pub(super) fn push_pairs(bytes: &mut Vec<u8>, mut pairs: Vec<&str>) {
    pairs.sort_by_key(|pair| pair.split('=').next());
    for pair in pairs {
        bytes.extend_from_slice(pair.as_bytes());
        bytes.push(b'&');
    }
}

pub(super) fn push_headers(bytes: &mut Vec<u8>, headers: &HeaderMap, names: &[HeaderName]) {
    for name in names {
        let value = vary::value(headers, name);
        bytes.extend_from_slice(&value.len().to_le_bytes());
        bytes.extend_from_slice(&value);
    }
}

/// A path in the one spelling that all its spellings have in common: everything but unreserved characters and the
/// slashes between segments is percent-encoded (RFC 3986, section 6.2.2). It is how routes are rendered.
pub(crate) fn canonical(path: &[u8]) -> Box<str> {
    let mut canonical = String::with_capacity(path.len());
    let mut rest = path;
    while let [byte, after @ ..] = rest {
        let (byte, separates, after) = match decoded(rest) {
            Some((decoded, after)) => (decoded, false, after),
            None => (*byte, *byte == b'/', after),
        };
        rest = after;
        if separates || byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            canonical.push(char::from(byte));
        } else {
            let hex = |digit: u8| char::from(b"0123456789ABCDEF"[usize::from(digit)]);
            canonical.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
    canonical.into()
}

/// The byte that a percent-encoding at the start stands for, and what follows it.
fn decoded(path: &[u8]) -> Option<(u8, &[u8])> {
    let [b'%', high, low, after @ ..] = path else {
        return None;
    };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = digit(*high)? * 16 + digit(*low)?;
    Some((u8::try_from(byte).ok()?, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn key(uri: &str, headers: &[(&str, &str)]) -> Key {
        let mut request = Request::get(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let policy = Policy::new(Duration::from_secs(1));
        Key::of(&policy, &Terms::default(), &request.body(()).unwrap())
    }

    fn same(a: &Key, b: &Key) -> bool {
        a.is(&b.own())
    }

    #[test]
    fn hosts_paths_and_queries_are_told_apart() {
        let a = key("/a?x=1&y=2", &[("host", "One")]);
        assert!(same(&a, &key("/a?y=2&x=1", &[("host", "one")])));
        for (uri, host) in [
            ("/a?x=1&y=2", "two"),
            ("/a?x=1&y=3", "one"),
            ("/a", "one"),
            ("/b?x=1&y=2", "one"),
        ] {
            assert!(!same(&a, &key(uri, &[("host", host)])), "{uri} {host}");
        }
        assert!(!same(&key("/a?x=1&x=2", &[]), &key("/a?x=2&x=1", &[])));
    }

    #[test]
    fn a_host_that_says_something_else_than_the_uri_has_a_key_of_its_own() {
        let honest = key("http://good/", &[("host", "good")]);
        assert!(same(&honest, &key("/", &[("host", "good")])));
        assert!(!same(&honest, &key("http://good/", &[("host", "evil")])));
    }

    #[test]
    fn paths_have_one_spelling() {
        let spelt = |path: &str| canonical(path.as_bytes());
        assert_eq!(&*spelt("/users/%37"), "/users/7");
        assert_eq!(&*spelt("/a:b/%c3%a9"), "/a%3Ab/%C3%A9");
        assert_eq!(&*spelt("/a%2fb"), "/a%2Fb");
        assert_eq!(&*spelt("/100%"), "/100%25");
    }

    #[test]
    fn variants_differ_by_generation_and_by_value() {
        let primary = key("/", &[]);
        let names = [HeaderName::from_static("accept-language")];
        let headers = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("accept-language", text.parse().unwrap());
            headers
        };
        let variant = |generation, text| primary.variant(generation, &names, &headers(text));
        assert!(same(&variant(1, "de, en"), &variant(1, "de,en")));
        assert!(!same(&variant(1, "de"), &variant(2, "de")));
        assert!(!same(&variant(1, "de"), &variant(1, "en")));
        assert_eq!(variant(1, "de").path(), primary.path());
    }
}
