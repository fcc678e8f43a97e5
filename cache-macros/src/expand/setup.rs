//! What the attribute says, handed to the runtime at the function's first use.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, FnArg, Ident};

use super::request;
use crate::args::Given;
use crate::args::lifetime::Lifetime;
use crate::check::{KeyedOn, Plan};
use crate::func::first_span;

/// Makes the function's site, and opens it.
pub(super) fn door(plan: &Plan) -> TokenStream {
    let runtime = &plan.runtime;
    let (site, check, kind, options) = (site(plan), check(plan), kind(plan), options(plan));
    let requests = request::requests(plan);
    quote_spanned! {Span::mixed_site()=> {
        #requests
        static __CACHE_SITE: #runtime::__private::Site = #site;
        #runtime::__private::register!(__CACHE_SITE);
        #check
        let __cache_kind = #kind;
        #runtime::__private::Door::new(
            &__CACHE_SITE,
            #runtime::__private::Code::of(&__cache_kind).__cache_coding(),
            __cache_kind,
            #options,
            &|| (),
        )
    }}
}

/// What is known of the function before it is called.
fn site(plan: &Plan) -> TokenStream {
    let (args, name, source) = (&plan.args, plan.func.plain_name(), plan.source);
    let private = &plan.runtime;
    let private = quote!(#private::__private);
    let some = |value: TokenStream| quote!(::core::option::Option::Some(#value));
    let namespace = args
        .namespace
        .as_ref()
        .map(|given| some(given.value.to_token_stream()));
    let version = args
        .version
        .as_ref()
        .map(|given| some(given.value.to_token_stream()));
    let source_check = args
        .source_check
        .as_ref()
        .map(|given| some(given.value.to_token_stream()));
    let timeout = args.timeout.as_ref().map(|given| {
        let declared = match &given.value {
            Lifetime::After(nanos) => quote!(After(#nanos)),
            Lifetime::Never => quote!(Never),
            Lifetime::Expression(expression) => {
                let text = expression.to_token_stream().to_string();
                quote!(Expression(#text))
            }
        };
        some(quote!(#private::Declared::#declared))
    });
    let routed = matches!(plan.keyed, KeyedOn::Route(..));
    let said = [
        ("namespace", namespace),
        ("version", version),
        ("source_check", source_check),
        ("local", args.local.as_ref().map(|_| quote!(true))),
        ("shares", sharing(plan)),
        ("in_process", in_process(plan)),
        ("routed", routed.then(|| quote!(true))),
        (
            "requests",
            plan.sees_request().then(|| some(quote!(&__CACHE_REQUESTS))),
        ),
        ("timeout", timeout),
        (
            "max_entries",
            bound(plan).map(|bound| some(quote!(#private::Bound::#bound))),
        ),
    ];
    let said = said.into_iter().filter_map(|(field, value)| {
        let field = Ident::new(field, Span::mixed_site());
        value.map(|value| quote!(#field: #value,))
    });
    quote! {
        #private::Site::new(#private::About {
            name: #name,
            file: ::core::file!(),
            line: ::core::line!(),
            column: ::core::column!(),
            path: || ::core::any::type_name_of_val(&|| ()),
            source: #source,
            #(#said)*
            ..#private::About::NOTHING
        })
    }
}

/// Says what keeps the entries from leaving the process, as far as that can be told without a call: a `static` knows
/// no generic parameters and no `Self`.
fn sharing(plan: &Plan) -> Option<TokenStream> {
    let args = &plan.args;
    let known = args.local.is_none()
        && args.wants_helpers()
        && !plan.in_impl
        && !plan.func.depends_on_outside();
    if !known || matches!(plan.keyed, KeyedOn::Expression(..)) {
        return None;
    }
    let private = &plan.runtime;
    let private = quote!(#private::__private);
    let places = match &plan.keyed {
        KeyedOn::Arguments(places) => &places[..],
        _ => &[],
    };
    let keys = places.iter().map(|&place| {
        let param = &plan.func.params[place];
        let FnArg::Typed(typed) = &param.arg else {
            return TokenStream::new();
        };
        let ty = match &plan.batch {
            Some(batch) if batch.place == place => &batch.id,
            _ => &*typed.ty,
        };
        let ty = crate::func::anonymous(ty);
        let name = format!("`{}`", quote!(#typed));
        quote!(if !#private::Wire::<#ty>::ask().__cache_wire().is_shared() { __cache_report(#name); })
    });
    let (kind, output) = (kind(plan), &plan.func.output);
    let result = format!("its result, `{}`", quote!(#output));
    Some(quote! {
        #private::stays!(|__cache_report| {
            #(#keys)*
            if #private::Code::of(&#kind).__cache_coding().is_none_or(|__cache_coding| !__cache_coding.is_shared()) { __cache_report(#result); }
        })
    })
}

/// Names the options that only entries in this process can have.
fn in_process(plan: &Plan) -> Option<TokenStream> {
    let args = &plan.args;
    let words = [
        args.idle.as_ref().map(|given| &given.word),
        args.max_entries.as_ref().map(|given| &given.word),
        args.max_weight.as_ref().map(|given| &given.word),
    ];
    let words: Vec<_> = words
        .into_iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    let any = args.local.is_none() && !words.is_empty();
    any.then(|| quote!(&[#(#words),*]))
}

fn bound(plan: &Plan) -> Option<TokenStream> {
    if plan.args.unbounded.is_some() {
        return Some(quote!(Unbounded));
    }
    plan.args
        .max_entries
        .as_ref()
        .map(|given| match &given.value {
            literal @ Expr::Lit(_) => quote!(Entries(#literal)),
            expression => {
                let text = expression.to_token_stream().to_string();
                quote!(Expression(#text))
            }
        })
}

/// How results are stored, asked of their type.
fn kind(plan: &Plan) -> TokenStream {
    if plan.is_handler() {
        let runtime = &plan.runtime;
        return quote!(#runtime::__private::answers());
    }
    let (runtime, output) = (&plan.runtime, &plan.func.output);
    let span = Span::call_site().located_at(first_span(output));
    let found = if plan.args.err_timeout.is_some() {
        quote!(__cache_keeping)
    } else {
        quote!(__cache_kind)
    };
    let probe = probe(plan);
    let kind = quote_spanned!(span=> #runtime::__private::#probe::<#output>::new().#found());
    quote_spanned!(span=> #runtime::__private::Stow::of(&#kind).__cache_stow())
}

/// What is asked of the result's type.
fn probe(plan: &Plan) -> Ident {
    let span = Span::call_site().located_at(first_span(&plan.func.output));
    let name = if plan.batch.is_some() {
        "BatchProbe"
    } else {
        "Probe"
    };
    Ident::new(name, span)
}

/// Insists that results can be stored.
fn check(plan: &Plan) -> TokenStream {
    if plan.is_handler() {
        return TokenStream::new();
    }
    let output = &plan.func.output;
    let span = Span::call_site().located_at(first_span(output));
    let (private, runtime) = (
        quote_spanned!(span=> __private),
        super::placed(&plan.runtime, span),
    );
    let part = |check, part| {
        let (check, part) = (Ident::new(check, span), Ident::new(part, span));
        let probe = probe(plan);
        let asked = quote_spanned!(span=> #runtime::#private::#probe::<#output>::new().#part());
        quote_spanned!(span=> #runtime::#private::#check(#asked);)
    };
    let value = part("check_value", "__cache_value");
    let error = plan.args.err_timeout.as_ref().map(|_| {
        let error = part("check_error", "__cache_error");
        quote_spanned!(span=> #error #runtime::#private::check_fallible::<#output>();)
    });
    let shared = plan
        .args
        .shared
        .as_ref()
        .map(|_| part("check_shared_value", "__cache_value"));
    quote!(#value #error #shared)
}

/// What turns the options that nothing is said of into those of the function.
fn options(plan: &Plan) -> TokenStream {
    let (runtime, args) = (&plan.runtime, &plan.args);
    let mut options = TokenStream::new();
    options.extend(plan.is_handler().then(|| quote!(.answers())));
    let times = [
        &args.timeout,
        &args.none_timeout,
        &args.err_timeout,
        &args.idle,
        &args.stale_while_revalidate,
        &args.stale_if_error,
    ];
    for given in times.into_iter().flatten() {
        let word = &given.word;
        let time = match &given.value {
            Lifetime::After(nanos) => quote!(#runtime::__private::nanos(#nanos)),
            Lifetime::Never => quote!(#runtime::__private::never()),
            Lifetime::Expression(expression) => quote!(#expression),
        };
        options.extend(quote!(.#word(#time)));
    }
    let weigher = args
        .weigher
        .as_ref()
        .filter(|_| !super::key::weighs_keys(plan));
    let given = [
        &args.max_entries,
        &args.max_weight,
        &args.jitter,
        &args.refresh_ahead,
        &args.timeout_with,
        &args.tags_with,
        &args.response_filter,
        &args.is_stale,
    ];
    for given in given.into_iter().flatten().chain(weigher) {
        let Given { word, value } = given;
        options.extend(quote!(.#word(#value)));
    }
    for given in [&args.cache_none, &args.coalesce, &args.depends]
        .into_iter()
        .flatten()
        .filter(|given| !given.value)
    {
        let Given { word, value } = given;
        options.extend(quote!(.#word(#value)));
    }
    if let Some(Given { word, .. }) = &args.unbounded {
        options.extend(quote!(.#word()));
    }
    if options.is_empty() {
        // One function for all that say nothing.
        return quote!(::core::convert::identity);
    }
    quote_spanned!(Span::mixed_site()=> |__cache_setup| __cache_setup #options)
}
