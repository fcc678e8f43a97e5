//! Answers, and what every one of them says to the browser.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use http::header::{self, HeaderName, HeaderValue};
use serde_json::{Value, json};

/// Nothing but what comes with the page, and the page in no other one.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// An answer of this type.
pub(super) fn answer(status: StatusCode, media: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers: [(HeaderName, &'static str); 6] = [
        (header::CONTENT_TYPE, media),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in headers {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// An answer of JSON.
pub(super) fn of_json(status: StatusCode, value: &Value) -> Response {
    answer(status, "application/json", value.to_string())
}

/// Says in JSON why there is no other answer.
pub(super) fn refusal(status: StatusCode, why: &str) -> Response {
    of_json(status, &json!({ "error": why }))
}
