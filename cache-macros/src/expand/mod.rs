//! Code from plans. Nothing here can fail.
//!
//! Generated code is a phone call: it names `cache_runtime::__private` and `core`, by absolute paths, and its
//! own names begin with `__cache_`.

mod batch;
mod call;
mod helpers;
mod invalidates;
mod kept;
mod key;
mod request;
mod setup;

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Attribute, FnArg, GenericParam, Ident, Pat};

use crate::args::template::{Piece, Template};
use crate::check::Plan;
use crate::func::{Func, Param, is_cfg};
pub(crate) use invalidates::invalidates;

/// The cached function and what stands beside it.
pub(crate) fn cached(plan: &Plan) -> TokenStream {
    let function = call::function(plan);
    let helpers = plan.args.wants_helpers().then(|| helpers::all(plan));
    quote!(#function #helpers)
}

/// The helpers without their bodies, so that calls of them stay right while the attribute is not.
pub(crate) fn stubs(plan: &Plan) -> TokenStream {
    if plan.args.wants_helpers() && plan.has_room {
        helpers::stubs(plan)
    } else {
        TokenStream::new()
    }
}

impl Plan {
    /// A name beside the function's: `invalidate_` makes `invalidate_f`.
    fn name(&self, prefix: &str) -> Ident {
        let at = Span::call_site().located_at(self.func.item.sig.ident.span());
        format_ident!("{prefix}{}", self.func.plain_name(), span = at)
    }

    /// The path of a sibling, with the function's own type and const parameters.
    fn sibling(&self, prefix: &str) -> TokenStream {
        let name = self.name(prefix);
        let scope = self.in_impl.then(|| quote!(Self::));
        let arguments = self
            .func
            .item
            .sig
            .generics
            .params
            .iter()
            .filter_map(|param| match param {
                GenericParam::Type(param) => Some(&param.ident),
                GenericParam::Const(param) => Some(&param.ident),
                GenericParam::Lifetime(_) => None,
            });
        let mut arguments = arguments.peekable();
        let turbofish = arguments.peek().is_some().then(|| quote!(::));
        let arguments = turbofish.map(|colons| quote!(#colons <#(#arguments),*>));
        quote!(#scope #name #arguments)
    }

    /// The generic code that opens the function: a sibling's, or all of it where there are no siblings.
    fn door(&self) -> TokenStream {
        if self.args.wants_helpers() {
            let open = self.sibling("__cache_of_");
            quote!(#open())
        } else {
            setup::door(self)
        }
    }

    /// The attributes that decide whether the function is there at all.
    fn cfgs(&self) -> impl Iterator<Item = &Attribute> {
        self.func
            .item
            .attrs
            .iter()
            .filter(|attribute| is_cfg(attribute))
    }
}

impl Plan {
    /// The lints that the user allows or expects for the function, as allowed: siblings repeat its signature, and may
    /// not meet what is expected.
    fn tolerated(&self) -> Vec<Attribute> {
        let lints = self.func.item.attrs.iter().filter(|attribute| {
            attribute.path().is_ident("allow") || attribute.path().is_ident("expect")
        });
        lints.map(as_allowed).collect()
    }
}

/// Code that stands where the user wrote something, so that the compiler points there.
fn placed(code: &TokenStream, place: Span) -> TokenStream {
    let place_token = |mut token: proc_macro2::TokenTree| {
        token.set_span(token.span().located_at(place));
        token
    };
    code.clone().into_iter().map(place_token).collect()
}

/// `#[expect(..)]` as `#[allow(..)]`.
fn as_allowed(attribute: &Attribute) -> Attribute {
    let mut attribute = attribute.clone();
    if let syn::Meta::List(list) = &mut attribute.meta {
        let span = list
            .path
            .get_ident()
            .map_or_else(Span::call_site, Ident::span);
        list.path = Ident::new("allow", span).into();
    }
    attribute
}

/// A parameter under its plain name, without `mut` and pattern.
fn plain(param: &Param) -> FnArg {
    let mut arg = param.arg.clone();
    match &mut arg {
        FnArg::Receiver(receiver) => receiver.mutability = None,
        FnArg::Typed(typed) => {
            let name = &param.name;
            *typed.pat = syn::parse_quote!(#name);
        }
    }
    arg
}

/// `let pattern = &argument;` for every argument whose parts an expression names. They are references there.
fn bindings(func: &Func, expression: &TokenStream) -> TokenStream {
    let mut bindings = TokenStream::new();
    for param in &func.params {
        let FnArg::Typed(typed) = &param.arg else {
            continue;
        };
        if param.binds.is_empty() || !param.is_used_in(expression) {
            continue;
        }
        let (pattern, reference) = match &*typed.pat {
            Pat::Reference(reference) => (&*reference.pat, None),
            pattern => (pattern, Some(quote!(&))),
        };
        let (pattern, name) = (by_reference(pattern), &param.name);
        bindings.extend(quote!(#[allow(unused_variables)] let #pattern = #reference #name;));
    }
    bindings
}

/// A pattern without `mut` and `ref`.
fn by_reference(pattern: &Pat) -> TokenStream {
    fn strip(tokens: TokenStream) -> TokenStream {
        let strip_token = |token| match token {
            proc_macro2::TokenTree::Ident(word) if word == "mut" || word == "ref" => None,
            proc_macro2::TokenTree::Group(group) => {
                let mut inner = proc_macro2::Group::new(group.delimiter(), strip(group.stream()));
                inner.set_span(group.span());
                Some(proc_macro2::TokenTree::Group(inner))
            }
            other => Some(other),
        };
        tokens.into_iter().filter_map(strip_token).collect()
    }
    strip(quote!(#pattern))
}

/// The key of a route.
fn route(runtime: &TokenStream, template: &Template) -> TokenStream {
    let fill = filled(&quote!(#runtime::__private::Route), template);
    quote_spanned!(Span::mixed_site()=> #runtime::__private::route(|__cache_text| { #fill }))
}

/// A label, as a text.
fn label(runtime: &TokenStream, template: &Template) -> TokenStream {
    let fill = filled(&quote!(#runtime::__private::LabelText), template);
    quote_spanned!(Span::mixed_site()=> #runtime::__private::label(|__cache_text| { #fill }))
}

/// Fills a template into `__cache_text`, piece by piece.
fn filled(target: &TokenStream, template: &Template) -> TokenStream {
    let mut fill = TokenStream::new();
    for piece in &template.pieces {
        fill.extend(match piece {
            Piece::Text(text) => {
                quote_spanned!(Span::mixed_site()=> #target::text(__cache_text, #text);)
            }
            Piece::Placeholder { name, fields } => {
                let place = quote_spanned!(name.span()=> &#name #(.#fields)*);
                quote_spanned!(Span::mixed_site()=> #target::part(__cache_text, #place);)
            }
        });
    }
    fill
}

/// Says which labels a value carries, as a closure.
fn tags(plan: &Plan) -> Option<TokenStream> {
    let path = request::labels(plan);
    let own = own_tags(plan);
    if path.is_none() && own.is_none() {
        return None;
    }
    Some(quote_spanned!(Span::mixed_site()=> |__cache_text| { #path #own }))
}

/// Writes the labels that `tags(..)` gives.
fn own_tags(plan: &Plan) -> Option<TokenStream> {
    let labels = &plan.args.tags.as_ref()?.value;
    let tagging = &plan.runtime;
    let tagging = quote!(#tagging::__private::Tagging);
    let names = labels.iter().flat_map(Template::names);
    let before = bindings(&plan.func, &quote!(#(#names),*));
    let fill = labels.iter().map(|label| filled(&tagging, label));
    Some(quote_spanned!(Span::mixed_site()=> #before #(#fill #tagging::end(__cache_text);)*))
}
