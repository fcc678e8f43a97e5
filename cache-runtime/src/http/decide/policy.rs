//! What a layer was told.

use std::time::Duration;

use http::HeaderName;
use http::header::{AUTHORIZATION, COOKIE};

/// A lifetime without end.
pub(crate) const FOR_EVER: Duration = Duration::from_nanos(u64::MAX);

/// Something that a layer does only when it is told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Allowance {
    /// Answers with `Set-Cookie` are stored.
    SetCookie = 1,
    /// Answers to `Authorization` are stored where RFC 9111, section 3.5 allows it.
    Authorized = 2,
    /// `Cookie` says nothing about who asks.
    Cookies = 4,
    /// The query is no part of the key.
    AnyQuery = 8,
    /// The directives of requests count.
    RequestDirectives = 16,
}

/// What a layer was told.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// The lifetime of answers that name none.
    pub(crate) timeout: Duration,
    /// The longest lifetime.
    pub(crate) max_timeout: Duration,
    pub(crate) stale_while_revalidate: Duration,
    pub(crate) stale_if_error: Duration,
    /// The longest body that is stored.
    pub(crate) body_limit: usize,
    /// The headers of a request that are part of every key.
    pub(crate) key_headers: Vec<HeaderName>,
    allowances: u8,
}

impl Policy {
    pub(crate) fn new(timeout: Duration) -> Self {
        Self {
            timeout: if timeout.is_zero() { FOR_EVER } else { timeout },
            max_timeout: FOR_EVER,
            stale_while_revalidate: Duration::ZERO,
            stale_if_error: Duration::ZERO,
            body_limit: 2 << 20,
            key_headers: Vec::new(),
            allowances: 0,
        }
    }

    pub(crate) fn allow(&mut self, allowance: Allowance) {
        self.allowances |= allowance as u8;
    }

    pub(crate) fn allows(&self, allowance: Allowance) -> bool {
        self.allowances & allowance as u8 != 0
    }

    /// Whether every key tells who asks by this header.
    fn is_key(&self, name: &HeaderName) -> bool {
        self.key_headers.contains(name)
    }

    /// Whether `Cookie` may tell who asks, and no key does.
    pub(super) fn minds_cookies(&self) -> bool {
        !self.allows(Allowance::Cookies) && !self.is_key(&COOKIE)
    }

    /// Whether `Authorization` tells who asks, and no key does.
    pub(super) fn minds_authorization(&self) -> bool {
        !self.is_key(&AUTHORIZATION)
    }
}
