//! Where a server is.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use crate::error::{Error, ErrorKind};

/// The port of memcached.
const PORT: u16 = 11211;

/// The address of a server. Spellings that mean the same are equal; names are not looked up for that.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Address {
    Tcp { host: String, port: u16 },
    Unix(String),
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if let Some(path) = text
            .strip_prefix("unix:")
            .or(text.starts_with('/').then_some(text))
        {
            return Ok(Self::Unix(path.to_owned()));
        }
        let (host, port) = split(text).ok_or_else(|| unknown(text))?;
        let port = port.map_or(Some(PORT), |port| port.parse().ok());
        let valid = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_graphic());
        match port {
            Some(port) if valid && port != 0 => Ok(Self::Tcp {
                host: host.to_ascii_lowercase(),
                port,
            }),
            _ => Err(unknown(text)),
        }
    }
}

/// The host, without brackets, and the port if there is one.
fn split(text: &str) -> Option<(&str, Option<&str>)> {
    if let Some(text) = text.strip_prefix('[') {
        let (host, rest) = text.split_once(']')?;
        host.parse::<Ipv6Addr>().ok()?;
        return match rest {
            "" => Some((host, None)),
            _ => Some((host, Some(rest.strip_prefix(':')?))),
        };
    }
    if text.parse::<Ipv6Addr>().is_ok() {
        return Some((text, None));
    }
    match text.split_once(':') {
        Some((host, port)) => Some((host, Some(port))),
        None => Some((text, None)),
    }
}

fn unknown(text: &str) -> Error {
    let message = format!("`{text}` is not a memcached server; write host:port or unix:/path");
    Error::new(ErrorKind::Config, message)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "unix:{path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        text.parse()
            .ok()
            .map(|address: Address| address.to_string())
    }

    #[test]
    fn spellings_that_mean_the_same_are_one_address() {
        for (text, address) in [
            ("cache", "cache:11211"),
            ("Cache:11211", "cache:11211"),
            ("10.0.0.5:7", "10.0.0.5:7"),
            ("::1", "[::1]:11211"),
            ("[::1]", "[::1]:11211"),
            ("[::1]:7", "[::1]:7"),
            ("/run/m.sock", "unix:/run/m.sock"),
            ("unix:/run/m.sock", "unix:/run/m.sock"),
        ] {
            assert_eq!(read(text).as_deref(), Some(address), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "", ":1", "a:", "a:b", "a:0", "a:70000", "a b:1", "[::1", "[x]:1", "[::1]7", "a:1:2",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
