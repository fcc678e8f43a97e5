//! Cached functions that serve requests: `route = request`, whose key comes from the request, and `response`, whose
//! results are answers.
//!
//! | module | holds |
//! |---|---|
//! | `requests` | what an attribute says of requests |
//! | `visitor` | the request that is being served, as one function sees it; its key |
//! | `path` | every entry of one path: what `invalidate_f("/users/7")` drops |
//! | `identity` | arguments that tell who asks |
//! | `answer` | what `response` stores, and how it is read from what a handler returns |
//! | `serve` | one call of such a handler: the way in, the run, the answer |

mod answer;
mod identity;
mod path;
mod requests;
mod serve;
mod visitor;

pub use answer::{Answered, Answers, AsAnswer, Refused, Stored, answers};
pub use identity::{
    Anonymous, Extractor, Identity, Plain, Sees, SeesAnything, SeesUsers, Tells, check_anonymous,
};
pub(crate) use path::label_of_path;
pub use path::{
    invalidate_path, invalidate_path_async, peek_path, peek_path_async, put_path, put_path_async,
};
pub use requests::Requests;
pub use serve::{Begun, IntoAnswer, Run, begin, begin_or_refresh, refresh};
pub use visitor::Visitor;

/// What a cached handler returns.
pub type Response = axum::response::Response;

/// What it stores.
pub type Kept = http::Response<bytes::Bytes>;
