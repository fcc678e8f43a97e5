//! What the options name: a key names an argument, a condition is no closure, and what is said once for the
//! function cannot name an argument of one call.

use quote::ToTokens;
use syn::{Expr, Ident, Lit};

use crate::args::lifetime::Lifetime;
use crate::args::{Args, Given};
use crate::errors::Errors;
use crate::func::Func;
use crate::names;
use crate::place::bare;

/// Checks all of it.
pub(super) fn all(args: &Args, func: &Func, errors: &mut Errors) {
    if conditions_are_no_closures(args, errors) {
        key_names_an_argument(args, func, errors);
    }
    options_name_what_they_see(args, func, errors);
}

fn conditions_are_no_closures(args: &Args, errors: &mut Errors) -> bool {
    let before = errors.count();
    let conditions = [&args.key, &args.unless, &args.forced_update];
    for Given { word, value } in conditions.into_iter().flatten() {
        if let Expr::Closure(closure) = bare(value) {
            let body = shown(&closure.body);
            let message = format!(
                "`{word}` sees the arguments by their names; write the expression itself: `{word} = {body}`"
            );
            errors.at(value, message);
        }
    }
    errors.count() == before
}

fn key_names_an_argument(args: &Args, func: &Func, errors: &mut Errors) {
    let Some(Given { value, .. }) = &args.key else {
        return;
    };
    let mut params = func.params.iter();
    if params.clone().any(|param| param.is_used_in(value)) {
        if let Some(skip) = &args.skip {
            let message = "`key` takes the place of all arguments; leave `skip` out";
            errors.at(&skip.word, message);
        }
        return;
    }
    if params.all(|param| super::is_skipped(args, param)) {
        return;
    }
    let message = match bare(value) {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => not_a_template(&text.value(), &literal.to_token_stream().to_string()),
            _ => None,
        },
        _ => None,
    };
    let names = func.names().join("`, `");
    let message = message.unwrap_or_else(|| {
        format!(
            "this names none of the arguments, which would share one entry; name one of `{names}`, or leave them out with `skip(..)` too"
        )
    });
    errors.at(value, message);
}

/// What to write in the place of a text with placeholders.
fn not_a_template(text: &str, written: &str) -> Option<String> {
    let first = names::inline_names(text).next()?;
    let message = if text == format!("{{{first}}}") {
        format!(
            "`key` is an expression, not a template; write `key = {first}`, or `key = format!({written})`"
        )
    } else {
        format!("`key` is an expression, not a template; write `key = format!({written})`")
    };
    Some(message)
}

fn options_name_what_they_see(args: &Args, func: &Func, errors: &mut Errors) {
    let times = [
        &args.timeout,
        &args.none_timeout,
        &args.err_timeout,
        &args.idle,
        &args.stale_while_revalidate,
        &args.stale_if_error,
    ];
    for Given { word, value } in times.into_iter().flatten() {
        if let Lifetime::Expression(value) = value {
            said_once(word, value, func, errors);
        }
    }
    let numbers = [
        &args.max_entries,
        &args.max_weight,
        &args.jitter,
        &args.refresh_ahead,
    ];
    for Given { word, value } in numbers.into_iter().flatten() {
        said_once(word, value, func, errors);
    }
    let of_values = [
        &args.timeout_with,
        &args.weigher,
        &args.tags_with,
        &args.response_filter,
        &args.is_stale,
    ];
    for Given { word, value } in of_values.into_iter().flatten() {
        // A name alone is that of a function.
        if matches!(bare(value), Expr::Path(_)) {
            continue;
        }
        for name in arguments_in(value, func) {
            let message = format!(
                "`{name}` is an argument, and `{word}` sees the result only; put what it needs into the result, or decide by the arguments with `unless = ..`"
            );
            errors.at(name, message);
        }
    }
}

fn said_once(word: &Ident, value: &Expr, func: &Func, errors: &mut Errors) {
    for name in arguments_in(value, func) {
        let instead = if word == "timeout" {
            "; write a constant, or choose by the result with `timeout_with = |value| ..`"
        } else {
            "; write a constant"
        };
        let message =
            format!("`{name}` is an argument, and `{word}` is the same for all calls{instead}");
        errors.at(name, message);
    }
}

/// Where an expression names arguments, other than functions that are called like one.
fn arguments_in(expression: &Expr, func: &Func) -> Vec<Ident> {
    let code = expression.to_token_stream();
    let own = names::own(code.clone());
    let is_argument = |name: &Ident| func.params.iter().any(|param| param.answers_to(name));
    let mut found = Vec::new();
    names::uses(code, &mut |name| {
        found.extend((is_argument(name) && !own.contains(name)).then(|| name.clone()));
        false
    });
    found
}

/// An expression as one would write it.
fn shown(expression: &Expr) -> String {
    let text = expression.to_token_stream().to_string();
    let text = match text.strip_prefix("* ") {
        Some(rest) => format!("*{rest}"),
        None => text,
    };
    ["& ", " . ", " (", "( ", " )", " ,"]
        .into_iter()
        .fold(text, |text, spaced| text.replace(spaced, spaced.trim()))
}
