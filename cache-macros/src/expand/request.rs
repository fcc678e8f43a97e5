//! Functions that serve requests: `route = request`, and `response`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ReturnType;

use super::call::{self, Gives};
use super::key::{Key, Made, key};
use crate::args::requests::Query;
use crate::check::{KeyedOn, Plan};
use crate::func::first_span;

impl Plan {
    /// Whether the function looks at the request that it serves.
    pub(super) fn sees_request(&self) -> bool {
        self.is_keyed_on_request() || self.is_handler()
    }

    pub(super) fn is_keyed_on_request(&self) -> bool {
        matches!(self.keyed, KeyedOn::Request)
    }

    /// Whether the answers of the function are stored.
    pub(super) fn is_handler(&self) -> bool {
        self.args.response.is_some()
    }
}

/// Says which requests the function serves.
pub(super) fn requests(plan: &Plan) -> Option<TokenStream> {
    if !plan.sees_request() {
        return None;
    }
    let (runtime, args) = (&plan.runtime, &plan.args);
    let keyed = plan.is_keyed_on_request().then(|| quote!(.keyed()));
    let query = args.query.as_ref().and_then(|given| match &given.value {
        Query::None => None,
        Query::All => Some(quote!(.query())),
        Query::Only(names) => Some(quote!(.query_only(&[#(#names),*]))),
    });
    let vary = args.vary.as_ref().map(|given| &given.value);
    let vary = vary.map(|names| quote!(.vary(&[#(#names),*])));
    let response = plan.is_handler().then(|| quote!(.response()));
    let requests = quote!(#runtime::__private::Requests);
    Some(quote! {
        static __CACHE_REQUESTS: #requests = #requests::new() #keyed #query #vary #response;
    })
}

/// Looks at the request that is served, if the function does; `door` opens the function.
pub(super) fn visitor(plan: &Plan, door: &TokenStream) -> Option<TokenStream> {
    if !plan.sees_request() {
        return None;
    }
    let runtime = &plan.runtime;
    let blind = plan.is_keyed_on_request().then(|| {
        let seen = seen(plan);
        quote!(true #(&& #seen.__cache_plain())*)
    });
    let blind = blind.unwrap_or_else(|| quote!(false));
    Some(quote_spanned! {Span::mixed_site()=>
        let __cache_visitor = #runtime::__private::Visitor::here(#door, #blind);
    })
}

/// Insists that no argument tells who asks, unless the key does.
pub(super) fn check(plan: &Plan) -> Option<TokenStream> {
    if !plan.is_keyed_on_request() || plan.args.tells_users_apart() {
        return None;
    }
    let runtime = &plan.runtime;
    let seen = seen(plan);
    Some(quote!(#(#runtime::__private::check_anonymous(#seen);)*))
}

/// What each argument sees of the request.
fn seen(plan: &Plan) -> Vec<TokenStream> {
    let params = plan.func.params.iter();
    let seen = params.filter(|param| !plan.args.skips(param)).map(|param| {
        let (runtime, name, span) = (&plan.runtime, &param.name, param.span());
        let runtime = super::placed(runtime, span);
        quote_spanned!(span=> #runtime::__private::Sees::of(&#name).__cache_sees())
    });
    seen.collect()
}

/// Gives an entry the labels of its path.
pub(super) fn labels(plan: &Plan) -> Option<TokenStream> {
    // What runs a handler does it itself.
    let here = plan.is_keyed_on_request() && !plan.is_handler();
    let visitor = &plan.runtime;
    let visitor = quote!(#visitor::__private::Visitor);
    here.then(
        || quote_spanned!(Span::mixed_site()=> #visitor::tag(&__cache_visitor, __cache_text);),
    )
}

/// Asks the cache for an answer, and runs the handler on a miss.
pub(super) fn call(plan: &Plan, gives: Gives) -> TokenStream {
    let judged = gives == Gives::Value;
    let found = judged.then(|| quote!(.value));
    let private = &plan.runtime;
    let (private, door) = (quote!(#private::__private), plan.door());
    let Key { before, parts } = key(plan, &TokenStream::new(), Made::judged(judged));
    let users = judged.then(|| check(plan));
    let conditions = call::conditions(plan);
    let visitor = visitor(plan, &quote_spanned!(Span::mixed_site()=> &__cache_door));
    let later = plan.args.background().map(|_| call::later(plan, gives));
    let begin = if later.is_some() {
        quote!(begin_or_refresh)
    } else {
        quote!(begin)
    };
    let call::Later {
        check: holds,
        later,
    } = later.unwrap_or_default();
    let fill = fill(plan);
    quote_spanned! {Span::mixed_site()=>
        let __cache_door = #door;
        #conditions
        #before
        #visitor
        #users
        #holds
        let __cache_begun = #private::#begin(
            &__cache_door, __cache_ask, &__cache_visitor, #parts #later
        );
        let __cache_run = match __cache_begun.await {
            #private::Begun::Answer(__cache_answer) => return __cache_answer #found,
            #private::Begun::Run(__cache_run) => __cache_run,
        };
        #fill #found
    }
}

/// Runs the handler, and replaces what is stored.
pub(super) fn refresh(plan: &Plan) -> TokenStream {
    let (private, door) = (&plan.runtime, plan.door());
    let private = quote!(#private::__private);
    let Key { before, parts, .. } = key(plan, &TokenStream::new(), Made::Trusted);
    let visitor = visitor(plan, &quote_spanned!(Span::mixed_site()=> &__cache_door));
    let fill = fill(plan);
    quote_spanned! {Span::mixed_site()=>
        let __cache_door = #door;
        #before
        #visitor
        let __cache_run = #private::refresh_answer(&__cache_door, &__cache_visitor, #parts).await;
        #fill.value
    }
}

fn fill(plan: &Plan) -> TokenStream {
    let runtime = &plan.runtime;
    let tagged = super::tags(plan).map(|tags| {
        quote_spanned!(Span::mixed_site()=>
            let __cache_run = #runtime::__private::Run::tagged(__cache_run, #tags);
        )
    });
    let run = if plan.args.wants_helpers() {
        call::run(plan)
    } else {
        let body = call::inline_body(plan);
        quote!(async move { #body })
    };
    // What is no answer is told where it is written.
    let place = match &plan.func.item.sig.output {
        ReturnType::Default => plan.func.item.sig.fn_token.span,
        ReturnType::Type(_, output) => first_span(output),
    };
    let fill = quote_spanned!(Span::mixed_site().located_at(place)=> fill);
    quote_spanned!(Span::mixed_site()=> #tagged #runtime::__private::Run::#fill(__cache_run, #run).await)
}
