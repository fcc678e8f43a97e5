//! What the user wrote in the parentheses: one field per argument, each with the word it was given by.
//!
//! Nothing here looks at the function.

pub(crate) mod lifetime;
pub(crate) mod requests;
pub(crate) mod targets;
pub(crate) mod template;

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Lit, LitStr, Path, Token, parenthesized};

use crate::errors::{Errors, closest};
use lifetime::Lifetime;
use requests::Query;
use template::Template;

/// Which of the two caching attributes it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    Cached,
    Memoize,
}

impl Attribute {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cached => "cached",
            Self::Memoize => "memoize",
        }
    }
}

/// An argument's value, and the word before it.
pub(crate) struct Given<T> {
    pub(crate) word: Ident,
    pub(crate) value: T,
}

/// The arguments of `#[cached]` and `#[memoize]`.
#[derive(Default)]
pub(crate) struct Args {
    /// The time to live.
    pub(crate) timeout: Option<Given<Lifetime>>,
    /// The time to live of a `None`.
    pub(crate) none_timeout: Option<Given<Lifetime>>,
    /// The time to live of an `Err`, which is not stored without it.
    pub(crate) err_timeout: Option<Given<Lifetime>>,
    /// The time to live by the value.
    pub(crate) timeout_with: Option<Given<Expr>>,
    /// How long an entry may be unread.
    pub(crate) idle: Option<Given<Lifetime>>,
    /// The part of a time to live that chance may take away.
    pub(crate) jitter: Option<Given<Expr>>,
    /// How long an old value is given out while a refresh runs.
    pub(crate) stale_while_revalidate: Option<Given<Lifetime>>,
    /// How long an old value is given out where the function fails.
    pub(crate) stale_if_error: Option<Given<Lifetime>>,
    /// The part of a time to live after which a hit starts a refresh.
    pub(crate) refresh_ahead: Option<Given<Expr>>,
    /// The most that all entries may weigh together.
    pub(crate) max_weight: Option<Given<Expr>>,
    /// What an entry weighs.
    pub(crate) weigher: Option<Given<Expr>>,
    /// The labels that entries carry.
    pub(crate) tags: Option<Given<Vec<Template>>>,
    /// Labels taken from the value.
    pub(crate) tags_with: Option<Given<Expr>>,
    /// Whether results go when the results go that they were computed from.
    pub(crate) depends: Option<Given<bool>>,
    /// The most entries that are kept.
    pub(crate) max_entries: Option<Given<Expr>>,
    /// As many entries as are asked for.
    pub(crate) unbounded: Option<Given<()>>,
    /// Arguments that are left out of the key.
    pub(crate) skip: Option<Given<Vec<Ident>>>,
    /// What to key on, in place of the arguments.
    pub(crate) key: Option<Given<Expr>>,
    /// The route to key on.
    pub(crate) route: Option<Given<Template>>,
    /// The request that is served is the key.
    pub(crate) request: Option<Given<()>>,
    /// Which part of the request's query counts.
    pub(crate) query: Option<Given<Query>>,
    /// Which headers of the request count.
    pub(crate) vary: Option<Given<Vec<LitStr>>>,
    /// Whether the function is a handler, whose answers are stored.
    pub(crate) response: Option<Given<()>>,
    /// The name that the function's entries go by.
    pub(crate) namespace: Option<Given<LitStr>>,
    /// When to bypass the cache.
    pub(crate) unless: Option<Given<Expr>>,
    /// When to run the function though there is an entry.
    pub(crate) forced_update: Option<Given<Expr>>,
    /// Which results are stored.
    pub(crate) response_filter: Option<Given<Expr>>,
    /// Which stored results count as expired.
    pub(crate) is_stale: Option<Given<Expr>>,
    /// Whether a `None` is stored.
    pub(crate) cache_none: Option<Given<bool>>,
    /// Whether callers share one computation.
    pub(crate) coalesce: Option<Given<bool>>,
    /// Whether one call is for many ids, and which argument holds them.
    pub(crate) batch: Option<Given<Option<Ident>>>,
    /// Whether the function's source is part of its name.
    pub(crate) source_check: Option<Given<bool>>,
    /// Whether sibling functions are generated.
    pub(crate) helpers: Option<Given<bool>>,
    /// Whether entries stay in the process.
    pub(crate) local: Option<Given<()>>,
    /// Whether entries must leave the process where there is a shared store.
    pub(crate) shared: Option<Given<()>>,
    /// A number in the function's name.
    pub(crate) version: Option<Given<u64>>,
    /// Where `cache_runtime` is found.
    pub(crate) runtime: Option<Given<Path>>,
    /// Whether something could not be read that says what to key on.
    pub(crate) key_unknown: bool,
}

