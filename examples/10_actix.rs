//! The response cache in another web framework: a middleware of actix-web over `CacheLayer::serve`:
//! `cargo run --bin actix --features actix`, then `curl -i http://127.0.0.1:8080/products/7` twice.
//!
//! All that a framework needs is its requests and answers as those of the `http` crate.

use std::cell::RefCell;
use std::error::Error as StdError;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Bytes};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer};
use cache_runtime::http::{Body, CacheLayer};
use http_body::{Body as HttpBody, Frame, SizeHint};

/// The middleware.
struct Cached(CacheLayer);

/// The service that it makes.
struct CachedService<S> {
    layer: CacheLayer,
    inner: Rc<S>,
}

impl<S, B> Transform<S, ServiceRequest> for Cached
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<Sent<Body<Given<B>>>>;
    type Error = Error;
    type Transform = CachedService<S>;
    type InitError = ();
    type Future = Ready<Result<CachedService<S>, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(CachedService {
            layer: self.0.clone(),
            inner: Rc::new(inner),
        }))
    }
}

impl<S, B> Service<ServiceRequest> for CachedService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<Sent<Body<Given<B>>>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let (layer, inner) = (self.layer.clone(), Rc::clone(&self.inner));
        Box::pin(async move {
            let request = Exchange::of(request);
            let exchange = Rc::clone(request.body());
            let handler = |request: http::Request<Rc<Exchange>>| async move {
                let (parts, exchange) = request.into_parts();
                let response = inner.call(exchange.take(&parts)).await?;
                Ok::<_, Error>(exchange.give_back(response))
            };
            let response = layer.serve(request, handler).await?;
            Ok(exchange.answer(response))
        })
    }
}

/// A request on its way: at first as it has come, and what is left of it once the handler has run.
#[derive(Default)]
struct Exchange {
    asked: RefCell<Option<ServiceRequest>>,
    done: RefCell<Option<HttpRequest>>,
}

impl Exchange {
    fn of(request: ServiceRequest) -> http::Request<Rc<Self>> {
        let mut asked = http::Request::new(Rc::<Self>::default());
        *asked.method_mut() = request.method().as_str().parse().unwrap_or_default();
        *asked.uri_mut() = request.uri().to_string().parse().unwrap_or_default();
        *asked.headers_mut() = translated(request.headers());
        asked.body().asked.replace(Some(request));
        asked
    }

    /// The request as the handler is to run it.
    fn take(&self, parts: &http::request::Parts) -> ServiceRequest {
        let request = self.asked.take();
        let mut request = request.expect("a handler runs once");
        let head = request.head_mut();
        head.method = Method::from_bytes(parts.method.as_str().as_bytes()).unwrap_or_default();
        head.headers = translated_back(&parts.headers);
        request
    }

    fn give_back<B>(&self, response: ServiceResponse<B>) -> http::Response<Given<B>> {
        let (request, response) = response.into_parts();
        self.done.replace(Some(request));
        let (head, body) = response.into_parts();
        let mut answer = http::Response::new(Given(Box::pin(body)));
        let status = http::StatusCode::from_u16(head.status().as_u16());
        *answer.status_mut() = status.unwrap_or_default();
        *answer.headers_mut() = translated(head.headers());
        answer
    }

    fn answer<B>(&self, answer: http::Response<B>) -> ServiceResponse<Sent<B>> {
        let asked = self.asked.take().map(|request| request.into_parts().0);
        let request = asked.or_else(|| self.done.take());
        let request = request.expect("it is there, or the handler has given it back");
        let (parts, body) = answer.into_parts();
        let status = StatusCode::from_u16(parts.status.as_u16()).unwrap_or_default();
        let mut response = HttpResponse::with_body(status, Sent(Box::pin(body)));
        *response.headers_mut() = translated_back(&parts.headers);
        ServiceResponse::new(request, response)
    }
}

/// Headers of the framework, as those of the `http` crate: what is good in one is in the other.
fn translated(headers: &HeaderMap) -> http::HeaderMap {
    let translate = |(name, value): (&HeaderName, &HeaderValue)| {
        let name = http::HeaderName::from_bytes(name.as_str().as_bytes());
        name.ok()
            .zip(http::HeaderValue::from_bytes(value.as_bytes()).ok())
    };
    headers.iter().filter_map(translate).collect()
}

/// Headers of the `http` crate, as those of the framework.
fn translated_back(headers: &http::HeaderMap) -> HeaderMap {
    let translate = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        name.ok()
            .zip(HeaderValue::from_bytes(value.as_bytes()).ok())
    };
    headers.iter().filter_map(translate).collect()
}

/// A body of the framework, as one of the `http` crate.
struct Given<B>(Pin<Box<B>>);

impl<B: MessageBody> HttpBody for Given<B> {
    type Data = Bytes;
    type Error = Box<dyn StdError>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let polled = self.0.as_mut().poll_next(context);
        polled.map(|next| next.map(|data| data.map(Frame::data).map_err(Into::into)))
    }

    fn size_hint(&self) -> SizeHint {
        match self.0.size() {
            BodySize::None => SizeHint::with_exact(0),
            BodySize::Sized(length) => SizeHint::with_exact(length),
            BodySize::Stream => SizeHint::new(),
        }
    }
}

