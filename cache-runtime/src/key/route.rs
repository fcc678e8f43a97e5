//! Route keys: a template with its placeholders filled in, rendered without allocating.

use std::fmt::{self, Display, Write};
use std::hash::Hasher;

use super::KeyRef;
use super::cell::Harmless;
use crate::error::Error;

/// Longer routes are rendered on the heap.
const INLINE: usize = 128;

/// A rendered route.
///
/// What fills a placeholder is percent-encoded (RFC 3986, section 2.1) down to unreserved characters, so that
/// no argument can reach past its placeholder: `/{a}/{b}` with `("x/y", "z")` and `("x", "y/z")` differ.
#[derive(Debug)]
pub struct Route {
    inline: [u8; INLINE],
    len: usize,
    /// Everything, once it is longer than `inline`.
    spilt: Vec<u8>,
}

/// A type whose values can stand in a route.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in a route",
    label = "has no `Display`",
    note = "a placeholder shows its value with `Display`; name a field that has it, as in `{{user.id}}`, or key on the arguments with `#[memoize]`"
)]
pub trait InRoute: Display {}

#[diagnostic::do_not_recommend]
impl<T: Display + ?Sized> InRoute for T {}

/// Renders a route.
pub fn route(render: impl FnOnce(&mut Route)) -> Route {
    let mut route = Route {
        inline: [0; INLINE],
        len: 0,
        spilt: Vec::new(),
    };
    render(&mut route);
    route
}

impl Route {
    /// Adds text of the template as it stands.
    pub fn text(&mut self, text: &str) {
        self.push(text.as_bytes());
    }

    /// Adds what fills a placeholder.
    pub fn part(&mut self, part: &impl InRoute) {
        // Rendering itself cannot fail; a `Display` that returns an error has written what it could.
        let _ = write!(Encoded(self), "{part}");
    }

    fn push(&mut self, bytes: &[u8]) {
        let end = self.len + bytes.len();
        if end <= INLINE && self.spilt.is_empty() {
            self.inline[self.len..end].copy_from_slice(bytes);
        } else {
            if self.spilt.is_empty() {
                self.spilt.extend_from_slice(&self.inline[..self.len]);
            }
            self.spilt.extend_from_slice(bytes);
        }
        self.len = end;
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        if self.spilt.is_empty() {
            &self.inline[..self.len]
        } else {
            &self.spilt
        }
    }
}

/// A route as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered(Box<[u8]>);

impl std::ops::Deref for Rendered {
    type Target = str;

    /// The route as text. It is made of text and of percent-encoded bytes, so it is UTF-8.
    fn deref(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl KeyRef for Route {
    type Owned = Rendered;
    type Stowage = Harmless;
    const SHARED: bool = cfg!(feature = "shared");

    fn wire(&self, bytes: &mut Vec<u8>) -> Result<(), Error> {
        bytes.extend_from_slice(self.bytes());
        Ok(())
    }

    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.bytes());
    }

    fn is(&self, owned: &Rendered) -> bool {
        self.bytes() == &*owned.0
    }

    fn own(&self) -> Rendered {
        Rendered(self.bytes().into())
    }
}

/// Percent-encodes what is written through it.
struct Encoded<'a>(&'a mut Route);

impl Write for Encoded<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for &byte in text.as_bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                self.0.push(&[byte]);
            } else {
                let hex = |digit: u8| b"0123456789ABCDEF"[usize::from(digit)];
                self.0.push(&[b'%', hex(byte >> 4), hex(byte & 15)]);
            }
        }
        Ok(())
    }
}
