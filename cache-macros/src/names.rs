//! Which names some code takes from around it, as far as its tokens tell.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Expr, ItemFn, Signature};

/// Whether some code uses a local variable of such a name.
///
/// Fields, methods and segments of paths are no variables. A text names some if it stands inside a macro:
/// `format!("{id}")`.
pub(crate) fn uses(code: TokenStream, is_it: &mut impl FnMut(&Ident) -> bool) -> bool {
    uses_within(code, false, is_it)
}

/// Whether what a macro is given uses one.
pub(crate) fn macro_uses(tokens: TokenStream, is_it: &mut impl FnMut(&Ident) -> bool) -> bool {
    uses_within(tokens, true, is_it)
}

fn uses_within(code: TokenStream, in_macro: bool, is_it: &mut impl FnMut(&Ident) -> bool) -> bool {
    let tokens: Vec<TokenTree> = code.into_iter().collect();
    let mark = |at: Option<usize>, mark| {
        let token = at.and_then(|at| tokens.get(at));
        matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
    };
    let double = |first: Option<usize>, second, of| mark(first, of) && mark(second, of);
    (0..tokens.len()).any(|at| {
        let (back, back2) = (at.checked_sub(1), at.checked_sub(2));
        match &tokens[at] {
            TokenTree::Ident(name) => {
                let is_member = mark(back, '.') && !mark(back2, '.');
                let is_path = double(back2, back, ':');
                // Before a colon stands a path, a field or what is bound anew.
                let is_label = mark(Some(at + 1), ':');
                !is_member && !is_path && !is_label && is_it(name)
            }
            TokenTree::Group(group) => {
                let called = back2.is_some_and(|at| is_name(&tokens[at])) && mark(back, '!');
                uses_within(group.stream(), in_macro || called, is_it)
            }
            TokenTree::Literal(literal) if in_macro => {
                inline_names(&literal.to_string()).any(|name| is_it(&name))
            }
            TokenTree::Literal(_) | TokenTree::Punct(_) => false,
        }
    })
}

/// Whether a token can name a macro: an identifier that is no keyword.
fn is_name(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(name) if syn::parse_str::<Ident>(&name.to_string()).is_ok())
}

/// The names that a format string takes from its surroundings: `id` of `"{id:>4}"`.
pub(crate) fn inline_names(literal: &str) -> impl Iterator<Item = Ident> {
    let inside = literal.split('{').skip(1);
    let names = inside.map(|rest| {
        rest.split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
            .unwrap_or("")
    });
    names.filter_map(|name| syn::parse_str::<Ident>(name).ok())
}

/// Whether a function says `self` or `Self` of the impl that it stands in. `self::f` is a path, and an item inside
/// the function says them of itself.
pub(crate) fn mentions_self(function: &ItemFn) -> bool {
    let mut mentions = MentionsSelf(false);
    mentions.visit_signature(&function.sig);
    mentions.visit_block(&function.block);
    mentions.0
}

/// Whether a signature says `self` or `Self`.
pub(crate) fn signature_mentions_self(signature: &Signature) -> bool {
    let mut mentions = MentionsSelf(false);
    mentions.visit_signature(signature);
    mentions.0
}

struct MentionsSelf(bool);

impl MentionsSelf {
    fn visit_tokens(&mut self, tokens: TokenStream) {
        self.0 |= says_self(tokens.clone());
        self.0 |= macro_uses(tokens, &mut |name| name == "self");
    }
}

impl<'ast> Visit<'ast> for MentionsSelf {
    fn visit_receiver(&mut self, _: &'ast syn::Receiver) {
        self.0 = true;
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0 |= path.is_ident("self") || path.segments.first().is_some_and(|s| s.ident == "Self");
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_tokens(call.tokens.clone());
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        match expression {
            Expr::Verbatim(tokens) => self.visit_tokens(tokens.clone()),
            _ => visit::visit_expr(self, expression),
        }
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}

/// Whether the word `Self` stands anywhere in the tokens.
fn says_self(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(name) => name == "Self",
        TokenTree::Group(group) => says_self(group.stream()),
        TokenTree::Literal(_) | TokenTree::Punct(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn uses_a(code: TokenStream) -> bool {
        uses(code, &mut |name| name == "a")
    }

    #[test]
    fn a_variable_is_told_from_fields_paths_and_texts() {
        for used in [
            quote!(a),
            quote!(a.b),
            quote!(f(&a)),
            quote!(0..a),
            quote!((b, a as u8)),
            quote!(format!("{a:?}")),
            quote!(format!("{}", vec![a])),
            quote!(P { a }),
        ] {
            assert!(uses_a(used.clone()), "{used}");
        }
        for unused in [
            quote!(b.a),
            quote!(b.a()),
            quote!(a::b),
            quote!(m::a),
            quote!(P { a: b }),
            quote!("{a}"),
            quote!(b + "{a}"),
            quote!(!("{a}" == b)),
        ] {
            assert!(!uses_a(unused.clone()), "{unused}");
        }
    }

    #[test]
    fn what_an_item_inside_a_function_says_is_not_the_functions() {
        let says = |code: TokenStream| mentions_self(&syn::parse2(code).unwrap());
        assert!(says(quote!(
            fn f(&self) {}
        )));
        assert!(says(quote!(
            fn f() -> Vec<Self> {
                Vec::new()
            }
        )));
        assert!(says(quote!(
            fn f() -> u8 {
                <Self as Tr>::f()
            }
        )));
        assert!(says(quote!(
            fn f() -> String {
                format!("{}", Self::NAME)
            }
        )));
        assert!(says(quote!(
            fn f() -> u8
            where
                Self: Sized,
            {
                1
            }
        )));
        assert!(!says(quote!(
            fn f(a: self::A) -> self::B {
                self::g(a)
            }
        )));
        assert!(!says(quote!(
            fn f() -> String {
                format!("{}", self::NAME)
            }
        )));
        assert!(!says(quote!(
            fn f() -> u8 {
                struct S;
                impl S {
                    fn g(&self) -> Self {
                        S
                    }
                }
                1
            }
        )));
        assert!(!says(quote!(
            fn f() -> u8 {
                use self::g;
                g()
            }
        )));
    }
}
