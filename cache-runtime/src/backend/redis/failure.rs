//! What goes wrong between here and a server, in a form that everyone who waits for the same thing gets a copy of.

use redis::{ServerError, ServerErrorKind};

use crate::error::{Error, ErrorKind};

/// How much of what a server says is passed on.
const LONGEST_QUOTE: usize = 200;

/// An [`Error`] in the making.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) kind: ErrorKind,
    message: String,
}

impl Failure {
    pub(super) fn unreachable(message: impl Into<String>) -> Self {
        let (kind, message) = (ErrorKind::Unreachable, message.into());
        Self { kind, message }
    }

    pub(super) fn refused(message: impl Into<String>) -> Self {
        let (kind, message) = (ErrorKind::Refused, message.into());
        Self { kind, message }
    }

    pub(super) fn config(message: impl Into<String>) -> Self {
        let (kind, message) = (ErrorKind::Config, message.into());
        Self { kind, message }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::new(failure.kind, failure.message)
    }
}

/// What kind of failure an answer of a server is: does another server, or the same one later, answer otherwise?
pub(super) fn kind_of(error: &ServerError) -> ErrorKind {
    match error.kind() {
        Some(
            ServerErrorKind::BusyLoading
            | ServerErrorKind::ReadOnly
            | ServerErrorKind::MasterDown
            | ServerErrorKind::ClusterDown
            | ServerErrorKind::TryAgain
            | ServerErrorKind::Moved
            | ServerErrorKind::Ask,
        ) => ErrorKind::Unreachable,
        _ => ErrorKind::Refused,
    }
}

/// Tells whether the connection that an answer came over leads to the wrong place.
pub(super) fn ends_trust(error: &ServerError) -> bool {
    matches!(
        error.kind(),
        Some(
            ServerErrorKind::ReadOnly
                | ServerErrorKind::MasterDown
                | ServerErrorKind::BusyLoading
                | ServerErrorKind::ClusterDown
        )
    ) || error.code() == "NOAUTH"
}

/// What a server has said, for a message: short, on one line, without secrets.
pub(super) fn quote(said: &str, secrets: &[String]) -> String {
    let mut said = said.to_owned();
    for secret in secrets {
        said = said.replace(secret.as_str(), "***");
    }
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    said.chars().take(LONGEST_QUOTE).map(printable).collect()
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn a_quote_holds_no_secret_and_no_line_break() {
        let said = "unknown command\r\nAUTH 'hunter2'";
        let quoted = quote(said, &["hunter2".to_owned()]);
        assert_eq!(quoted, "unknown command  AUTH '***'");
    }

    #[test]
    fn a_quote_is_short() {
        assert_eq!(quote(&"x".repeat(1_000_000), &[]).len(), 200);
    }
}
