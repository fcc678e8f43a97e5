//! A user's page never reaches another user.

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use axum::routing::get;
use cache_runtime::cached;
use cache_runtime::http::Identity;
use cache_tests::Count;

use super::App;

/// Who asks, as a cookie or an authorization tells.
struct User(String);

impl<S: Sync> FromRequestParts<S> for User {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let told = ["cookie", "authorization"];
        let told = told.iter().find_map(|name| parts.headers.get(*name));
        let name = told.map_or("nobody", |name| name.to_str().unwrap());
        Ok(Self(name.to_owned()))
    }
}

#[cached(timeout = 60, route = request)]
async fn greeting(user: User) -> String {
    format!("Hello, {}", user.0)
}

#[cached(timeout = 60, route = request, response)]
async fn page(user: User) -> impl IntoResponse {
    format!("Hello, {}", user.0)
}

#[cached(timeout = 60, route = request, vary("cookie"))]
async fn by_cookie(user: User) -> String {
    format!("Hello, {}", user.0)
}

#[tokio::test]
async fn nobody_gets_anothers_page() {
    let router = Router::new()
        .route("/greeting", get(greeting))
        .route("/page", get(page))
        .route("/by_cookie", get(by_cookie));
    let app = App::new(router);
    for path in ["/greeting", "/page", "/by_cookie"] {
        for told_by in ["cookie", "authorization"] {
            for user in ["nobody", "ann", "bob", "nobody", "bob", "ann"] {
                let told = (user != "nobody").then_some((told_by, user));
                let answer = app.get_with(path, told.as_slice()).await;
                assert_eq!(answer.body, format!("Hello, {user}"), "{path} {told_by}");
            }
        }
    }
    assert_eq!(stats_greeting().bypasses, 8);
    assert!(stats_by_cookie().hits >= 4);
}

#[tokio::test]
async fn who_cannot_see_the_user_is_cached_for_all() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 60, route = request)]
    async fn news() -> String {
        format!("{}", RUNS.add())
    }
    #[cached(timeout = 60, route = request, response)]
    async fn news_page() -> String {
        format!("{}", RUNS.add())
    }
    let router = Router::new()
        .route("/news", get(news))
        .route("/news_page", get(news_page));
    let app = App::new(router);
    for user in ["ann", "bob"] {
        app.get_with("/news", &[("cookie", user)]).await;
        app.get_with("/news_page", &[("cookie", user)]).await;
    }
    assert_eq!(RUNS.get(), 2);
}

#[tokio::test]
async fn an_extractor_of_the_user_may_be_put_into_the_key_or_left_out() {
    struct Visitor;
    impl Identity for Visitor {}
    impl<S: Sync> FromRequestParts<S> for Visitor {
        type Rejection = std::convert::Infallible;

        async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
            Ok(Self)
        }
    }
    #[cached(timeout = 60, route = request, vary("Authorization"))]
    async fn in_the_key(_visitor: Visitor) -> u64 {
        1
    }
    #[cached(timeout = 60, route = request, skip(visitor))]
    async fn left_out(visitor: Visitor) -> u64 {
        let Visitor = visitor;
        2
    }
    assert_eq!(in_the_key(Visitor).await + left_out(Visitor).await, 3);
}