/// Every argument, in the order in which they are listed to the user.
const KNOWN: [&str; 36] = [
    "timeout",
    "timeout_with",
    "idle",
    "jitter",
    "max_entries",
    "unbounded",
    "max_weight",
    "weigher",
    "skip",
    "key",
    "batch",
    "route",
    "query",
    "vary",
    "response",
    "namespace",
    "unless",
    "forced_update",
    "response_filter",
    "is_stale",
    "cache_none",
    "none_timeout",
    "err_timeout",
    "stale_while_revalidate",
    "stale_if_error",
    "refresh_ahead",
    "tags",
    "tags_with",
    "depends",
    "coalesce",
    "local",
    "shared",
    "source_check",
    "version",
    "helpers",
    "crate",
];

/// What other libraries call these things.
const SYNONYMS: [(&str, &str); 33] = [
    ("ttl", "timeout"),
    ("ttl_secs", "timeout"),
    ("time", "timeout"),
    ("time_to_live", "timeout"),
    ("expire", "timeout"),
    ("expires", "timeout"),
    ("time_to_idle", "idle"),
    ("tti", "idle"),
    ("swr", "stale_while_revalidate"),
    ("stale", "stale_while_revalidate"),
    ("grace", "stale_while_revalidate"),
    ("fail_safe", "stale_if_error"),
    ("tag", "tags"),
    ("weight", "weigher"),
    ("max_memory", "max_weight"),
    ("size", "max_entries"),
    ("max_size", "max_entries"),
    ("capacity", "max_entries"),
    ("limit", "max_entries"),
    ("threshold", "max_entries"),
    ("ignore", "skip"),
    ("args_to_ignore", "skip"),
    ("convert", "key"),
    ("query_string", "query"),
    ("vary_by", "vary"),
    ("headers", "vary"),
    ("cache_if", "response_filter"),
    ("name", "namespace"),
    ("prefix", "namespace"),
    ("key_prefix", "namespace"),
    ("sync_writes", "coalesce"),
    ("cache_err", "err_timeout"),
    ("force_refresh", "forced_update"),
];

