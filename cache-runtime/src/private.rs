//! What generated code names. Not part of the public interface: it changes with the macros.

pub use inventory;

pub use crate::hold::{
    ByClone, ByOwner, Hold, Lend, NotBeyond, Outlives, OutlivesCall, check_outlives, hold,
};
#[cfg(feature = "axum")]
pub use crate::http::handler::{
    Anonymous, Answered, Answers, AsAnswer, Begun, Extractor, IntoAnswer, Kept as KeptResponse,
    Plain, Refused as RefusedAnswer, Requests, Response, Run, Sees, SeesAnything, SeesUsers,
    Stored, Tells, Visitor, answers, begin, begin_or_refresh, check_anonymous, invalidate_path,
    invalidate_path_async, peek_path, peek_path_async, put_path, put_path_async,
    refresh as refresh_answer,
};
pub use crate::invalidate::{
    Across, Always, AtOnce, Keep, KeepReference, KeepTarget, Keepable, Kept, Lent, Settle, Settled,
    Wait, copied, drop_route, drop_tag, settle, settle_async,
};
pub use crate::key::cell::{KeyCell, Stowage};
pub use crate::key::{
    ByShape, ByTarget, ByValue, CacheKey, InRoute, Key, KeyRef, NoWire, NotAtAll, Part, Rendered,
    Route, SharedKey, Unwired, Way, Wire, Wired, Wiring, check_key, check_shared_key, route, typed,
    weighed,
};
pub use crate::options::{Bound, Declared, IntoTimeout, Setup, nanos, never};
pub use crate::registry::Registration;
pub use crate::site::batch::{Batch, Next, batch};
pub use crate::site::door::{Door, slowly};
pub use crate::site::seat::Seat;
pub use crate::site::step::{Ask, Found};
pub use crate::site::tagging::{LabelText, Tagging, label};
pub use crate::site::{About, Site};
pub use crate::value::batch::{
    AsEach, BatchMap, BatchOutput, BatchProbe, Each, EachOwn, KeyOf, Nothing, OneOf, OwnBatchProbe,
};
pub use crate::value::cell::{Named, Share, Stow, Stowing, ValueCell};
pub use crate::value::coding::{Code, Coding, NoCode, SharedValue, check_shared_value};
pub use crate::value::{
    AsValue, AsWhole, CacheError, CacheValue, Fallible, KeepErrors, Kind, MaybeNone, NoProbe, Of,
    OfResult, OnOk, OnReturn, OwnErrors, Probe, Refused, SharedErrors, Shown, Types, ValueOf,
    Verdict, Whole, check_error, check_fallible, check_value,
};
pub use crate::{__cache_register as register, __cache_stays as stays};
