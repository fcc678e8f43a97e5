//! One call of a handler whose answers are stored: the way in, the run, and the answer that the client gets.

use std::future::Future;

use axum::response::IntoResponse;
use http::Method;

use super::Response;
use super::answer::{Answered, lifetime_of};
use super::visitor::Visitor;
use crate::http::body::Body;
use crate::http::decide::answering::ttl;
use crate::http::decide::report::{Forward, Report};
use crate::http::respond::{self, Asker};
use crate::http::scope::{Scoped, Served};
use crate::key::cell::KeyCell;
use crate::key::{CellOf, KeyRef};
use crate::options::Options;
use crate::outcome::{Detailed, MissReason, Outcome};
use crate::site::door::Door;
use crate::site::seat::Seat;
use crate::site::step::{Ask, Found};
use crate::site::tagging::Tagging;
use crate::value::Kind;

/// The name of functions' caches in `Cache-Status`.
const NAME: &str = "cache-runtime";

/// What a handler may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer to a request",
    label = "is not `axum::response::IntoResponse`",
    note = "`response` is for handlers; leave it out to keep the value itself"
)]
pub trait IntoAnswer {
    /// The answer that it is.
    fn into_answer(self) -> Response;
}

#[diagnostic::do_not_recommend]
impl<T: IntoResponse> IntoAnswer for T {
    fn into_answer(self) -> Response {
        self.into_response()
    }
}

/// How a call of a handler goes on.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "it is taken apart at once")]
pub enum Begun<'v, K: Kind<Answered>, O: KeyCell> {
    /// The answer is there.
    Answer(Detailed<Response>),
    /// The handler runs.
    Run(Run<'v, K, O>),
}

/// The task of running a handler.
#[must_use = "a handler runs when this is filled"]
#[derive(Debug)]
pub struct Run<'v, K: Kind<Answered>, O: KeyCell> {
    visitor: &'v Visitor,
    seat: Seat<Answered, K, O>,
    /// What the function says of its entries.
    options: &'static Options,
}

/// Asks the cache of a handler.
pub async fn begin<'v, K: Kind<Answered>, Q: KeyRef>(
    door: &Door<Answered, K>,
    ask: Ask,
    visitor: &'v Visitor,
    key: Q,
) -> Begun<'v, K, CellOf<Q>> {
    let options = door.options(&key);
    let found = door.enter_async(visitor.ask(ask).dated(), key).await;
    begun(visitor, options, found)
}

/// As [`begin`]; an answer that is due is refreshed in the background. `later` makes what the refresh runs.
pub async fn begin_or_refresh<'v, K, Q, F>(
    door: &Door<Answered, K>,
    ask: Ask,
    visitor: &'v Visitor,
    key: Q,
    tags: impl FnOnce(&mut Tagging),
    later: impl FnOnce() -> F,
) -> Begun<'v, K, CellOf<Q>>
where
    K: Kind<Answered> + 'static,
    Q: KeyRef,
    F: Future<Output: IntoAnswer> + Send + 'static,
{
    let options = door.options(&key);
    let tags = |tagging: &mut Tagging| {
        visitor.tag(tagging);
        tags(tagging);
    };
    let later = || {
        let (visitor, answer) = (visitor.clone(), later());
        let served = visitor.served.clone();
        let read = async move {
            let response = answer.await.into_answer();
            visitor.read(response).await
        };
        Scoped::new(served, read)
    };
    let entered = door.enter_or_refresh_async(visitor.ask(ask).dated(), key, tags, later);
    begun(visitor, options, entered.await)
}

/// Begins a run that replaces what is stored.
pub async fn refresh<'v, K: Kind<Answered>, Q: KeyRef>(
    door: &Door<Answered, K>,
    visitor: &'v Visitor,
    key: Q,
) -> Run<'v, K, CellOf<Q>> {
    match begin(door, Ask::new().forced(true), visitor, key).await {
        Begun::Run(run) => run,
        Begun::Answer(_) => unreachable!("a forced call runs the handler"),
    }
}

