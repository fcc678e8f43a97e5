//! Reads and runs the cases of [`tables`](crate::tables).

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::response::Response;
use cache_runtime::http::CacheLayer;
use cache_runtime::testing;

use crate::server::{Answer, Server};
use crate::tables::{ALL, Case};

/// Steps, answers and expectations are divided by this.
const NEXT: &str = " / ";

/// A line of a table, cut into what stands in brackets and what does not.
struct Line<'a> {
    words: Vec<&'a str>,
    brackets: Vec<&'a str>,
}

impl<'a> Line<'a> {
    fn of(mut text: &'a str) -> Self {
        let (mut words, mut brackets) = (Vec::new(), Vec::new());
        while let Some((before, rest)) = text.split_once('[') {
            let (inside, after) = rest.split_once(']').expect("a bracket is closed");
            words.extend(before.split_whitespace());
            brackets.push(inside);
            text = after;
        }
        words.extend(text.split_whitespace());
        Self { words, brackets }
    }

    fn headers(&self) -> Vec<(&'a str, &'a str)> {
        let split = |text: &&'a str| text.split_once(": ").unwrap_or((text, ""));
        self.brackets.iter().map(split).collect()
    }
}

/// Makes the layer that a case asks for.
fn layer(told: &str) -> CacheLayer {
    let seconds = |text: &str| Duration::from_secs(text.parse().unwrap());
    let mut layer = CacheLayer::new(Duration::from_secs(100));
    for word in told.split_whitespace() {
        let (what, value) = word.split_once('=').unwrap_or((word, ""));
        layer = match what {
            "authorized" => layer.store_authorized(),
            "set-cookie" => layer.store_set_cookie(),
            "cookies" => layer.ignore_cookies(),
            "any-query" => layer.ignore_query(),
            "directives" => layer.honour_request_directives(),
            "vary-by" => layer.vary_by(value),
            "name" => layer.name(value),
            "limit" => layer.body_limit(value.parse().unwrap()),
            "max" => layer.max_timeout(seconds(value)),
            "swr" => layer.stale_while_revalidate(seconds(value)),
            "sie" => layer.stale_if_error(seconds(value)),
            "for-ever" => CacheLayer::new(Duration::ZERO),
            other => panic!("no layer is told {other}"),
        };
    }
    layer
}

/// What the handler answers: to its first run the first line, and so on; the last line to all further ones. The body
/// is the number of the run.
fn reply(origin: &str, run: usize, request: &Request) -> Response {
    let lines: Vec<&str> = origin.split(NEXT).collect();
    let line = Line::of(lines[(run - 1).min(lines.len() - 1)]);
    let status = line
        .words
        .first()
        .map_or(200, |status| status.parse().unwrap());
    let mut response = Response::builder().status(status);
    for (name, value) in line.headers() {
        response = response.header(name, value);
        let known = request.headers().get("if-none-match");
        if name == "etag" && known.is_some_and(|known| known == value) {
            response = response.status(304);
        }
    }
    response.body(run.to_string().into()).unwrap()
}

/// Sends the requests of a case; answers what went otherwise than expected.
async fn check(case: &Case) -> Result<(), String> {
    let (name, told, origin, requests, expected) = *case;
    let handler = move |run, request: &Request| reply(origin, run, request);
    let server = Server::of_handler(layer(told), Arc::new(handler)).await;
    let mut report = String::new();
    let (requests, expected) = (requests.split(NEXT), expected.split(NEXT));
    assert_eq!(requests.clone().count(), expected.clone().count(), "{name}");
    for (step, (request, expected)) in requests.zip(expected).enumerate() {
        let answer = ask(&server, request).await;
        for (what, got, wanted) in differences(&answer, expected) {
            let _ = writeln!(
                report,
                "{name}, step {}: {what} is {got}, not {wanted}",
                step + 1
            );
        }
    }
    if report.is_empty() {
        Ok(())
    } else {
        Err(report)
    }
}

/// `+59 GET /path [header: value]`; a `~` waits for what runs in the background.
async fn ask(server: &Server, request: &str) -> Answer {
    let line = Line::of(request);
    let mut words = line.words.iter().copied().peekable();
    if let Some(seconds) = words.next_if(|word| word.starts_with('+')) {
        testing::advance(Duration::from_secs_f64(seconds[1..].parse().unwrap()));
    }
    if let Some(runs) = words.next_if(|word| word.starts_with('~')) {
        server.runs.reach(runs[1..].parse().unwrap()).await;
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }
    let method = words.next().expect("a method");
    let path = words.next().unwrap_or("/");
    server.send(method, path, &line.headers()).await.unwrap()
}

/// `200 body fwd=uri-miss; stored [header: value] [!header]`, where `-` is no body.
fn differences(answer: &Answer, expected: &str) -> Vec<(String, String, String)> {
    let line = Line::of(expected);
    let (status, body) = (line.words[0], line.words[1].trim_start_matches('-'));
    let mut found = vec![
        (
            "the status".into(),
            answer.status.to_string(),
            status.into(),
        ),
        ("the body".into(), answer.body.clone(), body.into()),
        (
            "the cache status".into(),
            answer.cache_status().to_owned(),
            line.words[2..].join(" "),
        ),
    ];
    for (name, value) in line.headers() {
        let (name, value) = match name.strip_prefix('!') {
            Some(name) => (name, "absent"),
            None => (name, value),
        };
        let got = answer.header(name).unwrap_or("absent");
        found.push((name.to_owned(), got.to_owned(), value.to_owned()));
    }
    found.retain(|(_, got, wanted)| got != wanted);
    found
}

/// A case that took so long that seconds have passed says nothing.
async fn check_in_time(case: &Case) -> Result<(), String> {
    loop {
        let (_caches, began) = (testing::isolate(), Instant::now());
        let checked = check(case).await;
        if checked.is_ok() || began.elapsed() < Duration::from_millis(500) {
            return checked;
        }
    }
}

#[tokio::test]
async fn every_case_of_the_tables_holds() {
    let (mut failures, mut cases) = (String::new(), 0);
    for case in ALL.iter().copied().flatten() {
        cases += 1;
        if let Err(report) = check_in_time(case).await {
            failures.push_str(&report);
        }
    }
    assert!(cases >= 80, "{cases} cases");
    assert!(failures.is_empty(), "\n{failures}");
}
