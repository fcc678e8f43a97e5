//! What `response` stores, and how it is read from what a handler returns.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderMap;
use http::header::AGE;
use http::response::Parts;

use super::visitor::Visitor;
use super::{Kept, Response};
use crate::entry::Times;
use crate::http::body::{self, Body, Read};
use crate::http::decide::control::Control;
use crate::http::decide::keeping::{Lifetime, Refusal, announced, is_failure, keep, lifetime};
use crate::http::decide::policy::{FOR_EVER, Policy};
use crate::http::respond;
use crate::options::{Options, Setup};
use crate::rules::QuestionWith;
use crate::value::cell::{Cheap, InPlace, Named};
use crate::value::{Kind, Shown, Types, Verdict};

/// What a handler has answered.
#[derive(Debug)]
pub enum Answered {
    /// This can be stored.
    Kept(Stored),
    /// This is for the one who has asked: it may not be stored, for this reason, or need not.
    Through(Box<Response>, Option<Refused>),
}

/// Why an answer is not stored.
#[derive(Clone, Copy, Debug)]
pub struct Refused(pub(crate) Refusal);

/// A stored answer. Its `Age` is what it was when it was received.
#[derive(Clone, Debug)]
pub struct Stored(Arc<Kept>);

impl Cheap for Stored {}

impl Stored {
    /// Makes an answer what is kept of it.
    fn new(mut parts: Parts, body: Bytes, now: SystemTime) -> Self {
        let age = parts.headers.remove(AGE);
        let body = respond::kept(&mut parts, body, now);
        if let Some(age) = age {
            parts.headers.insert(AGE, age);
        }
        Self(Arc::new(Kept::from_parts(parts, body)))
    }

    pub(crate) fn response(&self) -> &Kept {
        &self.0
    }
}

impl Answered {
    fn through(response: Response, refusal: Refusal) -> Self {
        Self::Through(Box::new(response), Some(Refused(refusal)))
    }
}

impl Visitor {
    /// Reads what a handler has answered, as far as it may be stored.
    pub(crate) async fn read(&self, response: Response) -> Answered {
        let Ok(terms) = &self.terms else {
            return Answered::Through(Box::new(response), None);
        };
        let (parts, body) = response.into_parts();
        let (policy, now) = (self.policy(), SystemTime::now());
        let refusal = match keep(policy, terms, parts.status, &parts.headers, now) {
            Ok(keep) if self.covers(&keep.vary) => None,
            Ok(_) => Some(Refusal::Vary),
            Err(refusal) => Some(refusal),
        };
        if let Some(refusal) = refusal {
            return Answered::through(Response::from_parts(parts, body), refusal);
        }
        let announced = announced(&parts.headers);
        let whole = |bytes: &Bytes| announced.is_none_or(|length| length == bytes.len() as u64);
        let (body, refusal) = match body::read(body, policy.body_limit).await {
            Read::Whole(bytes) if whole(&bytes) => {
                return Answered::Kept(Stored::new(parts, bytes, now));
            }
            Read::Whole(bytes) => (Body::whole(bytes), Refusal::Incomplete),
            Read::TooLarge(body) => (body, Refusal::TooLarge),
            Read::Trailers(body) => (body, Refusal::Trailers),
            Read::Broken(body) => (body, Refusal::Broken),
        };
        let body = axum::body::Body::new(body);
        Answered::through(Response::from_parts(parts, body), refusal)
    }
}

/// How answers are stored.
#[derive(Debug)]
pub struct Answers;

impl Types for Answers {
    type Value = Kept;
    type Stored = Stored;
    type Error = Infallible;
    type Stowing = InPlace<Stored>;
}

impl Kind<Answered> for Answers {
    fn judge(result: &Answered) -> Verdict<Stored, Infallible> {
        match result {
            Answered::Kept(stored) => Verdict::Value(stored.clone()),
            Answered::Through(response, refused) => {
                let broken = refused.is_some_and(|refused| refused.0 == Refusal::Broken);
                if broken || is_failure(response.status()) {
                    Verdict::Failed(None)
                } else {
                    Verdict::Private
                }
            }
        }
    }

    fn value(stored: &Stored) -> Option<&Kept> {
        Some(stored.response())
    }

    fn answer(stored: &Stored) -> Answered {
        Answered::Kept(stored.clone())
    }

    fn restore(stored: Stored) -> Answered {
        Answered::Kept(stored)
    }

    fn failure(error: Infallible) -> Answered {
        match error {}
    }

    fn from_result(result: Answered) -> Option<Stored> {
        match result {
            Answered::Kept(stored) => Some(stored),
            Answered::Through(..) => None,
        }
    }
}

/// Names the kind of what handlers answer.
#[must_use]
pub fn answers() -> Named<Answers> {
    Named::new()
}

/// What `peek_f` shows of a handler and `put_f` takes: the answer.
#[derive(Clone, Copy, Debug)]
pub struct AsAnswer;

