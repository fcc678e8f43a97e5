//! Errors, collected: all that is wrong with one attribute is reported in one build.

use proc_macro2::TokenStream;
use quote::ToTokens;

/// What is wrong with an attribute, so far.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    /// Reports something wrong at the user's tokens: *what is wrong; what to write instead*.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        let (tokens, message) = (tokens.into_token_stream(), message.to_string());
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            none => *none = Some(error),
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        let errors = self.0.as_ref();
        errors.map_or(0, |errors| errors.into_iter().count())
    }

    /// Keeps a value, or notes why there is none.
    pub(crate) fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// The errors as code, if there are any.
    pub(crate) fn into_code(self) -> Option<TokenStream> {
        self.0.map(|error| error.to_compile_error())
    }
}

/// The candidate that is spelt most like `word`, if one is close.
pub(crate) fn closest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let candidate = candidates
        .iter()
        .min_by_key(|candidate| distance(word, candidate))?;
    let steps = distance(word, candidate);
    (steps <= 1.max(word.len().min(candidate.len()) / 3)).then_some(candidate)
}

/// How many letters to add, drop or change to make one word of another (Levenshtein, 1966).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, other) in b.chars().enumerate() {
            let change = diagonal + usize::from(letter != other);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.chars().count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_finds_its_candidate() {
        let words = ["timeout", "max_entries", "skip"];
        assert_eq!(closest("timout", &words), Some("timeout"));
        assert_eq!(closest("max_entrys", &words), Some("max_entries"));
        assert_eq!(closest("skp", &words), Some("skip"));
        assert_eq!(closest("colour", &words), None);
    }
}
