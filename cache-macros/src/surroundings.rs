//! Whether a function stands in an impl, when neither `self` nor `Self` tells.
//!
//! A macro sees the function and nothing around it, yet siblings are called `Self::f` inside an impl and `f`
//! outside. So the source is read: the braces that are open where the function stands are counted through
//! comments, strings and characters. Where there is no source to read, the function is taken to be free.

use proc_macro2::Span;

/// Whether what stands at a span stands directly in an `impl` or a `trait`.
pub(crate) fn is_in_impl(span: Span) -> bool {
    if !proc_macro::is_available() {
        return false;
    }
    let span = span.unwrap();
    let source = span
        .local_file()
        .and_then(|file| std::fs::read_to_string(file).ok());
    source.is_some_and(|source| innermost_is_impl(&source, span.line(), span.column()))
}

/// Whether the innermost brace that is open at a line and a column, both counted from 1, is that of an
/// `impl` or a `trait`.
fn innermost_is_impl(source: &str, line: usize, column: usize) -> bool {
    let mut lines = source.split_inclusive('\n');
    let before: usize = lines.by_ref().take(line - 1).map(str::len).sum();
    let within = lines.next().map_or(0, |line| {
        line.char_indices()
            .nth(column - 1)
            .map_or(line.len(), |(at, _)| at)
    });
    let mut scanner = Scanner {
        rest: &source[..before + within],
        open: Vec::new(),
        head: String::new(),
    };
    while scanner.step() {}
    scanner.open.pop().is_some_and(|head| opens_impl(&head))
}

/// Whether the words before a brace are those of an `impl` or a `trait`.
fn opens_impl(head: &str) -> bool {
    let before = [
        "unsafe", "default", "pub", "crate", "super", "self", "in", "auto", "const",
    ];
    let mut words = head
        .split_whitespace()
        .skip_while(|word| before.contains(&word.trim_matches(['(', ')'])));
    words
        .next()
        .is_some_and(|word| word.starts_with("impl") || word == "trait")
}

/// Reads source text, and keeps the words that stand before each brace that is open.
struct Scanner<'a> {
    rest: &'a str,
    open: Vec<String>,
    head: String,
}

impl Scanner<'_> {
    /// Reads one token; answers false at the end.
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else {
            return false;
        };
        let length = match first {
            '/' if self.rest.starts_with("//") => self.rest.find('\n').unwrap_or(self.rest.len()),
            '/' if self.rest.starts_with("/*") => block_comment(self.rest),
            '"' => string(self.rest),
            '\'' => character(self.rest),
            letter if letter.is_alphanumeric() || letter == '_' => self.word(),
            other => {
                self.punctuation(other);
                other.len_utf8()
            }
        };
        self.rest = &self.rest[length..];
        true
    }

    fn word(&mut self) -> usize {
        let end = |text: &str| {
            text.find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(text.len())
        };
        let word = &self.rest[..end(self.rest)];
        if let Some(length) = raw_string(self.rest, word) {
            return length;
        }
        self.head.push(' ');
        self.head.push_str(word);
        word.len()
    }

    fn punctuation(&mut self, mark: char) {
        match mark {
            '{' => self.open.push(std::mem::take(&mut self.head)),
            '}' => {
                self.open.pop();
                self.head.clear();
            }
            ';' => self.head.clear(),
            // An attribute is not part of what an item begins with.
            ']' => self
                .head
                .truncate(self.head.rfind('#').unwrap_or(self.head.len())),
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

    /// Whether `HERE` stands directly in an impl.
    fn here(source: &str) -> bool {
        let at = source.find("HERE").expect("a place");
        let line = source[..at].matches('\n').count() + 1;
        let column = source[..at]
            .rsplit('\n')
            .next()
            .map_or(0, |text| text.chars().count())
            + 1;
        innermost_is_impl(source, line, column)
    }

    #[test]
    fn impls_and_traits_are_told_from_everything_else() {
        assert!(here("struct S;\nimpl S {\n    fn HERE() {}\n}"));
        assert!(here(
            "impl<T: Into<u8>> Tr for S<T> where T: Copy { fn a() {} #[memoize] fn HERE"
        ));
        assert!(here("#[cfg(x)]\nunsafe impl Tr for S { fn HERE"));
        assert!(here("pub(crate) trait Tr { const A: u8 = 1; fn HERE"));
        assert!(here("macro_rules! m { () => { impl S { fn HERE() {} } } }"));
        assert!(!here("fn HERE"));
        assert!(!here("impl S { fn a() { fn HERE"));
        assert!(!here("impl S {} mod m { fn HERE"));
        assert!(!here("fn a(x: impl Fn()) { fn HERE"));
    }

    #[test]
    fn braces_in_texts_and_comments_do_not_count() {
        assert!(here(
            "impl S { const A: &str = \"}\\\"}\"; /* } /* } */ } */ // }\n fn HERE"
        ));
        assert!(here(
            "impl S { const A: &str = r#\"}\"}\"#; const B: char = '}'; const C: char = '\\''; fn HERE"
        ));
        assert!(here(
            "impl<'a> S<'a> { fn b(&'a self) -> &'a str { \"é{\" } fn HERE"
        ));
    }
}
