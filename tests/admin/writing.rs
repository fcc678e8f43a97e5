//! What is dropped on request.

use cache_runtime::admin::Admin;
use cache_runtime::{cached, memoize, testing};
use serde::Serialize;
use serde_json::{Value, json};

use super::json::{post, told};

#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
struct Query {
    words: Vec<String>,
    page: Option<u32>,
}

#[memoize(timeout = 60, namespace = "writing.search", tags("writing"))]
fn search(query: &Query, exact: bool) -> usize {
    query.words.len() + usize::from(exact)
}

#[memoize(timeout = 60, namespace = "writing.one")]
fn one(id: u64) -> u64 {
    id
}

#[memoize(timeout = 60, namespace = "writing.generic")]
fn generic<T: Clone + Eq + std::hash::Hash + Serialize + Send + Sync + 'static>(value: T) -> usize {
    drop(value);
    1
}

#[cached(timeout = 60, route = "/writing/{id}", namespace = "writing.route")]
fn page(id: u64) -> u64 {
    id
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Opaque(u8);

#[memoize(timeout = 60, local, namespace = "writing.opaque")]
fn opaque(part: Opaque) -> u8 {
    part.0
}

fn query(page: Option<u32>) -> Query {
    Query {
        words: vec!["tea".to_owned()],
        page,
    }
}

fn admin() -> axum::Router {
    Admin::new().allow_invalidation().show_keys().into_router()
}

async fn drop_it(admin: &axum::Router, body: Value) -> (u16, Value) {
    let answer = post(admin, "/api/invalidate", &body).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn an_entry_is_dropped_by_its_arguments_as_json() {
    let _caches = testing::isolate();
    let admin = admin();
    search(&query(None), true);
    search(&query(Some(2)), true);
    let arguments = json!([{ "words": ["tea"], "page": 2 }, true]);
    let body = json!({ "function": "writing.search", "arguments": arguments });
    let (status, told) = drop_it(&admin, body.clone()).await;
    assert_eq!(
        (status, &told["existed"], &told["delivered"]),
        (200, &json!(true), &json!(true))
    );
    assert_eq!(peek_search(&query(Some(2)), true), None);
    assert!(peek_search(&query(None), true).is_some());
    assert_eq!(drop_it(&admin, body).await.1["existed"], false);
}

#[tokio::test]
async fn a_single_argument_may_stand_without_brackets() {
    let _caches = testing::isolate();
    let admin = admin();
    for (id, arguments) in [(7, json!(7)), (8, json!([8]))] {
        one(id);
        drop_it(
            &admin,
            json!({ "function": "writing.one", "arguments": arguments }),
        )
        .await;
        assert_eq!(peek_one(id), None);
    }
}

#[tokio::test]
async fn every_instantiation_is_looked_at() {
    let _caches = testing::isolate();
    let admin = admin();
    generic(5_u8);
    generic("five".to_owned());
    let body = json!({ "function": "writing.generic", "arguments": "five" });
    assert_eq!(drop_it(&admin, body).await.1["existed"], true);
    assert_eq!(peek_generic("five".to_owned()), None);
    assert!(peek_generic(5_u8).is_some());
}

#[tokio::test]
async fn an_entry_is_dropped_by_the_id_that_is_shown() {
    let _caches = testing::isolate();
    let admin = admin();
    one(1);
    one(2);
    let shown = told(&admin, "writing.one").await;
    let entry = &shown["keys"]["entries"][0];
    assert_eq!(entry["arguments"], json!([2]));
    drop_it(
        &admin,
        json!({ "function": "writing.one", "entry": entry["id"] }),
    )
    .await;
    assert_eq!((peek_one(1), peek_one(2)), (Some(1), None));
}

#[tokio::test]
async fn a_function_a_label_and_a_route_are_dropped() {
    let _caches = testing::isolate();
    let admin = admin();
    one(1);
    search(&query(None), false);
    page(3);
    for body in [
        json!({ "function": "writing.one" }),
        json!({ "tag": "writing" }),
        json!({ "route": "/writing/3" }),
    ] {
        let (status, told) = drop_it(&admin, body.clone()).await;
        assert_eq!((status, &told["existed"]), (200, &json!(true)), "{body}");
    }
    assert_eq!(
        (peek_one(1), peek_search(&query(None), false), peek_page(3)),
        (None, None, None)
    );
    page(4);
    let shown = told(&admin, "writing.route").await;
    assert_eq!(shown["keys"]["entries"][0]["arguments"], "/writing/4");
    drop_it(
        &admin,
        json!({ "function": "writing.route", "arguments": "/writing/4" }),
    )
    .await;
    assert_eq!(peek_page(4), None);
}

#[tokio::test]
async fn what_cannot_be_done_says_why() {
    let _caches = testing::isolate();
    let admin = admin();
    opaque(Opaque(1));
    one(1);
    let cases = [
        (
            json!({ "function": "writing.opaque", "arguments": [1] }),
            404,
            "serde::Serialize",
        ),
        (
            json!({ "function": "writing.one", "arguments": [2] }),
            404,
            "computed nothing",
        ),
        (
            json!({ "function": "writing.nobody" }),
            404,
            "writing.nobody",
        ),
        (
            json!({ "function": "writing.one", "tag": "a" }),
            400,
            "`function`",
        ),
        (json!({ "tag": 5 }), 400, "`tag` is a text"),
        (json!([]), 400, "JSON object"),
    ];
    for (body, expected, part) in cases {
        let (status, told) = drop_it(&admin, body.clone()).await;
        let error = told["error"].as_str().unwrap_or_default();
        assert!(
            status == expected && error.contains(part),
            "{body}: {status} {error}"
        );
    }
    assert!(peek_one(1).is_some() && peek_opaque(Opaque(1)).is_some());
    assert_eq!(
        told(&admin, "writing.opaque").await["keys"]["state"],
        "opaque"
    );
}
