//! The decision: whether a request may be answered from the cache, and whether an answer may be stored.
//!
//! Plain functions over headers, after RFC 9111 (caching), RFC 5861 (stale answers), RFC 9110 (conditional requests)
//! and RFC 9211 (`Cache-Status`). No I/O and no clock: the caller passes `now`.
//!
//! This is a shared cache in front of an origin that is the same process. Where the RFCs leave a choice:
//!
//! | question | decision |
//! |---|---|
//! | methods | GET and HEAD; a HEAD is answered from what a GET would be, and fills the cache as one |
//! | statuses | 2xx, but for 206 |
//! | `no-store`, `no-cache`, `private` in an answer, with or without field names | not stored; `no-store` beside `must-understand` does not count (RFC 9111, 5.2.2.3) |
//! | lifetime | `s-maxage`, else `max-age`, else `Expires`, else the layer's timeout; less the `Age` it comes with; at most `max_timeout`; what cannot be read is zero |
//! | `stale-while-revalidate`, `stale-if-error` | as the answer says, else as the layer says; never with `must-revalidate` or `proxy-revalidate`. `s-maxage` alone does not forbid them: who writes both means both |
//! | `Set-Cookie` | not stored, unless told to |
//! | a request with `Authorization` | neither answered from the cache nor stored; if told to, only answers that say `public`, `s-maxage` or `must-revalidate` (RFC 9111, 3.5), or vary by it |
//! | a request with `Cookie` | is never given what was stored for requests without, and its answer is only stored if it says `public` or `s-maxage`, or varies by `Cookie` |
//! | directives of a request | `only-if-cached` counts. The others do not unless told to: a client must not be able to send every request through to the origin |
//! | `Range`, `If-Match`, `If-Unmodified-Since`, `Upgrade`, a body | the request goes through |
//! | `If-None-Match`, `If-Modified-Since` | answered here: the request that goes through asks for the whole |
//! | `text/event-stream`, `multipart/x-mixed-replace`, `application/grpc`, `X-Accel-Buffering: no` | not stored, not buffered: such answers do not end |

pub(super) mod answering;
pub(super) mod asking;
pub(super) mod conditional;
pub(super) mod control;
pub(super) mod keeping;
pub(super) mod policy;
pub(super) mod report;
pub(super) mod vary;

#[cfg(test)]
mod tests;