impl Args {
    /// Reads all arguments; what cannot be read is reported, and the rest is read on.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let read = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = args.read_one(input, errors) {
                    errors.push(error);
                    skip_to_comma(input);
                } else if !input.is_empty() && !input.peek(Token![,]) {
                    errors.push(input.error("expected `,` between two arguments"));
                    skip_to_comma(input);
                }
                let _: Option<Token![,]> = input.parse()?;
            }
            Ok(())
        };
        if let Err(error) = read.parse2(tokens) {
            errors.push(error);
        }
        args
    }

    fn read_one(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let word = input.call(Ident::parse_any).map_err(|error| {
            syn::Error::new(
                error.span(),
                "this is not an argument; write `name = value`, such as `timeout = 60`",
            )
        })?;
        let name = word.to_string();
        let read = self.read_value(word, input, errors);
        self.key_unknown |= read.is_err() && ["route", "skip", "key"].contains(&name.as_str());
        read
    }

    fn read_value(
        &mut self,
        word: Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        match word.to_string().as_str() {
            "timeout" => once(&mut self.timeout, word, input, lifetime::parse, errors),
            "none_timeout" => once(&mut self.none_timeout, word, input, lifetime::parse, errors),
            "err_timeout" => once(&mut self.err_timeout, word, input, lifetime::parse, errors),
            "timeout_with" => once(&mut self.timeout_with, word, input, expression, errors),
            "idle" => once(&mut self.idle, word, input, lifetime::span_of_time, errors),
            "jitter" => once(&mut self.jitter, word, input, fraction, errors),
            "stale_while_revalidate" => once(
                &mut self.stale_while_revalidate,
                word,
                input,
                lifetime::span_of_time,
                errors,
            ),
            "stale_if_error" => once(
                &mut self.stale_if_error,
                word,
                input,
                lifetime::span_of_time,
                errors,
            ),
            "refresh_ahead" => once(&mut self.refresh_ahead, word, input, fraction, errors),
            "max_weight" => once(&mut self.max_weight, word, input, entries, errors),
            "weigher" => once(&mut self.weigher, word, input, expression, errors),
            "tags" => once(&mut self.tags, word, input, labels, errors),
            "tags_with" => once(&mut self.tags_with, word, input, expression, errors),
            "depends" => once(&mut self.depends, word, input, boolean, errors),
            "max_entries" => once(&mut self.max_entries, word, input, entries, errors),
            "unbounded" => once(&mut self.unbounded, word, input, flag, errors),
            "skip" => once(&mut self.skip, word, input, names, errors),
            "key" => once(&mut self.key, word, input, expression, errors),
            "batch" => once(&mut self.batch, word, input, ids, errors),
            "route" if self.request.is_some() || requests::is_next(input) => {
                self.read_request(word, input, errors)
            }
            "route" => once(&mut self.route, word, input, route, errors),
            "query" => once(&mut self.query, word, input, requests::query, errors),
            "vary" => once(&mut self.vary, word, input, requests::vary, errors),
            "response" => once(&mut self.response, word, input, flag, errors),
            "namespace" => once(&mut self.namespace, word, input, namespace, errors),
            "unless" => once(&mut self.unless, word, input, expression, errors),
            "forced_update" => once(&mut self.forced_update, word, input, expression, errors),
            "response_filter" => once(&mut self.response_filter, word, input, expression, errors),
            "is_stale" => once(&mut self.is_stale, word, input, expression, errors),
            "cache_none" => once(&mut self.cache_none, word, input, boolean, errors),
            "coalesce" => once(&mut self.coalesce, word, input, boolean, errors),
            "source_check" => once(&mut self.source_check, word, input, boolean, errors),
            "helpers" => once(&mut self.helpers, word, input, boolean, errors),
            "local" => once(&mut self.local, word, input, flag, errors),
            "shared" => once(&mut self.shared, word, input, flag, errors),
            "version" => once(&mut self.version, word, input, version, errors),
            "crate" => once(&mut self.runtime, word, input, path, errors),
            unknown => Err(syn::Error::new(word.span(), not_known(unknown))),
        }
    }

    /// Reads `= request`, beside which there is no other route.
    fn read_request(
        &mut self,
        word: Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        if self.route.is_some() || !requests::is_next(input) {
            errors.at(&word, "`route` is given twice; keep one");
            skip_to_comma(input);
            return Ok(());
        }
        once(&mut self.request, word, input, requests::request, errors)
    }

    /// The names of the arguments that are left out of the key.
    pub(crate) fn skipped(&self) -> &[Ident] {
        self.skip.as_ref().map_or(&[], |skip| &skip.value)
    }

    /// The labels that entries carry.
    pub(crate) fn labels(&self) -> &[Template] {
        self.tags.as_ref().map_or(&[], |tags| &tags.value)
    }

    /// The word of an option that calls the function again when the call is over, if there is one.
    pub(crate) fn background(&self) -> Option<&Ident> {
        let words = [
            self.stale_while_revalidate
                .as_ref()
                .map(|given| &given.word),
            self.refresh_ahead.as_ref().map(|given| &given.word),
        ];
        words.into_iter().flatten().next()
    }

    /// Whether sibling functions are generated.
    pub(crate) fn wants_helpers(&self) -> bool {
        self.helpers.as_ref().is_none_or(|helpers| helpers.value)
    }
}

fn not_known(word: &str) -> String {
    let synonym = SYNONYMS
        .iter()
        .find(|(theirs, _)| *theirs == word)
        .map(|(_, ours)| *ours);
    match synonym.or_else(|| closest(word, &KNOWN)) {
        Some(known) => format!("unknown argument `{word}`; did you mean `{known}`?"),
        None => format!(
            "unknown argument `{word}`; the arguments are `{}`",
            KNOWN.join("`, `")
        ),
    }
}

/// Fills the slot of an argument, which may be given only once.
fn once<T>(
    slot: &mut Option<Given<T>>,
    word: Ident,
    input: ParseStream<'_>,
    value: fn(&Ident, ParseStream<'_>) -> syn::Result<T>,
    errors: &mut Errors,
) -> syn::Result<()> {
    let value = value(&word, input)?;
    match slot {
        Some(_) => errors.at(&word, format_args!("`{word}` is given twice; keep one")),
        None => *slot = Some(Given { word, value }),
    }
    Ok(())
}

/// Goes on at the next argument.
fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _: syn::Result<proc_macro2::TokenTree> = input.parse();
    }
}

/// Reads `= value`; `form` says what stands there, for a user who left it out.
fn assigned<T: Parse>(word: &Ident, input: ParseStream<'_>, form: &str) -> syn::Result<T> {
    if !input.peek(Token![=]) {
        return Err(syn::Error::new(
            word.span(),
            format!("`{word}` needs a value; write `{word} = {form}`"),
        ));
    }
    input.parse::<Token![=]>()?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(syn::Error::new(
            word.span(),
            format!("`{word}` needs a value; write `{word} = {form}`"),
        ));
    }
    input.parse()
}

