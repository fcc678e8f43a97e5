//! Handlers that see who asks.

use std::marker::PhantomData;

use cache_runtime::cached;
use cache_runtime::http::Identity;

struct CookieJar;
struct Authorization<T>(PhantomData<T>);
struct TypedHeader<T>(T);
struct Bearer;

struct CurrentUser;
impl Identity for CurrentUser {}

#[cached(route = request, response)]
async fn by_cookie(jar: CookieJar) -> String {
    drop(jar);
    String::new()
}

#[cached(route = request)]
async fn by_header(TypedHeader(token): TypedHeader<Authorization<Bearer>>) -> String {
    drop(token);
    String::new()
}

#[cached(route = request)]
async fn by_own(user: CurrentUser) -> String {
    drop(user);
    String::new()
}

#[cached(route = request, skip(jar), vary("authorization"))]
async fn said(jar: CookieJar, user: CurrentUser) -> String {
    drop((jar, user));
    String::new()
}

fn main() {}
