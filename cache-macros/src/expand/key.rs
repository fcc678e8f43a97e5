//! The key of a call: borrowed from the arguments.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Expr, Ident};

use super::{bindings, placed, route};
use crate::check::{KeyedOn, Plan};
use crate::func::first_span;
use crate::place::bare;

/// A key, and the statements that come before it.
pub(super) struct Key {
    pub(super) before: TokenStream,
    pub(super) parts: TokenStream,
}

/// What a key is made for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    /// The one place that insists that the parts can be keys: it stands in the function itself.
    Judged,
    /// Everything else.
    Trusted,
}

impl Made {
    /// How a key is made where arguments are judged, or not.
    pub(super) fn judged(judged: bool) -> Self {
        if judged { Self::Judged } else { Self::Trusted }
    }
}

/// The key of a call, with the types of arguments that have no name, where the key does not hold them anyway. `id` is
/// a reference to the id that stands for the slice of them, if there is one.
pub(super) fn key(plan: &Plan, id: &TokenStream, made: Made) -> Key {
    let mut key = borrowed(plan, id, made);
    if let KeyedOn::Expression(_, places) | KeyedOn::Route(_, places) = &plan.keyed {
        let params = places.iter().map(|&place| &plan.func.params[place]);
        for param in params.filter(|param| param.is_opaque()) {
            let (runtime, name, parts) = (&plan.runtime, &param.name, &key.parts);
            key.parts = quote!(#runtime::__private::typed(&#name, #parts));
        }
    }
    if let Some(weigher) = plan.args.weigher.as_ref().filter(|_| weighs_keys(plan)) {
        let (runtime, parts, weigher) = (&plan.runtime, &key.parts, &weigher.value);
        let owned = owned_parts(plan);
        let span = Span::mixed_site().located_at(first_span(weigher));
        let weigh = quote_spanned!(span=> (#weigher)(#(#owned,)* __cache_value));
        key.parts = quote_spanned! {Span::mixed_site()=>
            #runtime::__private::weighed(#parts, |__cache_key, __cache_value| #weigh)
        };
    }
    key
}

/// Whether the weigher takes the parts of the key, and not the value alone.
pub(super) fn weighs_keys(plan: &Plan) -> bool {
    let Some(weigher) = &plan.args.weigher else {
        return false;
    };
    let of_value = matches!(&weigher.value, Expr::Closure(closure) if closure.inputs.len() == 1);
    !of_value && !matches!(plan.keyed, KeyedOn::Namespace | KeyedOn::Request)
}

/// The parts of the key as the store keeps them.
fn owned_parts(plan: &Plan) -> Vec<TokenStream> {
    let count = match &plan.keyed {
        KeyedOn::Arguments(places) => places.len(),
        KeyedOn::Expression(expressions, _) => expressions.len(),
        KeyedOn::Route(..) => return vec![quote_spanned!(Span::mixed_site()=> __cache_key)],
        KeyedOn::Request | KeyedOn::Namespace => 0,
    };
    let mut rest = quote_spanned!(Span::mixed_site()=> __cache_key);
    let part = |_| {
        let part = quote!(&#rest.0);
        rest = quote!(#rest.1);
        part
    };
    (0..count).map(part).collect()
}

fn borrowed(plan: &Plan, id: &TokenStream, made: Made) -> Key {
    let runtime = &plan.runtime;
    let part = |span, place: TokenStream| {
        let runtime = placed(runtime, span);
        let private = quote_spanned!(span=> #runtime::__private);
        let mut part = quote_spanned!(span=> #private::Way::of(#place).__cache_part());
        if made == Made::Judged {
            part = quote_spanned!(span=> #private::check_key(#part));
            if plan.args.shared.is_some() {
                part = quote_spanned!(span=> #private::check_shared_key(#part));
            }
        }
        part
    };
    match &plan.keyed {
        KeyedOn::Namespace => Key {
            before: TokenStream::new(),
            parts: quote!(()),
        },
        KeyedOn::Request => Key {
            before: TokenStream::new(),
            parts: quote_spanned!(Span::mixed_site()=> &__cache_visitor),
        },
        KeyedOn::Arguments(places) => {
            let parts = places.iter().map(|&place| {
                let param = &plan.func.params[place];
                if let Some(batch) = plan.batch.as_ref().filter(|batch| batch.place == place) {
                    let span = Span::call_site().located_at(first_span(&batch.id));
                    return part(span, placed(id, span));
                }
                let (name, span) = (&param.name, param.span());
                part(span, quote_spanned!(span=> &#name))
            });
            Key {
                before: TokenStream::new(),
                parts: nested(parts.collect()),
            }
        }
        KeyedOn::Expression(expressions, _) => {
            let mut before = bindings(&plan.func, &quote!(#(#expressions),*));
            let parts = expressions.iter().enumerate();
            let parts = parts.map(|(index, expression)| {
                let name = format_ident!("__cache_key{index}", span = Span::mixed_site());
                let (owners, value) = owned(expression, &name);
                before.extend(quote!(#owners let #name = &(#value);));
                let span = Span::call_site().located_at(first_span(expression));
                part(span, quote!(#name))
            });
            let parts = nested(parts.collect());
            Key { before, parts }
        }
        KeyedOn::Route(template, _) => {
            let names = template.names();
            let before = bindings(&plan.func, &quote!(#(#names),*));
            Key {
                before,
                parts: route(runtime, template),
            }
        }
    }
}

/// Methods that borrow from what they are called on, and do nothing else.
const BORROWING: [&str; 14] = [
    "as_str",
    "as_bytes",
    "as_slice",
    "as_path",
    "as_os_str",
    "as_ref",
    "as_deref",
    "borrow",
    "deref",
    "trim",
    "trim_start",
    "trim_end",
    "trim_matches",
    "to_str",
];

/// Gives what is made in an expression, and borrowed at its end, a name to live under:
/// `name.to_lowercase().as_str()`.
fn owned(expression: &Expr, name: &Ident) -> (TokenStream, Expr) {
    let Expr::MethodCall(call) = expression else {
        return (TokenStream::new(), expression.clone());
    };
    let makes = matches!(
        bare(&call.receiver),
        Expr::MethodCall(_) | Expr::Call(_) | Expr::Macro(_)
    );
    if !makes || !BORROWING.contains(&call.method.to_string().as_str()) {
        return (TokenStream::new(), expression.clone());
    }
    let owner = format_ident!("{name}_of", span = Span::mixed_site());
    let (mut owners, receiver) = owned(bare(&call.receiver), &owner);
    owners.extend(quote!(let #owner = #receiver;));
    let mut call = call.clone();
    *call.receiver = syn::parse_quote!(#owner);
    (owners, Expr::MethodCall(call))
}

/// `(a, (b, (c, ())))`: as many parts as there are.
fn nested(parts: Vec<TokenStream>) -> TokenStream {
    parts
        .into_iter()
        .rev()
        .fold(quote!(()), |rest, part| quote!((#part, #rest)))
}
