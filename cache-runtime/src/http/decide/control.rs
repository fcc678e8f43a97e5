//! `Cache-Control`, as requests and answers have it.

use std::time::Duration;

use http::header::{CACHE_CONTROL, HeaderMap, PRAGMA};

/// More seconds than this are as many as this (RFC 9111, section 1.2.2).
const MOST_SECONDS: u64 = 1 << 31;

/// The directives of one message.
///
/// Of a directive that is there twice the first counts; a time that cannot be read is zero (RFC 9111, 4.2.1).
#[derive(Clone, Debug, Default)]
pub(crate) struct Control {
    flags: Vec<Flag>,
    times: Vec<(Time, Duration)>,
}

/// A directive without a value; field names that it may come with are taken for the whole message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flag {
    NoStore,
    NoCache,
    Private,
    Public,
    MustRevalidate,
    ProxyRevalidate,
    MustUnderstand,
    OnlyIfCached,
    /// `max-stale` without a limit.
    MaxStale,
}

/// A directive with seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    MaxAge,
    SMaxAge,
    StaleWhileRevalidate,
    StaleIfError,
    MinFresh,
    MaxStale,
}

impl Control {
    /// The directives that these headers have.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut control = Self::default();
        for line in headers.get_all(CACHE_CONTROL) {
            // What is no text says nothing good: as if it was `no-store`.
            let Ok(line) = line.to_str() else {
                control.flags.push(Flag::NoStore);
                continue;
            };
            split_list(line).for_each(|directive| control.add(directive));
        }
        control
    }

    /// The directives of a request; `Pragma: no-cache` stands in where there are none.
    pub(crate) fn of_request(headers: &HeaderMap) -> Self {
        let mut control = Self::of(headers);
        let pragma = headers.get(PRAGMA).is_some_and(|value| {
            value
                .as_bytes()
                .to_ascii_lowercase()
                .windows(8)
                .any(|part| part == b"no-cache")
        });
        if pragma && !headers.contains_key(CACHE_CONTROL) {
            control.flags.push(Flag::NoCache);
        }
        control
    }

    pub(crate) fn has(&self, flag: Flag) -> bool {
        self.flags.contains(&flag)
    }

    pub(crate) fn time(&self, time: Time) -> Option<Duration> {
        let found = self.times.iter().find(|(name, _)| *name == time);
        found.map(|(_, duration)| *duration)
    }

    fn add(&mut self, directive: &str) {
        let (name, value) = match directive.split_once('=') {
            Some((name, value)) => (name.trim_end(), Some(unquoted(value.trim_start()))),
            None => (directive, None),
        };
        if let Some(flag) = flag(name, value) {
            self.flags.push(flag);
        } else if let Some(time) = time(name) {
            self.times
                .push((time, value.map_or(Duration::ZERO, seconds)));
        }
    }
}

fn flag(name: &str, value: Option<&str>) -> Option<Flag> {
    let known = [
        ("no-store", Flag::NoStore),
        ("no-cache", Flag::NoCache),
        ("private", Flag::Private),
        ("public", Flag::Public),
        ("must-revalidate", Flag::MustRevalidate),
        ("proxy-revalidate", Flag::ProxyRevalidate),
        ("must-understand", Flag::MustUnderstand),
        ("only-if-cached", Flag::OnlyIfCached),
    ];
    let unlimited = value.is_none().then_some(("max-stale", Flag::MaxStale));
    let mut all = known.into_iter().chain(unlimited);
    all.find(|(known, _)| name.eq_ignore_ascii_case(known))
        .map(|(_, flag)| flag)
}

fn time(name: &str) -> Option<Time> {
    let known = [
        ("max-age", Time::MaxAge),
        ("s-maxage", Time::SMaxAge),
        ("stale-while-revalidate", Time::StaleWhileRevalidate),
        ("stale-if-error", Time::StaleIfError),
        ("min-fresh", Time::MinFresh),
        ("max-stale", Time::MaxStale),
    ];
    let mut all = known.into_iter();
    all.find(|(known, _)| name.eq_ignore_ascii_case(known))
        .map(|(_, time)| time)
}

fn seconds(text: &str) -> Duration {
    Duration::from_secs(delta_seconds(text).unwrap_or(0))
}

/// Reads seconds (RFC 9111, section 1.2.2).
pub(super) fn delta_seconds(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(MOST_SECONDS).min(MOST_SECONDS))
}

fn unquoted(text: &str) -> &str {
    let inside = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    inside.unwrap_or(text)
}

/// The members of a list; a comma in a quoted string separates nothing.
pub(super) fn split_list(line: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    let members = line.split(move |c: char| {
        let separates = c == ',' && !quoted;
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        separates
    });
    members.map(str::trim).filter(|member| !member.is_empty())
}
