//! A writer that invalidates after its body.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Expr, Ident, Path, ReturnType};

use super::{call, label, route};
use crate::args::targets::{Item, Target, Targets};
use crate::check::runtime;
use crate::func::{Func, is_opaque};

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
    let run = if targets.always.is_some() {
        let after = items.iter().map(|item| writer.settle_blocking(item));
        quote! {
            let __cache_guard = #runtime::__private::Always::new(move || { #(#after)* });
            let __cache_result #output = #body;
            ::core::mem::drop(__cache_guard);
        }
    } else {
        let after = items.iter().map(|item| writer.settle(item));
        let success = writer.success();
        quote! {
            let __cache_result #output = #body;
            if let ::core::option::Option::Some(__cache_ok) = #success { #(#after)* }
        }
    };
    quote! {
        #(#attrs)* #vis #sig {
            #(#before)*
            #run
            __cache_result
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
                (before, quote!(#receiver.#method #turbofish (#(#args),*)))
            }
            Target::Route(template) => {
                let (runtime, name) = (self.runtime, format_ident!("__cache_route{index}"));
                let route = route(runtime, template);
                match &item.binds {
                    None => (
                        Some(quote!(let #name = #route;)),
                        quote!(#runtime::__private::invalidate_rendered(&#name)),
                    ),
                    Some(_) => (
                        None,
                        quote!(#runtime::__private::invalidate_rendered(&#route)),
                    ),
                }
            }
            Target::Tag(template) => {
                let (runtime, name) = (self.runtime, format_ident!("__cache_tag{index}"));
                let label = label(runtime, template);
                match &item.binds {
                    None => (
                        Some(quote!(let #name = #label;)),
                        quote!(#runtime::__private::invalidate_tag(&#name)),
                    ),
                    Some(_) => (None, quote!(#runtime::__private::invalidate_tag(&#label))),
                }
            }
        };
        let binds = item
            .binds
            .as_ref()
            .map(|pattern| quote!(let #pattern = __cache_ok;));
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
        let names: Vec<Ident> = (0..args.len())
            .map(|n| format_ident!("__cache_item{item}_{n}"))
            .collect();
        let values = args.iter().map(|arg| self.value(arg));
        (
            Some(quote!(#(let #names = #values;)*)),
            names.iter().map(ToTokens::to_token_stream).collect(),
        )
    }

    /// An argument that is passed on by its bare name is copied: the body has it too.
    fn value(&self, arg: &Expr) -> TokenStream {
        let name = match arg {
            Expr::Path(path) => path.path.get_ident().filter(|name| *name != "self"),
            _ => None,
        };
        let is_argument =
            |name: &&Ident| self.func.params.iter().any(|param| param.answers_to(name));
        if let Some(name) = name.filter(is_argument) {
            let runtime = self.runtime;
            quote!(#runtime::__private::copied(&#name))
        } else {
            quote!(#arg)
        }
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
        match (&self.func.item.sig.output, self.is_opaque()) {
            (ReturnType::Default, _) | (_, true) => {
                quote!(::core::option::Option::Some(&__cache_result))
            }
            _ => {
                quote!(#runtime::__private::Probe::<#output>::new().__cache_success().success(&__cache_result))
            }
        }
    }

    fn settle(&self, item: &Invalidate) -> TokenStream {
        if !self.func.is_async() {
            return self.settle_blocking(item);
        }
        let (runtime, Invalidate { binds, call, .. }) = (self.runtime, item);
        quote! {
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
