//! Templates of routes and labels: `"/users/{id}/posts/{page}"`, `"team:{team}"`.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::{Ident, LitStr, Member};

/// A text with placeholders.
#[derive(Clone)]
pub(crate) struct Template {
    pub(crate) literal: LitStr,
    pub(crate) pieces: Vec<Piece>,
}

/// A part of a template.
#[derive(Clone)]
pub(crate) enum Piece {
    Text(String),
    /// An argument, or a field of one.
    Placeholder {
        name: Ident,
        fields: Vec<Member>,
    },
}

/// Characters that never come out of a filled placeholder, which is percent-encoded (RFC 3986, section 2.2).
const RESERVED: &str = "/:?#[]@!$&'()*+,;=";

impl Template {
    /// Reads the template of a route.
    pub(crate) fn route(literal: &LitStr) -> syn::Result<Self> {
        if literal.value().is_empty() {
            let message = "the route is empty; write one like \"/users/{id}\"";
            return Err(syn::Error::new(literal.span(), message));
        }
        let mut template = Self::parse(literal)?;
        template.pieces = kept_apart(template.pieces);
        Ok(template)
    }

    /// Reads the template of a label.
    pub(crate) fn label(literal: &LitStr) -> syn::Result<Self> {
        if literal.value().is_empty() {
            let message = "the label is empty; write one like \"users\" or \"team:{team}\"";
            return Err(syn::Error::new(literal.span(), message));
        }
        Self::parse(literal)
    }

    fn parse(literal: &LitStr) -> syn::Result<Self> {
        let wrong = |message: &str| syn::Error::new(literal.span(), message);
        let (text, mut pieces, mut plain) = (literal.value(), Vec::new(), String::new());
        let mut rest = text.as_str();
        while let Some(at) = rest.find(['{', '}']) {
            let brace = &rest[at..=at];
            plain.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if rest.starts_with(brace) {
                plain.push_str(brace);
                rest = &rest[1..];
            } else if brace == "}" {
                return Err(wrong(
                    "a `}` has no `{`; write `{id}` for an argument, `}}` for a brace",
                ));
            } else if let Some(end) = rest.find('}') {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
                pieces.push(placeholder(&rest[..end], literal.span())?);
                rest = &rest[end + 1..];
            } else {
                return Err(wrong(
                    "a `{` has no `}`; write `{id}` for an argument, `{{` for a brace",
                ));
            }
        }
        plain.push_str(rest);
        pieces.push(Piece::Text(plain));
        Ok(Self {
            literal: literal.clone(),
            pieces,
        })
    }

    /// The names that its placeholders begin with.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Ident> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Placeholder { name, .. } => Some(name),
            Piece::Text(_) => None,
        })
    }
}

fn placeholder(inside: &str, span: Span) -> syn::Result<Piece> {
    let wrong = || {
        let message = format!(
            "`{{{inside}}}` is not an argument; write `{{id}}`, or `{{user.id}}` for a field"
        );
        syn::Error::new(span, message)
    };
    let mut names = inside.split('.');
    let first = names.next().unwrap_or_default();
    let mut name = Ident::parse_any.parse_str(first).map_err(|_| wrong())?;
    if name != "self" && syn::parse_str::<Ident>(first).is_err() {
        // A keyword can only be meant as the name of an argument that is written `r#type`.
        name = syn::parse_str(&format!("r#{first}")).map_err(|_| wrong())?;
    }
    name.set_span(span);
    let fields: Result<Vec<Member>, _> = names.map(syn::parse_str::<Member>).collect();
    let mut fields = fields.map_err(|_| wrong())?;
    for field in &mut fields {
        match field {
            Member::Named(name) => name.set_span(span),
            Member::Unnamed(index) => index.span = span,
        }
    }
    Ok(Piece::Placeholder { name, fields })
}

/// Puts a reserved character after a placeholder that nothing would keep apart from the next one, so that
/// `{a}{b}` with `("1", "23")` and with `("12", "3")` differ.
fn kept_apart(pieces: Vec<Piece>) -> Vec<Piece> {
    let last = pieces.len() - 1;
    let apart = |(index, piece)| match piece {
        Piece::Text(text)
            if 0 < index && index < last && !text.contains(|c| RESERVED.contains(c)) =>
        {
            Piece::Text(format!(";{text}"))
        }
        piece => piece,
    };
    let pieces = pieces.into_iter().enumerate().map(apart);
    pieces
        .filter(|piece| !matches!(piece, Piece::Text(text) if text.is_empty()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let template = Template::route(&LitStr::new(text, Span::call_site()))
            .map_err(|error| error.to_string())?;
        let show = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Placeholder { name, fields } => format!("<{name}:{}>", fields.len()),
        };
        Ok(template.pieces.iter().map(show).collect())
    }

    #[test]
    fn placeholders_are_names_and_field_paths() {
        assert_eq!(
            read("/users/{id}/posts/{page}").unwrap(),
            "/users/<id:0>/posts/<page:0>"
        );
        assert_eq!(
            read("/{user.id}/{pair.0}/{self.region}").unwrap(),
            "/<user:1>/<pair:1>/<self:1>"
        );
        assert_eq!(read("/a{{b}}").unwrap(), "/a{b}");
    }

    #[test]
    fn neighbouring_placeholders_are_kept_apart() {
        assert_eq!(read("/{a}{b}").unwrap(), "/<a:0>;<b:0>");
        assert_eq!(
            read("/{a}-{b}/{c}.json").unwrap(),
            "/<a:0>;-<b:0>/<c:0>.json"
        );
    }

    #[test]
    fn what_is_no_template_is_refused() {
        for wrong in [
            "", "/{", "/{id", "/id}", "/{}", "/{id:?}", "/{a b}", "/{1}", "/{a}/{b",
        ] {
            assert!(read(wrong).unwrap_err().contains("write "), "{wrong}");
        }
    }
}
