//! Two users of one page, however they are told apart.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::response::Response;
use cache_runtime::http::CacheLayer;

use crate::server::{Server, text};

/// Answers with what the request says of its user.
fn page(headers: &'static [(&'static str, &'static str)]) -> impl Fn(usize, &Request) -> Response {
    move |_, request| {
        let told = ["cookie", "authorization", "x-user"];
        let mut told = told.iter().filter_map(|name| request.headers().get(*name));
        let user = told.next().map_or("nobody", |user| user.to_str().unwrap());
        text(user.to_owned(), headers)
    }
}

/// Asks as two users and as nobody in particular, three times, in changing order.
async fn nobody_gets_anothers(
    layer: CacheLayer,
    told_by: &str,
    headers: &'static [(&'static str, &'static str)],
) {
    let server = Server::of_handler(layer, Arc::new(page(headers))).await;
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        for user in order.map(|user| ["ann", "bob", "nobody"][user]) {
            let told = (user != "nobody").then_some((told_by, user));
            let answer = server.send("GET", "/", told.as_slice()).await.unwrap();
            assert_eq!(answer.body, user, "{told_by}, {headers:?}: {answer:?}");
        }
    }
}

fn layer() -> CacheLayer {
    CacheLayer::new(Duration::from_secs(60))
}

#[tokio::test]
async fn whatever_the_handler_forgets_to_say_users_do_not_share_pages() {
    let silent: [&'static [(&str, &str)]; 4] = [
        &[],
        &[("cache-control", "max-age=60")],
        &[("vary", "accept")],
        &[("etag", "\"1\"")],
    ];
    for headers in silent {
        nobody_gets_anothers(layer(), "cookie", headers).await;
        nobody_gets_anothers(layer(), "authorization", headers).await;
        nobody_gets_anothers(layer().store_authorized(), "authorization", headers).await;
        nobody_gets_anothers(layer().vary_by("x-user"), "x-user", headers).await;
    }
}

#[tokio::test]
async fn what_the_handler_says_of_its_users_counts() {
    nobody_gets_anothers(layer(), "x-user", &[("vary", "x-user")]).await;
    nobody_gets_anothers(layer(), "x-user", &[("cache-control", "private")]).await;
    nobody_gets_anothers(layer(), "x-user", &[("set-cookie", "a=1")]).await;
    nobody_gets_anothers(layer(), "cookie", &[("vary", "cookie")]).await;
    let authorized = layer().store_authorized();
    nobody_gets_anothers(authorized, "authorization", &[("vary", "authorization")]).await;
}