impl<K: Kind<Answered>> Shown<Answered, K> for AsAnswer {
    type Visible = Kept;

    fn show(stored: &K::Stored) -> Option<Kept> {
        match K::answer(stored) {
            Answered::Kept(stored) => Some(stored.response().clone()),
            Answered::Through(..) => None,
        }
    }

    fn take(visible: Kept) -> Option<K::Stored> {
        let (parts, body) = visible.into_parts();
        let stored = Stored::new(parts, body, SystemTime::now());
        K::from_result(Answered::Kept(stored))
    }
}

/// How long an answer may be used: as it says itself, else as its function does.
pub(crate) fn lifetime_of(options: &Options, headers: &HeaderMap) -> Lifetime {
    let mut policy = Policy::new(options.timeout.unwrap_or_default());
    policy.stale_while_revalidate = options.stale_while_revalidate.unwrap_or_default();
    policy.stale_if_error = options.stale_if_error.unwrap_or_default();
    lifetime(&policy, &Control::of(headers), headers, SystemTime::now())
}

impl Setup<Kept> {
    /// Lets answers say for themselves how long they live.
    #[must_use]
    pub fn answers(mut self) -> Self {
        self.said.rules.times_of = Some(QuestionWith::about(times_of));
        self
    }
}

/// The times of an answer that is to be stored.
fn times_of(options: &Options, answer: &Kept) -> Times {
    let lifetime = lifetime_of(options, answer.headers());
    let window = |window: Duration| Some(window).filter(|window| !window.is_zero());
    // Only a function that was told to can be called again when the call is over.
    let refreshes = options.stale_while_revalidate.is_some();
    Times {
        timeout: Some(lifetime.fresh).filter(|fresh| *fresh < FOR_EVER),
        stale_while_revalidate: window(lifetime.stale_while_revalidate).filter(|_| refreshes),
        stale_if_error: window(lifetime.stale_if_error),
        ..Times::default()
    }
}

#[cfg(feature = "shared")]
mod wire {
    //! An answer as the bytes of a shared store hold it.

    use std::sync::Arc;

    use bytes::Bytes;
    use http::{HeaderName, HeaderValue, StatusCode};
    use serde::de::{Error as _, SeqAccess, Visitor};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Kept, Stored};

    /// Bytes that are written as such, not number by number.
    struct Octets(Vec<u8>);

    impl Serialize for Octets {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&self.0)
        }
    }

    impl<'de> Deserialize<'de> for Octets {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_byte_buf(OctetsVisitor)
        }
    }

    struct OctetsVisitor;

    impl<'de> Visitor<'de> for OctetsVisitor {
        type Value = Octets;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("bytes")
        }

        fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Octets, E> {
            Ok(Octets(bytes.to_vec()))
        }

        fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Octets, E> {
            Ok(Octets(bytes))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut bytes: A) -> Result<Octets, A::Error> {
            let mut all = Vec::new();
            while let Some(byte) = bytes.next_element()? {
                all.push(byte);
            }
            Ok(Octets(all))
        }
    }

    /// Status, headers, body.
    type Wire = (u16, Vec<(String, Octets)>, Octets);

    impl Serialize for Stored {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let response = self.response();
            let header = |(name, value): (&HeaderName, &HeaderValue)| {
                (name.as_str().to_owned(), Octets(value.as_bytes().to_vec()))
            };
            let wire: Wire = (
                response.status().as_u16(),
                response.headers().iter().map(header).collect(),
                Octets(response.body().to_vec()),
            );
            wire.serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for Stored {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let (status, headers, body) = Wire::deserialize(deserializer)?;
            let mut response = Kept::new(Bytes::from(body.0));
            // What is traced for its shape has no status that means anything.
            *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
            for (name, value) in headers {
                let name = HeaderName::from_bytes(name.as_bytes()).map_err(D::Error::custom)?;
                let value = HeaderValue::from_bytes(&value.0).map_err(D::Error::custom)?;
                response.headers_mut().append(name, value);
            }
            Ok(Self(Arc::new(response)))
        }
    }
}

#[cfg(all(test, feature = "shared"))]
mod tests {
    use super::*;
    use crate::codec;

    #[test]
    fn an_answer_leaves_the_process_and_comes_back() {
        let mut response = Kept::new(Bytes::from_static(b"\0 any bytes \xff"));
        *response.status_mut() = http::StatusCode::CREATED;
        response
            .headers_mut()
            .append("x-twice", "1".parse().unwrap());
        response
            .headers_mut()
            .append("x-twice", "2".parse().unwrap());
        let stored = Stored(Arc::new(response));
        let bytes = codec::value::encode_value(&stored).unwrap();
        let back: Stored = codec::value::decode_value(&bytes).unwrap();
        assert_eq!(back.response().status(), 201);
        assert_eq!(back.response().headers(), stored.response().headers());
        assert_eq!(back.response().body(), stored.response().body());
        assert!(codec::shape::fingerprint::<Stored>().is_some());
    }
}
