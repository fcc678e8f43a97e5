//! The page: four files.

use axum::response::Response;
use http::StatusCode;

use super::answers::answer;

/// The page, as it is under a path. Its links are relative: to the path if that ends with a slash, else to its last part.
pub(super) fn index(path: &str) -> Response {
    let last = path.rsplit('/').next().unwrap_or_default();
    let base = if last.is_empty() {
        String::new()
    } else {
        format!("./{}/", escaped(last))
    };
    let page = include_str!("page/index.html").replace("{base}", &base);
    answer(StatusCode::OK, "text/html; charset=utf-8", page)
}

/// A text as it stands in an attribute.
fn escaped(text: &str) -> String {
    let escape = |letter| match letter {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&#39;".to_owned(),
        other => other.to_string(),
    };
    text.chars().map(escape).collect()
}

/// A file of the page.
pub(super) async fn style() -> Response {
    answer(
        StatusCode::OK,
        "text/css; charset=utf-8",
        include_str!("page/style.css"),
    )
}

/// A file of the page.
pub(super) async fn script() -> Response {
    answer(
        StatusCode::OK,
        "text/javascript; charset=utf-8",
        include_str!("page/script.js"),
    )
}

/// A file of the page.
pub(super) async fn icon() -> Response {
    answer(
        StatusCode::OK,
        "image/svg+xml",
        include_str!("page/icon.svg"),
    )
}
