//! What an attribute says of requests.

use std::time::Duration;

use http::HeaderName;
use http::header::{AUTHORIZATION, COOKIE};
use once_cell::sync::OnceCell;

use crate::http::decide::policy::{Allowance, Policy};
use crate::http::key::END;
use crate::sync::StaticMutex;

/// Answers that vary by more headers than this are not stored.
const MOST_HEADERS: usize = 16;

/// So many hosts are remembered.
const MOST_HOSTS: usize = 8;

/// What an attribute says of the requests that its function serves.
#[derive(Debug)]
pub struct Requests {
    pub(crate) query: Query,
    vary: &'static [&'static str],
    /// Whether results are answers.
    pub(crate) response: bool,
    /// Whether the request is the key.
    pub(crate) keyed: bool,
    policies: OnceCell<[Policy; 2]>,
    learnt: StaticMutex<Learnt>,
}

/// What the requests and answers of this process have taught.
#[derive(Debug)]
struct Learnt {
    /// The headers that answers have turned out to depend on, beyond those that the attribute names.
    headers: Vec<HeaderName>,
    /// The hosts of requests as keys have them, the last one last.
    hosts: Vec<Box<[u8]>>,
}

/// Which part of the query is part of the key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Query {
    None,
    All,
    Only(&'static [&'static str]),
}

impl Requests {
    /// Says nothing yet.
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "it stands in a `static`, where there are no default values"
    )]
    pub const fn new() -> Self {
        Self {
            query: Query::None,
            vary: &[],
            response: false,
            keyed: false,
            policies: OnceCell::new(),
            learnt: StaticMutex::new(Learnt {
                headers: Vec::new(),
                hosts: Vec::new(),
            }),
        }
    }

    /// Sets `route = request`.
    #[must_use]
    pub const fn keyed(mut self) -> Self {
        self.keyed = true;
        self
    }

    /// Sets `query = true`.
    #[must_use]
    pub const fn query(mut self) -> Self {
        self.query = Query::All;
        self
    }

    /// Sets `query("page", ..)`.
    #[must_use]
    pub const fn query_only(mut self, names: &'static [&'static str]) -> Self {
        self.query = Query::Only(names);
        self
    }

    /// Sets `vary("accept-language", ..)`.
    #[must_use]
    pub const fn vary(mut self, names: &'static [&'static str]) -> Self {
        self.vary = names;
        self
    }

    /// Sets `response`.
    #[must_use]
    pub const fn response(mut self) -> Self {
        self.response = true;
        self
    }

    /// The rules that answers and requests are judged by; a function of plain arguments sees no cookies.
    pub(crate) fn policy(&self, plain: bool) -> &Policy {
        let policies = self.policies.get_or_init(|| {
            let mut policy = Policy::new(Duration::ZERO);
            let names = self.vary.iter();
            // The attribute has looked at them.
            policy.key_headers = names.filter_map(|name| name.parse().ok()).collect();
            let mut of_plain = policy.clone();
            of_plain.allow(Allowance::Cookies);
            [policy, of_plain]
        });
        &policies[usize::from(plain)]
    }

    /// The headers that the attribute makes part of every key.
    fn declared(&self) -> &[HeaderName] {
        &self.policy(false).key_headers
    }

    /// The headers that are part of a key which is made now.
    pub(crate) fn headers(&self) -> Vec<HeaderName> {
        let mut headers = self.declared().to_vec();
        headers.extend_from_slice(&self.learnt.lock().headers);
        headers
    }

    /// Makes headers part of the keys that are made from now on, if that is not too many.
    pub(crate) fn learn(&self, names: &[HeaderName]) {
        let known = &mut self.learnt.lock().headers;
        for name in names {
            let new = !known.contains(name) && !self.declared().contains(name);
            if new && known.len() < MOST_HEADERS {
                known.push(name.clone());
            }
        }
    }

    /// Takes note of a host, for those who name a path alone.
    pub(crate) fn note_host(&self, host: &[u8]) {
        let hosts = &mut self.learnt.lock().hosts;
        if hosts.last().is_some_and(|last| **last == *host) {
            return;
        }
        hosts.retain(|known| **known != *host);
        if hosts.len() == MOST_HOSTS {
            hosts.remove(0);
        }
        hosts.push(host.into());
    }

    /// The hosts that were served, the last one first, and no host.
    pub(crate) fn hosts(&self) -> Vec<Box<[u8]>> {
        let none: Box<[u8]> = Box::new([END]);
        let learnt = self.learnt.lock();
        let named = learnt.hosts.iter().rev().filter(|host| **host != none);
        let mut hosts: Vec<_> = named.cloned().collect();
        hosts.push(none);
        hosts
    }

    /// The headers that tell who asks, and are part of no key.
    pub(crate) fn identities(&self) -> impl Iterator<Item = HeaderName> {
        let all = [AUTHORIZATION, COOKIE];
        all.into_iter()
            .filter(|name| !self.declared().contains(name))
    }
}
