//! Replies of memcached's meta protocol.
//!
//! A reply is a line, and data after it if the line announces some. Whatever a server sends, reading it neither
//! panics nor takes more memory than has arrived.

use std::time::Duration;

use super::super::Version;
use crate::error::Error;

/// No line of a reply is longer.
const LONGEST_LINE: usize = 1024;

/// No server is set to keep larger items.
const LARGEST_DATA: usize = 1 << 30;

/// What a server says to one command.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// There is such an item.
    Found(Found),
    /// It was done.
    Done,
    /// There is no such item.
    Absent,
    /// The item stands against it: it is there, or not there, or another one.
    Unmet,
    /// The server will not.
    Refused(String),
}

/// An item, as it was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) version: Version,
    pub(super) content: Vec<u8>,
    /// `None`: it stays for ever.
    pub(super) remaining: Option<Duration>,
    /// The number that memcached gave it when it was stored.
    pub(super) cas: u64,
}

/// What is wrong with bytes that are no reply.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Garbage(pub(super) &'static str);

/// A server that rejects a command may take the data of it for the next one.
const NOT_UNDERSTOOD: Garbage = Garbage("it rejects a command; memcached 1.6 or newer is needed");

/// A reply at the beginning of some bytes, the number of the command it is for, and its length.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parsed {
    pub(super) reply: Reply,
    /// Refusals bear none.
    pub(super) number: Option<u32>,
    pub(super) length: usize,
}

impl Reply {
    /// Reads the reply at the beginning of some bytes; `None` if it has not arrived whole.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<Parsed>, Garbage> {
        let Some(end) = end_of_line(bytes)? else {
            return Ok(None);
        };
        let (line, rest) = (&bytes[..end], &bytes[end + 2..]);
        let line = std::str::from_utf8(line).map_err(|_| Garbage("a reply that is not text"))?;
        let (code, flags) = line.split_once(' ').unwrap_or((line, ""));
        let reply = match code {
            "VA" => return value(flags, rest, end + 2),
            "HD" => Self::Done,
            "EN" | "NF" => Self::Absent,
            "NS" | "EX" => Self::Unmet,
            "SERVER_ERROR" => Self::Refused(flags.to_owned()),
            "CLIENT_ERROR" | "ERROR" => return Err(NOT_UNDERSTOOD),
            _ => return Err(Garbage("a reply that is not memcached's")),
        };
        let number = flag(flags, 'O');
        if number.is_none() && !matches!(reply, Self::Refused(_)) {
            return Err(Garbage("a reply to nothing"));
        }
        Ok(Some(Parsed {
            reply,
            number,
            length: end + 2,
        }))
    }

    /// The item that a [`Read`](super::Command::Read) has found.
    pub(super) fn found(self) -> Result<Option<Found>, Error> {
        match self {
            Self::Found(found) => Ok(Some(found)),
            Self::Absent => Ok(None),
            Self::Refused(why) => Err(refused(&why)),
            Self::Done | Self::Unmet => Err(out_of_place()),
        }
    }

    /// Tells whether a change was made.
    pub(super) fn made(self) -> Result<bool, Error> {
        match self {
            Self::Done => Ok(true),
            Self::Absent | Self::Unmet => Ok(false),
            Self::Refused(why) => Err(refused(&why)),
            Self::Found(_) => Err(out_of_place()),
        }
    }
}

fn refused(why: &str) -> Error {
    Error::refused(format!("memcached refuses: {why}"))
}

fn out_of_place() -> Error {
    Error::unreachable("memcached answers what was not asked")
}

/// Where the line ends that these bytes begin with.
fn end_of_line(bytes: &[u8]) -> Result<Option<usize>, Garbage> {
    let line = &bytes[..bytes.len().min(LONGEST_LINE)];
    match line.windows(2).position(|pair| pair == b"\r\n") {
        None if line.len() == LONGEST_LINE => Err(Garbage("a line without an end")),
        end => Ok(end),
    }
}

