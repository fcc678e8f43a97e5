//! The request that is being served, as one cached function sees it.

use std::hash::Hasher;
use std::ops::Range;
use std::sync::Arc;

use http::header::HeaderMap;
use http::{HeaderName, Method};

use super::path::{labels_of_path, spelt};
use super::requests::{Query, Requests};
use crate::error::Error;
use crate::http::decide::asking::{Asked, Bypass, Terms, ask};
use crate::http::decide::policy::Policy;
use crate::http::key::{END, push_headers, push_host, push_pairs};
use crate::http::scope::{self, Served};
use crate::key::KeyRef;
use crate::key::cell::Harmless;
use crate::registry;
use crate::site::Site;
use crate::site::door::Door;
use crate::site::step::Ask;
use crate::site::tagging::Tagging;
use crate::value::Kind;

/// The request that a cached function serves.
#[derive(Clone, Debug)]
pub struct Visitor {
    site: &'static Site,
    pub(crate) served: Option<Arc<Served>>,
    /// Whether no argument of the function can tell who asks.
    plain: bool,
    /// On which terms it is answered from the cache; or why it is not.
    pub(crate) terms: Result<Terms, Option<Bypass>>,
    key: Box<[u8]>,
    path: Range<usize>,
    /// The headers that are part of the key.
    varies: Vec<HeaderName>,
}

impl Visitor {
    /// The request that is being served here; `plain` says that no argument of the function can tell who asks.
    #[must_use]
    pub fn here<R, K: Kind<R>>(door: &Door<R, K>, plain: bool) -> Self {
        let (site, served) = (door.site, scope::current());
        let told = served.as_deref();
        let terms = told.map(|served| terms(requests(site), served, plain));
        let terms = terms.unwrap_or_else(|| {
            complain(site);
            Err(None)
        });
        let mut visitor = Self {
            site,
            plain,
            terms,
            key: Box::default(),
            path: 0..0,
            varies: Vec::new(),
            served,
        };
        visitor.make_key();
        visitor
    }

    /// Requests of a path: with the host of the request that is served here, else with those that were served before
    /// and with none; without a query and the headers that keys have.
    pub(crate) fn of_path(site: &'static Site, path: &str) -> Vec<Self> {
        let requests = requests(site);
        let hosts = match scope::current() {
            Some(served) => vec![host_of(&served)],
            None => requests.hosts(),
        };
        let (path, varies) = (spelt(path), requests.headers());
        let of_host = |host: Box<[u8]>| {
            let (mut key, path) = begun(&Method::GET, &Terms::default(), &host, &path);
            push_headers(&mut key, &HeaderMap::new(), &varies);
            Self {
                site,
                served: None,
                plain: false,
                terms: Ok(Terms::default()),
                key: key.into(),
                path,
                varies: varies.clone(),
            }
        };
        hosts.into_iter().map(of_host).collect()
    }

    fn make_key(&mut self) {
        let (Some(served), Ok(terms)) = (&self.served, &self.terms) else {
            return;
        };
        let requests = requests(self.site);
        if !requests.keyed {
            return;
        }
        // A HEAD is answered from what a GET would be, where it is answers that are stored.
        let as_get = requests.response.then_some(&Method::GET);
        let method = as_get.unwrap_or(&served.method);
        let (host, path) = (host_of(served), spelt(served.uri.path()));
        let (mut key, path) = begun(method, terms, &host, &path);
        if let Some(query) = served.uri.query() {
            push_part(&mut key, query, requests.query);
        }
        let varies = requests.headers();
        push_headers(&mut key, &served.headers, &varies);
        requests.note_host(&host);
        (self.key, self.path, self.varies) = (key.into(), path, varies);
    }

