//! Functions that serve requests: what `route = request` and `response` ask of them.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{FnArg, Ident, LitStr};

use crate::args::Args;
use crate::errors::Errors;
use crate::func::Func;

/// Extractors that are known to tell who asks.
const IDENTITIES: [&str; 13] = [
    "Authorization",
    "Cookie",
    "Cookies",
    "CookieJar",
    "PrivateCookieJar",
    "SignedCookieJar",
    "Session",
    "AuthSession",
    "Identity",
    "AuthBearer",
    "AuthBasic",
    "BearerAuth",
    "BasicAuth",
];

/// Checks all of it.
pub(super) fn all(args: &Args, func: &Func, errors: &mut Errors) {
    the_feature_is_on(args, errors);
    parts_are_of_a_request(args, errors);
    answers_have_no_errors(args, errors);
    answers_are_awaited(args, func, errors);
    nobody_is_told_apart(args, func, errors);
}

fn words(args: &Args) -> [Option<&Ident>; 2] {
    let request = args.request.as_ref().map(|given| &given.word);
    [request, args.response.as_ref().map(|given| &given.word)]
}

fn the_feature_is_on(args: &Args, errors: &mut Errors) {
    if cfg!(any(test, feature = "http")) {
        return;
    }
    if let Some(word) = words(args).into_iter().flatten().next() {
        errors.at(
            word,
            "this needs the feature `axum`; write `cache-runtime = { version = \"..\", features = [\"axum\"] }`",
        );
    }
}

fn parts_are_of_a_request(args: &Args, errors: &mut Errors) {
    if args.request.is_some() || args.key_unknown {
        return;
    }
    let words = [
        args.query.as_ref().map(|given| &given.word),
        args.vary.as_ref().map(|given| &given.word),
    ];
    for word in words.into_iter().flatten() {
        let message = format!("`{word}` says what counts of a request; add `route = request`");
        errors.at(word, message);
    }
}

fn answers_have_no_errors(args: &Args, errors: &mut Errors) {
    if args.response.is_none() {
        return;
    }
    let words = [
        args.err_timeout.as_ref().map(|given| &given.word),
        args.none_timeout.as_ref().map(|given| &given.word),
        args.cache_none.as_ref().map(|given| &given.word),
    ];
    for word in words.into_iter().flatten() {
        let message = format!(
            "with `response`, answers are stored, which are neither `Err` nor `None`; leave `{word}` out, or choose by the answer with `timeout_with` or `response_filter`"
        );
        errors.at(word, message);
    }
}

fn answers_are_awaited(args: &Args, func: &Func, errors: &mut Errors) {
    if args.response.is_some() && !func.is_async() {
        errors.at(
            func.item.sig.fn_token,
            "`response` reads the body of the answer, which takes waiting; write `async fn`",
        );
    }
}

fn nobody_is_told_apart(args: &Args, func: &Func, errors: &mut Errors) {
    if args.request.is_none() || args.tells_users_apart() {
        return;
    }
    for param in &func.params {
        let FnArg::Typed(typed) = &param.arg else {
            continue;
        };
        let ty = typed.ty.to_token_stream();
        let Some(identity) = identity(ty.clone()).filter(|_| !super::is_skipped(args, param))
        else {
            continue;
        };
        let instead = match param.names().first() {
            Some(name) => {
                format!(", or say with `skip({name})` that the result does not depend on it")
            }
            None => String::new(),
        };
        let message = format!(
            "`{identity}` tells who asks, and is no part of the key: one user's page would reach another; put who asks into the key with `vary(\"cookie\")` or `vary(\"authorization\")`, key on the arguments with `#[memoize]`{instead}"
        );
        errors.at(ty, message);
    }
}

/// The name in a type that is known to tell who asks.
fn identity(ty: TokenStream) -> Option<String> {
    ty.into_iter().find_map(|token| match token {
        TokenTree::Ident(name) => {
            Some(name.to_string()).filter(|name| IDENTITIES.contains(&&**name))
        }
        TokenTree::Group(group) => identity(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    })
}

impl Args {
    /// Whether the key tells users apart.
    pub(crate) fn tells_users_apart(&self) -> bool {
        let tells = |header: &LitStr| {
            let name = header.value().to_ascii_lowercase();
            name == "cookie" || name == "authorization"
        };
        let headers = self.vary.as_ref();
        headers.is_some_and(|headers| headers.value.iter().any(tells))
    }
}
