//! A request that is not answered at once: it waits for another's run, or runs the handler.

use std::panic::resume_unwind;
use std::time::SystemTime;

use bytes::Bytes;
use http::response::Parts;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body::Body as HttpBody;
use tower_service::Service;

use super::body::{self, Body, Read};
use super::decide::conditional::{add_conditions, strip_conditions};
use super::decide::keeping::{Keep, Refusal, announced, freshen, is_failure, keep};
use super::decide::report::{Forward, Report};
use super::respond::{self, Asker};
use super::seat::Seat;
use super::store::Answer;
use super::visit::{Served, Step, Visit};
use crate::site::background::Tasks;
use crate::site::running::Framed;
use crate::watch::load::Ending;

/// A service that can be asked from a task of its own.
pub(crate) trait Handler<Q, B>:
    Service<Request<Q>, Response = Response<B>, Future: Send, Error: Send> + Send + 'static
{
}

impl<S, Q, B> Handler<Q, B> for S where
    S: Service<Request<Q>, Response = Response<B>, Future: Send, Error: Send> + Send + 'static
{
}

/// A body that can be read from a task of its own.
pub(crate) trait Sendable: HttpBody<Data: Send, Error: Send> + Send + 'static {}

impl<B: HttpBody<Data: Send, Error: Send> + Send + 'static> Sendable for B {}

/// Takes a request from step to step, and waits between them.
pub(crate) async fn drive<S, Q, B>(
    mut visit: Visit,
    mut step: Step,
    mut service: S,
    request: Request<Q>,
) -> Result<Response<Body<B>>, S::Error>
where
    S: Handler<Q, B>,
    Q: Send + 'static,
    B: Sendable,
{
    let headers = request.headers().clone();
    let shelf = visit.shelf.clone();
    let asker = Asker {
        name: &shelf.name,
        headers: &headers,
        head: visit.terms.head,
    };
    let seat = loop {
        match step {
            Step::Wait(follow) => visit.landed(follow.await),
            #[cfg(feature = "shared")]
            Step::Check(check) => check.run().await,
            Step::Run(seat) => break seat,
            Step::Refresh(served, seat) => {
                // Without a runtime the request does the refresh itself.
                let Some(tasks) = Tasks::here() else {
                    break seat;
                };
                tasks.spawn(refresh(seat, service, request));
                return Ok(served.respond(asker));
            }
            Step::Serve(served) => return Ok(served.respond(asker)),
            Step::Absent => return Ok(respond::not_kept(asker)),
            Step::Pass(report) => {
                let (parts, body) = service.call(request).await?.into_parts();
                return Ok(respond::from_handler(
                    asker,
                    parts,
                    Body::passed(body),
                    &report,
                ));
            }
        }
        step = visit.step(&headers);
    };
    run(seat, service, request, asker).await
}

/// Runs the handler for nobody in particular.
async fn refresh<S, Q, B>(seat: Seat, service: S, request: Request<Q>)
where
    S: Handler<Q, B>,
    Q: Send + 'static,
    B: Sendable,
{
    let headers = request.headers().clone();
    let asker = Asker {
        name: "",
        headers: &headers,
        head: true,
    };
    // What it brings is stored; a failure was taken note of.
    drop(run(seat, service, request, asker).await);
}

/// What a run has come to.
enum Ran<B: HttpBody> {
    Kept(Parts, Bytes, Keep),
    Refused(Parts, Body<B>, Refusal),
}

/// Runs the handler, stores its answer if that may be, and gives it.
async fn run<S, Q, B>(
    mut seat: Seat,
    service: S,
    request: Request<Q>,
    asker: Asker<'_>,
) -> Result<Response<Body<B>>, S::Error>
where
    S: Handler<Q, B>,
    Q: Send + 'static,
    B: Sendable,
{
    #[cfg(feature = "shared")]
    let keeps = seat.begin().await;
    #[cfg(not(feature = "shared"))]
    let keeps = true;
    let (frame, catch) = seat.frame();
    let request = prepared(&seat, request);
    let attempt = Framed::new(frame, catch, ask(&seat, keeps, service, request)).await;
    let failure = match attempt {
        Ok(Ok(ran)) => return Ok(finish(seat, ran, asker)),
        Ok(Err(error)) => Ok(error),
        Err(panic) => {
            seat.tell(Ending::Panic);
            Err(panic)
        }
    };
    if let Some(response) = stand_in(&mut seat, None, asker) {
        return Ok(response);
    }
    match failure {
        Ok(error) => {
            seat.fail();
            Err(error)
        }
        Err(panic) => {
            drop(seat);
            resume_unwind(panic)
        }
    }
}

