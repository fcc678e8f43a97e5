//! What an item of `#[invalidates]` keeps of the writer's arguments: the body may consume, change or lend them.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, Ident};

use crate::func::{Func, Passed, first_span};
use crate::place::{bare, borrowed, is_self, root};

/// An argument of an item, as code.
pub(super) struct Argument {
    /// What is evaluated before the body.
    pub(super) before: Option<TokenStream>,
    /// What is passed after it.
    pub(super) after: TokenStream,
}

/// Evaluates an argument before the body; `name` holds what is kept of it.
pub(super) fn argument(
    func: &Func,
    runtime: &TokenStream,
    name: &str,
    argument: &Expr,
) -> Argument {
    let span = first_span(argument);
    let name = Ident::new(name, Span::mixed_site().located_at(span));
    let lent = root_of_self(argument, func);
    if lent.is_some_and(|passed| passed != Passed::Value) {
        // `self` is there after the body too.
        return Argument {
            before: None,
            after: argument.to_token_stream(),
        };
    }
    if let Some(place) = kept_place(argument, func) {
        return keep(runtime, &name, &place, span);
    }
    let value = value(func, runtime, argument);
    Argument {
        before: Some(quote!(let #name = #value;)),
        after: quote!(#name),
    }
}

/// The receiver of a method, which the body may consume.
pub(super) fn receiver(
    func: &Func,
    runtime: &TokenStream,
    name: &str,
    receiver: &Expr,
) -> Argument {
    let span = first_span(receiver);
    let name = Ident::new(name, Span::mixed_site().located_at(span));
    match root(receiver, func) {
        Some(param) if param.passed() == Passed::Value => {
            let Argument { before, .. } = keep(runtime, &name, &quote!(#receiver), span);
            Argument {
                before,
                after: quote!((*#name)),
            }
        }
        _ => Argument {
            before: None,
            after: receiver.to_token_stream(),
        },
    }
}

fn root_of_self(argument: &Expr, func: &Func) -> Option<Passed> {
    let receiver = func.params.first().filter(|_| is_self(argument))?;
    Some(receiver.passed())
}

/// The place whose owner is kept, and lent to the item afterwards.
fn kept_place(argument: &Expr, func: &Func) -> Option<TokenStream> {
    if let Some(place) = borrowed(argument) {
        return root(place, func).map(|_| quote!(#place));
    }
    let Expr::Path(path) = bare(argument) else {
        return None;
    };
    let is_mutable = root(argument, func)?.passed() == Passed::Mutable;
    is_mutable.then(|| quote!(*#path))
}

fn keep(runtime: &TokenStream, name: &Ident, place: &TokenStream, span: Span) -> Argument {
    let span = Span::call_site().located_at(span);
    let private = quote_spanned!(span=> #runtime::__private);
    Argument {
        before: Some(quote_spanned! {span=>
            let #name = #private::Keep::new(&#place).__cache_keep();
        }),
        after: quote_spanned!(span=> &*#name),
    }
}

/// A value, in which arguments and fields of arguments are copied.
fn value(func: &Func, runtime: &TokenStream, expression: &Expr) -> TokenStream {
    let mut rewritten = expression.clone();
    copy_places(func, runtime, &mut rewritten);
    rewritten.to_token_stream()
}

fn copy_places(func: &Func, runtime: &TokenStream, expression: &mut Expr) {
    match expression {
        Expr::Group(group) => copy_places(func, runtime, &mut group.expr),
        Expr::Paren(inner) => copy_places(func, runtime, &mut inner.expr),
        Expr::Tuple(tuple) => {
            for element in &mut tuple.elems {
                copy_places(func, runtime, element);
            }
        }
        Expr::Array(array) => {
            for element in &mut array.elems {
                copy_places(func, runtime, element);
            }
        }
        Expr::Call(call) if matches!(&*call.func, Expr::Path(_)) => {
            for argument in &mut call.args {
                copy_places(func, runtime, argument);
            }
        }
        Expr::Path(_) | Expr::Field(_) => {
            let param = root(expression, func);
            let is_lent = |passed| passed == Passed::Mutable && matches!(expression, Expr::Path(_));
            if param.is_some_and(|param| !is_lent(param.passed())) {
                let span = Span::call_site().located_at(first_span(expression));
                let place = &*expression;
                let copied = quote_spanned!(span=> #runtime::__private::copied(&#place));
                *expression = Expr::Verbatim(copied);
            }
        }
        _ => {}
    }
}
