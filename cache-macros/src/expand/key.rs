//! The key of a call: borrowed from the arguments.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

use super::{bindings, route};
use crate::check::{KeyedOn, Plan};
use crate::func::first_span;

/// A key, and the statements that come before it.
pub(super) struct Key {
    pub(super) before: TokenStream,
    pub(super) key: TokenStream,
}

pub(super) fn key(plan: &Plan) -> Key {
    let runtime = &plan.runtime;
    let part = |span, place: TokenStream| {
        let private = quote_spanned!(span=> #runtime::__private);
        quote_spanned!(span=> #private::part(#private::Way::new(#place).__cache_way(), #place))
    };
    match &plan.keyed {
        KeyedOn::Namespace => Key { before: TokenStream::new(), key: quote!(()) },
        KeyedOn::Arguments(places) => {
            let parts = places.iter().map(|&place| {
                let param = &plan.func.params[place];
                let (name, span) = (&param.name, param.span());
                part(span, quote_spanned!(span=> &#name))
            });
            Key { before: TokenStream::new(), key: nested(parts.collect()) }
        }
        KeyedOn::Expression(expressions, _) => {
            let mut before = bindings(&plan.func, &quote!(#(#expressions)*));
            let parts = expressions.iter().enumerate().map(|(index, expression)| {
                let name = format_ident!("__cache_key{index}");
                before.extend(quote!(let #name = &(#expression);));
                let span = proc_macro2::Span::call_site().located_at(first_span(expression));
                part(span, quote!(#name))
            });
            let key = nested(parts.collect());
            Key { before, key }
        }
        KeyedOn::Route(template, _) => {
            let names = template.names();
            Key { before: bindings(&plan.func, &quote!(#(#names)*)), key: route(runtime, template) }
        }
    }
}

/// `(a, (b, (c, ())))`: as many parts as there are.
fn nested(parts: Vec<TokenStream>) -> TokenStream {
    parts.into_iter().rev().fold(quote!(()), |rest, part| quote!((#part, #rest)))
}
