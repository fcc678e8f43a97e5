//! Whether a function stands in an impl, when neither `self` nor `Self` tells.
//!
//! A macro sees the function and nothing around it, yet siblings are called `Self::f` inside an impl and `f`
//! outside. So the source is read: the braces that are open where the function stands are counted through
//! comments, strings and characters. Where there is no source to read, the function is taken to be free.

use std::sync::{Mutex, PoisonError};

use proc_macro2::Span;

/// What a function stands directly in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Surroundings {
    /// A module, or another function.
    Free,
    /// An inherent impl, or a trait.
    Impl,
    /// The impl of a trait, which has no room for more functions.
    TraitImpl,
}

/// What the code at a span stands directly in, if its source can be read.
pub(crate) fn of(span: Span) -> Surroundings {
    /// The file that was read last, which is read on: its functions come one after the other.
    static READ: Mutex<Option<Reading>> = Mutex::new(None);

    if !proc_macro::is_available() {
        return Surroundings::Free;
    }
    let span = span.unwrap();
    let source = span
        .local_file()
        .and_then(|file| std::fs::read_to_string(file).ok());
    source.map_or(Surroundings::Free, |source| {
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        let reading = read.get_or_insert_default();
        reading.innermost(source, span.line(), span.column())
    })
}

/// How far a source has been read.
#[derive(Default)]
struct Reading {
    source: String,
    /// It is read to here, which is between two tokens, and in this line, which begins there.
    end: usize,
    line: usize,
    start: usize,
    scanner: Scanner,
}

impl Reading {
    /// What the innermost brace belongs to that is open at a line and a column of the source, both counted from 1.
    fn innermost(&mut self, source: String, line: usize, column: usize) -> Surroundings {
        let line = line - 1;
        if line < self.line || !self.has_read(&source) {
            *self = Self::default();
        }
        let mut lines = source[self.start..].split_inclusive('\n');
        let before = lines.by_ref().take(line - self.line);
        let start = self.start + before.map(str::len).sum::<usize>();
        let here = lines.next().unwrap_or_default();
        let within = here.char_indices().nth(column - 1);
        let end = start + within.map_or(here.len(), |(at, _)| at);
        if end < self.end {
            *self = Self::default();
        }
        self.scanner.read(&source[self.end..end]);
        let found = self.scanner.innermost();
        (self.source, self.end, self.line, self.start) = (source, end, line, start);
        found
    }

    /// Whether the source is the same as far as it was read.
    fn has_read(&self, source: &str) -> bool {
        let read = &self.source.as_bytes()[..self.end];
        source.as_bytes().starts_with(read)
    }
}

/// Whether a brace follows the name of a type inside a macro's parentheses or braces: `wrap!(Shop { fn ..`.
///
/// What the macro writes around it is not to be seen. An impl of that type is likely; where it is not one, or where
/// there is one without the name, `helpers = false` needs no siblings, and `where Self: Sized` tells of an impl.
fn is_type_in_macro(head: &str, around: Option<&str>) -> bool {
    let start = head.rfind(['(', '[', ';']).map_or(0, |at| at + 1);
    let (before, rest) = head.split_at(start);
    let in_macro = before.contains("!(")
        || before.contains("![")
        || before.is_empty() && around.is_some_and(|around| around.trim_end().ends_with('!'));
    let path = rest.split('<').next().unwrap_or(rest);
    let path = path.rsplit(',').next().unwrap_or(path);
    let names = path.split("::").map(str::trim);
    let is_name = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let last = names.clone().last().unwrap_or(path);
    in_macro && last.starts_with(char::is_uppercase) && names.clone().all(is_name)
}

/// What the words before a brace open.
fn opened_by(head: &str) -> Surroundings {
    let before = [
        "unsafe", "default", "pub", "crate", "super", "self", "in", "auto", "const",
    ];
    let mut words = head
        .split_whitespace()
        .skip_while(|word| before.contains(&word.trim_matches(['(', ')'])));
    match words.next() {
        Some("trait") => Surroundings::Impl,
        Some(word) if word == "impl" || word.starts_with("impl<") => {
            // `for<'a>` is no `for`.
            let of_trait = words.any(|word| word == "for");
            if of_trait {
                Surroundings::TraitImpl
            } else {
                Surroundings::Impl
            }
        }
        _ => Surroundings::Free,
    }
}

