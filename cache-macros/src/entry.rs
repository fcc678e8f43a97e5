//! Tokens in, tokens out: the passes in their order, and the user's item kept when one of them finds errors.

use proc_macro2::TokenStream;
use quote::quote;

use crate::args::targets::Targets;
use crate::args::{Args, Attribute};
use crate::check::{self, Plan};
use crate::errors::Errors;
use crate::expand;
use crate::func::Func;

/// Expands `#[cached]` and `#[memoize]`.
pub(crate) fn cache(attribute: Attribute, args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::parse(args, &mut errors);
    let func = errors.keep(Func::parse(item.clone(), attribute.name()));
    let plan = func.map(|func| {
        let cacheable = check::shape(&func, attribute, &args, &mut errors);
        (Plan::new(attribute, args, func, &mut errors), cacheable)
    });
    match (errors.into_code(), plan) {
        (None, Some((plan, _))) => expand::cached(&plan),
        (errors, Some((plan, true))) => {
            let stubs = expand::stubs(&plan);
            quote!(#errors #item #stubs)
        }
        (errors, _) => quote!(#errors #item),
    }
}

/// Expands `#[invalidates]`.
pub(crate) fn invalidates(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let targets = Targets::parse(args, &mut errors);
    let func = errors.keep(Func::parse(item.clone(), "invalidates"));
    if let Some(func) = &func {
        check::writer(func, &targets, &mut errors);
    }
    match (errors.into_code(), func) {
        (None, Some(func)) => expand::invalidates(&func, &targets),
        (errors, _) => quote!(#errors #item),
    }
}

#[cfg(test)]
mod tests;
