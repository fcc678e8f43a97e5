//! HTTP: a response cache for any tower service, and the request that `route = request` is keyed on.
//!
//! | module | holds |
//! |---|---|
//! | `decide` | what may be stored, served and shared, after the RFCs: plain functions |
//! | `layer`, `service`, `future`, `body` | the shape that tower asks for |
//! | `exchange` | the same for frameworks that do not speak tower |
//! | `key`, `store`, `index` | what answers are found by, how they are kept, and which paths they belong to |
//! | `visit`, `seat`, `fetch` | one request: what it does next, the guard of a run, the run |
//! | `standing` | whether an answer is good where other processes invalidate too |
//! | `respond` | answers, made of what is kept |
//! | `handler` | cached functions that serve requests: `route = request`, `response` |
//! | `fragment` | parts of a page |
//! | `scope` | the request, visible to the code that serves it |
//!
//! A handler that is cached by the request:
//!
//! ```
//! use axum::{Router, extract::Path, response::{Html, IntoResponse}, routing::get};
//! use cache_runtime::{cached, http::CacheScope, invalidates};
//!
//! #[cached(timeout = 5, route = request, response, query("page"), tags("users"))]
//! async fn user(Path(id): Path<u64>) -> impl IntoResponse {
//!     Html(format!("<h1>User {id}</h1>"))
//! }
//!
//! #[invalidates(user(&format!("/users/{id}")))]   // or `route("/users/{id}")`, which reaches every function and layer
//! async fn rename(Path(id): Path<u64>, name: String) -> Result<(), String> {
//!     println!("user {id} is now {name}");
//!     Ok(())
//! }
//!
//! let app: Router = Router::new()
//!     .route("/users/{id}", get(user).post(rename))
//!     .layer(CacheScope::new());                  // shows the request to the functions below
//! ```
//!
//! A cache for every answer of a service:
//!
//! ```
//! use std::time::Duration;
//! use cache_runtime::http::CacheLayer;
//!
//! let layer = CacheLayer::new(Duration::from_secs(60))
//!     .max_timeout(Duration::from_secs(3600))
//!     .body_limit(1 << 20);
//! // axum: Router::new().route("/", get(page)).layer(layer)
//! ```

mod body;
mod decide;
mod exchange;
mod fetch;
pub(crate) mod fragment;
mod future;
pub(crate) mod handler;
mod index;
mod key;
mod layer;
mod respond;
mod scope;
mod seat;
mod service;
#[cfg(feature = "shared")]
mod standing;
mod store;
mod visit;

pub use body::Body;
pub use fragment::{FragmentError, fragment, invalidate_fragment, try_fragment};
pub use future::ResponseFuture;
pub use handler::Identity;
pub(crate) use handler::{Requests, label_of_path};
pub use layer::CacheLayer;
pub use scope::{CacheScope, Scoped, ScopedService};
pub use service::CacheService;
#[cfg(feature = "metrics")]
pub(crate) use store::totals;
pub(crate) use store::{clear_all, invalidate_path};
