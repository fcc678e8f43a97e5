//! Which names some code takes from around it, as far as its tokens tell.

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;
use syn::{Block, ItemFn, Stmt};

/// Whether some code uses a local variable of such a name.
///
/// Fields, methods and segments of paths are no variables. A text names some if it stands inside a macro:
/// `format!("{id}")`.
pub(crate) fn uses(code: TokenStream, is_it: &mut dyn FnMut(&Ident) -> bool) -> bool {
    uses_within(code, false, is_it)
}

fn uses_within(code: TokenStream, in_macro: bool, is_it: &mut dyn FnMut(&Ident) -> bool) -> bool {
    let tokens: Vec<TokenTree> = code.into_iter().collect();
    let mark = |at: Option<usize>, mark| is_mark(at.and_then(|at| tokens.get(at)), mark);
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

/// The names that are not taken from around some code: what it binds in the bars of a closure, after `let` and `for`
/// and in the arms of a `match`, and the functions that it calls.
pub(crate) fn own(code: TokenStream) -> Vec<Ident> {
    let mut names = Vec::new();
    own_within(code, false, &mut names);
    names
}

fn own_within(code: TokenStream, is_pattern: bool, names: &mut Vec<Ident>) {
    let tokens: Vec<TokenTree> = code.into_iter().collect();
    let is = |at: usize, mark| is_mark(tokens.get(at), mark);
    let is_called = |at: usize| {
        let is_method = at.checked_sub(1).is_some_and(|before| is(before, '.'));
        !is_method && is_in_parentheses(tokens.get(at + 1))
    };
    let has_arms = (0..tokens.len()).any(|at| is(at, '=') && is(at + 1, '>'));
    let (mut binds, mut in_bars) = (is_pattern || has_arms, false);
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(word) if word == "let" || word == "for" => binds = true,
            TokenTree::Ident(word) if word == "in" || word == "if" => binds = false,
            TokenTree::Ident(name) if binds || is_called(at) => names.push(name.clone()),
            TokenTree::Punct(mark) => match mark.as_char() {
                '=' => binds = false,
                ',' => binds |= has_arms,
                '|' if in_bars => (binds, in_bars) = (false, false),
                '|' if at == 0 || begins_closure(&tokens[at - 1]) => {
                    (binds, in_bars) = (true, true);
                }
                _ => {}
            },
            TokenTree::Group(group) => {
                own_within(group.stream(), binds, names);
                binds |= has_arms && group.delimiter() == Delimiter::Brace;
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Whether a bar after this token is that of a closure, and no operator.
fn begins_closure(before: &TokenTree) -> bool {
    match before {
        TokenTree::Punct(_) => true,
        TokenTree::Ident(word) => word == "move" || word == "return",
        TokenTree::Group(_) | TokenTree::Literal(_) => false,
    }
}

fn is_in_parentheses(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
}

fn is_mark(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
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

/// Whether a function says `self` or `Self` of the impl that it stands in.
pub(crate) fn mentions_self(function: &ItemFn) -> bool {
    says_self(function.sig.to_token_stream()) || says_self(function.block.to_token_stream())
}

/// Whether some code says `self` or `Self`. `self::f` is a path; an attribute, and an item inside of braces, say them
/// of themselves.
pub(crate) fn says_self(code: TokenStream) -> bool {
    let mut tokens = code.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let says = match token {
            TokenTree::Ident(name) if name == "self" => !starts_path(tokens.peek()),
            TokenTree::Ident(name) => name == "Self",
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                tokens.next_if(is_bracketed);
                false
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                match Block::parse_within.parse2(group.stream()) {
                    Ok(statements) => statements.iter().any(statement_says_self),
                    Err(_) => says_self(group.stream()),
                }
            }
            TokenTree::Group(group) => says_self(group.stream()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        };
        if says {
            return true;
        }
    }
    false
}

fn statement_says_self(statement: &Stmt) -> bool {
    !matches!(statement, Stmt::Item(_)) && says_self(statement.to_token_stream())
}

fn is_bracketed(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket)
}

/// Whether a token is the first half of `::`.
fn starts_path(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(mark)) if mark.as_char() == ':' && mark.spacing() == Spacing::Joint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn what_code_binds_or_calls_is_its_own() {
        for own in [
            quote!(|a| a > 1),
            quote!(|(b, a), c| a),
            quote!(move |v: &T| {
                let a = v.len();
                a > 2
            }),
            quote!(|v| match v {
                Some(b) if b > 1 => 1,
                None => {}
                S { a } | a => a,
            }),
            quote!(|v| v.iter().any(|b| {
                for (_, a) in b {
                    a
                }
            })),
            quote!(|v| if let Some(a) = v {
                a
            }),
            quote!(a(1) + 2),
        ] {
            assert!(
                super::own(own.clone()).iter().any(|name| name == "a"),
                "{own}"
            );
        }
        for taken in [
            quote!(|v| *v > a),
            quote!(|v| v | a),
            quote!(|b| b == a),
            quote!(|b| b.a() == a),
            quote!(|v| match v {
                Some(b) if b > a => 1,
                None => a,
            }),
            quote!(|v| {
                let b = a;
                b
            }),
            quote!(|| v.get(a)),
        ] {
            assert!(
                super::own(taken.clone()).iter().all(|name| name != "a"),
                "{taken}"
            );
        }
    }

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
