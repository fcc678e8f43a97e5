//! The items of `#[invalidates(..)]`: what a writer makes outdated.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, LitStr, Pat, Path, Token, parenthesized};

use super::template::Template;
use crate::errors::Errors;

/// The arguments of `#[invalidates]`.
#[derive(Default)]
pub(crate) struct Targets {
    pub(crate) items: Vec<Item>,
    /// The word `always` of `on = always`.
    pub(crate) always: Option<Ident>,
    pub(crate) runtime: Option<Path>,
}

/// One item, with the pattern that it binds the successful result to, if it reads it.
pub(crate) struct Item {
    pub(crate) binds: Option<Pat>,
    pub(crate) target: Target,
}

/// What is invalidated.
pub(crate) enum Target {
    /// All entries of a function.
    All(Path),
    /// One entry of a function.
    One(Path, Vec<Expr>),
    /// One entry of a method.
    Method(Box<syn::ExprMethodCall>),
    /// The entries of a route, in all functions.
    Route(Template),
    /// The entries that carry a label, in all functions.
    Tag(Template),
}

const FORMS: &str = "write `f(args)` for one entry of `f`, `f` for all of them, `tag(\"users\")`, `route(\"/users/{id}\")`, or `|value| f(value.id)`";

impl Targets {
    /// Reads all items; what cannot be read is reported, and the rest is read on.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut targets = Self::default();
        if tokens.is_empty() {
            let nothing = format!("nothing is invalidated; {FORMS}");
            errors.push(syn::Error::new(proc_macro2::Span::call_site(), nothing));
        }
        let before = errors.count();
        let read = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = targets.read_one(input) {
                    errors.push(error);
                    super::skip_to_comma(input);
                } else if !input.is_empty() && !input.peek(Token![,]) {
                    errors.push(input.error(format!("expected `,`; {FORMS}")));
                    super::skip_to_comma(input);
                }
                let _: Option<Token![,]> = input.parse()?;
            }
            Ok(())
        };
        if let Err(error) = read.parse2(tokens.clone()) {
            errors.push(error);
        }
        if targets.items.is_empty() && !tokens.is_empty() && errors.count() == before {
            errors.at(tokens, format_args!("nothing is invalidated; {FORMS}"));
        }
        targets
    }

    fn read_one(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.peek(Ident::peek_any) && input.peek2(Token![=]) {
            return self.option(input);
        }
        let binds = binds(input)?;
        let item = Item {
            binds,
            target: target(input)?,
        };
        self.items.push(item);
        Ok(())
    }

    fn option(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let word = input.call(Ident::parse_any)?;
        match word.to_string().as_str() {
            "crate" => self.runtime = Some(super::path(&word, input)?),
            "on" => {
                let value = super::bare(super::assigned(&word, input, "always")?);
                let when = match &value {
                    Expr::Path(path) => path.path.get_ident().filter(|when| *when == "always"),
                    _ => None,
                };
                let Some(when) = when.cloned() else {
                    return Err(syn::Error::new_spanned(
                        value,
                        "a writer invalidates on success; write `on = always` for failures and panics too, or leave `on` out",
                    ));
                };
                if self.always.replace(when).is_some() {
                    return Err(syn::Error::new(
                        word.span(),
                        "`on` is given twice; keep one",
                    ));
                }
            }
            other => {
                let message = format!(
                    "unknown argument `{other}`; the arguments are `on = always` and `crate = path`, and {FORMS}"
                );
                return Err(syn::Error::new(word.span(), message));
            }
        }
        Ok(())
    }
}

/// Reads `|value|`, if it stands there.
fn binds(input: ParseStream<'_>) -> syn::Result<Option<Pat>> {
    const ONE: &str = "a closure takes one value here, the successful result; write `|value| f(value.id)`, or `f(args)`";
    if input.peek(Token![||]) {
        return Err(syn::Error::new_spanned(input.parse::<Token![||]>()?, ONE));
    }
    if !input.peek(Token![|]) {
        return Ok(None);
    }
    input.parse::<Token![|]>()?;
    let bound = Pat::parse_single(input)?;
    let Some(colon) = input.parse::<Option<Token![:]>>()? else {
        return one(input, bound, ONE).map(Some);
    };
    let typed = Pat::Type(syn::PatType {
        attrs: Vec::new(),
        pat: Box::new(bound),
        colon_token: colon,
        ty: input.parse()?,
    });
    one(input, typed, ONE).map(Some)
}

/// The pattern, if nothing but the closing bar comes after it.
fn one(input: ParseStream<'_>, bound: Pat, message: &str) -> syn::Result<Pat> {
    if input.peek(Token![|]) {
        input.parse::<Token![|]>()?;
        return Ok(bound);
    }
    while !input.is_empty() && !input.peek(Token![|]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Err(syn::Error::new_spanned(bound, message))
}

fn target(input: ParseStream<'_>) -> syn::Result<Target> {
    if input.peek2(syn::token::Paren) && input.peek(syn::Ident) {
        let ahead = input.fork();
        let word: Ident = ahead.parse()?;
        if word == "route" {
            let text = text(input, "\"/users/{id}\"")?;
            return Ok(Target::Route(Template::route(&text)?));
        }
        if word == "tag" {
            let text = text(input, "\"team:{team}\"")?;
            return Ok(Target::Tag(Template::label(&text)?));
        }
    }
    let (start, first) = (input.span(), input.fork());
    if input.peek(syn::Ident) && input.peek2(Token![!]) && !input.peek2(Token![!=]) {
        super::skip_to_comma(input);
        return Err(syn::Error::new(
            start,
            format!("a macro is no cached function; {FORMS}"),
        ));
    }
    let item = input.parse::<Expr>();
    let item = item.map_err(|_| {
        let shown = first.parse::<proc_macro2::TokenTree>().ok();
        let named = shown.map_or_else(String::new, |token| format!(", beginning with `{token}`"));
        syn::Error::new(
            start,
            format!("this is nothing to invalidate{named}; {FORMS}"),
        )
    })?;
    match item {
        Expr::Path(path) if path.qself.is_none() => Ok(Target::All(path.path)),
        Expr::Call(call) => match *call.func {
            Expr::Path(path) if path.qself.is_none() => {
                Ok(Target::One(path.path, call.args.into_iter().collect()))
            }
            other => Err(syn::Error::new_spanned(
                other,
                format!("this is not the name of a function; {FORMS}"),
            )),
        },
        Expr::MethodCall(call) => Ok(Target::Method(Box::new(call))),
        other => Err(syn::Error::new_spanned(
            other,
            format!("this names no cached function; {FORMS}"),
        )),
    }
}

/// Reads the text in the parentheses of `route(..)` and `tag(..)`.
fn text(input: ParseStream<'_>, form: &str) -> syn::Result<LitStr> {
    let word: Ident = input.parse()?;
    let inside;
    parenthesized!(inside in input);
    let text = inside.parse::<LitStr>().ok().filter(|_| inside.is_empty());
    inside.parse::<TokenStream>()?;
    text.ok_or_else(|| {
        let message = format!(
            "`{word}` takes a text; write `{word}({form})`, or `self::{word}(..)` for a function of that name"
        );
        syn::Error::new(word.span(), message)
    })
}
