//! Addresses of Redis-compatible servers, which may hold passwords.

use std::fmt::{self, Write};

use super::node::Node;
use super::secret::Secret;

const OVER_TCP: &[&str] = &["redis", "rediss", "valkey", "valkeys"];
const OVER_A_SOCKET: &[&str] = &["unix", "redis+unix", "valkey+unix"];

/// The port where a Redis-compatible server usually is.
pub(super) const PORT: u16 = 6379;

/// `redis://user:password@host:6379/0`, or `unix:///path?db=0&pass=password`. Printed, it has neither login nor query.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Url {
    scheme: String,
    /// `user:password`, as it was written.
    login: Option<Secret>,
    /// Host and port, or the path of a socket.
    place: String,
    db: Option<u32>,
    /// What follows a `?`.
    query: Option<Secret>,
    /// What follows a `#`: `insecure`.
    fragment: Option<String>,
}

impl Url {
    /// Reads an address.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (rest, fragment) = parted(rest, '#');
        let (rest, query) = parted(rest, '?');
        // Part of a password that is not encoded.
        if [fragment, query]
            .into_iter()
            .flatten()
            .any(|part| part.contains('@'))
        {
            return None;
        }
        let scheme = scheme.to_lowercase();
        let (login, place, db) = if OVER_A_SOCKET.contains(&&*scheme) {
            (
                None,
                Some(rest).filter(|path| path.starts_with('/'))?.to_owned(),
                None,
            )
        } else if OVER_TCP.contains(&&*scheme) {
            server(rest)?
        } else {
            return None;
        };
        Some(Self {
            scheme,
            login,
            place,
            db,
            query: query.map(Secret::from),
            fragment: fragment.map(str::to_owned),
        })
    }

    /// The address of a server without a password.
    pub(super) fn of(node: &Node, tls: bool) -> Self {
        Self {
            scheme: if tls { "rediss" } else { "redis" }.to_owned(),
            login: None,
            place: node.to_string(),
            db: None,
            query: None,
            fragment: None,
        }
    }

    /// The whole address, for the one who connects to it.
    #[allow(dead_code, reason = "for back ends behind features")]
    pub(crate) fn expose(&self) -> String {
        self.written(Secret::expose)
    }

    pub(super) fn has_password(&self) -> bool {
        let login = self.login.as_ref().map(Secret::expose);
        login.is_some_and(|login| login.contains(':')) || self.asks("pass")
    }

    pub(super) fn has_db(&self) -> bool {
        self.db.is_some() || self.asks("db")
    }

    /// The same address, with a password and a database if it has none.
    pub(super) fn completed(mut self, password: Option<&Secret>, db: Option<u32>) -> Self {
        if self.is_of_a_socket() {
            let password = password.map(|password| format!("pass={}", encoded(password.expose())));
            let db = db.map(|db| format!("db={db}"));
            let given = self.query.as_ref().map(|query| query.expose().to_owned());
            let query: Vec<_> = given.into_iter().chain(password).chain(db).collect();
            self.query = (!query.is_empty()).then(|| Secret::from(&*query.join("&")));
            return self;
        }
        if let Some(password) = password {
            let user = self.login.as_ref().map_or("", Secret::expose);
            let login = format!("{user}:{}", encoded(password.expose()));
            self.login = Some(Secret::from(&*login));
        }
        self.db = self.db.or(db);
        self
    }

    fn is_of_a_socket(&self) -> bool {
        OVER_A_SOCKET.contains(&&*self.scheme)
    }

    fn asks(&self, name: &str) -> bool {
        let query = self.query.as_ref().map_or("", Secret::expose);
        let mut names = query.split('&').filter_map(|pair| pair.split('=').next());
        names.any(|asked| asked == name)
    }

    fn written<'a>(&'a self, secret: fn(&'a Secret) -> &'a str) -> String {
        let mut text = format!("{}://", self.scheme);
        if let Some(login) = &self.login {
            text.extend([secret(login), "@"]);
        }
        text += &self.place;
        if !self.is_of_a_socket() {
            text.push('/');
        }
        if let Some(db) = self.db {
            let _ = write!(text, "{db}");
        }
        if let Some(query) = &self.query {
            text.extend(["?", secret(query)]);
        }
        if let Some(fragment) = &self.fragment {
            text.extend(["#", fragment]);
        }
        text
    }
}

