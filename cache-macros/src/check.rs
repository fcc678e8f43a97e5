//! What must hold: one function per rule, all of them run, all that they find is reported.
//!
//! Out of it comes a [`Plan`], in which contradictions can no longer be said.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Expr, FnArg, Ident, Path, ReceiverKind, ReturnType, Type};

use crate::args::lifetime::Lifetime as Time;
use crate::args::targets::{Target, Targets};
use crate::args::template::Template;
use crate::args::{Args, Attribute};
use crate::errors::{Errors, closest};
use crate::func::{Func, Param, Passed, is_cfg};
use crate::place;
use crate::surroundings::{self, Surroundings};
use crate::types::{self, is_opaque};
pub(crate) use batch::Batch;

mod batch;
mod borrows;
mod given;
mod requests;
mod together;

/// What is to be written out.
pub(crate) struct Plan {
    pub(crate) func: Func,
    pub(crate) args: Args,
    pub(crate) keyed: KeyedOn,
    /// The ids that one call is for, if there are many.
    pub(crate) batch: Option<Batch>,
    /// Whether siblings are reached through `Self`.
    pub(crate) in_impl: bool,
    /// Whether there can be siblings: the impl of a trait has no room for them.
    pub(crate) has_room: bool,
    /// Where `cache_runtime` is found.
    pub(crate) runtime: TokenStream,
    /// The fingerprint of the function's source.
    pub(crate) source: u64,
}

/// What the entries of a function are keyed on.
pub(crate) enum KeyedOn {
    /// The parameters at these places.
    Arguments(Vec<usize>),
    /// Expressions over the parameters at these places.
    Expression(Vec<Expr>, Vec<usize>),
    /// A route with the parameters at these places.
    Route(Template, Vec<usize>),
    /// The request that is served.
    Request,
    /// Nothing: there is one entry.
    Namespace,
}

impl KeyedOn {
    /// The places of the parameters that the key needs.
    pub(crate) fn params(&self) -> &[usize] {
        match self {
            Self::Arguments(places) | Self::Expression(_, places) | Self::Route(_, places) => {
                places
            }
            Self::Request | Self::Namespace => &[],
        }
    }
}

