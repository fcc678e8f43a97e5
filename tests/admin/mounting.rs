//! It works at any path, with a slash at the end and without.

use axum::Router;
use cache_runtime::admin;

use super::json::get;

#[tokio::test]
async fn it_works_under_any_path() {
    let nested = || Router::new().nest("/cache", admin::router());
    let service = || Router::new().nest_service("/cache", admin::router::<()>());
    let routers = [
        (Router::new().merge(admin::router()), "/", "/"),
        (nested(), "/cache", "/cache/"),
        (service(), "/cache", "/cache/"),
        (service(), "/cache/", "/cache/"),
        (
            Router::new().nest("/tools", nested()),
            "/tools/cache",
            "/tools/cache/",
        ),
        (
            Router::new().nest("/of/{tenant}", admin::router()),
            "/of/a\"b",
            "/of/a\"b/",
        ),
    ];
    for (router, path, base) in routers {
        let page = get(&router, path).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        for link in ["style.css", "script.js", "icon.svg", "api/functions"] {
            let relative = match (path.ends_with('/'), path.rsplit('/').next()) {
                (false, Some(last)) => format!("./{}/{link}", last.replace('"', "&quot;")),
                _ => link.to_owned(),
            };
            assert!(
                page.body.contains(&format!("=\"{relative}\"")),
                "{path}: {relative}"
            );
            assert_eq!(
                get(&router, &format!("{base}{link}")).await.status,
                200,
                "{base}{link}"
            );
        }
        assert_eq!(get(&router, &format!("{base}nothing")).await.status, 404);
    }
}

#[tokio::test]
async fn it_leaves_the_paths_around_it_alone() {
    let app = Router::new()
        .route("/", axum::routing::get(|| async { "the shop" }))
        .nest("/cache", admin::router());
    assert_eq!(get(&app, "/").await.body, "the shop");
    assert_eq!(get(&app, "/api/functions").await.status, 404);
    assert_eq!(get(&app, "/cached").await.status, 404);
}
