//! A request that is not answered at once: it waits for another's run, or runs the handler.

use std::future::Future;
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

/// How a request goes on that has nothing to wait for any more.
pub(crate) enum Ready {
    Serve(Served),
    /// As `Serve`; somebody should refresh what is kept.
    Refresh(Served, Seat),
    Run(Seat),
    Pass(Report),
    Absent,
}

/// Takes a request from step to step, and waits between them.
pub(crate) async fn settle(visit: &mut Visit, mut step: Step, headers: &HeaderMap) -> Ready {
    loop {
        match step {
            Step::Wait(follow) => visit.landed(follow.await),
            #[cfg(feature = "shared")]
            Step::Check(check) => check.run().await,
            Step::Run(seat) => return Ready::Run(seat),
            Step::Refresh(served, seat) => return Ready::Refresh(served, seat),
            Step::Serve(served) => return Ready::Serve(served),
            Step::Absent => return Ready::Absent,
            Step::Pass(report) => return Ready::Pass(report),
        }
        step = visit.step(headers);
    }
}

/// Answers a request of a service that can be asked from a task of its own.
pub(crate) async fn drive<S, Q, B>(
    mut visit: Visit,
    step: Step,
    mut service: S,
    request: Request<Q>,
) -> Result<Response<Body<B>>, S::Error>
where
    S: Handler<Q, B>,
    Q: Send + 'static,
    B: Sendable,
{
    let ready = settle(&mut visit, step, request.headers()).await;
    let ready = match (ready, Tasks::here()) {
        (Ready::Refresh(served, seat), Some(tasks)) => {
            let headers = request.headers().clone();
            tasks.spawn(refresh(seat, service, request));
            return Ok(served.respond(visit.asker(&headers)));
        }
        (ready, _) => ready,
    };
    answer(&visit, ready, request, |request| service.call(request)).await
}

/// Answers a request, now that there is nothing to wait for but the handler.
pub(crate) async fn answer<Q, B, E, F>(
    visit: &Visit,
    ready: Ready,
    request: Request<Q>,
    handler: impl FnOnce(Request<Q>) -> F,
) -> Result<Response<Body<B>>, E>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: HttpBody,
{
    let headers = request.headers().clone();
    let asker = visit.asker(&headers);
    match ready {
        Ready::Serve(served) => Ok(served.respond(asker)),
        Ready::Absent => Ok(respond::not_kept(asker)),
        Ready::Pass(report) => {
            let (parts, body) = handler(request).await?.into_parts();
            Ok(respond::from_handler(
                asker,
                parts,
                Body::passed(body),
                &report,
            ))
        }
        // Where there are no tasks the request does the refresh itself.
        Ready::Run(seat) | Ready::Refresh(_, seat) => run(seat, request, asker, handler).await,
    }
}

/// Runs the handler for nobody in particular.
async fn refresh<S, Q, B>(seat: Seat, mut service: S, request: Request<Q>)
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
    drop(run(seat, request, asker, |request| service.call(request)).await);
}

/// What a run has come to.
enum Ran<B: HttpBody> {
    Kept(Parts, Bytes, Keep),
    Refused(Parts, Body<B>, Refusal),
}

/// Runs the handler, stores its answer if that may be, and gives it.
async fn run<Q, B, E, F>(
    mut seat: Seat,
    request: Request<Q>,
    asker: Asker<'_>,
    handler: impl FnOnce(Request<Q>) -> F,
) -> Result<Response<Body<B>>, E>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: HttpBody,
{
    #[cfg(feature = "shared")]
    let keeps = seat.begin().await;
    #[cfg(not(feature = "shared"))]
    let keeps = true;
    let (place, catch) = seat.place();
    let request = prepared(&seat, request);
    let answered = async { Ok(ask(&seat, keeps, handler(request).await?).await) };
    let attempt = Framed::new(place, catch, answered).await;
    seat.ran();
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

/// Reads what the handler has answered, as far as it is to be stored.
async fn ask<B: HttpBody>(seat: &Seat, keeps: bool, response: Response<B>) -> Ran<B> {
    let (mut parts, body) = response.into_parts();
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
    match (kept, confirmed) {
        (Ok(keep), Some(old)) => Ran::Kept(parts, old.body.clone(), keep),
        (Err(refusal), Some(old)) => Ran::Refused(parts, Body::whole(old.body.clone()), refusal),
        (Err(refusal), None) => Ran::Refused(parts, Body::passed(body), refusal),
        (Ok(keep), None) => read(parts, body, keep, policy.body_limit).await,
    }
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