impl Plan {
    /// Checks arguments and function against each other. The plan is complete even if there are errors.
    pub(crate) fn new(attribute: Attribute, args: Args, func: Func, errors: &mut Errors) -> Self {
        contradictions(attribute, &args, errors);
        together::does_not_write(&func, errors);
        given::all(&args, &func, errors);
        requests::all(&args, &func, errors);
        windows_need_an_end(&args, errors);
        let batch = Batch::find(attribute, &args, &func, errors);
        refreshes_can_be_called_later(&args, &func, errors);
        skips_name_arguments(&args, &func, errors);
        let placed = placeholders_name_arguments(&args, &func, errors);
        if attribute == Attribute::Cached && placed && args.request.is_none() {
            no_argument_is_dropped(&args, &func, errors);
        }
        // The word `fn` stands where the impl is written if a macro writes the impl and is given the name; the
        // name stands there if a macro is called inside the impl.
        let sig = &func.item.sig;
        let around = match surroundings::of(sig.fn_token.span) {
            Surroundings::Free => surroundings::of(sig.ident.span()),
            found => found,
        };
        let has_room = around != Surroundings::TraitImpl;
        if !has_room && args.wants_helpers() {
            errors.at(
                &func.item.sig.ident,
                "the impl of a trait has no room for sibling functions; add `helpers = false`",
            );
        }
        let keyed = keyed_on(&args, &func);
        let runtime = runtime(args.runtime.as_ref().map(|given| &given.value));
        let mut func = func;
        if args.response.is_some() {
            func.output = syn::parse_quote!(#runtime::__private::Answered);
        }
        borrows::keys_can_be_owned(&func, &keyed, errors);
        labels_come_from_the_key(&args, &keyed, &func, errors);
        Self {
            keyed,
            batch,
            in_impl: around != Surroundings::Free || func.mentions_self(),
            runtime,
            has_room,
            source: fingerprint(&func.item.to_token_stream().to_string()),
            func,
            args,
        }
    }
}

/// Where `cache_runtime` is found.
pub(crate) fn runtime(path: Option<&Path>) -> TokenStream {
    path.map_or_else(|| quote!(::cache_runtime), ToTokens::to_token_stream)
}

/// FNV-1a, 64 bits (draft-eastlake-fnv).
fn fingerprint(text: &str) -> u64 {
    let step = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

// --- the function by itself --------------------------------------------------------------------------------

/// Refuses functions that cannot be cached, whatever the arguments are.
///
/// Answers whether it can, and so whether its siblings' signatures make sense.
pub(crate) fn shape(func: &Func, attribute: Attribute, args: &Args, errors: &mut Errors) -> bool {
    let before = errors.count();
    together::cached_once(func, attribute.name(), errors);
    qualifiers(func, errors);
    no_mutable_arguments(func, errors);
    // What a handler returns is made an answer before it is stored.
    if let (ReturnType::Type(_, output), None) = (&func.item.sig.output, &args.response) {
        output_is_owned(func, output, attribute, errors);
    }
    errors.count() == before
}

fn qualifiers(func: &Func, errors: &mut Errors) {
    let sig = &func.item.sig;
    if let Some(word) = &sig.constness {
        errors.at(
            word,
            "a `const fn` is computed by the compiler and cannot be cached; remove `const`",
        );
    }
    if let Some(abi) = &sig.abi {
        errors.at(
            abi,
            "an `extern` function cannot be cached; cache a Rust function that it calls",
        );
    }
    if let Some(variadic) = &sig.variadic {
        errors.at(
            variadic,
            "a variadic function cannot be cached; cache a Rust function that it calls",
        );
    }
}

fn no_mutable_arguments(func: &Func, errors: &mut Errors) {
    for param in &func.params {
        match &param.arg {
            FnArg::Receiver(receiver) if is_mutable_receiver(receiver) => errors.at(
                receiver,
                "a hit would leave `self` unchanged; take `&self`, or cache the part that only reads",
            ),
            FnArg::Typed(typed) => {
                if let Some(reference) = types::mutable(&typed.ty) {
                    let shown = param.shown();
                    let message = format!("a hit would leave `{shown}` unchanged; take `&`, or return the change");
                    errors.at(reference, message);
                }
                for cfg in typed.attrs.iter().filter(|attribute| is_cfg(attribute)) {
                    errors.at(cfg, "whether an argument is there is not known to the cache; put `#[cfg]` on the function");
                }
            }
            FnArg::Receiver(_) => {}
        }
    }
}

fn is_mutable_receiver(receiver: &syn::Receiver) -> bool {
    match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_some(),
        ReceiverKind::Typed(_, ty) => {
            matches!(&**ty, Type::Reference(ty) if ty.mutability.is_some())
        }
        _ => false,
    }
}

fn output_is_owned(func: &Func, output: &Type, attribute: Attribute, errors: &mut Errors) {
    if is_opaque(output) {
        let message =
            "`impl Trait` has no name under which it could be stored; write the type, or box it";
        return errors.at(output, message);
    }
    if matches!(output, Type::Never(_)) {
        return errors.at(
            output,
            "a function that never returns has no result to cache; cache one that returns",
        );
    }
    if is_boxed_future(output) && is_async_trait(func) {
        let message = "`#[async_trait]` has made this a function that returns a future, which is computed once; cache an inherent or free `async fn`, and call that one here";
        return errors.at(&func.item.sig.ident, message);
    }
    if is_boxed_future(output) {
        let name = attribute.name();
        let message = format!(
            "a future is computed once and cannot be cached; put `#[{name}]` on an `async fn`"
        );
        return errors.at(output, message);
    }
    if let Some(borrow) = types::borrow(output) {
        let message = "a cached result cannot borrow from an argument; return an owned value, such as `String`, `Vec<_>` or `Arc<_>`";
        errors.at(borrow, message);
    }
}

fn is_boxed_future(output: &Type) -> bool {
    let text = output.to_token_stream().to_string();
    text.contains("Pin <") && text.contains("dyn") && text.contains("Future")
}

fn is_future(output: &Type) -> bool {
    let text = output.to_token_stream().to_string();
    is_boxed_future(output) || is_opaque(output) && text.contains("Future <")
}

/// Whether `#[async_trait]` has rewritten the function: it names its lifetimes so.
fn is_async_trait(func: &Func) -> bool {
    let mut lifetimes = func.item.sig.generics.lifetimes();
    lifetimes.any(|param| param.lifetime.ident == "async_trait")
}

// --- the function and its arguments ------------------------------------------------------------------------

fn contradictions(attribute: Attribute, args: &Args, errors: &mut Errors) {
    let mut clash = |second: Option<&Ident>, first: bool, message: &str| {
        if let (Some(second), true) = (second, first) {
            errors.at(second, message);
        }
    };
    let route = args.route.as_ref().map(|given| &given.word);
    let route = route.or(args.request.as_ref().map(|given| &given.word));
    let unbounded = args.unbounded.as_ref().map(|given| &given.word);
    let none_timeout = args.none_timeout.as_ref().map(|given| &given.word);
    let never_none = args.cache_none.as_ref().is_some_and(|given| !given.value);
    if attribute == Attribute::Memoize {
        clash(
            route,
            true,
            "`#[memoize]` keys on the arguments; use `#[cached]` to key on a route",
        );
    }
    clash(
        route,
        args.key.is_some(),
        "`key` and `route` both say what to key on; keep one",
    );
    clash(
        unbounded,
        args.max_entries.is_some(),
        "`max_entries` and `unbounded` contradict each other; keep one",
    );
    clash(
        args.shared.as_ref().map(|given| &given.word),
        args.local.is_some(),
        "`local` and `shared` contradict each other; keep one",
    );
    let max_weight = args.max_weight.as_ref().map(|given| &given.word);
    clash(
        max_weight,
        args.max_entries.is_some() || args.unbounded.is_some(),
        "a cache is bounded by weight or by entries; keep one of `max_weight`, `max_entries` and `unbounded`",
    );
    clash(
        max_weight,
        args.weigher.is_none(),
        "`max_weight` needs to know what an entry weighs; add `weigher = |value| ..`",
    );
    clash(
        args.weigher.as_ref().map(|given| &given.word),
        args.max_weight.is_none(),
        "what an entry weighs counts with a bound only; add `max_weight = ..`",
    );
    clash(
        args.timeout_with.as_ref().map(|given| &given.word),
        args.timeout.is_some(),
        "`timeout` and `timeout_with` both say how long an entry lives; keep one",
    );
    clash(
        none_timeout,
        never_none,
        "a `None` that is not stored has no time to live; keep one of `cache_none = false` and `none_timeout`",
    );
}

fn windows_need_an_end(args: &Args, errors: &mut Errors) {
    let never = args
        .timeout
        .as_ref()
        .is_some_and(|given| matches!(given.value, Time::Never));
    let words = [
        args.jitter.as_ref().map(|given| &given.word),
        args.stale_while_revalidate
            .as_ref()
            .map(|given| &given.word),
        args.stale_if_error.as_ref().map(|given| &given.word),
        args.refresh_ahead.as_ref().map(|given| &given.word),
    ];
    for word in words.into_iter().flatten().filter(|_| never) {
        let message = format!(
            "`{word}` says what happens around the end of the timeout, which never comes; give a `timeout`, or leave `{word}` out"
        );
        errors.at(word, message);
    }
}

fn refreshes_can_be_called_later(args: &Args, func: &Func, errors: &mut Errors) {
    let Some(word) = args.background() else {
        return;
    };
    if let Some(helpers) = args.helpers.as_ref().filter(|helpers| !helpers.value) {
        let message = format!(
            "`{word}` calls the function again when the call is over, through a sibling; leave `helpers = false` out, or cache an inherent method that this one calls"
        );
        errors.at(&helpers.word, message);
    }
    if func.is_unsafe() {
        let message = format!(
            "`{word}` would call an `unsafe` function again when the call is over, where nobody vouches for it; cache a safe function that calls it"
        );
        errors.at(word, message);
    }
}

fn labels_come_from_the_key(args: &Args, keyed: &KeyedOn, func: &Func, errors: &mut Errors) {
    // What extractors take from the request is in it.
    let from_request = matches!(keyed, KeyedOn::Request);
    for label in args.labels() {
        for name in label.names() {
            let mut params = func.params.iter();
            match params.position(|param| param.answers_to(name)) {
                None => errors.at(&label.literal, no_argument(&name.to_string(), func)),
                Some(place) if !from_request && !keyed.params().contains(&place) => {
                    let message = format!(
                        "`{name}` is not part of the key, so one entry could need several labels; put it into the key, or take the label from the value with `tags_with`"
                    );
                    errors.at(&label.literal, message);
                }
                Some(_) => {}
            }
        }
    }
}

fn skips_name_arguments(args: &Args, func: &Func, errors: &mut Errors) {
    let skipped = args.skipped();
    for (index, name) in skipped.iter().enumerate() {
        if skipped[..index].contains(name) {
            errors.at(name, format_args!("`{name}` is skipped twice; keep one"));
        } else if !func.params.iter().any(|param| param.answers_to(name)) {
            errors.at(name, no_argument(&name.to_string(), func));
        }
    }
}

/// Answers whether the route says all that is meant to be in it.
fn placeholders_name_arguments(args: &Args, func: &Func, errors: &mut Errors) -> bool {
    let Some(route) = &args.route else {
        return true;
    };
    let before = errors.count();
    for name in route.value.names() {
        match func.params.iter().find(|param| param.answers_to(name)) {
            None => errors.at(&route.value.literal, no_argument(&name.to_string(), func)),
            Some(param) if is_skipped(args, param) => errors.at(
                &route.value.literal,
                format_args!(
                    "`{name}` is in the route and in `skip(..)`; take it out of one of them"
                ),
            ),
            Some(_) => {}
        }
    }
    errors.count() == before
}

fn no_argument(name: &str, func: &Func) -> String {
    let names = func.names();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    match closest(name, &names) {
        Some(close) => format!("there is no argument `{name}`; did you mean `{close}`?"),
        None if names.is_empty() => format!("there is no argument `{name}`; the function has none"),
        None => format!(
            "there is no argument `{name}`; the arguments are `{}`",
            names.join("`, `")
        ),
    }
}

fn no_argument_is_dropped(args: &Args, func: &Func, errors: &mut Errors) {
    if args.key.is_some() || args.key_unknown {
        return;
    }
    for param in func
        .params
        .iter()
        .filter(|param| !is_skipped(args, param) && !is_in_route(args, param))
    {
        let (name, shown) = (param.names().first().map(Ident::to_string), param.shown());
        let message = match name {
            Some(name) => format!(
                "`{shown}` is neither in the route nor skipped; put it into the route (`{{{name}}}`), leave it out of the key with `skip({name})`, or use `#[memoize]`"
            ),
            None => format!(
                "`{shown}` is neither in the route nor skipped; give it a name to `skip(..)`, or use `#[memoize]`"
            ),
        };
        match &param.arg {
            FnArg::Typed(typed) => errors.at(&typed.pat, message),
            FnArg::Receiver(receiver) => errors.at(receiver, message),
        }
    }
}

impl Args {
    /// Whether a parameter is left out of the key.
    pub(crate) fn skips(&self, param: &Param) -> bool {
        is_skipped(self, param)
    }

