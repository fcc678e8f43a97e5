//! Hosts and ports.

use std::fmt;
use std::net::Ipv6Addr;

/// One server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// Several servers of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Nodes {
    pub(crate) nodes: Vec<Node>,
    /// Whether they are spoken to in TLS: `rediss://`.
    pub(crate) tls: bool,
}

impl Node {
    /// Reads `host:port`, `[::1]:port`, or a host whose port is the usual one.
    pub(super) fn read(text: &str, usual: u16) -> Option<Self> {
        let is_v6 = |host: &str| host.parse::<Ipv6Addr>().is_ok();
        let (host, port) = if let Some(rest) = text.strip_prefix('[') {
            let (host, rest) = rest.split_once(']').filter(|(host, _)| is_v6(host))?;
            let port = if rest.is_empty() {
                None
            } else {
                Some(rest.strip_prefix(':')?)
            };
            (host, port)
        } else if is_v6(text) {
            (text, None)
        } else {
            let parts = text.split_once(':');
            let (host, port) = parts.map_or((text, None), |(host, port)| (host, Some(port)));
            (Some(host).filter(|host| is_name(host))?, port)
        };
        Some(Self {
            host: host.to_owned(),
            port: port.map_or(Some(usual), super::read::port)?,
        })
    }
}

/// Whether this can be the name of a host, or its address.
pub(super) fn is_name(text: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    !text.is_empty() && text.chars().all(allowed)
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') {
            write!(f, "[{host}]:{port}")
        } else {
            write!(f, "{host}:{port}")
        }
    }
}

impl Nodes {
    /// Reads `host:port,host:port`. A list as Python writes it is read too: `[("host", 1), ("host", 2)]`.
    pub(super) fn read(text: &str, usual: u16) -> Option<Self> {
        let mut nodes = Vec::new();
        let mut tls = None;
        for item in items(text) {
            let secure = item.strip_prefix("rediss://");
            let bare = secure.or_else(|| item.strip_prefix("redis://"));
            let bare = bare.map_or(&*item, |rest| rest.trim_end_matches('/'));
            if *tls.get_or_insert(secure.is_some()) != secure.is_some() {
                return None;
            }
            nodes.push(Node::read(bare, usual)?);
        }
        Some(Self { nodes, tls: tls? })
    }

    /// One server on this machine.
    pub(super) fn local(port: u16) -> Self {
        let host = "127.0.0.1".to_owned();
        Self {
            nodes: vec![Node { host, port }],
            tls: false,
        }
    }
}

/// The items of a list; a pair in parentheses or brackets is one item.
fn items(text: &str) -> Vec<String> {
    if !text.contains(['"', '\'']) {
        return text.split(',').map(|item| item.trim().to_owned()).collect();
    }
    let inside = text.trim().trim_start_matches(['[', '(']);
    let inside = inside.trim_end_matches([']', ')', ',', ' ']);
    let mut items = Vec::new();
    for pair in inside.split([')', ']']) {
        let parts: Vec<_> = pair
            .split(',')
            .map(|part| part.trim_matches([' ', '(', '[', '"', '\'']))
            .filter(|part| !part.is_empty())
            .collect();
        match parts[..] {
            [host, port] if super::read::port(port).is_some() => {
                items.push(format!("{host}:{port}"));
            }
            _ => items.extend(parts.into_iter().map(str::to_owned)),
        }
    }
    items
}

impl fmt::Display for Nodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nodes: Vec<_> = self.nodes.iter().map(Node::to_string).collect();
        f.write_str(&nodes.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        Nodes::read(text, 1).map(|nodes| nodes.to_string())
    }

    #[test]
    fn every_spelling_of_a_list_is_read() {
        for text in [
            "a:1,b.c:2",
            " a , b.c:2",
            r#"[("a", 1), ("b.c", 2)]"#,
            "(('a', 1), ('b.c', 2),)",
            r#"["a:1", "b.c:2"]"#,
            "redis://a:1,redis://b.c:2/",
            r#"[["a", 1], ["b.c", 2]]"#,
        ] {
            assert_eq!(read(text).as_deref(), Some("a:1,b.c:2"), "{text}");
        }
        assert_eq!(
            read("[::1]:2,::1,10.0.0.1").unwrap(),
            "[::1]:2,[::1]:1,10.0.0.1:1"
        );
        assert!(Nodes::read("rediss://a,rediss://b", 1).unwrap().tls);
    }

    #[test]
    fn what_is_no_list_of_servers_is_refused() {
        for text in [
            "",
            "a,",
            ",",
            "a:b",
            "a:1:2",
            "a:99999",
            "u:p@h:1",
            "http://a",
            "[a]:1",
            "rediss://a,b",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
