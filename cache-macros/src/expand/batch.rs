//! The body of a function that answers for many ids at once: it runs for those that are missing, until none is.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{FnArg, Ident, Pat};

use super::call;
use super::key::{Key, Made, key};
use crate::check::{Batch, Plan};
use crate::func::{Param, Passed};
use crate::types::is_opaque;

/// How a call begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Begin {
    /// With what is there.
    Call,
    /// With nothing, to replace what is there.
    Refresh,
}

/// One id, where the key is made.
pub(super) fn id() -> Ident {
    Ident::new("__cache_id", Span::mixed_site())
}

/// Goes on until every id is decided. `checks` stand where the key is made.
pub(super) fn body(plan: &Plan, batch: &Batch, begin: Begin, checks: bool) -> TokenStream {
    let (runtime, door, output) = (&plan.runtime, plan.door(), &plan.func.output);
    let private = quote!(#runtime::__private);
    let (slice, id) = (&plan.func.params[batch.place].name, id());
    let Key { parts, .. } = key(plan, &quote!(#id), Made::judged(checks));
    let ask = match begin {
        Begin::Call => quote_spanned!(Span::mixed_site()=> __cache_ask),
        Begin::Refresh => quote!(#private::Ask::new().forced(true)),
    };
    let asked = (begin == Begin::Call).then(|| call::conditions(plan));
    let wait = plan.func.is_async().then(|| quote!(.await));
    let next = if plan.func.is_async() {
        quote!(next_async)
    } else {
        quote!(next)
    };
    let tagged = super::tags(plan).map(|tags| {
        quote_spanned!(Span::mixed_site()=> #private::Batch::tag(&mut __cache_batch, #tags);)
    });
    let fill = fill(plan, batch, &private);
    // With the type of the ids the compiler says of the result that it does not fit, and says so once.
    let id_type = match &batch.id {
        id if is_opaque(id) => quote!(_),
        id => quote!(#id),
    };
    quote_spanned! {Span::mixed_site()=>
        let __cache_door = #door;
        #asked
        let mut __cache_batch = #private::batch::<#id_type, #output, _, _>(
            __cache_door, #ask, #slice, |#id| #parts,
        );
        loop {
            let __cache_ids = match #private::Batch::#next(&mut __cache_batch)#wait {
                #private::Next::Run(__cache_ids) => __cache_ids,
                #private::Next::Done(__cache_answer) => return __cache_answer,
            };
            #tagged
            match #fill {
                ::core::option::Option::Some(__cache_answer) => return __cache_answer,
                ::core::option::Option::None => {}
            }
        }
    }
}

/// Runs the function for the ids that are missing.
fn fill(plan: &Plan, batch: &Batch, private: &TokenStream) -> TokenStream {
    let (method, is_async) = if plan.func.is_async() {
        (quote!(#private::Batch::fill_async), true)
    } else {
        (quote!(#private::Batch::fill), false)
    };
    if !plan.args.wants_helpers() {
        let (stmts, patterns) = (&plan.func.item.block.stmts, patterns(plan, batch));
        return if is_async {
            let edge = call::return_edge(&plan.func.item.sig.output);
            quote_spanned! {Span::mixed_site()=>
                { #(#patterns)* #method(&mut __cache_batch, async move { #edge #(#stmts)* }).await }
            }
        } else {
            let output = &plan.func.output;
            quote_spanned! {Span::mixed_site()=>
                { #(#patterns)* #method(&mut __cache_batch, move || -> #output { #(#stmts)* }) }
            }
        };
    }
    let uncached = plan.sibling("uncached_");
    let arguments = plan.func.params.iter().enumerate();
    let arguments = arguments.map(|(place, param)| argument(place, param, batch));
    let call = quote!(#uncached(#(#arguments),*));
    let call = if plan.func.is_unsafe() {
        quote!(unsafe { #call })
    } else {
        call
    };
    if is_async {
        quote_spanned!(Span::mixed_site()=> #method(&mut __cache_batch, #call).await)
    } else {
        quote_spanned!(Span::mixed_site()=> #method(&mut __cache_batch, || #call))
    }
}

/// What is passed for a parameter: it may have to be passed again.
fn argument(place: usize, param: &Param, batch: &Batch) -> TokenStream {
    let (name, span) = (&param.name, param.span());
    if place == batch.place {
        return quote_spanned!(Span::mixed_site()=> &__cache_ids);
    }
    match param.passed() {
        Passed::Value if !is_reference(param) => {
            quote_spanned!(span=> ::core::clone::Clone::clone(&#name))
        }
        _ => quote!(#name),
    }
}

fn is_reference(param: &Param) -> bool {
    matches!(&param.arg, FnArg::Typed(typed) if matches!(&*typed.ty, syn::Type::Reference(_)))
}

/// Binds the parameters anew for one run, as the user wrote them.
fn patterns(plan: &Plan, batch: &Batch) -> Vec<TokenStream> {
    let bind = |(place, param): (usize, &Param)| {
        let FnArg::Typed(typed) = &param.arg else {
            return None;
        };
        let pattern = &typed.pat;
        let is_own = matches!(&**pattern, Pat::Ident(pat) if pat.ident == param.name);
        let value = if place == batch.place {
            quote_spanned!(Span::mixed_site()=> &*__cache_ids)
        } else {
            argument(place, param, batch)
        };
        let is_plain = is_own && value.to_string() == param.name.to_token_stream().to_string();
        (!is_plain).then(|| quote!(#[allow(unused_variables)] let #pattern = #value;))
    };
    let params = plan.func.params.iter().enumerate();
    params.filter_map(bind).collect()
}
