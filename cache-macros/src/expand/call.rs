//! The cached function itself, and its body.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, FnArg, Pat, ReturnType};

use super::key::{Key, key};
use super::{bindings, plain};
use crate::check::Plan;

/// The function under its own name, with its signature, attributes and visibility.
pub(super) fn function(plan: &Plan) -> TokenStream {
    let mut sig = plan.func.item.sig.clone();
    sig.inputs = plan.func.params.iter().map(plain).collect();
    let vis = &plan.func.item.vis;
    let helpers = plan.args.wants_helpers();
    // An expected lint is about the body, which stands elsewhere if there are siblings.
    let moves = |attribute: &&Attribute| helpers && attribute.path().is_ident("expect");
    let attrs = plan
        .func
        .item
        .attrs
        .iter()
        .filter(|attribute| !moves(attribute));
    let call = call(plan, &quote!(.value), true);
    let underscored = plan
        .func
        .params
        .iter()
        .any(|param| param.name.to_string().starts_with('_'));
    let allow = underscored.then(|| quote!(#[allow(clippy::used_underscore_binding)]));
    quote!(#(#attrs)* #allow #vis #sig { #call })
}

/// Asks the cache, and computes on a miss. `take` is what is taken of the detailed answer.
pub(super) fn call(plan: &Plan, take: &TokenStream, checked: bool) -> TokenStream {
    let (runtime, door, ask) = (&plan.runtime, plan.door(), ask(plan));
    let Key {
        before,
        parts,
        check,
    } = key(plan);
    let check = checked.then_some(check);
    let conditions = plan
        .args
        .unless
        .iter()
        .chain(&plan.args.forced_update)
        .map(|given| &given.value);
    let conditions = bindings(&plan.func, &quote!(#(#conditions)*));
    let fill = fill(plan);
    let enter = if plan.func.is_async() {
        quote!(#runtime::__private::Door::enter_async(&__cache_door, __cache_ask, #parts).await)
    } else {
        quote!(#runtime::__private::Door::enter(&__cache_door, __cache_ask, #parts))
    };
    quote! {
        let __cache_door = #door;
        let __cache_ask = { #conditions #ask };
        #before
        #check
        let __cache_seat = match #enter {
            #runtime::__private::Found::Hit(__cache_hit) => return __cache_hit #take,
            #runtime::__private::Found::Miss(__cache_seat) => __cache_seat,
        };
        #fill #take
    }
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

/// Computes, in the seat that a miss has handed out.
pub(super) fn fill(plan: &Plan) -> TokenStream {
    match (plan.args.wants_helpers(), plan.func.is_async()) {
        (true, true) => {
            let run = run(plan);
            quote!(__cache_seat.fill_async(#run).await)
        }
        (true, false) => {
            let run = run(plan);
            quote!(__cache_seat.fill(move || #run))
        }
        (false, true) => {
            let body = inline_body(plan);
            quote!(__cache_seat.fill_async(async move { #body }).await)
        }
        (false, false) => {
            let (body, output) = (inline_body(plan), &plan.func.output);
            quote!(__cache_seat.fill(move || -> #output { #body }))
        }
    }
}

/// Calls the function as written.
fn run(plan: &Plan) -> TokenStream {
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
fn inline_body(plan: &Plan) -> TokenStream {
    let stmts = &plan.func.item.block.stmts;
    let patterns = plan.func.params.iter().filter_map(|param| match &param.arg {
        FnArg::Typed(typed) => {
            let (pattern, name) = (&typed.pat, &param.name);
            let same = matches!(&**pattern, Pat::Ident(pat) if pat.mutability.is_none() && pat.ident == param.name);
            (!same).then(|| quote!(let #pattern = #name;))
        }
        FnArg::Receiver(_) => None,
    });
    let edge = plan
        .func
        .is_async()
        .then(|| return_edge(&plan.func.item.sig.output));
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
