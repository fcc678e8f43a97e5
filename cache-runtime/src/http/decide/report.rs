//! `Cache-Status` (RFC 9211): what the cache has done, for those who look at the answer.

use std::fmt::{self, Display, Write};

use http::{HeaderValue, StatusCode};

use super::asking::Bypass;
use super::keeping::Refusal;

/// Why a request went through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forward {
    Bypass,
    Method,
    /// Nothing was stored for its URI.
    UriMiss,
    /// Something was, but for other headers.
    VaryMiss,
    /// Answers to it are not stored.
    Miss,
    /// The request asked for it.
    Request,
    Stale,
}

/// What the cache has done with one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// Why it went through; none if it did not.
    pub(crate) forward: Option<Forward>,
    pub(crate) forward_status: Option<StatusCode>,
    pub(crate) stored: bool,
    /// It went through as a part of another's request.
    pub(crate) collapsed: bool,
    pub(crate) ttl: Option<i64>,
    pub(crate) detail: Option<&'static str>,
    /// It was answered without a stored answer, and did not go through either.
    pub(crate) refused: bool,
}

impl Report {
    pub(crate) fn hit(ttl: Option<i64>) -> Self {
        Self {
            ttl,
            ..Self::default()
        }
    }

    pub(crate) fn forwarded(forward: Forward) -> Self {
        Self {
            forward: Some(forward),
            ..Self::default()
        }
    }

    pub(crate) fn bypassed(bypass: Bypass) -> Self {
        let (forward, detail) = match bypass {
            Bypass::Method | Bypass::Unsafe => (Forward::Method, None),
            Bypass::Authorization => (Forward::Bypass, Some("authorization")),
            Bypass::Range => (Forward::Bypass, Some("range")),
            Bypass::Precondition => (Forward::Bypass, Some("precondition")),
            Bypass::Upgrade => (Forward::Bypass, Some("upgrade")),
            Bypass::Body => (Forward::Bypass, Some("body")),
            #[cfg(feature = "testing")]
            Bypass::Disabled => (Forward::Bypass, Some("disabled")),
        };
        Self {
            detail,
            ..Self::forwarded(forward)
        }
    }

    /// The header, with the name of the cache as [`name`] has written it.
    pub(crate) fn header(&self, name: &str) -> HeaderValue {
        let text = format!("{name}{self}");
        HeaderValue::from_str(&text).expect("names are printable, and so is all else")
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.forward {
            Some(forward) => write!(f, "; fwd={}", forward.token())?,
            None if self.refused => {}
            None => f.write_str("; hit")?,
        }
        if let Some(status) = self.forward_status {
            write!(f, "; fwd-status={}", status.as_u16())?;
        }
        if let Some(ttl) = self.ttl {
            write!(f, "; ttl={ttl}")?;
        }
        if self.stored {
            f.write_str("; stored")?;
        }
        if self.collapsed {
            f.write_str("; collapsed")?;
        }
        self.detail
            .map_or(Ok(()), |detail| write!(f, "; detail={detail}"))
    }
}

impl Forward {
    fn token(self) -> &'static str {
        match self {
            Self::Bypass => "bypass",
            Self::Method => "method",
            Self::UriMiss => "uri-miss",
            Self::VaryMiss => "vary-miss",
            Self::Miss => "miss",
            Self::Request => "request",
            Self::Stale => "stale",
        }
    }
}

impl Refusal {
    /// What `detail` says of it.
    pub(crate) fn token(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::NoStore => "no-store",
            Self::NoCache => "no-cache",
            Self::Private => "private",
            Self::RequestNoStore => "request-no-store",
            Self::SetCookie => "set-cookie",
            Self::Cookie => "cookie",
            Self::Authorization => "authorization",
            Self::Vary => "vary",
            Self::Streaming => "streaming",
            Self::Stale => "stale",
            Self::TooLarge => "too-large",
            Self::Trailers => "trailers",
            Self::Incomplete => "incomplete",
            Self::Broken => "broken",
            Self::Store => "shared-store",
        }
    }
}

/// Writes the name of a cache as a token if it is one, else as a string; what cannot stand in either is left out.
pub(crate) fn name(name: &str) -> String {
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '*');
    let inside = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~:/".contains(c);
    if starts && name.chars().all(inside) {
        return name.to_owned();
    }
    let mut quoted = String::from('"');
    for c in name.chars().filter(|c| matches!(c, ' '..='~')) {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        let _ = quoted.write_char(c);
    }
    quoted.push('"');
    quoted
}
