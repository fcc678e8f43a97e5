//! The cached function itself, and its body.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{FnArg, Pat, ReturnType};

use super::batch::{self, Begin};
use super::key::{Key, Made, key};
use super::{as_allowed, bindings, plain, request};
use crate::check::Plan;

/// The function under its own name, with its signature, attributes and visibility.
pub(super) fn function(plan: &Plan) -> TokenStream {
    let mut sig = plan.func.item.sig.clone();
    sig.inputs = plan.func.params.iter().map(plain).collect();
    if plan.is_handler() {
        let runtime = &plan.runtime;
        sig.output = syn::parse_quote!(-> #runtime::__private::Response);
    }
    let vis = &plan.func.item.vis;
    let helpers = plan.args.wants_helpers();
    // An expected lint may be about the body, which stands elsewhere if there are siblings.
    let attrs = plan.func.item.attrs.iter().map(|attribute| {
        if helpers && attribute.path().is_ident("expect") {
            as_allowed(attribute)
        } else {
            attribute.clone()
        }
    });
    let call = match &plan.batch {
        Some(batch) => batch::body(plan, batch, Begin::Call, true),
        None => call(plan),
    };
    let underscored = plan
        .func
        .params
        .iter()
        .any(|param| param.name.to_string().starts_with('_'));
    let allow = underscored.then(|| quote!(#[allow(clippy::used_underscore_binding)]));
    quote!(#(#attrs)* #allow #vis #sig { #call })
}

/// Asks the cache, and computes on a miss.
pub(super) fn call(plan: &Plan) -> TokenStream {
    if plan.is_handler() {
        return request::call(plan, Gives::Value);
    }
    let later = plan.args.background().map(|_| later(plan, Gives::Value));
    let enter = enter(plan, later.is_some());
    let Later {
        check: holds,
        later,
    } = later.unwrap_or_default();
    let Key { before, parts } = key(plan, &TokenStream::new(), Made::Judged);
    let asked = asked(plan, &before, Gives::Value);
    // What was made for the key may borrow the arguments, which then cannot be moved elsewhere with it.
    let apart = !plan.func.is_async() && before.is_empty() && !plan.sees_request();
    let answer = if apart {
        let runtime = &plan.runtime;
        let again = again(plan);
        let key = key(plan, &TokenStream::new(), Made::Trusted).parts;
        let entered =
            quote_spanned!(Span::mixed_site()=> #enter(&__cache_door, __cache_ask, #key #later));
        let compute = compute(plan, &entered, Gives::Value);
        quote_spanned! {Span::mixed_site()=>
            if let ::core::option::Option::Some(__cache_hit) =
                #runtime::__private::Door::hit(&__cache_door, __cache_ask, &#parts)
            {
                return __cache_hit.value;
            }
            #runtime::__private::slowly(move || { #again #compute })
        }
    } else {
        compute(
            plan,
            &hit_or_enter(plan, &enter, &parts, &later),
            Gives::Value,
        )
    };
    quote!(#asked #holds #answer)
}

/// As [`call`], and says where the answer came from. It is not in such a hurry that it looks for a hit first.
pub(super) fn detailed(plan: &Plan) -> TokenStream {
    if plan.is_handler() {
        return request::call(plan, Gives::Detailed);
    }
    let Key { before, parts } = key(plan, &TokenStream::new(), Made::Trusted);
    let asked = asked(plan, &before, Gives::Detailed);
    let later = plan.args.background().map(|_| later(plan, Gives::Detailed));
    let enter = enter(plan, later.is_some());
    let later = later.unwrap_or_default().later;
    let wait = plan.func.is_async().then(|| quote!(.await));
    let entered = quote_spanned!(Span::mixed_site()=> #enter(&__cache_door, __cache_ask, #parts #later) #wait);
    let compute = compute(plan, &entered, Gives::Detailed);
    quote!(#asked #compute)
}

/// What a call gives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    /// The value. This is the function itself, which judges its arguments.
    Value,
    /// The value, with where it came from.
    Detailed,
}

/// What is said before the cache is asked; `before` comes before the key.
fn asked(plan: &Plan, before: &TokenStream, gives: Gives) -> TokenStream {
    let (runtime, door, conditions) = (&plan.runtime, plan.door(), conditions(plan));
    let dated = (gives == Gives::Detailed).then(|| {
        quote_spanned! {Span::mixed_site()=>
            let __cache_ask = #runtime::__private::Ask::dated(__cache_ask);
        }
    });
    let visitor = request::visitor(plan, &quote_spanned!(Span::mixed_site()=> &__cache_door));
    let visitor = visitor.map(|visitor| {
        let users = (gives == Gives::Value).then(|| request::check(plan));
        quote_spanned! {Span::mixed_site()=>
            #visitor
            #users
            let __cache_ask = #runtime::__private::Visitor::ask(&__cache_visitor, __cache_ask);
        }
    });
    quote_spanned! {Span::mixed_site()=>
        let __cache_door = #door;
        #conditions
        #dated
        #before
        #visitor
    }
}

/// Answers with what the cache has, or computes.
fn compute(plan: &Plan, entered: &TokenStream, gives: Gives) -> TokenStream {
    let private = &plan.runtime;
    let private = quote!(#private::__private);
    let (found, filled) = match gives {
        Gives::Value => (quote!(.value), Some(quote!(.value))),
        Gives::Detailed => (quote!(.detail()), None),
    };
    let is_async = plan.func.is_async();
    let fill = fill(plan, if is_async { "Seat" } else { "Found" });
    let seat = if is_async {
        quote_spanned! {Span::mixed_site()=>
            let mut __cache_seat = match #entered {
                #private::Found::Hit(__cache_hit) => return __cache_hit #found,
                #private::Found::Miss(__cache_seat) => __cache_seat,
            };
        }
    } else {
        // The seat stays where it is: the function may call itself, and a copy would take its place on the stack.
        quote_spanned! {Span::mixed_site()=>
            let mut __cache_seat = #entered;
            if let #private::Found::Hit(__cache_hit) = __cache_seat {
                return __cache_hit #found;
            }
        }
    };
    quote!(#seat #fill #filled)
}

/// Opens the function once more where there was no hit, so that a hit keeps nothing at hand for it.
fn again(plan: &Plan) -> Option<TokenStream> {
    if !plan.args.wants_helpers() {
        return None;
    }
    let door = plan.door();
    let fixed = plan.args.unless.is_none() && plan.args.forced_update.is_none();
    let ask = fixed.then(|| conditions(plan));
    Some(quote_spanned! {Span::mixed_site()=>
        let __cache_door = #door;
        #ask
    })
}

/// What answers a call that is no hit.
fn enter(plan: &Plan, refreshes: bool) -> TokenStream {
    let (runtime, method) = (
        &plan.runtime,
        match (plan.func.is_async(), refreshes) {
            (false, false) => quote!(enter),
            (false, true) => quote!(enter_or_refresh),
            (true, false) => quote!(enter_async),
            (true, true) => quote!(enter_or_refresh_async),
        },
    );
    quote!(#runtime::__private::Door::#method)
}

/// Looks for a hit first: it needs no future.
fn hit_or_enter(
    plan: &Plan,
    enter: &TokenStream,
    key: &TokenStream,
    later: &TokenStream,
) -> TokenStream {
    let private = &plan.runtime;
    let private = quote!(#private::__private);
    let wait = plan.func.is_async().then(|| quote!(.await));
    quote_spanned! {Span::mixed_site()=>
        match #key {
            __cache_key => match #private::Door::hit(&__cache_door, __cache_ask, &__cache_key) {
                ::core::option::Option::Some(__cache_hit) => #private::Found::Hit(__cache_hit),
                ::core::option::Option::None => {
                    #enter(&__cache_door, __cache_ask, __cache_key #later) #wait
                }
            },
        }
    }
}

/// Asks the attribute's conditions, once.
pub(super) fn conditions(plan: &Plan) -> TokenStream {
    let ask = ask(plan);
    let conditions = plan
        .args
        .unless
        .iter()
        .chain(&plan.args.forced_update)
        .map(|given| &given.value);
    let conditions = bindings(&plan.func, &quote!(#(#conditions),*));
    quote_spanned!(Span::mixed_site()=> let __cache_ask = { #conditions #ask };)
}

fn ask(plan: &Plan) -> TokenStream {
    let runtime = &plan.runtime;
    let unless = plan
        .args
        .unless
        .as_ref()
        .map(|given| &given.value)
        .map(|when| quote!(.unless(#when)));
    let forced = plan
        .args
        .forced_update
        .as_ref()
        .map(|given| &given.value)
        .map(|when| quote!(.forced(#when)));
    quote!(#runtime::__private::Ask::new() #unless #forced)
}

/// What a refresh runs when the call is over, as further arguments of `enter`.
#[derive(Default)]
pub(super) struct Later {
    /// Insists that the arguments outlive the call.
    pub(super) check: TokenStream,
    pub(super) later: TokenStream,
}

pub(super) fn later(plan: &Plan, gives: Gives) -> Later {
    let (runtime, tags) = (&plan.runtime, super::tags(plan));
    let tags = tags.unwrap_or_else(|| quote!(|_| ()));
    let (mut check, mut hold, mut lend) = (TokenStream::new(), TokenStream::new(), Vec::new());
    for (index, param) in plan.func.params.iter().enumerate() {
        let (name, span) = (&param.name, param.span());
        let kept = format_ident!("__cache_held{index}", span = Span::mixed_site());
        let private = quote_spanned!(span=> #runtime::__private);
        let way = quote_spanned!(span=> #private::Outlives::new(&#name).__cache_outlives());
        check.extend(quote_spanned!(span=> #private::check_outlives(#way, &#name);));
        hold.extend(quote_spanned!(span=> let #kept = #private::hold(#way, &#name);));
        lend.push(quote!(#runtime::__private::Lend::lend(&#kept)));
    }
    let uncached = plan.sibling("uncached_");
    let run = if plan.func.is_async() {
        quote!(async move { #uncached(#(#lend),*).await })
    } else {
        quote!(move || #uncached(#(#lend),*))
    };
    Later {
        check: match gives {
            Gives::Value => check,
            Gives::Detailed => TokenStream::new(),
        },
        later: quote!(, #tags, || { #hold #run }),
    }
}

/// Computes, in the seat that a miss has handed out: it is in a `Seat`, or in a `Found`.
pub(super) fn fill(plan: &Plan, in_seat: &str) -> TokenStream {
    let (private, seat) = (&plan.runtime, Ident::new(in_seat, Span::call_site()));
    let seat = quote!(#private::__private::#seat);
    // By their paths: a method of the user's may have the name.
    let tag = super::tags(plan)
        .map(|tags| quote_spanned!(Span::mixed_site()=> #seat::tag(&mut __cache_seat, #tags);))
        .unwrap_or_default();
    let fill = untagged_fill(plan, &seat);
    quote!(#tag #fill)
}

fn untagged_fill(plan: &Plan, seat: &TokenStream) -> TokenStream {
    match (plan.args.wants_helpers(), plan.func.is_async()) {
        (true, true) => {
            let run = run(plan);
            quote_spanned!(Span::mixed_site()=> #seat::fill_async(&mut __cache_seat, #run).await)
        }
        (true, false) => {
            let run = run(plan);
            quote_spanned!(Span::mixed_site()=> #seat::fill(&mut __cache_seat, move || #run))
        }
        (false, true) => {
            let body = inline_body(plan);
            quote_spanned!(Span::mixed_site()=> #seat::fill_async(&mut __cache_seat, async move { #body }).await)
        }
        (false, false) => {
            let (body, output) = (inline_body(plan), &plan.func.output);
            quote_spanned!(Span::mixed_site()=> #seat::fill(&mut __cache_seat, move || -> #output { #body }))
        }
    }
}

/// Calls the function as written.
pub(super) fn run(plan: &Plan) -> TokenStream {
    let uncached = plan.sibling("uncached_");
    let names = plan.func.params.iter().map(|param| &param.name);
    let call = quote!(#uncached(#(#names),*));
    if plan.func.is_unsafe() {
        quote!(unsafe { #call })
    } else {
        call
    }
}

/// The body as written, where there is no sibling to hold it.
pub(super) fn inline_body(plan: &Plan) -> TokenStream {
    let stmts = &plan.func.item.block.stmts;
    let patterns = plan.func.params.iter().filter_map(|param| match &param.arg {
        FnArg::Typed(typed) => {
            let (pattern, name) = (&typed.pat, &param.name);
            let same = matches!(&**pattern, Pat::Ident(pat) if pat.mutability.is_none() && pat.ident == param.name);
            (!same).then(|| quote!(let #pattern = #name;))
        }
        FnArg::Receiver(_) => None,
    });
    // What `impl IntoResponse` stands for has no name.
    let edge = plan.func.is_async() && !plan.is_handler();
    let edge = edge.then(|| return_edge(&plan.func.item.sig.output));
    quote!(#edge #(#patterns)* #(#stmts)*)
}

/// Tells the compiler what an `async` block returns, so that a wrong body is reported in the body.
pub(super) fn return_edge(output: &ReturnType) -> TokenStream {
    let output = match output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, output) => quote!(#output),
    };
    quote! {
        #[allow(unreachable_code, clippy::diverging_sub_expression, clippy::needless_return)]
        if false {
            let __cache_result: #output = loop {};
            return __cache_result;
        }
    }
}