/// Reads source text, and keeps the words that stand before each brace that is open.
#[derive(Default)]
struct Scanner {
    /// The words before each brace that is open, and how deep in parentheses and brackets it stands.
    open: Vec<(String, usize)>,
    head: String,
    nested: usize,
}

impl Scanner {
    /// Reads on: a text that begins and ends between two tokens.
    fn read(&mut self, mut text: &str) {
        while let Some(first) = text.chars().next() {
            let length = self.token(first, text);
            text = &text[length..];
        }
    }

    fn innermost(&self) -> Surroundings {
        let mut open = self.open.iter().rev().map(|(head, _)| head.as_str());
        match (open.next(), open.next()) {
            (Some(head), around) if is_type_in_macro(head, around) => Surroundings::Impl,
            (Some(head), _) => opened_by(head),
            (None, _) => Surroundings::Free,
        }
    }

    /// Reads the token that the text begins with, and tells how long it is.
    fn token(&mut self, first: char, text: &str) -> usize {
        match first {
            '/' if text.starts_with("//") => text.find('\n').unwrap_or(text.len()),
            '/' if text.starts_with("/*") => block_comment(text),
            '"' => string(text),
            '\'' => character(text),
            letter if letter.is_alphanumeric() || letter == '_' => self.word(text),
            other => {
                self.punctuation(other);
                other.len_utf8()
            }
        }
    }

    fn word(&mut self, text: &str) -> usize {
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
        let word = &text[..end.unwrap_or(text.len())];
        if let Some(length) = raw_string(text, word) {
            return length;
        }
        self.head.push(' ');
        self.head.push_str(word);
        word.len()
    }

