//! Times to live: `5`, `0.25`, `"1h 30m"`, `never`, or an expression that the compiler judges.

use std::time::Duration;

use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{Expr, Lit, LitFloat, LitInt, LitStr};

/// How long an entry lives.
pub(crate) enum Lifetime {
    /// For so many nanoseconds.
    After(u64),
    Never,
    /// As long as this says.
    Expression(Box<Expr>),
}

/// Reads `= ..`.
pub(crate) fn parse(word: &Ident, input: ParseStream<'_>) -> syn::Result<Lifetime> {
    let value = super::bare(super::assigned(word, input, "300")?);
    match &value {
        Expr::Lit(literal) => match &literal.lit {
            number @ (Lit::Int(_) | Lit::Float(_)) if !super::suffix(number).is_empty() => {
                Err(with_unit(number))
            }
            Lit::Int(seconds) => whole(seconds),
            Lit::Float(seconds) => fraction(seconds),
            Lit::Str(text) => humane(text),
            _ => Err(syn::Error::new_spanned(
                &value,
                format!("this is not a time to live; {FORMS}"),
            )),
        },
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => {
            Err(syn::Error::new_spanned(
                &value,
                format!("a time to live cannot be negative; {FORMS}"),
            ))
        }
        Expr::Path(path) if path.path.is_ident("never") => Ok(Lifetime::Never),
        _ => Ok(Lifetime::Expression(Box::new(value))),
    }
}

/// Reads `= ..` where only a span of time makes sense that has an end.
pub(crate) fn span_of_time(word: &Ident, input: ParseStream<'_>) -> syn::Result<Lifetime> {
    let start = input.fork();
    match parse(word, input)? {
        Lifetime::Never => {
            let message = format!(
                "`{word}` is a span of time with an end; write `{word} = 60`, or leave it out"
            );
            let value: proc_macro2::TokenStream = super::assigned::<Expr>(word, &start, "60")
                .map_or_else(|_| quote::quote!(#word), |value| quote::quote!(#value));
            Err(syn::Error::new_spanned(value, message))
        }
        time => Ok(time),
    }
}

const FORMS: &str =
    "write seconds (`300`), a text like `\"5m\"`, `\"1h 30m\"` or `\"250ms\"`, or `never`";

/// Refuses `5m`, which Rust reads as a number with a type.
fn with_unit(number: &Lit) -> syn::Error {
    let text = quote::ToTokens::to_token_stream(number).to_string();
    let message = match text.strip_suffix(super::suffix(number)) {
        Some(_) if humantime::parse_duration(&text).is_ok() => {
            format!("`{text}` is not a duration; write `\"{text}\"`")
        }
        Some(digits) if is_number(super::suffix(number)) => {
            format!(
                "`{text}` is not a duration; write `{}`",
                digits.trim_end_matches('_')
            )
        }
        _ => format!("`{text}` is not a duration; {FORMS}"),
    };
    syn::Error::new(number.span(), message)
}

/// Whether this is the name of a type of numbers.
fn is_number(name: &str) -> bool {
    let bits = name.strip_prefix(['i', 'u', 'f']);
    bits.is_some_and(|bits| ["8", "16", "32", "64", "128", "size"].contains(&bits))
}

fn from_nanos(nanos: u64) -> Lifetime {
    if nanos == 0 {
        Lifetime::Never
    } else {
        Lifetime::After(nanos)
    }
}

fn whole(seconds: &LitInt) -> syn::Result<Lifetime> {
    let nanos = seconds.base10_parse::<u64>()?.checked_mul(1_000_000_000);
    let too_long = || {
        syn::Error::new(
            seconds.span(),
            "this is longer than 584 years; write `never`",
        )
    };
    nanos.map(from_nanos).ok_or_else(too_long)
}

fn fraction(seconds: &LitFloat) -> syn::Result<Lifetime> {
    let seconds_given: f64 = seconds.base10_parse()?;
    let time = Duration::try_from_secs_f64(seconds_given).ok();
    // Something is not nothing, and nothing is for ever.
    let at_least = if seconds_given > 0.0 {
        Duration::from_nanos(1)
    } else {
        Duration::ZERO
    };
    exact(time.map(|time| time.max(at_least)), seconds.span())
}

fn humane(text: &LitStr) -> syn::Result<Lifetime> {
    let time = humantime::parse_duration(&text.value());
    let wrong = |_| {
        syn::Error::new(
            text.span(),
            format!("`{}` is not a duration; {FORMS}", text.value()),
        )
    };
    exact(Some(time.map_err(wrong)?), text.span())
}

fn exact(time: Option<Duration>, span: proc_macro2::Span) -> syn::Result<Lifetime> {
    let nanos = time.and_then(|time| u64::try_from(time.as_nanos()).ok());
    nanos
        .map(from_nanos)
        .ok_or_else(|| syn::Error::new(span, format!("this is not a time to live; {FORMS}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::format_ident;
    use syn::parse::Parser;

    fn read(text: &str) -> Result<Lifetime, String> {
        let parser = |input: ParseStream<'_>| parse(&format_ident!("timeout"), input);
        parser.parse_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn every_form_is_exact() {
        let nanos = |text| match read(text) {
            Ok(Lifetime::After(nanos)) => nanos,
            _ => panic!("{text} is a number of nanoseconds"),
        };
        assert_eq!(nanos("= 5"), 5_000_000_000);
        assert_eq!(nanos("= 0.25"), 250_000_000);
        assert_eq!(nanos("= \"250ms\""), 250_000_000);
        assert_eq!(nanos("= \"1h 30m\""), 5_400_000_000_000);
        assert!(matches!(read("= never"), Ok(Lifetime::Never)));
        assert!(matches!(read("= 0"), Ok(Lifetime::Never)));
        assert!(matches!(read("= Self::TTL"), Ok(Lifetime::Expression(_))));
    }

    #[test]
    fn a_unit_belongs_into_a_text() {
        let refused = |text| read(text).err().unwrap();
        assert_eq!(refused("= 5m"), "`5m` is not a duration; write `\"5m\"`");
        assert_eq!(refused("= 5_u8"), "`5_u8` is not a duration; write `5`");
        assert_eq!(
            refused("= 2.5f64"),
            "`2.5f64` is not a duration; write `2.5`"
        );
        assert_eq!(
            refused("= 1.5h"),
            "`1.5h` is not a duration; write `\"1.5h\"`"
        );
        assert!(refused("= 5x").contains("`\"1h 30m\"`"));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for wrong in [
            "= -5",
            "= -0.5",
            "= \"5 mnts\"",
            "= \"\"",
            "= true",
            "= 5m",
            "= 1.5h",
            "= 5_u8",
            "",
            "=",
        ] {
            assert!(read(wrong).err().unwrap().contains("write "), "{wrong}");
        }
    }
}
