//! A writer that invalidates after its body.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Expr, Ident, Path, ReturnType};

use super::kept::{self, Argument};
use super::{call, label, route};
use crate::args::targets::{Item, Target, Targets};
use crate::check::runtime;
use crate::func::Func;
use crate::types::is_opaque;

/// The function, with its signature, attributes and visibility.
pub(crate) fn invalidates(func: &Func, targets: &Targets) -> TokenStream {
    let runtime = runtime(targets.runtime.as_ref());
    let writer = Writer {
        func,
        runtime: &runtime,
    };
    let items: Vec<Invalidate> = targets
        .items
        .iter()
        .enumerate()
        .map(|(n, item)| writer.item(n, item))
        .collect();
    let before = items.iter().map(|item| &item.before);
    let (attrs, vis, sig) = (&func.item.attrs, &func.item.vis, &func.item.sig);
    let (body, output) = (writer.body(), writer.output());
    let ours = Span::mixed_site();
    let run = if targets.always.is_some() {
        let after = items.iter().map(|item| writer.settle_blocking(item));
        quote_spanned! {ours=>
            let __cache_guard = #runtime::__private::Always::new(move || { #(#after)* });
            let __cache_result #output = #body;
            ::core::mem::drop(__cache_guard);
            __cache_result
        }
    } else {
        let after = items.iter().map(|item| writer.settle(item));
        let success = writer.success();
        let after = quote_spanned! {ours=>
            if let ::core::option::Option::Some(__cache_ok) = #success { #(#after)* }
            __cache_result
        };
        let body = quote_spanned!(ours=> let __cache_result #output = #body;);
        writer.wait(&body, &after)
    };
    quote! {
        #(#attrs)* #vis #sig {
            #(#before)*
            #run
        }
    }
}

struct Writer<'a> {
    func: &'a Func,
    runtime: &'a TokenStream,
}

/// One item, as code.
struct Invalidate {
    /// What is evaluated before the body.
    before: TokenStream,
    /// What the item binds the successful result to.
    binds: TokenStream,
    /// The invalidation.
    call: TokenStream,
}

