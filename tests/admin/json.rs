//! What the JSON says.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderMap;
use cache_runtime::admin::Admin;
use cache_runtime::{memoize, testing};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::shop;

/// An answer of the router.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("a text"))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

/// Asks a router without a socket.
pub(crate) async fn send(
    router: &Router,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request
        .body(Body::from(body.to_owned()))
        .expect("a request");
    let (parts, body) = router
        .clone()
        .oneshot(request)
        .await
        .expect("an answer")
        .into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).expect("a text"),
    }
}

pub(crate) async fn get(router: &Router, path: &str) -> Answer {
    send(router, "GET", path, &[], "").await
}

/// Asks as the page does.
pub(crate) async fn post(router: &Router, path: &str, body: &Value) -> Answer {
    let headers = [
        ("content-type", "application/json"),
        ("x-cache-admin", "1"),
        ("sec-fetch-site", "same-origin"),
    ];
    send(router, "POST", path, &headers, &body.to_string()).await
}

/// A name as part of a path.
pub(crate) fn encoded(name: &str) -> String {
    let bytes: Vec<_> = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    bytes.concat()
}

/// What is told of a function, with details.
pub(crate) async fn told(router: &Router, name: &str) -> Value {
    get(router, &format!("/api/functions/{}", encoded(name)))
        .await
        .json()
}

#[memoize(timeout = 60, max_entries = 2, local, namespace = "json.f")]
fn f(a: u32) -> u32 {
    a + 1
}

#[memoize(timeout = 60, max_weight = 1000, local, weigher = |_value: &u8| 30, namespace = "json.weighed")]
fn weighed(a: u8) -> u8 {
    a
}

#[memoize(namespace = "json.idle")]
fn idle(a: u8) -> u8 {
    a
}

#[memoize(timeout = 60, namespace = "json.fails")]
fn fails(a: u8) -> Result<u8, String> {
    Err(format!("not {a}"))
}

#[tokio::test]
async fn it_tells_what_a_function_has_done() {
    let _caches = testing::isolate();
    let admin = Admin::new().show_keys().into_router();
    for a in [1, 1, 2, 3, 1] {
        f(a);
    }
    invalidate_f(3);
    f(3);
    testing::advance(Duration::from_secs(10));
    let told = told(&admin, "json.f").await;
    assert_eq!(told["kind"], "function");
    assert_eq!(told["lives"], "process");
    assert!(
        told["file"]
            .as_str()
            .is_some_and(|file| file.ends_with("json.rs"))
    );
    assert_eq!(told["calls"], 6);
    assert_eq!(told["misses"]["cold"], 3);
    assert_eq!(told["misses"]["invalidated"], 1);
    assert_eq!(told["entries"], 2);
    assert_eq!(told["weight"], Value::Null);
    assert_eq!(told["policy"]["timeout"], "60s");
    assert_eq!(told["policy"]["max_entries"], "2");
    assert_eq!(told["policy"]["coalesce"], true);
    assert_eq!(told["loads"]["count"].as_u64(), told["stores"].as_u64());
    let [median, p99, max] =
        ["median_seconds", "p99_seconds", "max_seconds"].map(|name| told["loads"][name].as_f64());
    assert!(
        median <= p99 && p99 <= max && max < Some(60.0),
        "{}",
        told["loads"]
    );
    let oldest = told["oldest_age_seconds"].as_f64().expect("an age");
    assert!((10.0..60.0).contains(&oldest), "{oldest}");
    let latest = &told["runs"][0];
    assert_eq!(
        [&latest["why"], &latest["came_to"], &latest["arguments"]],
        [&json!("invalidated"), &json!("value"), &json!([3])]
    );
    let entries = told["keys"]["entries"].as_array().expect("entries");
    assert_eq!(entries[0]["arguments"], json!([3]));
    assert!(entries[0]["expires_in_seconds"].as_f64() <= Some(50.0));
}

#[tokio::test]
async fn what_was_never_called_is_listed_too() {
    let admin = Admin::new().into_router();
    let all = get(&admin, "/api/functions").await.json();
    let functions = all["functions"].as_array().expect("a list");
    let idle = functions
        .iter()
        .find(|function| function["name"] == "json.idle")
        .expect("listed");
    assert_eq!(
        [
            &idle["calls"],
            &idle["hit_ratio"],
            &idle["loads"]["median_seconds"]
        ],
        [&json!(0), &Value::Null, &Value::Null]
    );
    assert_eq!(all["count"].as_u64(), Some(functions.len() as u64));
    let names: Vec<_> = functions
        .iter()
        .map(|function| function["name"].as_str())
        .collect();
    assert!(names.is_sorted());
    assert_eq!(
        [
            &all["allows_invalidation"],
            &all["shows_keys"],
            &all["backend"]
        ],
        [&json!(false), &json!(false), &Value::Null]
    );
}

#[tokio::test]
async fn weights_are_told_where_entries_are_weighed() {
    let _caches = testing::isolate();
    let admin = Admin::new().into_router();
    weighed(1);
    weighed(2);
    assert_eq!(told(&admin, "json.weighed").await["weight"], 60);
}

#[tokio::test]
async fn a_run_that_fails_is_told_as_such() {
    let _caches = testing::isolate();
    let admin = Admin::new().into_router();
    let _ = fails(1);
    let told = told(&admin, "json.fails").await;
    assert_eq!(told["runs"][0]["came_to"], "error");
    assert_eq!(
        [&told["runs"][0]["arguments"], &told["stores"]],
        [&Value::Null, &json!(0)]
    );
}

#[tokio::test]
async fn layers_are_listed_from_their_first_request_on() {
    let admin = Admin::new().into_router();
    let _router = shop::layered("json-pages").await;
    let all = get(&admin, "/api/functions").await.json();
    let functions = all["functions"].as_array().expect("a list");
    let named = |function: &&Value| {
        function["name"]
            .as_str()
            .is_some_and(|name| name.starts_with("json-pages@"))
    };
    let layer = functions.iter().find(named).expect("listed");
    assert_eq!(
        [&layer["kind"], &layer["calls"], &layer["entries"]],
        [&json!("responses"), &json!(1), &json!(1)]
    );
    assert!(layer["weight"].as_u64() > Some(500), "bytes");
}

#[tokio::test]
async fn since_a_tick_only_what_is_new_is_told() {
    let admin = Admin::new().into_router();
    let names = |answer: &Value| -> Vec<String> {
        let functions = answer["functions"].as_array().expect("a list");
        functions
            .iter()
            .filter_map(|function| function["name"].as_str().map(str::to_owned))
            .collect()
    };
    let far = get(
        &admin,
        &format!("/api/functions?since={}", u64::from(u32::MAX)),
    )
    .await
    .json();
    assert!(!names(&far).contains(&"json.idle".to_owned()));
    assert!(far["count"].as_u64() > Some(names(&far).len() as u64));
    assert_eq!(
        get(&admin, "/api/functions?since=yesterday").await.status,
        400
    );
}

#[tokio::test]
async fn an_unknown_function_is_not_found() {
    let admin = Admin::new().into_router();
    assert_eq!(get(&admin, "/api/functions/json.nobody").await.status, 404);
    assert_eq!(told(&admin, shop::HOSTILE).await["name"], shop::HOSTILE);
}
