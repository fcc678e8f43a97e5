//! The annotated function, as the other passes need it.

use std::slice;

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::{
    Attribute, FnArg, GenericParam, Ident, ItemFn, Pat, PatSlice, PatTuple, PatTupleStruct,
    PathArguments, ReceiverKind, ReturnType, Safety, Type,
};

use crate::names;
use crate::types::is_opaque;

/// A function with a body.
pub(crate) struct Func {
    pub(crate) item: ItemFn,
    pub(crate) params: Vec<Param>,
    /// The return type; `()` if none is written.
    pub(crate) output: Type,
}

/// How a parameter is passed, as far as its type tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passed {
    Value,
    /// Behind a `&`.
    Shared,
    /// Behind a `&mut`.
    Mutable,
}

/// One parameter, `self` included.
pub(crate) struct Param {
    pub(crate) arg: FnArg,
    /// What it is called where its pattern is not repeated.
    pub(crate) name: Ident,
    /// The names that its pattern binds.
    pub(crate) binds: Vec<Ident>,
}

impl Func {
    /// Reads the item that an attribute stands on.
    pub(crate) fn parse(item: TokenStream, attribute: &str) -> syn::Result<Self> {
        let item: ItemFn =
            syn::parse2(item.clone()).map_err(|error| not_a_function(item, attribute, &error))?;
        let params = item
            .sig
            .inputs
            .iter()
            .enumerate()
            .map(|(index, arg)| Param::new(index, arg))
            .collect();
        let output = match &item.sig.output {
            ReturnType::Default => syn::parse_quote!(()),
            ReturnType::Type(_, output) => ungrouped(output),
        };
        Ok(Self {
            item,
            params,
            output,
        })
    }

    /// The names that the user knows its parameters by.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for param in &self.params {
            names.extend(param.names().iter().map(Ident::to_string));
        }
        names
    }

    /// The function's name, without `r#`.
    pub(crate) fn plain_name(&self) -> String {
        self.item.sig.ident.unraw().to_string()
    }

    pub(crate) fn is_async(&self) -> bool {
        self.item.sig.asyncness.is_some()
    }

    pub(crate) fn is_unsafe(&self) -> bool {
        matches!(self.item.sig.safety, Safety::Unsafe(_))
    }

    /// Whether `self` or `Self` shows that the function stands in an impl.
    pub(crate) fn mentions_self(&self) -> bool {
        names::mentions_self(&self.item)
    }

    /// Whether its types mean something only inside of it or of the impl around it.
    pub(crate) fn depends_on_outside(&self) -> bool {
        let sig = &self.item.sig;
        let generic = sig.generics.params.iter();
        let generic = generic.filter(|param| !matches!(param, GenericParam::Lifetime(_)));
        generic.count() > 0
            || self.params.iter().any(Param::is_opaque)
            || names::says_self(sig.to_token_stream())
            || sig
                .to_token_stream()
                .into_iter()
                .any(|token| names_lifetimes(&token))
    }

    /// Whether the return type is spelt `Result<..>`, by whatever path.
    pub(crate) fn is_spelt_result(&self) -> bool {
        let Type::Path(path) = &self.output else {
            return false;
        };
        let last = path.path.segments.last();
        last.is_some_and(|last| {
            last.ident == "Result" && matches!(last.arguments, PathArguments::AngleBracketed(_))
        })
    }
}

/// Whether `for<'a>` stands somewhere in a token.
fn names_lifetimes(token: &TokenTree) -> bool {
    match token {
        TokenTree::Ident(word) => word == "for",
        TokenTree::Group(group) => group
            .stream()
            .into_iter()
            .any(|token| names_lifetimes(&token)),
        _ => false,
    }
}

/// A type without the names of its lifetimes.
pub(crate) fn anonymous(ty: &Type) -> TokenStream {
    fn anonymous(tokens: TokenStream) -> TokenStream {
        let mut anonymous_tokens = TokenStream::new();
        let mut tokens = tokens.into_iter();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(quote) if quote.as_char() == '\'' => {
                    let name = tokens.next();
                    let is_static =
                        matches!(&name, Some(TokenTree::Ident(name)) if name == "static");
                    let name = name.filter(|_| is_static);
                    let hidden = || TokenTree::Ident(Ident::new("_", quote.span()));
                    let name = name.unwrap_or_else(hidden);
                    anonymous_tokens.extend([TokenTree::Punct(quote), name]);
                }
                TokenTree::Group(group) => {
                    let mut inner = Group::new(group.delimiter(), anonymous(group.stream()));
                    inner.set_span(group.span());
                    anonymous_tokens.extend([TokenTree::Group(inner)]);
                }
                other => anonymous_tokens.extend([other]),
            }
        }
        anonymous_tokens
    }
    anonymous(ty.to_token_stream())
}

/// A type without the invisible brackets that `macro_rules!` puts around what it passes on.
pub(crate) fn ungrouped(ty: &Type) -> Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        other => other.clone(),
    }
}

