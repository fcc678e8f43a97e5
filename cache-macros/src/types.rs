//! Types, and what stands inside them.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{
    GenericArgument, Lifetime, Path, PathArguments, Token, Type, TypeArray, TypeGroup,
    TypeParamBound, TypeParen, TypePtr, TypeReference, TypeSlice,
};

/// What stands inside a type.
pub(crate) enum Part<'a> {
    Type(&'a Type),
    Lifetime(&'a Lifetime),
}

/// Shows a type and all inside it, from the outside in; `see` answers whether to go on into a type.
///
/// What a function or a closure takes and returns is not inside of it.
pub(crate) fn walk<'a>(ty: &'a Type, see: &mut dyn FnMut(Part<'a>) -> bool) {
    if !see(Part::Type(ty)) {
        return;
    }
    match ty {
        Type::Array(TypeArray { elem, .. })
        | Type::Group(TypeGroup { elem, .. })
        | Type::Paren(TypeParen { elem, .. })
        | Type::Ptr(TypePtr { elem, .. })
        | Type::Slice(TypeSlice { elem, .. }) => walk(elem, see),
        Type::Reference(TypeReference { lifetime, elem, .. }) => {
            if let Some(lifetime) = lifetime {
                see(Part::Lifetime(lifetime));
            }
            walk(elem, see);
        }
        Type::Tuple(tuple) => tuple.elems.iter().for_each(|elem| walk(elem, see)),
        Type::Path(path) => {
            if let Some(of) = &path.qself {
                walk(&of.ty, see);
            }
            walk_path(&path.path, see);
        }
        Type::ImplTrait(opaque) => walk_bounds(&opaque.bounds, see),
        Type::TraitObject(object) => walk_bounds(&object.bounds, see),
        _ => {}
    }
}

fn walk_path<'a>(path: &'a Path, see: &mut dyn FnMut(Part<'a>) -> bool) {
    for segment in &path.segments {
        let PathArguments::AngleBracketed(list) = &segment.arguments else {
            continue;
        };
        for argument in &list.args {
            match argument {
                GenericArgument::Lifetime(lifetime) => {
                    see(Part::Lifetime(lifetime));
                }
                GenericArgument::Type(ty) => walk(ty, see),
                GenericArgument::AssocType(bound) => walk(&bound.ty, see),
                GenericArgument::Constraint(bound) => walk_bounds(&bound.bounds, see),
                _ => {}
            }
        }
    }
}

fn walk_bounds<'a>(
    bounds: &'a Punctuated<TypeParamBound, Token![+]>,
    see: &mut dyn FnMut(Part<'a>) -> bool,
) {
    for bound in bounds {
        match bound {
            TypeParamBound::Trait(bound) => walk_path(&bound.path, see),
            TypeParamBound::Lifetime(lifetime) => {
                see(Part::Lifetime(lifetime));
            }
            _ => {}
        }
    }
}

/// Whether a type says `impl Trait` anywhere.
pub(crate) fn is_opaque(ty: &Type) -> bool {
    let mut opaque = false;
    walk(ty, &mut |part| {
        opaque |= matches!(part, Part::Type(Type::ImplTrait(_)));
        !opaque
    });
    opaque
}

/// The first part of a type that lets its owner change what it does not own.
pub(crate) fn mutable(ty: &Type) -> Option<&TypeReference> {
    let mut found = None;
    walk(ty, &mut |part| {
        if let Part::Type(Type::Reference(reference)) = part
            && reference.mutability.is_some()
        {
            found.get_or_insert(reference);
        }
        true
    });
    found
}

/// The first part of a type that borrows: a lifetime, or a `&` without one.
pub(crate) fn borrow(ty: &Type) -> Option<TokenStream> {
    let mut found = None;
    walk(ty, &mut |part| {
        let borrow = match part {
            Part::Lifetime(lifetime) if lifetime.ident != "static" => lifetime.to_token_stream(),
            Part::Type(Type::Reference(reference)) if reference.lifetime.is_none() => {
                reference.to_token_stream()
            }
            _ => return true,
        };
        found.get_or_insert(borrow);
        true
    });
    found
}