impl Writer<'_> {
    fn item(&self, index: usize, item: &Item) -> Invalidate {
        let (before, call) = match &item.target {
            Target::All(path) => (None, {
                let path = renamed(path, "invalidate_all_");
                quote!(#path())
            }),
            Target::One(path, args) => {
                let path = renamed(path, "invalidate_");
                let (before, args) = self.arguments(index, args, item.binds.is_none());
                (before, quote!(#path(#(#args),*)))
            }
            Target::Method(call) => {
                let (receiver, turbofish) = (&call.receiver, &call.turbofish);
                let method = prefixed(&call.method, "invalidate_");
                let args: Vec<Expr> = call.args.iter().cloned().collect();
                let (before, args) = self.arguments(index, &args, item.binds.is_none());
                let receiver = match &item.binds {
                    None => {
                        let name = format!("__cache_receiver{index}");
                        kept::receiver(self.func, self.runtime, &name, receiver)
                    }
                    Some(_) => Argument {
                        before: None,
                        after: quote!(#receiver),
                    },
                };
                let (first, receiver) = (receiver.before, receiver.after);
                let before = Some(quote!(#first #before));
                (before, quote!(#receiver.#method #turbofish (#(#args),*)))
            }
            Target::Route(template) => {
                let (runtime, name) = (
                    self.runtime,
                    format_ident!("__cache_route{index}", span = Span::mixed_site()),
                );
                let route = route(runtime, template);
                match &item.binds {
                    None => (
                        Some(quote!(let #name = #route;)),
                        quote!(#runtime::__private::drop_route(#name)),
                    ),
                    Some(_) => (None, quote!(#runtime::__private::drop_route(#route))),
                }
            }
            Target::Tag(template) => {
                let (runtime, name) = (
                    self.runtime,
                    format_ident!("__cache_tag{index}", span = Span::mixed_site()),
                );
                let label = label(runtime, template);
                match &item.binds {
                    None => (
                        Some(quote!(let #name = #label;)),
                        quote!(#runtime::__private::drop_tag(#name)),
                    ),
                    Some(_) => (None, quote!(#runtime::__private::drop_tag(#label))),
                }
            }
        };
        let binds = item
            .binds
            .as_ref()
            .map(|pattern| quote_spanned!(Span::mixed_site()=> let #pattern = __cache_ok;));
        Invalidate {
            before: before.into_token_stream(),
            binds: binds.into_token_stream(),
            call,
        }
    }

    /// Evaluates arguments before the body, unless they are made from its result.
    fn arguments(
        &self,
        item: usize,
        args: &[Expr],
        before: bool,
    ) -> (Option<TokenStream>, Vec<TokenStream>) {
        if !before {
            return (None, args.iter().map(ToTokens::to_token_stream).collect());
        }
        let args = args.iter().enumerate().map(|(n, argument)| {
            let name = format!("__cache_item{item}_{n}");
            let kept = kept::argument(self.func, self.runtime, &name, argument);
            (kept.before, kept.after)
        });
        let (before, after): (Vec<_>, Vec<_>) = args.unzip();
        (Some(quote!(#(#before)*)), after)
    }

    fn body(&self) -> TokenStream {
        let stmts = &self.func.item.block.stmts;
        let output = &self.func.item.sig.output;
        if self.func.is_async() {
            let edge = (!self.is_opaque()).then(|| call::return_edge(output));
            quote!(async { #edge #(#stmts)* }.await)
        } else {
            let output = (!self.is_opaque()).then_some(output);
            quote!((|| #output { #(#stmts)* })())
        }
    }

    fn is_opaque(&self) -> bool {
        is_opaque(&self.func.output)
    }

    fn output(&self) -> Option<TokenStream> {
        let output = &self.func.output;
        (!self.is_opaque()).then(|| quote!(: #output))
    }

    /// The successful value, if there is one.
    fn success(&self) -> TokenStream {
        let (runtime, output) = (self.runtime, &self.func.output);
        let ours = Span::mixed_site();
        match (&self.func.item.sig.output, self.is_opaque()) {
            (ReturnType::Default, _) | (_, true) => {
                quote_spanned!(ours=> ::core::option::Option::Some(&__cache_result))
            }
            _ => {
                quote_spanned!(ours=> #runtime::__private::Probe::<#output>::new().__cache_success().success(&__cache_result))
            }
        }
    }

    /// Runs what comes after the body. A task waits for it, unless it could not change threads with the result:
    /// then the result must be gone, and not only moved, where the task waits.
    fn wait(&self, body: &TokenStream, after: &TokenStream) -> TokenStream {
        let runtime = self.runtime;
        if !self.func.is_async() {
            return quote!(#body #after);
        }
        quote_spanned! {Span::mixed_site()=>
            let __cache_later = {
                #body
                let __cache_wait = #runtime::__private::Wait::new(&__cache_result);
                let __cache_later = async move { #after };
                match __cache_wait.__cache_wait().settle(__cache_later) {
                    #runtime::__private::Settled::Now(__cache_result) => return __cache_result,
                    #runtime::__private::Settled::Later(__cache_later) => __cache_later,
                }
            };
            __cache_later.await
        }
    }

    fn settle(&self, item: &Invalidate) -> TokenStream {
        if !self.func.is_async() {
            return self.settle_blocking(item);
        }
        let (runtime, Invalidate { binds, call, .. }) = (self.runtime, item);
        quote_spanned! {Span::mixed_site()=>
            let __cache_pending = { #binds #call };
            #runtime::__private::settle_async(__cache_pending).await;
        }
    }

    fn settle_blocking(&self, item: &Invalidate) -> TokenStream {
        let (runtime, Invalidate { binds, call, .. }) = (self.runtime, item);
        quote!({ #binds #runtime::__private::settle(#call); })
    }
}

/// `a::f::<T>` as `a::invalidate_f::<T>`.
fn renamed(path: &Path, prefix: &str) -> Path {
    let mut path = path.clone();
    if let Some(last) = path.segments.last_mut() {
        last.ident = prefixed(&last.ident, prefix);
    }
    path
}

fn prefixed(name: &Ident, prefix: &str) -> Ident {
    format_ident!("{prefix}{}", name.unraw(), span = name.span())
}
