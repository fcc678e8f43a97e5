//! Whoever only looks changes nothing, and the page brings nothing in from elsewhere.

use cache_runtime::admin::Admin;
use serde_json::json;

use super::json::{get, post, send};
use super::shop;

#[tokio::test]
async fn it_is_read_only_by_default() {
    let admin = Admin::new().into_router();
    shop::hostile("read only");
    let body = json!({ "function": shop::HOSTILE });
    let answer = post(&admin, "/api/invalidate", &body).await;
    assert_eq!(answer.status, 403, "{answer:?}");
    assert!(answer.body.contains("allow_invalidation"));
    assert!(shop::peek_hostile("read only").is_some());
}

#[tokio::test]
async fn a_get_changes_nothing() {
    let admin = Admin::new().allow_invalidation().show_keys().into_router();
    shop::hostile("get");
    for path in [
        "/",
        "/api/functions",
        "/api/invalidate",
        "/api/invalidate?function=hostile",
    ] {
        let answer = get(&admin, path).await;
        assert_eq!(
            answer.status,
            if path.contains("invalidate") {
                405
            } else {
                200
            },
            "{path}"
        );
    }
    assert!(shop::peek_hostile("get").is_some());
}

#[tokio::test]
async fn another_site_changes_nothing() {
    let admin = Admin::new().allow_invalidation().into_router();
    shop::hostile("cross-site");
    let json = ("content-type", "application/json");
    let mark = ("x-cache-admin", "1");
    let host = ("host", "shop.example");
    let cases: [(&[(&str, &str)], u16); 9] = [
        (&[json, mark, host], 200),
        (&[json, mark, host, ("sec-fetch-site", "same-origin")], 200),
        (&[json, mark, host, ("origin", "https://shop.example")], 200),
        (&[json, mark, host, ("origin", "https://evil.example")], 403),
        (&[json, mark, host, ("origin", "null")], 403),
        (&[json, mark, host, ("sec-fetch-site", "cross-site")], 403),
        (&[json, mark, host, ("sec-fetch-site", "same-site")], 403),
        (&[json, host], 403),
        (&[mark, host, ("content-type", "text/plain")], 415),
    ];
    for (headers, status) in cases {
        let body = r#"{"tag": "of nobody"}"#;
        let answer = send(&admin, "POST", "/api/invalidate", headers, body).await;
        assert_eq!(answer.status, status, "{headers:?}: {}", answer.body);
    }
    assert!(shop::peek_hostile("cross-site").is_some());
}

#[tokio::test]
async fn every_answer_says_what_a_browser_may_do_with_it() {
    let admin = Admin::new().into_router();
    let paths = [
        "/",
        "/style.css",
        "/script.js",
        "/icon.svg",
        "/api/functions",
        "/api/functions/nobody",
        "/else",
    ];
    for path in paths {
        let answer = get(&admin, path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(
            !policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn the_page_needs_nothing_from_elsewhere_and_has_nothing_inline() {
    let admin = Admin::new().into_router();
    let page = get(&admin, "/").await.body;
    assert!(!page.contains("<style") && !page.contains(" style=") && !page.contains("onclick"));
    for path in ["/", "/style.css", "/script.js"] {
        let text = get(&admin, path).await.body;
        let elsewhere = text.replace("http://www.w3.org/2000/svg", "");
        assert!(
            !elsewhere.contains("http:") && !elsewhere.contains("https:"),
            "{path}"
        );
        assert!(
            !elsewhere.contains("innerHTML") && !elsewhere.contains("@import"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn keys_are_shown_only_if_asked_for() {
    let closed = Admin::new().into_router();
    let _ = Admin::new().show_keys().into_router::<()>();
    shop::hostile("a secret");
    let path = format!("/api/functions/{}", super::json::encoded(shop::HOSTILE));
    let answer = get(&closed, &path).await;
    assert_eq!(answer.status, 200);
    assert!(!answer.body.contains("a secret"));
    assert_eq!(
        answer.json()["keys"],
        json!({ "state": "hidden", "entries": [] })
    );
}