    fn punctuation(&mut self, mark: char) {
        match mark {
            '{' => self.open.push((
                std::mem::take(&mut self.head),
                std::mem::take(&mut self.nested),
            )),
            '}' => {
                (self.head, self.nested) = self.open.pop().unwrap_or_default();
                // A const argument in braces is part of the words around it: `impl Tr for S<{ N + 1 }>`.
                if !self.head.trim_end().ends_with(['<', ',']) {
                    self.head.clear();
                }
            }
            ';' if self.nested == 0 => self.head.clear(),
            '(' | '[' => {
                self.nested += 1;
                self.head.push(mark);
            }
            ')' | ']' => {
                self.nested = self.nested.saturating_sub(1);
                self.head.push(mark);
                // An attribute is not part of what an item begins with.
                if let Some(start) = self.head.rfind(" #").filter(|_| self.nested == 0) {
                    self.head.truncate(start);
                }
            }
            '#' => self.head.push_str(" #"),
            other => self.head.push(other),
        }
    }
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// The length of `r".."` or `r#".."#`, if the word `r`, `br` or `cr` begins one.
fn raw_string(text: &str, word: &str) -> Option<usize> {
    if !matches!(word, "r" | "br" | "cr") {
        return None;
    }
    let after = &text[word.len()..];
    let hashes = after.len() - after.trim_start_matches('#').len();
    let body = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(
        body.find(&end)
            .map_or(text.len(), |at| word.len() + hashes + 1 + at + end.len()),
    )
}

/// The length of a character, or of a lifetime's tick.
fn character(text: &str) -> usize {
    let mut letters = text.char_indices().skip(1);
    match (letters.next(), letters.next()) {
        (Some((_, '\\')), Some((at, escaped))) => {
            let from = at + escaped.len_utf8();
            text[from..]
                .find('\'')
                .map_or(text.len(), |end| from + end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_impl(source: &str) -> bool {
        here(source) != Surroundings::Free
    }

    /// What `HERE` stands directly in.
    fn here(source: &str) -> Surroundings {
        let at = source.find("HERE").expect("a place");
        let line = source[..at].matches('\n').count() + 1;
        let column = source[..at]
            .rsplit('\n')
            .next()
            .map_or(0, |text| text.chars().count())
            + 1;
        Reading::default().innermost(source.to_owned(), line, column)
    }

    #[test]
    fn a_source_is_read_on_from_where_it_was_read_to() {
        let source =
            "impl S { fn a() {}\n /* {\n } */ fn b() {} }\nfn c() {} impl Tr for S { fn d() {} }";
        let mut reading = Reading::default();
        let mut at =
            |source: &str, line, column| reading.innermost(source.to_owned(), line, column);
        assert_eq!(at(source, 1, 13), Surroundings::Impl);
        assert_eq!(at(source, 3, 10), Surroundings::Impl);
        assert_eq!(at(source, 3, 10), Surroundings::Impl, "once more");
        assert_eq!(at(source, 4, 4), Surroundings::Free);
        assert_eq!(at(source, 4, 30), Surroundings::TraitImpl);
        assert_eq!(at(source, 4, 4), Surroundings::Free, "back in the line");
        assert_eq!(at(source, 1, 13), Surroundings::Impl, "back in the file");
        assert_eq!(
            at("fn a() {\n fn b() {} }", 2, 5),
            Surroundings::Free,
            "in another file"
        );
        assert_eq!(at("fn a", 1, 4), Surroundings::Free, "in a shorter one");
    }

    #[test]
    fn impls_and_traits_are_told_from_everything_else() {
        assert!(in_impl("struct S;\nimpl S {\n    fn HERE() {}\n}"));
        assert!(in_impl(
            "impl<T: Into<u8>> Tr for S<T> where T: Copy { fn a() {} #[memoize] fn HERE"
        ));
        assert!(in_impl("#[cfg(x)]\nunsafe impl Tr for S { fn HERE"));
        assert!(in_impl("pub(crate) trait Tr { const A: u8 = 1; fn HERE"));
        assert!(in_impl(
            "macro_rules! m { () => { impl S { fn HERE() {} } } }"
        ));
        assert!(!in_impl("fn HERE"));
        assert!(!in_impl("impl S { fn a() { fn HERE"));
        assert!(!in_impl("impl S {} mod m { fn HERE"));
        assert!(!in_impl("fn a(x: impl Fn()) { fn HERE"));
    }

    #[test]
    fn a_type_in_a_macro_call_is_taken_for_an_impl() {
        for source in [
            "wrap!(Shop { fn HERE",
            "wrap! { Shop { fn HERE",
            "m::wrap![pub a, m::Shop<T, 'a> { const A: u8 = 1; fn a() {} fn HERE",
            "fn f() { wrap!(Shop { #[memoize(timeout = 5)] fn HERE",
        ] {
            assert!(in_impl(source), "{source}");
        }
        for source in [
            "wrap!(shop { fn HERE",
            "wrap! { fn HERE",
            "cfg_if! { if #[cfg(A)] { fn HERE",
            "wrap!(match A { fn HERE",
            "wrap!(mod A { fn HERE",
            "fn f() { if A { fn HERE",
            "wrap!(A { x: { fn HERE",
            "fn f(a: A) { fn HERE",
        ] {
            assert!(!in_impl(source), "{source}");
        }
    }

    #[test]
    fn braces_in_texts_and_comments_do_not_count() {
        assert!(in_impl(
            "impl S { const A: &str = \"}\\\"}\"; /* } /* } */ } */ // }\n fn HERE"
        ));
        assert!(in_impl(
            "impl S { const A: &str = r#\"}\"}\"#; const B: char = '}'; const C: char = '\\''; fn HERE"
        ));
        assert!(in_impl(
            "impl<'a> S<'a> { fn b(&'a self) -> &'a str { \"é{\" } fn HERE"
        ));
    }

    #[test]
    fn impls_of_traits_are_told_from_inherent_ones() {
        assert_eq!(
            here("impl<T: for<'a> Fn(&'a u8)> S<T> { fn HERE"),
            Surroundings::Impl
        );
        assert_eq!(
            here("impl<const N: usize> S<[u8; N]> { fn HERE"),
            Surroundings::Impl
        );
        assert_eq!(
            here("impl<const N: usize> Tr<[u8; N]> for S<{ N + 1 }> { fn HERE"),
            Surroundings::TraitImpl
        );
        assert_eq!(
            here("#[x(for y)] impl Tr for S { fn a() { b[0]; } fn HERE"),
            Surroundings::TraitImpl
        );
    }
}
