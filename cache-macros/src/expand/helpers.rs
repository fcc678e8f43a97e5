//! The functions beside the cached one. Each is one line onto its door.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Attribute, FnArg};

use super::batch::{self, Begin};
use super::key::{Key, Made, key};
use super::{call, placed, plain, request, setup};
use crate::check::Plan;
use crate::func::{Param, first_span, is_cfg, is_lint};

/// Everything that stands beside the function.
pub(super) fn all(plan: &Plan) -> TokenStream {
    let (helpers, uncached, accessor) = (siblings(plan, body), uncached(plan), accessor(plan));
    quote!(#helpers #uncached #accessor)
}

/// The helpers' signatures, for a function whose attribute has errors.
pub(super) fn stubs(plan: &Plan) -> TokenStream {
    let unknown = quote!(::core::unimplemented!());
    let helpers = siblings(plan, |_, _| quote!(::core::unimplemented!()));
    let uncached = Helper {
        prefix: "uncached_",
        doc: "",
        takes: Takes::All,
        gives: plan.output(),
        is_async: true,
        is_unsafe: true,
    };
    let uncached = uncached.with_body(plan, &unknown);
    quote!(#helpers #uncached)
}

/// What a helper takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    /// The arguments that the key needs.
    Key,
    /// The arguments that the key needs, and a value.
    KeyAndValue,
    /// What the function takes.
    All,
}

/// One function beside the cached one.
struct Helper {
    prefix: &'static str,
    doc: &'static str,
    takes: Takes,
    gives: TokenStream,
    /// Whether it is `async` if the function is.
    is_async: bool,
    /// Whether it is `unsafe` if the function is.
    is_unsafe: bool,
}

impl Plan {
    /// What the function returns.
    fn output(&self) -> TokenStream {
        if self.is_handler() {
            let runtime = &self.runtime;
            return quote!(#runtime::__private::Response);
        }
        let output = &self.func.output;
        quote!(#output)
    }

    /// What `peek_f` shows and `put_f` takes.
    fn visible(&self) -> TokenStream {
        let output = &self.func.output;
        if let Some(batch) = &self.batch {
            return batch.value.to_token_stream();
        }
        if self.is_handler() {
            let runtime = &self.runtime;
            return quote!(#runtime::__private::KeptResponse);
        }
        if self.func.is_spelt_result() {
            let span = Span::call_site().located_at(first_span(output));
            let runtime = placed(&self.runtime, span);
            let private = quote_spanned!(span=> #runtime::__private);
            quote_spanned!(span=> #private::ValueOf<#output>)
        } else {
            self.output()
        }
    }

    fn shown(&self) -> TokenStream {
        let span = Span::call_site().located_at(first_span(&self.func.output));
        let runtime = placed(&self.runtime, span);
        if self.batch.is_some() {
            quote_spanned!(span=> #runtime::__private::AsEach)
        } else if self.is_handler() {
            quote_spanned!(span=> #runtime::__private::AsAnswer)
        } else if self.func.is_spelt_result() {
            quote_spanned!(span=> #runtime::__private::AsValue)
        } else {
            quote_spanned!(span=> #runtime::__private::AsWhole)
        }
    }

    /// Whether the function has this sibling.
    fn has(&self, prefix: &str) -> bool {
        let mut labels = self.args.labels().iter();
        match prefix {
            "detailed_" => self.batch.is_none(),
            // Who puts a value knows the path alone, and not the arguments that its labels would be made of.
            "put_" => {
                !self.is_keyed_on_request() || labels.all(|label| label.names().next().is_none())
            }
            _ => true,
        }
    }

    /// What the value of `put_f` is called.
    fn value_name(&self) -> proc_macro2::Ident {
        let taken = self.func.params.iter().any(|param| param.name == "value");
        if taken {
            format_ident!("__cache_value", span = Span::mixed_site())
        } else {
            format_ident!("value")
        }
    }

    /// What the one id of `invalidate_f` and others is called.
    fn id_name(&self) -> proc_macro2::Ident {
        let taken = self.func.params.iter().any(|param| param.name == "id");
        if taken {
            format_ident!("__cache_one_id", span = Span::mixed_site())
        } else {
            format_ident!("id")
        }
    }

    /// The type of what one entry gives.
    fn entry_type(&self) -> TokenStream {
        let output = &self.func.output;
        if self.batch.is_none() {
            return quote!(#output);
        }
        let span = Span::call_site().located_at(first_span(output));
        let runtime = placed(&self.runtime, span);
        quote_spanned!(span=> #runtime::__private::OneOf<#output>)
    }
}

fn siblings(plan: &Plan, body: fn(&Plan, &Helper) -> TokenStream) -> TokenStream {
    let (runtime, output, visible) = (&plan.runtime, plan.output(), plan.visible());
    let invalidation = quote!(#runtime::Invalidation);
    let doc = |one, of_id| if plan.batch.is_some() { of_id } else { one };
    let helper = |prefix, takes, gives, doc| Helper {
        prefix,
        doc,
        takes,
        gives,
        is_async: prefix != "stats_",
        is_unsafe: takes == Takes::All,
    };
    let helpers = [
        helper(
            "invalidate_",
            Takes::Key,
            invalidation.clone(),
            doc(
                "Drops the entry of [`{f}`] for these arguments.",
                "Drops the entry of [`{f}`] for this id.",
            ),
        ),
        helper(
            "invalidate_all_",
            Takes::Nothing,
            invalidation,
            "Drops every entry of [`{f}`].",
        ),
        helper(
            "refresh_",
            Takes::All,
            output.clone(),
            doc(
                "Runs [`{f}`] now and replaces its entry for these arguments.",
                "Runs [`{f}`] now and replaces its entries for these ids.",
            ),
        ),
        helper(
            "peek_",
            Takes::Key,
            quote!(::core::option::Option<#visible>),
            doc(
                "Shows the live value that [`{f}`] would return, without running it and without counting a hit.",
                "Shows the live value that [`{f}`] would return for this id, without running it and without counting a hit.",
            ),
        ),
        helper(
            "put_",
            Takes::KeyAndValue,
            quote!(()),
            doc(
                "Stores a value for [`{f}`] to return.",
                "Stores a value for [`{f}`] to return for this id.",
            ),
        ),
        helper(
            "detailed_",
            Takes::All,
            quote!(#runtime::Detailed<#output>),
            "Calls [`{f}`] and says where its result came from, and how old it is.",
        ),
        helper(
            "stats_",
            Takes::Nothing,
            quote!(#runtime::Stats),
            "Reads the counters of [`{f}`] in this process.",
        ),
    ];
    let mut siblings = TokenStream::new();
    for helper in helpers.iter().filter(|helper| plan.has(helper.prefix)) {
        siblings.extend(helper.with_body(plan, &body(plan, helper)));
    }
    siblings
}

impl Helper {
    fn inputs(&self, plan: &Plan) -> Vec<TokenStream> {
        match self.takes {
            Takes::Nothing => Vec::new(),
            Takes::Key => plan.keyed_inputs(),
            Takes::KeyAndValue => {
                let (name, visible) = (plan.value_name(), plan.visible());
                let mut inputs = plan.keyed_inputs();
                inputs.push(quote!(#name: #visible));
                inputs
            }
            Takes::All => {
                let params = plan.func.params.iter();
                params
                    .map(|param| plain(param).into_token_stream())
                    .collect()
            }
        }
    }

    fn with_body(&self, plan: &Plan, body: &TokenStream) -> TokenStream {
        let sig = &plan.func.item.sig;
        let (name, inputs, gives) = (plan.name(self.prefix), self.inputs(plan), &self.gives);
        // Not an `async fn`: the future of one that is public is compiled whether somebody calls it or not.
        let (gives, body) = if sig.asyncness.is_some() && self.is_async {
            let span = Span::mixed_site().located_at(sig.ident.span());
            (
                quote_spanned!(span=> impl ::core::future::Future<Output = #gives>),
                quote!(async move { #body }),
            )
        } else {
            (gives.clone(), body.clone())
        };
        let unsafety = (self.is_unsafe && plan.func.is_unsafe()).then(|| quote!(unsafe));
        let (vis, cfgs) = (&plan.func.item.vis, plan.cfgs());
        let (generics, bounds) = (&sig.generics, &sig.generics.where_clause);
        let doc = self.doc.replace("{f}", &plan.link());
        let tolerated = plan.tolerated();
        let safety = unsafety
            .as_ref()
            .map(|_| quote!(#[doc = "\n# Safety\n\nAs for the function itself."]));
        let allow = allow();
        // A helper that nobody calls is not compiled to machine code.
        quote! {
            #(#cfgs)* #[doc = #doc] #safety #(#tolerated)* #allow #[inline]
            #vis #unsafety fn #name #generics (#(#inputs),*) -> #gives #bounds { #body }
        }
    }
}

impl Plan {
    /// The parameters that the key needs.
    fn keyed_inputs(&self) -> Vec<TokenStream> {
        let mut inputs = Vec::new();
        if self.is_keyed_on_request() {
            inputs.push(quote!(path: &str));
        }
        for &place in self.keyed.params() {
            inputs.push(match &self.batch {
                Some(batch) if batch.place == place => {
                    let (name, id) = (self.id_name(), &batch.id);
                    quote!(#name: #id)
                }
                _ => plain(&self.func.params[place]).into_token_stream(),
            });
        }
        inputs
    }

    /// How documentation refers to the function.
    fn link(&self) -> String {
        let scope = if self.in_impl { "Self::" } else { "" };
        format!("{scope}{}", self.func.plain_name())
    }
}

/// Generated lines are not the user's to lint.
fn allow() -> TokenStream {
    quote!(#[allow(dead_code, unused, unused_lifetimes, single_use_lifetimes, clippy::all, clippy::pedantic, clippy::nursery)])
}

fn body(plan: &Plan, helper: &Helper) -> TokenStream {
    let (door, shown, value) = (plan.sibling("__cache_of_"), plan.shown(), plan.value_name());
    let id = plan.id_name();
    let Key { before, parts, .. } = key(plan, &quote!(&#id), Made::Trusted);
    let waits = plan.func.is_async() && helper.is_async;
    let (suffix, wait) = if waits {
        ("_async", Some(quote!(.await)))
    } else {
        ("", None)
    };
    let method = format_ident!("{}{suffix}", helper.prefix.trim_end_matches('_'));
    let (runtime, door) = (&plan.runtime, quote!(&#door()));
    let (of_path, path) = (
        format_ident!("{}path{suffix}", helper.prefix),
        format_ident!("path"),
    );
    let of_path = quote!(#runtime::__private::#of_path);
    let method = quote!(#runtime::__private::Door::#method);
    match helper.prefix {
        "refresh_" if plan.is_handler() => request::refresh(plan),
        "invalidate_" if plan.is_keyed_on_request() => quote!(#of_path(#door, #path)#wait),
        "peek_" if plan.is_keyed_on_request() => {
            quote!(#of_path::<#shown, _, _>(#door, #path)#wait)
        }
        "put_" if plan.is_keyed_on_request() => {
            let tags = super::own_tags(plan);
            quote_spanned!(Span::mixed_site()=> #of_path::<#shown, _, _>(#door, #path, #value, |__cache_text| { #tags })#wait)
        }
        "stats_" | "invalidate_all_" => quote!(#method(#door)#wait),
        "invalidate_" => quote!(#before #method(#door, #parts)#wait),
        "peek_" => quote!(#before #method::<#shown, _>(#door, #parts)#wait),
        "put_" => {
            let tags = super::tags(plan).unwrap_or_else(|| quote!(|_| ()));
            quote!(#before #method::<#shown, _>(#door, #parts, #value, #tags)#wait)
        }
        "refresh_" if let Some(batch) = &plan.batch => {
            batch::body(plan, batch, Begin::Refresh, false)
        }
        "refresh_" => {
            let (fill, visitor) = (call::fill(plan, "Seat"), request::visitor(plan, &door));
            quote_spanned!(Span::mixed_site()=> #before #visitor let mut __cache_seat = #method(#door, #parts)#wait; #fill.value)
        }
        _ => call::detailed(plan),
    }
}

/// The function as the user wrote it.
fn uncached(plan: &Plan) -> TokenStream {
    let (vis, block, cfgs) = (&plan.func.item.vis, &plan.func.item.block, plan.cfgs());
    let mut sig = plan.func.item.sig.clone();
    sig.ident = plan.name("uncached_");
    sig.inputs = plan
        .func
        .params
        .iter()
        .map(|param| as_written(plan, param))
        .collect();
    let kept = |attribute: &&Attribute| is_lint(attribute) && !is_cfg(attribute);
    let lints = plan.func.item.attrs.iter().filter(kept);
    let doc = format!(
        "Runs [`{}`] as it is written, without the cache.",
        plan.link()
    );
    quote! {
        #(#cfgs)* #[doc = #doc] #(#lints)*
        #[allow(
            dead_code, clippy::missing_errors_doc, clippy::missing_panics_doc, clippy::missing_safety_doc,
            clippy::must_use_candidate, clippy::return_self_not_must_use, clippy::too_many_arguments,
            clippy::missing_const_for_fn, clippy::missing_inline_in_public_items, clippy::new_ret_no_self, clippy::should_implement_trait,
            clippy::wrong_self_convention,
        )]
        #vis #sig #block
    }
}

/// A parameter as the user wrote it. One that the attribute names may be there for the attribute only.
fn as_written(plan: &Plan, param: &Param) -> FnArg {
    let mut arg = param.arg.clone();
    if let FnArg::Typed(typed) = &mut arg
        && plan.args.mention(param)
    {
        typed
            .attrs
            .push(syn::parse_quote!(#[allow(unused_variables)]));
    }
    arg
}

/// The way into the cache: the one place where the function's site and options stand.
fn accessor(plan: &Plan) -> TokenStream {
    let (output, sig) = (plan.entry_type(), &plan.func.item.sig);
    let (name, door, allow, cfgs) = (
        plan.name("__cache_of_"),
        setup::door(plan),
        allow(),
        plan.cfgs(),
    );
    let (generics, bounds) = (&sig.generics, &sig.generics.where_clause);
    let span = Span::call_site().located_at(first_span(&plan.func.output));
    let runtime = placed(&plan.runtime, span);
    let private = quote_spanned!(span=> #runtime::__private);
    let gives = quote_spanned! {span=>
        #private::Door<#output, impl #private::Kind<#output>>
    };
    let tolerated = plan.tolerated();
    quote! {
        #(#cfgs)* #[doc(hidden)] #(#tolerated)* #allow
        fn #name #generics () -> #gives #bounds #door
    }
}
