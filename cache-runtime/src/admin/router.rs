//! Which request gets which answer.

use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{OriginalUri, Path, RawQuery, Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode, Uri};

use super::answers::{of_json, refusal};
use super::change::{check_origin, invalidate};
use super::report::{detail, overview};
use super::subjects::named;
use super::{Admin, page};
use crate::record::history::Looker;

/// A request that says what to drop is not longer.
const LONGEST: usize = 64 << 10;

#[derive(Clone)]
struct Shared {
    admin: Admin,
    _looker: Arc<Looker>,
}

pub(super) fn router<S: Clone + Send + Sync + 'static>(
    admin: Admin,
    looker: Arc<Looker>,
) -> Router<S> {
    Router::new()
        .route("/", get(start))
        .route("/style.css", get(page::style))
        .route("/script.js", get(page::script))
        .route("/icon.svg", get(page::icon))
        .route("/api/functions", get(all))
        .route("/api/functions/{name}", get(one))
        .route("/api/invalidate", post(change))
        .fallback(elsewhere)
        .with_state(Shared {
            admin,
            _looker: looker,
        })
}

async fn start(OriginalUri(uri): OriginalUri) -> Response {
    page::index(uri.path())
}

/// What no route matches: the page too, if the router is nested as a service and the path ends with a slash.
async fn elsewhere(original: OriginalUri, method: Method, uri: Uri) -> Response {
    match uri.path() {
        "/" | "" if [Method::GET, Method::HEAD].contains(&method) => start(original).await,
        _ => refusal(StatusCode::NOT_FOUND, "there is nothing here"),
    }
}

async fn all(State(shared): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let since = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("since="));
    match since.map(str::parse).transpose() {
        Ok(since) => of_json(StatusCode::OK, &overview(&shared.admin, since)),
        Err(_) => refusal(
            StatusCode::BAD_REQUEST,
            "`since` is the `tick` of an earlier answer",
        ),
    }
}

async fn one(State(shared): State<Shared>, Path(name): Path<String>) -> Response {
    match named(&name) {
        Some(subject) => of_json(StatusCode::OK, &detail(&shared.admin, &subject)),
        None => refusal(StatusCode::NOT_FOUND, "no function is called so"),
    }
}

async fn change(State(shared): State<Shared>, request: Request) -> Response {
    if !shared.admin.allow_invalidation {
        return refusal(
            StatusCode::FORBIDDEN,
            "this page is read-only: `Admin::allow_invalidation` was not called",
        );
    }
    if let Err((status, why)) = check_origin(request.headers()) {
        return refusal(status, &why);
    }
    let Ok(body) = to_bytes(request.into_body(), LONGEST).await else {
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long");
    };
    match invalidate(&body).await {
        Ok(told) => of_json(StatusCode::OK, &told),
        Err((status, why)) => refusal(status, &why),
    }
}