fn not_a_function(item: TokenStream, attribute: &str, error: &syn::Error) -> syn::Error {
    if syn::parse2::<syn::TraitItemFn>(item.clone()).is_ok_and(|method| method.default.is_none()) {
        return syn::Error::new_spanned(
            item,
            format!(
                "`#[{attribute}]` needs a body to cache; put it on the method of the impl, with `helpers = false`"
            ),
        );
    }
    match syn::parse2::<syn::Item>(item.clone()) {
        Ok(syn::Item::Fn(_)) | Err(_) => error.clone(),
        Ok(_) => syn::Error::new_spanned(
            item,
            format!("`#[{attribute}]` goes on a function or a method; there is none here"),
        ),
    }
}

impl Param {
    fn new(index: usize, arg: &FnArg) -> Self {
        let (name, binds) = match arg {
            FnArg::Receiver(receiver) => (Ident::new("self", receiver.self_token.span), Vec::new()),
            FnArg::Typed(typed) => match &*typed.pat {
                Pat::Ident(pat) if pat.subpat.is_none() && pat.by_ref.is_none() => {
                    (pat.ident.clone(), Vec::new())
                }
                pat => (
                    format_ident!("__cache_arg{index}", span = Span::mixed_site()),
                    names_bound(pat),
                ),
            },
        };
        Self {
            arg: arg.clone(),
            name,
            binds,
        }
    }

    /// Whether the user can mean this parameter by `name`.
    pub(crate) fn answers_to(&self, name: &Ident) -> bool {
        let name = name.unraw();
        self.names().iter().any(|own| own.unraw() == name)
    }

    /// The names that the user knows it by.
    pub(crate) fn names(&self) -> &[Ident] {
        if self.name.to_string().starts_with("__cache_arg") {
            &self.binds
        } else {
            slice::from_ref(&self.name)
        }
    }

    /// What to call it in a message: its name, or its pattern.
    pub(crate) fn shown(&self) -> String {
        match &self.arg {
            FnArg::Typed(typed) if self.names().is_empty() => {
                typed.pat.to_token_stream().to_string()
            }
            _ => self
                .names()
                .iter()
                .map(Ident::to_string)
                .collect::<Vec<_>>()
                .join(", "),
        }
    }

    /// Whether an expression uses it.
    pub(crate) fn is_used_in(&self, expression: &impl ToTokens) -> bool {
        names::uses(expression.to_token_stream(), &mut |name| {
            self.answers_to(name)
        })
    }

    /// How it is passed.
    pub(crate) fn passed(&self) -> Passed {
        let by = |mutable| {
            if mutable {
                Passed::Mutable
            } else {
                Passed::Shared
            }
        };
        let ty = match &self.arg {
            FnArg::Receiver(receiver) => match &receiver.kind {
                ReceiverKind::Reference(_, _, mutability) => return by(mutability.is_some()),
                ReceiverKind::Typed(_, ty) => ty,
                _ => return Passed::Value,
            },
            FnArg::Typed(typed) if self.binds.is_empty() => &typed.ty,
            FnArg::Typed(_) => return Passed::Value,
        };
        match ungrouped(ty) {
            Type::Reference(reference) => by(reference.mutability.is_some()),
            _ => Passed::Value,
        }
    }

    /// Whether its type says `impl Trait`, and so has no name that could tell it from others.
    pub(crate) fn is_opaque(&self) -> bool {
        matches!(&self.arg, FnArg::Typed(typed) if is_opaque(&typed.ty))
    }

    /// Where it stands: its type, or `self`. Code placed there counts as generated.
    pub(crate) fn span(&self) -> Span {
        let place = match &self.arg {
            FnArg::Receiver(receiver) => receiver.self_token.span,
            FnArg::Typed(typed) => first_span(&typed.ty),
        };
        Span::call_site().located_at(place)
    }
}

/// The span of the first token.
pub(crate) fn first_span(tokens: &impl ToTokens) -> Span {
    tokens
        .to_token_stream()
        .into_iter()
        .next()
        .map_or_else(Span::call_site, |token| token.span())
}

/// The names that a pattern binds, in their order.
fn names_bound(pat: &Pat) -> Vec<Ident> {
    let mut names = Vec::new();
    find_names(pat, &mut names);
    names
}

fn find_names(pat: &Pat, names: &mut Vec<Ident>) {
    match pat {
        Pat::Ident(pat) => {
            names.push(pat.ident.clone());
            if let Some((_, inner)) = &pat.subpat {
                find_names(inner, names);
            }
        }
        Pat::Paren(pat) => find_names(&pat.pat, names),
        Pat::Reference(pat) => find_names(&pat.pat, names),
        Pat::Type(pat) => find_names(&pat.pat, names),
        Pat::Slice(PatSlice { elems, .. })
        | Pat::Tuple(PatTuple { elems, .. })
        | Pat::TupleStruct(PatTupleStruct { elems, .. }) => {
            elems.iter().for_each(|pat| find_names(pat, names));
        }
        Pat::Struct(pat) => {
            let fields = pat.fields.iter();
            fields.for_each(|field| find_names(&field.pat, names));
        }
        // Each of its cases binds the same.
        Pat::Or(pat) => find_names(&pat.cases[0], names),
        _ => {}
    }
}

/// Whether an attribute sets a lint, and which.
pub(crate) fn is_lint(attribute: &Attribute) -> bool {
    ["allow", "warn", "deny", "expect", "forbid"]
        .iter()
        .any(|lint| attribute.path().is_ident(lint))
}

/// Whether an attribute decides if the item is there at all.
pub(crate) fn is_cfg(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}
