//! Arguments that borrow in a way that a key cannot keep.

use quote::ToTokens;
use syn::{FnArg, GenericArgument, Lifetime, PathArguments, ReceiverKind, Type, TypePath};

use crate::check::KeyedOn;
use crate::errors::Errors;
use crate::func::Func;
use crate::types::{Part, walk};

/// What may hold borrowed parts and be a key; plain references, slices, arrays and tuples may too.
const KNOWN: [&str; 9] = [
    "Option", "Vec", "VecDeque", "Box", "Arc", "Rc", "Cow", "BTreeMap", "BTreeSet",
];

/// Refuses types in the key that visibly borrow, other than those that can be owned.
pub(super) fn keys_can_be_owned(func: &Func, keyed: &KeyedOn, errors: &mut Errors) {
    let KeyedOn::Arguments(places) = keyed else {
        return;
    };
    for param in places.iter().map(|&place| &func.params[place]) {
        let ty = match &param.arg {
            FnArg::Typed(typed) => &typed.ty,
            FnArg::Receiver(receiver) => match &receiver.kind {
                ReceiverKind::Typed(_, ty) => ty,
                _ => continue,
            },
        };
        if let Some(ty) = borrowing(ty) {
            let shown = ty.to_token_stream().to_string();
            let shown = [" <", "< ", " >", "& ", " ::", ":: "]
                .into_iter()
                .fold(shown, |text, spaced| text.replace(spaced, spaced.trim()));
            let name = param.names().first();
            let skip = name.map_or_else(|| "..".to_owned(), ToString::to_string);
            let message = format!(
                "`{shown}` borrows, and a key is kept after the call; leave the argument out of the key with `skip({skip})`, or say what to key on with `key = ..`"
            );
            errors.at(ty, message);
        }
    }
}

/// The first type inside a type that borrows and cannot be owned.
fn borrowing(ty: &Type) -> Option<&TypePath> {
    let mut found = None;
    walk(ty, &mut |part| match part {
        Part::Type(Type::Path(path)) => {
            let last = path.path.segments.last();
            if last.is_some_and(|last| !KNOWN.contains(&last.ident.to_string().as_str()))
                && borrows(path)
            {
                found.get_or_insert(path);
            }
            true
        }
        // What these say is no part of what is kept.
        Part::Type(Type::ImplTrait(_) | Type::TraitObject(_)) => false,
        _ => true,
    });
    found
}

/// Whether a type takes a lifetime, `B<'_>`, or a reference: `Pin<&T>`.
fn borrows(path: &TypePath) -> bool {
    let ends = |lifetime: &Lifetime| lifetime.ident != "static";
    let argument_borrows = |argument: &GenericArgument| match argument {
        GenericArgument::Lifetime(lifetime) => ends(lifetime),
        GenericArgument::Type(Type::Reference(reference)) => {
            path.qself.is_none() && reference.lifetime.as_ref().is_none_or(ends)
        }
        _ => false,
    };
    let mut segments = path.path.segments.iter();
    segments.any(|segment| match &segment.arguments {
        PathArguments::AngleBracketed(list) => list.args.iter().any(argument_borrows),
        PathArguments::None | PathArguments::Parenthesized(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(ty: &str) -> bool {
        borrowing(&syn::parse_str(ty).unwrap()).is_some()
    }

    #[test]
    fn what_can_be_owned_is_told_from_what_cannot() {
        for ty in [
            "&str",
            "Option<&'a [&str]>",
            "Cow<'_, str>",
            "Vec<std::borrow::Cow<'a, User>>",
            "(&str, B<'static>)",
            "Id<fn(&str) -> &str>",
            "Id<&'static str>",
            "&dyn Fn(B<'_>)",
        ] {
            assert!(!refused(ty), "{ty}");
        }
        for ty in [
            "B<'_>",
            "&B<'a>",
            "Option<B<'a>>",
            "Pin<&Self>",
            "Result<&str, u8>",
        ] {
            assert!(refused(ty), "{ty}");
        }
    }
}
