//! Many requests at once: one run where the answer is for all, and nobody gets another's page.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::middleware::{Next, from_fn};
use cache_runtime::http::CacheLayer;
use cache_tests::Count;
use futures::future::join_all;

use crate::server::{Answer, Server, text};

/// A server whose handler answers when so many requests have arrived, with the user's own page.
async fn crowded(crowd: usize, headers: &'static [(&'static str, &'static str)]) -> Server {
    let (arrived, runs) = (Arc::new(Count::new()), Arc::new(Count::new()));
    let (arrivals, counted) = (Arc::clone(&arrived), Arc::clone(&runs));
    let handle = move |asked: HeaderMap| {
        let arrived = Arc::clone(&arrived);
        let run = counted.add() + 1;
        async move {
            arrived.reach(crowd).await;
            let user = asked.get("cookie").or(asked.get("authorization"));
            let user = user
                .or(asked.get("x-user"))
                .map(|user| user.to_str().unwrap());
            text(
                format!("page of {}, run {run}", user.unwrap_or("all")),
                headers,
            )
        }
    };
    let arrive = move |request: Request, next: Next| {
        arrivals.add();
        next.run(request)
    };
    let layer = CacheLayer::new(std::time::Duration::from_secs(60));
    let router = Router::new()
        .fallback(handle)
        .layer(layer)
        .layer(from_fn(arrive));
    Server::start(router, runs).await
}

/// Sends a request of each of so many users at once.
async fn all_at_once(server: &Server, crowd: usize, header: &str) -> Vec<Answer> {
    let ask = async |user: usize| {
        let user = format!("u{user}");
        server.send("GET", "/", &[(header, &user)]).await.unwrap()
    };
    join_all((0..crowd).map(ask)).await
}

fn assert_everybody_has_their_own(answers: &[Answer]) {
    for (user, answer) in answers.iter().enumerate() {
        let own = format!("page of u{user}, ");
        assert!(answer.body.starts_with(&own), "u{user} got {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_requests_for_a_cold_page_run_its_handler_once() {
    let server = crowded(1000, &[]).await;
    let answers = join_all((0..1000).map(|_| server.get("/"))).await;
    assert_eq!(server.runs.get(), 1);
    assert!(
        answers
            .iter()
            .all(|answer| answer.body == "page of all, run 1")
    );
    let statuses: HashSet<&str> = answers.iter().map(Answer::cache_status).collect();
    let collapsed =
        |status: &&&str| status.contains("fwd=uri-miss") && status.ends_with("collapsed");
    assert!(
        statuses.contains("fwd=uri-miss; ttl=60; stored"),
        "{statuses:?}"
    );
    assert!(
        statuses.iter().any(|status| collapsed(&status)),
        "{statuses:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn users_that_cookies_tell_get_their_own_pages() {
    let server = crowded(1, &[]).await;
    let answers = all_at_once(&server, 250, "cookie").await;
    assert_everybody_has_their_own(&answers);
    assert_eq!(server.runs.get(), 250);
}

#[tokio::test(flavor = "multi_thread")]
async fn users_that_an_authorization_tells_do_not_even_wait_for_each_other() {
    let server = crowded(250, &[]).await;
    let answers = all_at_once(&server, 250, "authorization").await;
    assert_everybody_has_their_own(&answers);
    assert_eq!(server.runs.get(), 250);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_vary_go_to_those_they_are_for() {
    let server = crowded(250, &[("vary", "x-user")]).await;
    let answers = all_at_once(&server, 250, "x-user").await;
    assert_everybody_has_their_own(&answers);
    assert_eq!(server.runs.get(), 250);
    let again = all_at_once(&server, 250, "x-user").await;
    assert_everybody_has_their_own(&again);
    assert_eq!(server.runs.get(), 250, "each is stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn private_pages_are_nobody_elses() {
    let server = crowded(250, &[("cache-control", "private")]).await;
    let answers = all_at_once(&server, 250, "x-user").await;
    assert_everybody_has_their_own(&answers);
    assert_eq!(server.runs.get(), 250);
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_that_are_set_are_nobody_elses() {
    let server = crowded(250, &[("set-cookie", "session=1")]).await;
    let answers = all_at_once(&server, 250, "x-user").await;
    assert_everybody_has_their_own(&answers);
    assert_eq!(server.runs.get(), 250);
}