fn expression(word: &Ident, input: ParseStream<'_>) -> syn::Result<Expr> {
    let form = match word.to_string().as_str() {
        "key" => "user.id",
        "response_filter" | "is_stale" | "weigher" => "|value| ..",
        "timeout_with" => "|value| Duration::from_secs(..)",
        "tags_with" => "|value| [..]",
        _ => "a condition over the arguments",
    };
    assigned(word, input, form)
}

fn entries(word: &Ident, input: ParseStream<'_>) -> syn::Result<Expr> {
    let entries = bare(assigned(word, input, "1000")?);
    let what = if word == "max_weight" {
        "a total weight"
    } else {
        "a number of entries"
    };
    let wrong = |message: String| Err(syn::Error::new_spanned(&entries, message));
    match &entries {
        Expr::Lit(literal) => match &literal.lit {
            number @ Lit::Int(_) if !["", "usize"].contains(&suffix(number)) => {
                wrong(format!("`{word}` is {what}; write `{word} = 1000`"))
            }
            Lit::Int(number) if number.base10_parse::<u64>()? > 0 => Ok(entries),
            Lit::Int(_) => wrong(
                "a cache of no entries keeps nothing; give at least 1, or leave caching out with `unless = true`".into(),
            ),
            _ => wrong(format!("`{word}` is {what}; write `{word} = 1000`")),
        },
        Expr::Unary(_) => wrong(format!("`{word}` cannot be negative; write `{word} = 1000`")),
        _ => Ok(entries),
    }
}

/// Reads `= 0.8`: a part of something.
fn fraction(word: &Ident, input: ParseStream<'_>) -> syn::Result<Expr> {
    let form = if word == "jitter" { "0.1" } else { "0.8" };
    let value = bare(assigned(word, input, form)?);
    let wrong = |value: &Expr| {
        let message = format!("`{word}` is a fraction between 0 and 1; write `{word} = {form}`");
        Err(syn::Error::new_spanned(value, message))
    };
    match &value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Float(part) if (f64::MIN_POSITIVE..1.0).contains(&part.base10_parse::<f64>()?) => {
                Ok(value)
            }
            _ => wrong(&value),
        },
        Expr::Unary(_) => wrong(&value),
        _ => Ok(value),
    }
}

/// Reads `("users", "team:{team}")`.
fn labels(word: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<Template>> {
    let form = "`tags` takes texts; write `tags(\"users\", \"team:{team}\")`";
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new(word.span(), form));
    }
    let list;
    parenthesized!(list in input);
    let texts = Punctuated::<Expr, Token![,]>::parse_terminated(&list)
        .map_err(|error| syn::Error::new(error.span(), form))?;
    if texts.is_empty() {
        return Err(syn::Error::new(word.span(), form));
    }
    let label = |text: Expr| match literal(&bare(text.clone())) {
        Some(Lit::Str(text)) => Template::label(text),
        _ => Err(syn::Error::new_spanned(text, form)),
    };
    let (mut labels, mut errors) = (Vec::new(), None::<syn::Error>);
    for label in texts.into_iter().map(label) {
        match (label, &mut errors) {
            (Ok(label), _) => labels.push(label),
            (Err(error), Some(errors)) => errors.combine(error),
            (Err(error), none) => *none = Some(error),
        }
    }
    errors.map_or(Ok(labels), Err)
}

fn flag(word: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(syn::Error::new(
        word.span(),
        format!("`{word}` takes no value; write `{word}` alone, or leave it out"),
    ))
}

/// Takes off the invisible brackets that `macro_rules!` puts around what it passes on.
fn bare(value: Expr) -> Expr {
    match value {
        Expr::Group(group) => bare(*group.expr),
        other => other,
    }
}

fn literal(value: &Expr) -> Option<&Lit> {
    match value {
        Expr::Lit(literal) => Some(&literal.lit),
        _ => None,
    }
}

/// What follows the digits of a number: `u8` of `5_u8`, `m` of `5m`.
fn suffix(number: &Lit) -> &str {
    match number {
        Lit::Int(number) => number.suffix(),
        Lit::Float(number) => number.suffix(),
        _ => "",
    }
}

fn boolean(word: &Ident, input: ParseStream<'_>) -> syn::Result<bool> {
    let value = bare(assigned(word, input, "false")?);
    match literal(&value) {
        Some(Lit::Bool(answer)) => Ok(answer.value),
        _ => Err(syn::Error::new_spanned(
            &value,
            format!("`{word}` is `true` or `false`; write `{word} = false`"),
        )),
    }
}

