//! The attributes of `cache-runtime`, which re-exports them: depend on that crate, not on this one.
//!
//! A macro is a small compiler with three passes: what the user wrote is read (`args`, `func`), checked
//! (`check`) and written out as code (`expand`). Only the last one quotes.

use proc_macro::TokenStream;

mod args;
mod check;
mod entry;
mod errors;
mod expand;
mod func;
mod names;
mod place;
mod surroundings;
mod types;

use args::Attribute;

#[doc = include_str!("../docs/cached.md")]
#[proc_macro_attribute]
pub fn cached(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::cache(Attribute::Cached, args.into(), &item.into()).into()
}

#[doc = include_str!("../docs/memoize.md")]
#[proc_macro_attribute]
pub fn memoize(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::cache(Attribute::Memoize, args.into(), &item.into()).into()
}

#[doc = include_str!("../docs/invalidates.md")]
#[proc_macro_attribute]
pub fn invalidates(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::invalidates(args.into(), &item.into()).into()
}
