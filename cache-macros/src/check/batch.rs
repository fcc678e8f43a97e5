//! What `batch` needs: one slice of ids among the arguments, and a map in the result.

use quote::ToTokens;
use syn::{FnArg, GenericArgument, Ident, PathArguments, Type};

use crate::args::{Args, Attribute, Given};
use crate::errors::Errors;
use crate::func::{Func, Param, ungrouped};

/// What a function with `batch` answers by.
pub(crate) struct Batch {
    /// The place of the slice among the parameters.
    pub(crate) place: usize,
    /// The type of one id.
    pub(crate) id: Type,
    /// The type of what is stored for one.
    pub(crate) value: Type,
}

impl Batch {
    /// Checks what stands around `batch`; none if it is not there, or cannot be.
    pub(super) fn find(
        attribute: Attribute,
        args: &Args,
        func: &Func,
        errors: &mut Errors,
    ) -> Option<Self> {
        let batch = args.batch.as_ref()?;
        if attribute == Attribute::Cached {
            let message = "`#[cached]` has one entry, or one per route; use `#[memoize(batch)]`";
            errors.at(&batch.word, message);
            return None;
        }
        options_fit(args, errors);
        let ids = ids(batch, func, errors);
        let value = map_value(&func.output);
        if value.is_none() {
            let message = "`batch` answers id by id; return `HashMap<Id, Value>`, `BTreeMap<Id, Value>`, or a `Result` of one of them";
            errors.at(&func.output, message);
        }
        let ((place, id), value) = (ids?, value?);
        names_no_slice(args, &func.params[place], errors);
        Some(Self { place, id, value })
    }
}

fn options_fit(args: &Args, errors: &mut Errors) {
    let unfit = [
        (
            args.key.as_ref().map(|given| &given.word),
            "says what to key on, which is the id with `batch`; name what else is to be left out with `skip(..)`",
        ),
        (
            args.err_timeout.as_ref().map(|given| &given.word),
            "stores the failure of a call, and with `batch` there are entries of ids only; leave it out",
        ),
        (
            args.stale_while_revalidate
                .as_ref()
                .map(|given| &given.word),
            "refreshes one entry in the background, and `batch` computes many at once; leave it out",
        ),
        (
            args.stale_if_error.as_ref().map(|given| &given.word),
            "answers with an old value for one entry, and a `batch` fails as a whole; leave it out",
        ),
        (
            args.refresh_ahead.as_ref().map(|given| &given.word),
            "refreshes one entry in the background, and `batch` computes many at once; leave it out",
        ),
    ];
    for (word, message) in unfit {
        if let Some(word) = word {
            errors.at(word, format_args!("`{word}` {message}"));
        }
    }
}

/// The parameter that is the slice of ids.
fn ids(batch: &Given<Option<Ident>>, func: &Func, errors: &mut Errors) -> Option<(usize, Type)> {
    let form = "write `fn f(ids: &[u64]) -> HashMap<u64, _>`";
    if let Some(name) = &batch.value {
        let mut params = func.params.iter();
        let Some(place) = params.position(|param| param.answers_to(name)) else {
            errors.at(name, super::no_argument(&name.to_string(), func));
            return None;
        };
        let id = slice_of(&func.params[place]);
        if id.is_none() {
            errors.at(name, format_args!("`{name}` is no slice of ids; {form}"));
        }
        return Some((place, id?));
    }
    let slices = func.params.iter().enumerate();
    let mut slices = slices.filter_map(|(place, param)| Some((place, slice_of(param)?)));
    let Some(first) = slices.next() else {
        let message = format!("`batch` needs an argument that is a slice of ids; {form}");
        errors.at(&batch.word, message);
        return None;
    };
    if slices.next().is_some() {
        let shown = func.params[first.0].shown();
        let message =
            format!("there are several slices; say which holds the ids: `batch = {shown}`");
        errors.at(&batch.word, message);
        return None;
    }
    Some(first)
}

/// `K` of `&[K]`.
fn slice_of(param: &Param) -> Option<Type> {
    let FnArg::Typed(typed) = &param.arg else {
        return None;
    };
    let Type::Reference(reference) = ungrouped(&typed.ty) else {
        return None;
    };
    match ungrouped(&reference.elem) {
        Type::Slice(slice) => Some(*slice.elem),
        _ => None,
    }
}

/// `V` of `HashMap<K, V>`, also in a `Result`.
fn map_value(output: &Type) -> Option<Type> {
    let Type::Path(path) = ungrouped(output) else {
        return None;
    };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    if last.ident == "Result" {
        return types.next().and_then(map_value);
    }
    let is_map = last.ident == "HashMap" || last.ident == "BTreeMap";
    is_map.then(|| types.nth(1).cloned()).flatten()
}

fn names_no_slice(args: &Args, slice: &Param, errors: &mut Errors) {
    for name in args.skipped() {
        if slice.answers_to(name) {
            let message = "the ids are what a `batch` is keyed on; take them out of `skip(..)`";
            errors.at(name, message);
        }
    }
    for label in args.labels() {
        if super::is_named_in(label, slice) {
            let message = format!(
                "`{}` are all the ids of a call, and a label is that of one entry; take it from the value with `tags_with`",
                slice.shown()
            );
            errors.at(label.literal.to_token_stream(), message);
        }
    }
}
