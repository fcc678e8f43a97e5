//! Bodies: whole or not at all.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, Response};
use bytes::Bytes;
use cache_runtime::http::CacheLayer;
use cache_tests::Count;
use http_body::Frame;
use http_body_util::BodyExt;
use http_body_util::channel::{Channel, Sender};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tower::{Layer, ServiceExt, service_fn};

use crate::server::{Server, text};

/// What a test feeds a body through.
type Feed = Sender<Bytes, std::io::Error>;

fn layer(limit: usize) -> CacheLayer {
    CacheLayer::new(Duration::from_secs(60)).body_limit(limit)
}

/// A server whose bodies the test feeds.
async fn fed(limit: usize) -> (Server, UnboundedReceiver<Feed>) {
    let (feeds, taps) = unbounded_channel();
    let handler = move |_: usize, _: &axum::extract::Request| {
        let (feed, body) = Channel::new(16);
        feeds.send(feed).unwrap();
        Response::new(Body::new(body))
    };
    (
        Server::of_handler(layer(limit), Arc::new(handler)).await,
        taps,
    )
}

/// Reads from a socket until it has shown a text.
async fn read_until(socket: &mut TcpStream, text: &str) -> String {
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains(text) {
        assert_ne!(
            socket.read_buf(&mut read).await.unwrap(),
            0,
            "closed too early"
        );
    }
    String::from_utf8(read).unwrap()
}

#[tokio::test]
async fn past_the_limit_a_body_is_sent_as_it_comes() {
    let (server, mut taps) = fed(10).await;
    let mut socket = TcpStream::connect(server.address).await.unwrap();
    socket
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut feed = taps.recv().await.unwrap();
    feed.send_data("first,".into()).await.unwrap();
    feed.send_data("second,".into()).await.unwrap();
    let head = read_until(&mut socket, "second,").await;
    assert!(
        head.contains("first,") && head.contains("detail=too-large"),
        "{head}"
    );
    feed.send_data("third".into()).await.unwrap();
    drop(feed);
    let rest = read_until(&mut socket, "\r\n0\r\n").await;
    assert!(rest.contains("third"), "{rest}");
}

#[tokio::test]
async fn a_body_at_the_limit_is_stored_and_one_past_it_is_not() {
    for (limit, runs) in [(30_000, 1), (29_999, 3)] {
        let chunk = Bytes::from(vec![b'x'; 10_000]);
        let handler = move |_: usize, _: &axum::extract::Request| {
            let chunks = [chunk.clone(), chunk.clone(), chunk.clone()];
            let chunks = futures::stream::iter(chunks.map(Ok::<_, Infallible>));
            Response::new(Body::from_stream(chunks))
        };
        let server = Server::of_handler(layer(limit), Arc::new(handler)).await;
        for _ in 0..3 {
            assert_eq!(server.get("/").await.body.len(), 30_000);
        }
        assert_eq!(server.runs.get(), runs, "limit {limit}");
    }
}

#[tokio::test]
async fn a_client_that_goes_away_in_the_middle_leaves_nothing_half() {
    let (server, mut taps) = fed(1000).await;
    let mut gone = TcpStream::connect(server.address).await.unwrap();
    gone.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut first = taps.recv().await.unwrap();
    first.send_data("half a ".into()).await.unwrap();
    drop(gone);
    let next = async {
        let mut feed = taps.recv().await.unwrap();
        feed.send_data("a whole page".into()).await.unwrap();
        drop(feed);
        assert!(
            first.send_data("page".into()).await.is_err(),
            "nobody reads it"
        );
    };
    let (answer, ()) = tokio::join!(server.send("GET", "/", &[("host", "x")]), next);
    assert_eq!(answer.unwrap().body, "a whole page");
    let again = server.send("GET", "/", &[("host", "x")]).await.unwrap();
    assert_eq!(again.body, "a whole page");
    assert_eq!(server.runs.get(), 2);
}

#[tokio::test]
async fn a_body_that_ends_in_an_error_is_passed_on_as_it_is_and_not_stored() {
    let (server, mut taps) = fed(1000).await;
    let breaks = async {
        let mut feed = taps.recv().await.unwrap();
        feed.send_data("half a ".into()).await.unwrap();
        feed.abort(std::io::Error::other("broken"));
        taps
    };
    let (answer, mut taps) = tokio::join!(server.send("GET", "/", &[]), breaks);
    assert!(answer.is_err(), "{answer:?}");
    let whole = async {
        let mut feed = taps.recv().await.unwrap();
        feed.send_data("page".into()).await.unwrap();
    };
    let (answer, ()) = tokio::join!(server.send("GET", "/", &[]), whole);
    assert_eq!(answer.unwrap().body, "page");
}

/// Asks a handler twice, in process; answers what it sent and how often it ran.
async fn twice(
    body: impl Fn() -> Response<Body> + Clone + Send + 'static,
) -> (usize, [(Bytes, Option<HeaderMap>); 2]) {
    let runs = Arc::new(Count::new());
    let counted = Arc::clone(&runs);
    let handle = service_fn(move |_: Request<Body>| {
        counted.add();
        let response = body();
        async move { Ok::<_, Infallible>(response) }
    });
    let service = layer(1000).layer(handle);
    let ask = async || {
        let request = Request::get("/").body(Body::empty()).unwrap();
        let response = service.clone().oneshot(request).await.unwrap();
        let collected = response.into_body().collect().await.unwrap();
        let trailers = collected.trailers().cloned();
        (collected.to_bytes(), trailers)
    };
    let answers = [ask().await, ask().await];
    (runs.get(), answers)
}

#[tokio::test]
async fn trailers_are_passed_on() {
    let trailers =
        HeaderMap::from_iter([("x-sum".parse().unwrap(), HeaderValue::from_static("7"))]);
    let sent = trailers.clone();
    let (runs, answers) = twice(move || {
        let frames = [
            Frame::data(Bytes::from("page")),
            Frame::trailers(sent.clone()),
        ];
        let frames = futures::stream::iter(frames.map(Ok::<_, Infallible>));
        Response::new(Body::new(http_body_util::StreamBody::new(frames)))
    })
    .await;
    assert_eq!(runs, 2, "not stored");
    for answer in answers {
        assert_eq!(answer, ("page".into(), Some(trailers.clone())));
    }
}

#[tokio::test]
async fn a_body_shorter_than_it_was_said_to_be_is_not_stored() {
    let (runs, answers) = twice(|| text("page", &[("content-length", "5")])).await;
    assert_eq!((runs, &*answers[0].0), (2, &b"page"[..]));
    let (runs, answers) = twice(|| text("page", &[("content-length", "4")])).await;
    assert_eq!((runs, &*answers[1].0), (1, &b"page"[..]));
}

#[tokio::test]
async fn entity_tags_are_the_same_in_every_process_and_strong() {
    let tag = async |body: &'static str, kind: &'static str| {
        let handler =
            move |_: usize, _: &axum::extract::Request| text(body, &[("content-type", kind)]);
        let server = Server::of_handler(layer(1000), Arc::new(handler)).await;
        server.get("/").await.header("etag").unwrap().to_owned()
    };
    let page = tag("page", "text/plain").await;
    assert_eq!(page, "\"d9217212485912b01d05d493c12290b7\"");
    assert_ne!(page, tag("Page", "text/plain").await);
    assert_ne!(page, tag("page", "text/html").await);
}
