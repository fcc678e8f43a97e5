//! What counts of a request: `route = request`, `query = true`, `query("page")`, `vary("accept-language")`.

use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{LitStr, Token, parenthesized};

/// Which part of the query counts.
pub(crate) enum Query {
    None,
    All,
    Only(Vec<LitStr>),
}

/// Whether `= request` comes next.
pub(super) fn is_next(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let equals = ahead.parse::<Token![=]>();
    equals.is_ok() && ahead.parse::<Ident>().is_ok_and(|word| word == "request")
}

/// Reads `= request`.
pub(super) fn request(_word: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
    input.parse::<Token![=]>()?;
    input.parse::<Ident>().map(drop)
}

/// Reads `= true`, or `("page", "sort")`.
pub(super) fn query(word: &Ident, input: ParseStream<'_>) -> syn::Result<Query> {
    if input.peek(syn::token::Paren) {
        let form = "`query` names parts of the query; write `query(\"page\", \"sort\")`, or `query = true` for all of it";
        return texts(word, input, form).map(Query::Only);
    }
    if !input.peek(Token![=]) {
        let message = "`query` needs a value; write `query = true`, or `query(\"page\", \"sort\")` for parts of it";
        return Err(syn::Error::new(word.span(), message));
    }
    let all = super::boolean(word, input)?;
    Ok(if all { Query::All } else { Query::None })
}

/// Reads `("accept-language")`.
pub(super) fn vary(word: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    let form = "`vary` names headers of the request; write `vary(\"accept-language\")`";
    let names = texts(word, input, form)?;
    let is_name = |name: &LitStr| {
        let inside = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        !name.value().is_empty() && name.value().chars().all(inside)
    };
    match names.iter().find(|name| !is_name(name)) {
        Some(wrong) => Err(syn::Error::new(
            wrong.span(),
            "this is no name of a header; write it as in `vary(\"accept-language\")`",
        )),
        None => Ok(names),
    }
}

/// Reads `("a", "b")`.
fn texts(word: &Ident, input: ParseStream<'_>, form: &str) -> syn::Result<Vec<LitStr>> {
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new(word.span(), form));
    }
    let list;
    parenthesized!(list in input);
    let texts = Punctuated::<LitStr, Token![,]>::parse_terminated(&list)
        .map_err(|error| syn::Error::new(error.span(), form))?;
    if texts.is_empty() {
        return Err(syn::Error::new(word.span(), form));
    }
    Ok(texts.into_iter().collect())
}
