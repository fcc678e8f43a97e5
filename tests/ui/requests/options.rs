//! What `route = request` and `response` go with.

use cache_runtime::{cached, memoize};

#[memoize(route = request)]
fn memoized() -> u32 {
    1
}

#[cached(query = true, vary("accept"))]
fn without_request() -> u32 {
    1
}

#[cached(route = request, key = 1)]
fn two_keys() -> u32 {
    1
}

#[cached(route = request, query("page", 2), vary())]
fn no_texts() -> u32 {
    1
}

#[cached(route = request, query, vary("no header"))]
fn no_values() -> u32 {
    1
}

#[cached(route = request, route = "/a")]
fn two_routes() -> u32 {
    1
}

#[cached(route = request, response)]
fn not_async() -> String {
    String::new()
}

#[cached(route = request, response, err_timeout = 5, cache_none = false)]
async fn errors() -> Result<String, String> {
    Ok(String::new())
}

#[cached(route = request, response)]
async fn no_answer() -> std::sync::Mutex<u8> {
    std::sync::Mutex::new(1)
}

#[cached(route = reqest)]
fn misspelt() -> u32 {
    1
}

fn main() {}