/// `user:password@host:port/db`
fn server(text: &str) -> Option<(Option<Secret>, String, Option<u32>)> {
    let (authority, path) = parted(text, '/');
    let path = path.unwrap_or("");
    let (login, place) = match authority.rsplit_once('@') {
        Some((login, place)) => (Some(login).filter(|login| !login.is_empty()), place),
        None => (None, authority),
    };
    let db = match path.trim_end_matches('/') {
        "" => None,
        db => Some(super::read::database(db)?),
    };
    let place = Node::read(place, PORT)?.to_string();
    Some((login.map(Secret::from), place, db))
}

/// What stands before a mark, and what stands after it if it is there.
fn parted(text: &str, mark: char) -> (&str, Option<&str>) {
    match text.split_once(mark) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// Percent-encoded, down to unreserved characters.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// A text that should have been an address, without what might be secret in it.
pub(super) fn masked(text: &str) -> String {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), text),
    };
    let visible = |text: &str| parted(text, '?').0.to_owned();
    match rest.rsplit_once('@') {
        Some((_, place)) => format!("{scheme}***@{}", visible(place)),
        // What stands after a colon may be a password whose end is missing.
        None => match rest.split_once(':') {
            Some((host, port)) if !port.starts_with(|c: char| c.is_ascii_digit()) => {
                format!("{scheme}{host}:***")
            }
            _ => scheme + &visible(rest),
        },
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(|_| "***"))
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_as_it_is_and_shown_without_its_secrets() {
        for (text, whole, shown) in [
            ("redis://h", "redis://h:6379/", "redis://h:6379/"),
            (
                "REDISS://h:1/2#insecure",
                "rediss://h:1/2#insecure",
                "rediss://h:1/2#insecure",
            ),
            (
                "redis://:pw@h/",
                "redis://:pw@h:6379/",
                "redis://***@h:6379/",
            ),
            (
                "redis://me:p@w@h:1/0",
                "redis://me:p@w@h:1/0",
                "redis://***@h:1/0",
            ),
            (
                "valkey://[::1]:5?protocol=resp3",
                "valkey://[::1]:5/?protocol=resp3",
                "valkey://[::1]:5/?***",
            ),
            (
                "unix:///run/redis?db=1&pass=pw",
                "unix:///run/redis?db=1&pass=pw",
                "unix:///run/redis?***",
            ),
        ] {
            let url = Url::read(text).expect(text);
            assert_eq!((&*url.expose(), &*url.to_string()), (whole, shown));
            assert_eq!(format!("{url:?}"), shown);
        }
    }

    #[test]
    fn what_is_missing_is_completed() {
        let password = Secret::from("a/b");
        let completed = |text| {
            Url::read(text)
                .unwrap()
                .completed(Some(&password), Some(3))
                .expose()
        };
        assert_eq!(completed("redis://h"), "redis://:a%2Fb@h:6379/3");
        assert_eq!(completed("redis://me@h"), "redis://me:a%2Fb@h:6379/3");
        assert_eq!(completed("unix:///run/r"), "unix:///run/r?pass=a%2Fb&db=3");
        assert_eq!(
            Url::of(&Node::read("h", 1).unwrap(), false).expose(),
            "redis://h:1/"
        );
    }

    #[test]
    fn what_it_has_is_known() {
        let url = |text| Url::read(text).unwrap();
        let has = |text| (url(text).has_password(), url(text).has_db());
        assert_eq!(has("redis://me@h/"), (false, false));
        assert_eq!(has("redis://:pw@h/1"), (true, true));
        assert_eq!(has("unix:///run/r?db=1&pass=pw"), (true, true));
    }

    #[test]
    fn what_is_no_address_is_refused_and_shows_no_secret() {
        for (text, shown) in [
            ("", ""),
            ("localhost:6379", "localhost:6379"),
            ("http://h/", "http://h/"),
            ("redis://", "redis://"),
            ("redis://:pw", "redis://:***"),
            ("redis://me:pw", "redis://me:***"),
            ("redis://me:p/w@h", "redis://***@h"),
            ("redis://me:p#w@h", "redis://***@h"),
            ("redis://h/one", "redis://h/one"),
            ("redis://h:99999/", "redis://h:99999/"),
            ("redis://h/x?password=pw", "redis://h/x"),
            ("unix://run/redis", "unix://run/redis"),
        ] {
            assert_eq!(Url::read(text), None, "{text}");
            assert_eq!(masked(text), shown, "{text}");
        }
    }
}