/// A body of the `http` crate, as one of the framework.
struct Sent<B>(Pin<Box<B>>);

impl<B: HttpBody<Data = Bytes, Error = Box<dyn StdError>>> MessageBody for Sent<B> {
    type Error = Box<dyn StdError>;

    fn size(&self) -> BodySize {
        self.0
            .size_hint()
            .exact()
            .map_or(BodySize::Stream, BodySize::Sized)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let polled = self.0.as_mut().poll_frame(context);
        // The framework sends no trailers.
        polled
            .map(|next| next.map(|frame| frame.map(|frame| frame.into_data().unwrap_or_default())))
    }
}

async fn product(id: web::Path<u64>) -> String {
    actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    format!("product {id}, slowly computed\n")
}

fn main() -> std::io::Result<()> {
    let layer = CacheLayer::new(Duration::from_secs(5));
    let app = move || {
        App::new()
            .wrap(Cached(layer.clone()))
            .route("/products/{id}", web::get().to(product))
    };
    println!("http://127.0.0.1:8080/products/7");
    actix_web::rt::System::new()
        .block_on(async move { HttpServer::new(app).bind(("127.0.0.1", 8080))?.run().await })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{ACCEPT, ETAG, IF_NONE_MATCH};
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    /// What a client gets: the status, what the cache has done, the entity tag, the body.
    type Got = (u16, String, String, String);

    /// Asks for a page, in turn, with these headers.
    fn ask(page: &'static str, asked: Vec<TestRequest>) -> Vec<Got> {
        actix_web::rt::System::new().block_on(async move {
            let runs = Arc::new(AtomicUsize::new(0));
            let handler = move || {
                let run = runs.fetch_add(1, SeqCst);
                let mut response = HttpResponse::Ok();
                if page == "private" {
                    response.insert_header(("cache-control", "private"));
                }
                if page == "varies" {
                    response.insert_header(("vary", "accept"));
                }
                ready(response.body(format!("{page} {run}")))
            };
            let layer = CacheLayer::new(Duration::from_secs(60)).body_limit(100);
            let route = web::route().to(handler);
            let app = App::new().wrap(Cached(layer)).route("/{page}", route);
            let app = init_service(app).await;
            let mut got = Vec::new();
            for request in asked {
                let response = call_service(&app, request.to_request()).await;
                let header = |name: &str| {
                    let value = response.headers().get(name);
                    value.map_or("", |value| value.to_str().unwrap()).to_owned()
                };
                let (status, cache, etag) = (
                    response.status().as_u16(),
                    header("cache-status").replace("cache-runtime; ", ""),
                    header(ETAG.as_str()),
                );
                let body = read_body(response).await;
                got.push((
                    status,
                    cache,
                    etag,
                    String::from_utf8_lossy(&body).into_owned(),
                ));
            }
            got
        })
    }

    fn get() -> TestRequest {
        TestRequest::get().uri("/page")
    }

    #[test]
    fn a_repeat_is_answered_from_the_cache() {
        let got = ask(
            "page",
            vec![get(), get(), TestRequest::with_uri("/page?a=1")],
        );
        let seen: Vec<_> = got
            .iter()
            .map(|got| (got.1.as_str(), got.3.as_str()))
            .collect();
        let expected = [
            ("fwd=uri-miss; ttl=60; stored", "page 0"),
            ("hit; ttl=60", "page 0"),
            ("fwd=uri-miss; ttl=60; stored", "page 1"),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn who_has_the_page_gets_a_304() {
        let etag = ask("page", vec![get()])[0].2.clone();
        let again = get().insert_header((IF_NONE_MATCH, etag));
        let got = ask("page", vec![get(), again]);
        assert_eq!((got[1].0, got[1].3.as_str()), (304, ""));
    }

    #[test]
    fn what_is_not_for_all_is_not_stored() {
        // A page of its own: a POST that succeeds drops what any cache of the process holds of its path.
        let get = || TestRequest::with_uri("/private");
        let user = || get().insert_header(("authorization", "me"));
        let got = ask(
            "private",
            vec![get(), get(), user(), get().method(Method::POST)],
        );
        let bodies: Vec<_> = got.iter().map(|got| got.3.as_str()).collect();
        assert_eq!(bodies, ["private 0", "private 1", "private 2", "private 3"]);
        assert_eq!(got[2].1, "fwd=bypass; detail=authorization");
    }

    #[test]
    fn answers_that_vary_have_entries_of_their_own_and_long_ones_pass() {
        let of = |accept| get().insert_header((ACCEPT, accept));
        let got = ask("varies", vec![of("a"), of("b"), of("a"), of("b")]);
        let bodies: Vec<_> = got.iter().map(|got| got.3.as_str()).collect();
        assert_eq!(bodies, ["varies 0", "varies 1", "varies 0", "varies 1"]);
        let long: &'static str = "a long page, ".repeat(20).leak();
        let got = ask(long, vec![get(), get()]);
        assert_eq!(got[1].3, format!("{long} 1"));
        assert_eq!(got[1].1, "fwd=miss; detail=too-large");
    }
}