/// The reply with data whose line has these flags, if all of the data has arrived.
fn value(flags: &str, rest: &[u8], line: usize) -> Result<Option<Parsed>, Garbage> {
    let (size, flags) = flags.split_once(' ').unwrap_or((flags, ""));
    let size = size.parse().ok().filter(|&size| size <= LARGEST_DATA);
    let size = size.ok_or(Garbage("data of no length"))?;
    if rest.len() < size + 2 {
        return Ok(None);
    }
    let (data, rest) = rest.split_at(size);
    if !rest.starts_with(b"\r\n") {
        return Err(Garbage("data without an end"));
    }
    let missing = Garbage("an item without what was asked");
    let (Some(ttl), Some(cas), Some(number)) =
        (flag(flags, 't'), flag(flags, 'c'), flag(flags, 'O'))
    else {
        return Err(missing);
    };
    let (version, content) = split(data);
    let found = Found {
        version,
        content: content.to_vec(),
        remaining: remaining(ttl),
        cas,
    };
    Ok(Some(Parsed {
        reply: Reply::Found(found),
        number: Some(number),
        length: line + size + 2,
    }))
}

/// The token of a flag.
fn flag<T: std::str::FromStr>(flags: &str, flag: char) -> Option<T> {
    let token = flags.split(' ').find_map(|it| it.strip_prefix(flag))?;
    token.parse().ok()
}

/// Data as version and content. Data too short to have a version is none of ours; zeros make it a version, so that a
/// condition sees what a read sees.
fn split(data: &[u8]) -> (Version, &[u8]) {
    Version::split(data).unwrap_or_else(|| {
        let mut version = [0; Version::LEN];
        version[..data.len()].copy_from_slice(data);
        (Version(version), &[])
    })
}

/// What is left of a time to live; memcached says `-1` for ever.
fn remaining(seconds: i64) -> Option<Duration> {
    u64::try_from(seconds).ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: &[u8] = b"VA 18 t5 c9 O7\r\n0123456789abcdef\r\n\r\n";

    fn parsed(bytes: &[u8]) -> Parsed {
        Reply::parse(bytes).expect("a reply").expect("whole")
    }

    #[test]
    fn an_item_is_read_with_all_that_is_known() {
        let found = Found {
            version: Version(*b"0123456789abcdef"),
            content: b"\r\n".to_vec(),
            remaining: Some(Duration::from_secs(5)),
            cas: 9,
        };
        let expected = Parsed {
            reply: Reply::Found(found),
            number: Some(7),
            length: ITEM.len(),
        };
        assert_eq!(parsed(&[ITEM, b"EN O8\r\n"].concat()), expected);
    }

    #[test]
    fn part_of_a_reply_is_none_yet() {
        for length in 0..ITEM.len() {
            assert_eq!(Reply::parse(&ITEM[..length]), Ok(None), "{length}");
        }
    }

    #[test]
    fn codes_say_what_came_of_it() {
        for (line, reply) in [
            ("HD O1\r\n", Reply::Done),
            ("EN O1\r\n", Reply::Absent),
            ("NF O1\r\n", Reply::Absent),
            ("NS O1\r\n", Reply::Unmet),
            ("EX O1\r\n", Reply::Unmet),
            (
                "SERVER_ERROR too large\r\n",
                Reply::Refused("too large".to_owned()),
            ),
        ] {
            assert_eq!(parsed(line.as_bytes()).reply, reply, "{line}");
        }
    }

    #[test]
    fn short_data_has_a_version_all_the_same() {
        let Reply::Found(found) = parsed(b"VA 1 t-1 c1 O1\r\nx\r\n").reply else {
            panic!("an item");
        };
        assert_eq!(found.version.0[..2], [b'x', 0]);
        assert_eq!((found.content.as_slice(), found.remaining), (&[][..], None));
    }

    #[test]
    fn what_memcached_never_says_is_garbage() {
        let endless = [b'H'; LONGEST_LINE];
        let lines: [&[u8]; 10] = [
            b"HELLO\r\n",
            b"HD\r\n",
            b"HD Ox\r\n",
            b"\xff\xff O1\r\n",
            b"\r\n",
            b"VA x t1 c1 O1\r\n",
            b"VA 18446744073709551615 t1 c1 O1\r\n",
            b"VA 1 t1 O1\r\nx\r\n",
            b"VA 1 t1 c1 O1\r\nxyz",
            &endless,
        ];
        for line in lines {
            assert!(Reply::parse(line).is_err(), "{}", line.escape_ascii());
        }
    }
}
