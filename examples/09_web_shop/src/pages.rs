//! The pages: cached as a whole, and in parts that several of them show.
//!
//! What a page has asked of [`queries`] is what it depends on: it goes when one of the answers does.

use std::error::Error;
use std::sync::LazyLock;
use std::time::Duration;

use axum::Router;
use axum::extract::{Form, Path, Query};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use cache_runtime::admin::Admin;
use cache_runtime::cached;
use cache_runtime::future::try_fragment;
use cache_runtime::http::{CacheLayer, CacheScope};
use minijinja::{Environment, Value, context};
use serde::Deserialize;

use crate::queries;

const MINUTE: Duration = Duration::from_secs(60);

/// The shop.
pub(crate) fn shop() -> Router {
    let searching = Router::new().route("/search", get(search));
    // `CACHE_TYPE=null` is for measuring without any cache.
    let off = std::env::var("CACHE_TYPE").is_ok_and(|name| name.eq_ignore_ascii_case("null"));
    let searching = if off {
        searching
    } else {
        searching.layer(CacheLayer::new(MINUTE).name("search"))
    };
    Router::new()
        .route("/", get(home))
        .route("/products/{id}", get(product))
        .route("/products/{id}/price", post(set_price))
        .route("/account", get(account).post(move_house))
        .merge(searching)
        .layer(CacheScope::new())
        .nest("/cache", caches())
}

/// What the caches do. A real shop would ask who is there before it lets somebody invalidate.
fn caches() -> Router {
    Admin::new().show_keys().allow_invalidation().into_router()
}

type Page = Result<Html<String>, Failure>;

#[cached(timeout = 60, route = request, response)]
async fn home() -> Page {
    let mut cards = String::new();
    for id in 1..=6 {
        cards += &card(id).await?;
    }
    page("Shop", cards)
}

#[cached(timeout = 60, route = request, response)]
async fn product(Path(id): Path<u32>) -> Page {
    let Some(product) = queries::product(id).await else {
        return Err(Failure::NotFound);
    };
    let form = render("price.html", context! { id })?;
    page(&product.name, card(id).await? + &form)
}

#[derive(Deserialize)]
struct Search {
    text: String,
}

/// Its whole answer is kept by a [`CacheLayer`].
async fn search(Query(search): Query<Search>) -> Page {
    let mut cards = String::new();
    for id in queries::search(&search.text).await {
        cards += &card(id).await?;
    }
    page("Found", cards)
}

/// A user's own page, which is nobody else's: only the question for the user is remembered.
async fn account(headers: HeaderMap) -> Result<Response, Failure> {
    let user = queries::user(name(&headers).ok_or(Failure::NotFound)?).await;
    let user = user.ok_or(Failure::NotFound)?;
    let account = render(
        "account.html",
        context! { name => user.name, city => user.city },
    )?;
    let private = [(header::CACHE_CONTROL, "private")];
    Ok((private, page("Account", account)?).into_response())
}

#[derive(Deserialize)]
struct Price {
    cents: u32,
}

async fn set_price(Path(id): Path<u32>, Form(price): Form<Price>) -> Redirect {
    queries::set_price(id, price.cents).await;
    Redirect::to(&format!("/products/{id}"))
}

#[derive(Deserialize)]
struct House {
    city: String,
}

async fn move_house(headers: HeaderMap, Form(house): Form<House>) -> Result<Redirect, Failure> {
    queries::set_city(name(&headers).ok_or(Failure::NotFound)?, &house.city).await;
    Ok(Redirect::to("/account"))
}

/// Who asks, as the cookie says. A real shop would have a session behind it.
fn name(headers: &HeaderMap) -> Option<&str> {
    let cookie = headers.get(header::COOKIE)?.to_str().ok()?;
    cookie.strip_prefix("user=")
}

/// What several pages show of a product: rendered once for all of them.
async fn card(id: u32) -> Result<String, Failure> {
    let number = id.to_string();
    let vary = [number.as_str()];
    let rendered = try_fragment("card", &vary, MINUTE, || async move {
        let product = queries::product(id).await.ok_or("no such product")?;
        let price = queries::price(id).await.ok_or("no price")?;
        let price = format!("{}.{:02}", price / 100, price % 100);
        let card = render("card.html", context! { id, name => product.name, price })?;
        Ok::<_, Box<dyn Error + Send + Sync>>(card)
    });
    Ok(rendered.await?)
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    for (name, text) in [
        ("page.html", include_str!("../templates/page.html")),
        ("card.html", include_str!("../templates/card.html")),
        ("price.html", include_str!("../templates/price.html")),
        ("account.html", include_str!("../templates/account.html")),
    ] {
        templates
            .add_template(name, text)
            .expect("templates are right");
    }
    templates
});

fn render(template: &str, values: Value) -> Result<String, minijinja::Error> {
    TEMPLATES.get_template(template)?.render(values)
}

fn page(title: &str, content: String) -> Page {
    let content = Value::from_safe_string(content);
    Ok(Html(render("page.html", context! { title, content })?))
}

/// Why there is no page.
enum Failure {
    NotFound,
    Broken(Box<dyn Error + Send + Sync>),
}

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Failure {
    fn from(why: E) -> Self {
        Self::Broken(why.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND.into_response(),
            Self::Broken(why) => {
                (StatusCode::INTERNAL_SERVER_ERROR, why.to_string()).into_response()
            }
        }
    }
}
