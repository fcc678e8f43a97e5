//! What things are called in a shared store.
//!
//! | name | holds |
//! |---|---|
//! | `shop:epoch` | the version that everything depends on; `clear` moves it on |
//! | `shop:e:price.1f0c9a2b:<key>` | an entry of a function, or the claim of a computation for it |
//! | `shop:m:<mark>` | the version of something that entries depend on |
//! | `shop:v:<key>` | a value of direct use |
//!
//! Hashes are BLAKE3, cut to 128 bits; full keys stand in the entries and are compared.

use std::fmt::Write;

use crate::codec::envelope::MarkId;

/// What a mark stands for: entries that depend on it are outdated when its version moves on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mark<'a> {
    /// All entries of a function, dropped together.
    Function(&'a str),
    /// Any entry of a function whose entries stay in their processes.
    AnyOf(&'a str),
    /// One entry, under its name.
    Entry(&'a str),
    /// A label.
    Tag(&'a str),
    /// Any label at all.
    AnyTag,
    /// A rendered route.
    Route(&'a [u8]),
}

/// The mark that every entry depends on.
pub(crate) const EPOCH: MarkId = MarkId([0; 16]);

impl Mark<'_> {
    pub(crate) fn id(self) -> MarkId {
        let (kind, text) = match self {
            Self::Function(name) => (b'f', name.as_bytes()),
            Self::AnyOf(name) => (b'a', name.as_bytes()),
            Self::Entry(name) => (b'd', name.as_bytes()),
            Self::Tag(name) => (b't', name.as_bytes()),
            Self::AnyTag => (b'T', &[][..]),
            Self::Route(route) => (b'r', route),
        };
        MarkId(hash(&[&[kind], text]))
    }
}

/// The beginning of all names of one cache in a store that may hold others.
#[derive(Clone, Debug)]
pub(crate) struct Prefix(String);

impl Prefix {
    /// Makes a prefix of any text: what has a meaning in names is encoded, what is too long is cut and told apart by
    /// its hash.
    pub(crate) fn new(text: &str) -> Self {
        const LONGEST: usize = 64;
        let mut prefix = plain(text, true);
        if prefix.len() > LONGEST {
            prefix.truncate(LONGEST);
            let _ = write!(prefix, ".{}", hex(&hash(&[text.as_bytes()])));
        }
        Self(prefix)
    }

    /// What the names of this cache begin with, and no others.
    pub(crate) fn everything(&self) -> String {
        format!("{}:", self.0)
    }

    pub(crate) fn epoch(&self) -> String {
        format!("{}:epoch", self.0)
    }

    pub(crate) fn mark(&self, id: MarkId) -> String {
        if id == EPOCH {
            return self.epoch();
        }
        let mut name = String::with_capacity(self.0.len() + 3 + 2 * id.0.len());
        name.push_str(&self.0);
        name.push_str(":m:");
        push_hex(&mut name, &id.0);
        name
    }

    pub(crate) fn marks(&self, ids: impl Iterator<Item = MarkId>) -> Vec<String> {
        ids.map(|id| self.mark(id)).collect()
    }

    /// What the names of a function's entries begin with.
    pub(crate) fn function(&self, name: &str) -> String {
        let last = name.rsplit("::").next().unwrap_or(name);
        let short: String = plain(last, false).chars().take(40).collect();
        let tail = hex(&hash(&[name.as_bytes()])[..4]);
        format!("{}:e:{short}.{tail}:", self.0)
    }

    /// The name of a value of direct use.
    pub(crate) fn value(&self, key: &str) -> String {
        with_hash(&format!("{}:v:", self.0), &hash(&[key.as_bytes()]))
    }
}

/// The text in letters, digits, `-`, `_` and `.`; every other byte is encoded if it matters, else left out.
fn plain(text: &str, encode: bool) -> String {
    let mut plain = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            plain.push(char::from(byte));
        } else if encode {
            let _ = write!(plain, "%{byte:02x}");
        }
    }
    plain
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    push_hex(&mut text, bytes);
    text
}

/// Appends bytes as digits. Every look at the store writes some, so it is not left to the formatter.
fn push_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for bytes in bytes.chunks(16) {
        let mut digits = [0; 32];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        let digits = &digits[..2 * bytes.len()];
        text.push_str(str::from_utf8(digits).unwrap_or_default());
    }
}

/// A text with the digits of a hash behind it.
pub(crate) fn with_hash(text: &str, hash: &[u8; 16]) -> String {
    let mut name = String::with_capacity(text.len() + 2 * hash.len());
    name.push_str(text);
    push_hex(&mut name, hash);
    name
}

/// The hash of some parts, no matter what they hold.
pub(crate) fn hash(parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut hash = [0; 16];
    hash.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    hash
}

/// Names the keys of one instantiation of a function: what all of them begin with is hashed once.
#[derive(Clone)]
pub(crate) struct Naming([u8; blake3::KEY_LEN]);

impl Naming {
    pub(crate) fn of(beginning: &[u8]) -> Self {
        Self(*blake3::hash(beginning).as_bytes())
    }

    /// The hash of a key by the rest of its bytes.
    pub(crate) fn hash(&self, rest: &[u8]) -> [u8; 16] {
        let mut hash = [0; 16];
        hash.copy_from_slice(&blake3::keyed_hash(&self.0, rest).as_bytes()[..16]);
        hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_prefix_reaches_into_another() {
        let prefixes =
            ["shop", "shop:", "shop2", "shop%3a", "", "*", "shop\u{e9}"].map(Prefix::new);
        let all: Vec<_> = prefixes.iter().map(Prefix::everything).collect();
        for (n, one) in all.iter().enumerate() {
            let others = all.iter().enumerate().filter(|(other, _)| *other != n);
            assert!(
                others.into_iter().all(|(_, other)| !other.starts_with(one)),
                "{one}"
            );
        }
    }

    #[test]
    fn names_are_short_and_printable() {
        let prefix = Prefix::new(&"\u{1f980} ".repeat(100));
        let name = prefix.function(&format!("app::{}", "f".repeat(300))) + &hex(&[0; 16]);
        assert!(
            name.len() <= 200 && name.bytes().all(|byte| byte.is_ascii_graphic()),
            "{name}"
        );
    }
}