fn names(word: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new(
            word.span(),
            "`skip` names arguments; write `skip(a, b)`",
        ));
    }
    let list;
    parenthesized!(list in input);
    let names = Punctuated::<Ident, Token![,]>::parse_terminated_with(&list, Ident::parse_any)
        .map_err(|error| {
            syn::Error::new(
                error.span(),
                "`skip` takes names of arguments; write `skip(a, b)`",
            )
        })?;
    if names.is_empty() {
        return Err(syn::Error::new(
            word.span(),
            "`skip` names no argument; write `skip(a, b)`, or leave it out",
        ));
    }
    Ok(names.into_iter().collect())
}

/// Reads `= ids`, or nothing.
fn ids(word: &Ident, input: ParseStream<'_>) -> syn::Result<Option<Ident>> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(None);
    }
    let form = "`batch` names the argument that holds the ids; write `batch`, or `batch = ids`";
    if !input.peek(Token![=]) {
        return Err(syn::Error::new(word.span(), form));
    }
    input.parse::<Token![=]>()?;
    let name = input.call(Ident::parse_any);
    name.map(Some)
        .map_err(|error| syn::Error::new(error.span(), form))
}

fn text(word: &Ident, input: ParseStream<'_>, form: &str) -> syn::Result<LitStr> {
    let value = bare(assigned(word, input, form)?);
    match literal(&value) {
        Some(Lit::Str(text)) => Ok(text.clone()),
        _ => Err(syn::Error::new_spanned(
            &value,
            format!("`{word}` is a text; write `{word} = {form}`"),
        )),
    }
}

fn namespace(word: &Ident, input: ParseStream<'_>) -> syn::Result<LitStr> {
    let text = text(word, input, "\"users.v2\"")?;
    if text.value().is_empty() {
        return Err(syn::Error::new(
            text.span(),
            "the namespace is empty; write `namespace = \"users.v2\"`",
        ));
    }
    Ok(text)
}

fn route(word: &Ident, input: ParseStream<'_>) -> syn::Result<Template> {
    let value = bare(assigned(word, input, "\"/users/{id}\"")?);
    match literal(&value) {
        Some(Lit::Str(text)) => Template::route(text),
        _ => Err(syn::Error::new_spanned(
            &value,
            "`route` is a text, or the request; write `route = \"/users/{id}\"`, or `route = request`",
        )),
    }
}

fn version(word: &Ident, input: ParseStream<'_>) -> syn::Result<u64> {
    let value = bare(assigned(word, input, "3")?);
    match literal(&value) {
        Some(Lit::Int(number)) if number.suffix().is_empty() => number.base10_parse(),
        _ => Err(syn::Error::new_spanned(
            &value,
            "`version` is a whole number; write `version = 3`",
        )),
    }
}

fn path(word: &Ident, input: ParseStream<'_>) -> syn::Result<Path> {
    match bare(assigned(word, input, "some::path::cache_runtime")?) {
        Expr::Path(path) if path.qself.is_none() => Ok(path.path),
        other => Err(syn::Error::new_spanned(
            other,
            format!(
                "`{word}` is a path; write `{word} = some::path::cache_runtime`, without quotes"
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn messages(tokens: TokenStream) -> Vec<String> {
        let mut errors = Errors::default();
        Args::parse(tokens, &mut errors);
        let code = errors
            .into_code()
            .map_or_else(String::new, |code| code.to_string());
        code.split("compile_error ! { ")
            .skip(1)
            .map(|rest| rest.split(" }").next().unwrap_or("").to_owned())
            .collect()
    }

    #[test]
    fn everything_that_is_wrong_is_reported() {
        let found = messages(quote!(
            timout = 5,
            max_entries = 0,
            local = 3,
            timeout = "5 mnts",
            skip(),
            helpers = 1
        ));
        assert_eq!(found.len(), 6, "{found:#?}");
        assert!(found[0].contains("did you mean `timeout`?"));
    }

    #[test]
    fn an_argument_is_given_once() {
        assert!(
            messages(quote!(timeout = 5, timeout = 6))[0]
                .contains("`timeout` is given twice; keep one")
        );
    }

    #[test]
    fn there_is_one_route() {
        assert!(messages(quote!(route = request, query("page"), response)).is_empty());
        for twice in [
            quote!(route = request, route = "/a"),
            quote!(route = "/a", route = request),
        ] {
            assert_eq!(messages(twice).len(), 1);
        }
    }
}