/// The request as the handler gets it: for the whole answer, or for word that the stored one is still right.
fn prepared<Q>(seat: &Seat, mut request: Request<Q>) -> Request<Q> {
    // Where answers are not stored, handlers answer conditions for themselves.
    if seat.is_refused() {
        return request;
    }
    *request.method_mut() = Method::GET;
    strip_conditions(request.headers_mut());
    if let Some(old) = seat.old().filter(|old| old.validates) {
        add_conditions(request.headers_mut(), &old.headers);
    }
    request
}

/// Asks the handler, and reads its answer as far as it is to be stored.
async fn ask<S, Q, B>(
    seat: &Seat,
    keeps: bool,
    mut service: S,
    request: Request<Q>,
) -> Result<Ran<B>, S::Error>
where
    S: Handler<Q, B>,
    Q: Send + 'static,
    B: Sendable,
{
    let (mut parts, body) = service.call(request).await?.into_parts();
    let confirmed = seat.old().filter(|old| {
        old.validates && parts.status == StatusCode::NOT_MODIFIED && !seat.is_refused()
    });
    if let Some(old) = confirmed {
        confirm(old, &mut parts);
    }
    let now = SystemTime::now();
    let policy = &seat.shelf.policy;
    let kept = keep(policy, &seat.terms, parts.status, &parts.headers, now);
    let kept = kept.and_then(|kept| if keeps { Ok(kept) } else { Err(Refusal::Store) });
    Ok(match (kept, confirmed) {
        (Ok(keep), Some(old)) => Ran::Kept(parts, old.body.clone(), keep),
        (Err(refusal), Some(old)) => Ran::Refused(parts, Body::whole(old.body.clone()), refusal),
        (Err(refusal), None) => Ran::Refused(parts, Body::passed(body), refusal),
        (Ok(keep), None) => read(parts, body, keep, policy.body_limit).await,
    })
}

/// Makes a `304` the answer that it has confirmed.
fn confirm(old: &Answer, parts: &mut Parts) {
    let mut headers: HeaderMap = old.headers.clone();
    freshen(&mut headers, &parts.headers);
    parts.headers = headers;
    parts.status = old.status;
}

async fn read<B: HttpBody>(parts: Parts, body: B, keep: Keep, limit: usize) -> Ran<B> {
    let announced = announced(&parts.headers);
    match body::read(body, limit).await {
        Read::Whole(bytes) if announced.is_none_or(|length| length == bytes.len() as u64) => {
            Ran::Kept(parts, bytes, keep)
        }
        Read::Whole(bytes) => Ran::Refused(parts, Body::whole(bytes), Refusal::Incomplete),
        Read::TooLarge(body) => Ran::Refused(parts, body, Refusal::TooLarge),
        Read::Trailers(body) => Ran::Refused(parts, body, Refusal::Trailers),
        Read::Broken(body) => Ran::Refused(parts, body, Refusal::Broken),
    }
}

/// Stores what a run has come to, or gives it up, and answers with it.
fn finish<B: HttpBody>(mut seat: Seat, ran: Ran<B>, asker: Asker<'_>) -> Response<Body<B>> {
    let report = Report::forwarded(seat.forward);
    match ran {
        Ran::Kept(parts, body, keep) => {
            let (kept, stored) = seat.keep(asker.headers, parts, body, &keep);
            let Some(answer) = kept.answer() else {
                unreachable!("what is kept is the answer");
            };
            let ttl = answer.times.ttl(answer.times.received_at);
            let ttl = ttl.filter(|_| stored);
            let report = Report {
                stored,
                ttl,
                ..report
            };
            respond::from_kept(asker, answer, None, &report)
        }
        Ran::Refused(parts, body, refusal) => {
            let failed = refusal == Refusal::Broken || is_failure(parts.status);
            if failed && let Some(response) = stand_in(&mut seat, Some(parts.status), asker) {
                return response;
            }
            seat.refuse(refusal, failed);
            let report = Report {
                detail: Some(refusal.token()),
                ..report
            };
            respond::from_handler(asker, parts, body, &report)
        }
    }
}

/// Answers a failure with what was kept before, if that may stand in.
fn stand_in<B: HttpBody>(
    seat: &mut Seat,
    status: Option<StatusCode>,
    asker: Asker<'_>,
) -> Option<Response<Body<B>>> {
    let (kept, now) = seat.stand_in()?;
    let report = Report {
        forward_status: status,
        ttl: kept.answer().and_then(|answer| answer.times.ttl(now)),
        detail: Some("stale-if-error"),
        ..Report::forwarded(Forward::Stale)
    };
    let served = Served { kept, now, report };
    Some(served.respond(asker))
}

impl Served {
    /// Gives the answer.
    pub(crate) fn respond<B: HttpBody>(&self, asker: Asker<'_>) -> Response<Body<B>> {
        match self.kept.answer() {
            Some(answer) => respond::from_kept(asker, answer, Some(self.now), &self.report),
            None => unreachable!("what is served is an answer"),
        }
    }
}