fn begun<'v, K: Kind<Answered>, O: KeyCell>(
    visitor: &'v Visitor,
    options: &'static Options,
    found: Found<Answered, K, O>,
) -> Begun<'v, K, O> {
    match found {
        Found::Hit(hit) => Begun::Answer(answer(visitor, options, hit.detail())),
        Found::Miss(mut seat) => {
            seat.tag(|tagging| visitor.tag(tagging));
            Begun::Run(Run {
                visitor,
                seat,
                options,
            })
        }
    }
}

impl<K: Kind<Answered>, O: KeyCell> Run<'_, K, O> {
    /// Gives the answer labels.
    pub fn tagged(mut self, tags: impl FnOnce(&mut Tagging)) -> Self {
        self.seat.tag(|tagging| {
            self.visitor.tag(tagging);
            tags(tagging);
        });
        self
    }

    /// Runs the handler, and stores what it answers.
    ///
    /// # Cancellation
    ///
    /// A future that is dropped stores nothing; one of those who wait for it takes over.
    pub async fn fill<T: IntoAnswer>(
        mut self,
        handler: impl Future<Output = T>,
    ) -> Detailed<Response> {
        let visitor = self.visitor;
        if self.seat.passes() {
            let through = async { Answered::Through(Box::new(handler.await.into_answer()), None) };
            return answer(visitor, self.options, self.seat.fill_async(through).await);
        }
        let run = async {
            let response = handler.await.into_answer();
            visitor.read(response).await
        };
        answer(visitor, self.options, self.seat.fill_async(run).await)
    }
}

/// The answer that the client gets.
fn answer(visitor: &Visitor, options: &Options, found: Detailed<Answered>) -> Detailed<Response> {
    let Detailed {
        value,
        outcome,
        age,
    } = found;
    let value = match (value, visitor.served.as_deref()) {
        (Answered::Through(response, _), None) => *response,
        (Answered::Kept(stored), None) => stored.response().clone().map(axum::body::Body::from),
        (Answered::Through(response, refused), Some(served)) => {
            let report = Report {
                detail: refused.map(|refused| refused.0.token()),
                ..report(visitor, outcome)
            };
            let (parts, body) = response.into_parts();
            let body = Body::passed(body);
            respond::from_handler(asker(served), parts, body, &report).map(axum::body::Body::new)
        }
        (Answered::Kept(stored), Some(served)) => {
            let response = stored.response();
            let lifetime = lifetime_of(options, response.headers());
            let times = age.map(|age| age.saturating_add(lifetime.initial_age));
            let report = Report {
                ttl: ttl(lifetime.fresh, age.unwrap_or_default()),
                stored: matches!(outcome, Outcome::Computed(_)),
                ..report(visitor, outcome)
            };
            respond::from_stored(asker(served), response, times, &report)
                .map(axum::body::Body::from)
        }
    };
    Detailed {
        value,
        outcome,
        age,
    }
}

fn asker(served: &Served) -> Asker<'_> {
    Asker {
        name: NAME,
        headers: &served.headers,
        head: served.method == Method::HEAD,
    }
}

/// What the cache has done.
fn report(visitor: &Visitor, outcome: Outcome) -> Report {
    match (outcome, &visitor.terms) {
        (Outcome::Hit | Outcome::Stale, _) => Report::hit(None),
        (Outcome::Coalesced, _) => Report {
            collapsed: true,
            ..Report::forwarded(Forward::UriMiss)
        },
        (Outcome::Computed(MissReason::Expired), _) => Report::forwarded(Forward::Stale),
        (Outcome::Computed(MissReason::Forced), _) => Report::forwarded(Forward::Request),
        (Outcome::Computed(_), _) => Report::forwarded(Forward::UriMiss),
        (Outcome::Bypassed, Err(Some(bypass))) => Report::bypassed(*bypass),
        (Outcome::Bypassed, _) => Report::forwarded(Forward::Bypass),
    }
}