    /// Whether the function runs as if it were not cached.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.terms.is_err()
    }

    /// What the call asks for, given what the attribute's conditions say.
    #[must_use]
    pub fn ask(&self, ask: Ask) -> Ask {
        ask.unless(ask.bypass || self.passes())
    }

    /// Gives an entry the labels of its path.
    pub fn tag(&self, tagging: &mut Tagging) {
        let path = std::str::from_utf8(&self.key[self.path.clone()]).unwrap_or_default();
        if path.is_empty() {
            return;
        }
        for label in labels_of_path(self.site, path) {
            tagging.text(&label);
            tagging.end();
        }
    }

    /// The rules that an answer is judged by.
    pub(crate) fn policy(&self) -> &'static Policy {
        requests(self.site).policy(self.plain)
    }

    /// Whether every header that an answer depends on is part of its key; where that comes from the request, those
    /// that are not are part of the next request's.
    pub(crate) fn covers(&self, names: &[HeaderName]) -> bool {
        let covers = names.iter().all(|name| self.varies.contains(name));
        if !covers {
            requests(self.site).learn(names);
        }
        covers
    }
}

/// What the attribute of a function says that looks at requests.
fn requests(site: &'static Site) -> &'static Requests {
    match site.requests {
        Some(requests) => requests,
        None => unreachable!("the attribute says which requests it looks at"),
    }
}

/// On which terms a request is answered from the cache.
fn terms(requests: &Requests, served: &Served, plain: bool) -> Result<Terms, Option<Bypass>> {
    if requests.response {
        return match ask(requests.policy(plain), &served.method, &served.headers) {
            Asked::LookUp(terms) => Ok(terms),
            Asked::Pass(bypass) => Err(Some(bypass)),
        };
    }
    let is_read = served.method == Method::GET || served.method == Method::HEAD;
    let mut told = requests.identities();
    let tells = !plain && told.any(|name| served.headers.contains_key(name));
    match (is_read, tells) {
        (false, _) => Err(Some(Bypass::Method)),
        (true, true) => Err(Some(Bypass::Authorization)),
        (true, false) => Ok(Terms::default()),
    }
}

/// The beginning of a key: method, whether the request tells who asks, host, and path; and where the path is.
fn begun(method: &Method, terms: &Terms, host: &[u8], path: &str) -> (Vec<u8>, Range<usize>) {
    let mut key = Vec::with_capacity(128);
    key.push(if method == Method::HEAD { b'H' } else { b'G' });
    key.push(b'a' + u8::from(terms.cookie) + 2 * u8::from(terms.authorized));
    key.extend_from_slice(host);
    let start = key.len();
    key.extend_from_slice(path.as_bytes());
    let path = start..key.len();
    key.push(END);
    (key, path)
}

fn host_of(served: &Served) -> Box<[u8]> {
    let mut host = Vec::new();
    push_host(&mut host, &served.uri, &served.headers);
    host.into()
}

/// Adds the part of a query that counts.
fn push_part(key: &mut Vec<u8>, query: &str, part: Query) {
    let wanted = |pair: &&str| match part {
        Query::None => false,
        Query::All => true,
        Query::Only(names) => names.contains(&pair.split('=').next().unwrap_or_default()),
    };
    let pairs: Vec<&str> = query.split('&').filter(wanted).collect();
    if !pairs.is_empty() {
        key.push(b'?');
        push_pairs(key, pairs);
    }
}

/// Says in the log that no request is visible: once for each function.
fn complain(site: &'static Site) {
    registry::say_once(
        site,
        "no request is visible to it; add the layer `cache_runtime::http::CacheScope::new()` to the router",
    );
}

impl KeyRef for &Visitor {
    type Owned = Box<[u8]>;
    type Stowage = Harmless;
    const SHARED: bool = cfg!(feature = "shared");

    fn wire(&self, bytes: &mut Vec<u8>) -> Result<(), Error> {
        bytes.extend_from_slice(&self.key);
        Ok(())
    }

    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.key);
    }

    fn is(&self, owned: &Box<[u8]>) -> bool {
        self.key == *owned
    }

    fn own(&self) -> Box<[u8]> {
        self.key.clone()
    }
}
