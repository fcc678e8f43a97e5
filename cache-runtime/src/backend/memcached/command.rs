//! Commands of memcached's meta protocol.

use std::io::Write;

use super::super::Version;

/// One command about one name.
#[derive(Debug)]
pub(super) enum Command<'a> {
    /// Asks for everything that is known about an item.
    Read {
        name: &'a str,
    },
    Store {
        name: &'a str,
        version: Version,
        content: &'a [u8],
        /// As the protocol has it; see [`ttl::on_the_wire`](super::ttl::on_the_wire).
        ttl: i64,
        condition: Condition,
    },
    Delete {
        name: &'a str,
    },
}

/// A condition that memcached itself checks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Condition {
    Always,
    Absent,
    Present,
    /// Nothing was stored since the item had this number.
    Cas(u64),
}

impl Command<'_> {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Read { name } | Self::Store { name, .. } | Self::Delete { name } => name,
        }
    }

    /// How many bytes of data go with it.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Store { content, .. } => Version::LEN + content.len(),
            Self::Read { .. } | Self::Delete { .. } => 0,
        }
    }

    /// Appends it as bytes. The reply to it bears `number`.
    pub(super) fn encode(&self, number: u32, out: &mut Vec<u8>) {
        // Writing into memory cannot fail.
        let _ = match self {
            Self::Read { name } => write!(out, "mg {name} v t c O{number}\r\n"),
            Self::Delete { name } => write!(out, "md {name} O{number}\r\n"),
            Self::Store {
                name,
                version,
                content,
                ttl,
                condition,
            } => {
                let _ = write!(out, "ms {name} {} T{ttl} O{number}", self.size());
                condition.encode(out);
                out.extend_from_slice(b"\r\n");
                out.extend_from_slice(&version.0);
                out.extend_from_slice(content);
                out.write_all(b"\r\n")
            }
        };
    }
}

impl Condition {
    fn encode(self, out: &mut Vec<u8>) {
        let _ = match self {
            Self::Always => Ok(()),
            Self::Absent => out.write_all(b" ME"),
            Self::Present => out.write_all(b" MR"),
            Self::Cas(number) => write!(out, " C{number}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(command: &Command<'_>) -> String {
        let mut out = Vec::new();
        command.encode(7, &mut out);
        String::from_utf8(out).expect("text")
    }

    fn stored(condition: Condition) -> String {
        encoded(&Command::Store {
            name: "a",
            version: Version(*b"0123456789abcdef"),
            content: b"!",
            ttl: 5,
            condition,
        })
    }

    #[test]
    fn commands_are_lines_of_the_meta_protocol() {
        assert_eq!(encoded(&Command::Read { name: "a" }), "mg a v t c O7\r\n");
        assert_eq!(encoded(&Command::Delete { name: "a" }), "md a O7\r\n");
    }

    #[test]
    fn an_item_is_its_version_and_its_content() {
        for (condition, flag) in [
            (Condition::Always, ""),
            (Condition::Absent, " ME"),
            (Condition::Present, " MR"),
            (Condition::Cas(9), " C9"),
        ] {
            let line = format!("ms a 17 T5 O7{flag}\r\n0123456789abcdef!\r\n");
            assert_eq!(stored(condition), line);
        }
    }
}