    /// Whether an argument of the attribute names a parameter.
    pub(crate) fn mention(&self, param: &Param) -> bool {
        let expressions = [&self.key, &self.unless, &self.forced_update];
        let mut expressions = expressions.into_iter().flatten();
        is_skipped(self, param)
            || self.labels().iter().any(|label| is_named_in(label, param))
            || is_in_route(self, param)
            || expressions.any(|given| param.is_used_in(&given.value))
    }
}

fn is_skipped(args: &Args, param: &Param) -> bool {
    args.skipped().iter().any(|name| param.answers_to(name))
}

fn is_in_route(args: &Args, param: &Param) -> bool {
    let route = args.route.as_ref();
    route.is_some_and(|route| is_named_in(&route.value, param))
}

fn is_named_in(template: &Template, param: &Param) -> bool {
    template.names().any(|name| param.answers_to(name))
}

fn keyed_on(args: &Args, func: &Func) -> KeyedOn {
    let places = |wanted: &dyn Fn(&Param) -> bool| {
        let params = func
            .params
            .iter()
            .enumerate()
            .filter(|(_, param)| wanted(param));
        params.map(|(place, _)| place).collect::<Vec<_>>()
    };
    if let Some(key) = &args.key {
        return KeyedOn::Expression(
            parts(&key.value),
            places(&|param| param.is_used_in(&key.value)),
        );
    }
    if args.request.is_some() {
        return KeyedOn::Request;
    }
    if let Some(route) = &args.route {
        return KeyedOn::Route(
            route.value.clone(),
            places(&|param| is_in_route(args, param)),
        );
    }
    match places(&|param| !is_skipped(args, param)) {
        none if none.is_empty() => KeyedOn::Namespace,
        keyed => KeyedOn::Arguments(keyed),
    }
}

/// A tuple's elements, so that none of them is moved into the tuple; else the expression itself.
fn parts(key: &Expr) -> Vec<Expr> {
    match key {
        Expr::Tuple(tuple) if !tuple.elems.is_empty() => tuple.elems.iter().cloned().collect(),
        Expr::Paren(inner) => parts(&inner.expr),
        other => vec![other.clone()],
    }
}

// --- writers -----------------------------------------------------------------------------------------------

/// Refuses writers that cannot invalidate.
pub(crate) fn writer(func: &Func, targets: &Targets, errors: &mut Errors) {
    together::is_not_cached(func, errors);
    qualifiers_of_writer(func, errors);
    writes_before_it_returns(func, errors);
    if targets.always.is_some() {
        nothing_is_lent_on_failure(func, targets, errors);
        for binds in targets.items.iter().filter_map(|item| item.binds.as_ref()) {
            errors.at(binds, "there is no value when the function fails; name the arguments, or leave `on = always` out");
        }
    }
    for template in targets.items.iter().filter_map(|item| match &item.target {
        Target::Route(template) | Target::Tag(template) if item.binds.is_none() => Some(template),
        _ => None,
    }) {
        for name in template
            .names()
            .filter(|name| !func.params.iter().any(|param| param.answers_to(name)))
        {
            errors.at(&template.literal, no_argument(&name.to_string(), func));
        }
    }
}

/// Refuses items that use after a failure what the body has borrowed mutably.
fn nothing_is_lent_on_failure(func: &Func, targets: &Targets, errors: &mut Errors) {
    for item in &targets.items {
        let (receiver, args) = match &item.target {
            Target::Method(call) => (Some(&*call.receiver), call.args.iter().collect()),
            Target::One(_, args) => (None, args.iter().collect::<Vec<_>>()),
            _ => continue,
        };
        let selves = args.into_iter().filter(|arg| place::is_self(arg));
        for used in receiver.into_iter().chain(selves) {
            let owner = place::root(place::borrowed(used).unwrap_or(used), func);
            let Some(param) = owner.filter(|param| param.passed() == Passed::Mutable) else {
                continue;
            };
            let message = format!(
                "the body has borrowed `{}` mutably when it fails; name an associated function with arguments that can be copied, such as `Self::f(id)`, or leave `on = always` out",
                param.shown()
            );
            errors.at(used, message);
        }
    }
}

fn qualifiers_of_writer(func: &Func, errors: &mut Errors) {
    if let Some(word) = &func.item.sig.constness {
        errors.at(
            word,
            "a `const fn` cannot invalidate anything; remove `const`",
        );
    }
    if let Some(abi) = &func.item.sig.abi {
        errors.at(abi, "an `extern` function cannot invalidate anything; put the attribute on a Rust function that it calls");
    }
}

fn writes_before_it_returns(func: &Func, errors: &mut Errors) {
    let output = &func.output;
    if matches!(output, Type::Never(_)) {
        errors.at(
            output,
            "a function that never returns has no moment after its write; put the attribute on a function that returns",
        );
    } else if is_boxed_future(output) && is_async_trait(func) {
        let message = "`#[async_trait]` has made this a function that returns a future, and the write comes when that is awaited; put the attribute on an inherent or free `async fn`, and call that one here";
        errors.at(&func.item.sig.ident, message);
    } else if is_future(output) {
        let message = "the write comes when this future is awaited, after the function has returned; put the attribute on an `async fn`";
        errors.at(output, message);
    }
}
