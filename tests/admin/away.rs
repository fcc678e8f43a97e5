//! A process with a shared store: how that is, and what is dropped there.

use std::env;
use std::process::Command;

use cache_runtime::admin::Admin;
use cache_runtime::backend::Memory;
use cache_runtime::{Config, memoize, testing};
use serde_json::{Value, json};

use super::json::{get, post, told};

/// Set in the process that has a store.
const ALONE: &str = "ADMIN_TEST_ALONE";

#[memoize(timeout = 60, namespace = "away.shared")]
fn shared(a: u32, b: &str) -> usize {
    a as usize + b.len()
}

#[memoize(timeout = 60, local, namespace = "away.local")]
fn here(a: u32) -> u32 {
    a
}

/// A store is installed for a whole process, so the test has one to itself.
#[test]
fn a_shared_store_is_told_about_and_told() {
    let itself = env::current_exe().expect("a test binary");
    let arguments = ["--exact", "away::with_a_store", "--ignored", "--nocapture"];
    let output = Command::new(itself)
        .args(arguments)
        .env(ALONE, "1")
        .output();
    let output = output.expect("it starts");
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && out.contains("1 passed"),
        "{out}\n{err}"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it is run in a process of its own, by the test above"]
async fn with_a_store() {
    if env::var_os(ALONE).is_none() {
        return;
    }
    let config = Config::custom(Memory::new());
    config.install().expect("a configuration");
    let admin = Admin::new().show_keys().allow_invalidation().into_router();
    drops_entries_in_the_store(&admin).await;
    tells_how_the_store_is(&admin).await;
}

async fn drops_entries_in_the_store(admin: &axum::Router) {
    shared(1, "one");
    shared(2, "two");
    here(3);
    let function = told(admin, "away.shared").await;
    assert_eq!(function["runs"][0]["arguments"], json!([2, "two"]));
    assert_ne!(function["lives"], "process");
    let cases = [
        json!({ "function": "away.shared", "arguments": [1, "one"] }),
        json!({ "function": "away.local", "arguments": [3] }),
        json!({ "function": "away.shared" }),
    ];
    for body in cases {
        let answer = post(admin, "/api/invalidate", &body).await.json();
        assert_eq!(
            [&answer["existed"], &answer["delivered"]],
            [&json!(true), &json!(true)],
            "{body}"
        );
        let second_is_there = body["arguments"] != Value::Null;
        assert_eq!(peek_shared(2, "two").is_some(), second_is_there);
    }
    assert_eq!((peek_shared(1, "one"), peek_here(3)), (None, None));
}

async fn tells_how_the_store_is(admin: &axum::Router) {
    let backend = async || get(admin, "/api/functions").await.json()["backend"].clone();
    let in_order = backend().await;
    assert_eq!(
        [&in_order["state"], &in_order["undelivered"]],
        [&json!("closed"), &json!(0)]
    );
    assert!(in_order["operations"].as_u64() > Some(3) && in_order["median_seconds"].is_number());
    shared(4, "four");
    let _down = testing::fail_backend();
    let body = json!({ "function": "away.shared", "arguments": [4, "four"] });
    let answer = post(admin, "/api/invalidate", &body).await.json();
    assert_eq!(answer["delivered"], false);
    assert!(
        answer["message"]
            .as_str()
            .is_some_and(|message| message.contains("retried"))
    );
    assert_ne!(backend().await["undelivered"], 0);
}
