//! What a server says about itself before anything else is asked.

use std::io;

use super::socket::Socket;

/// How large an item may be where a server does not tell.
const USUAL_SIZE: usize = 1 << 20;

/// No server has more settings.
const LONGEST: usize = 1 << 16;

/// Asks what the largest item is that a server takes, as the first thing on a connection.
pub(super) async fn item_size_max(socket: &Socket) -> io::Result<usize> {
    let mut question: &[u8] = b"stats settings\r\n";
    while !question.is_empty() {
        match socket.write(question)? {
            Some(count) => question = &question[count..],
            None => socket.writable().await?,
        }
    }
    let mut answer = Vec::with_capacity(LONGEST);
    loop {
        match socket.read(&mut answer)? {
            Some(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Some(_) if answer.len() > LONGEST => return Err(strange(&answer)),
            Some(_) => {
                if let Some(size) = read(&answer)? {
                    return Ok(size);
                }
            }
            None => socket.readable().await?,
        }
    }
}

/// The setting in an answer; `None` if it has not arrived whole.
fn read(answer: &[u8]) -> io::Result<Option<usize>> {
    if !answer.ends_with(b"\r\n") {
        return Ok(None);
    }
    let mut lines = answer.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    match answer {
        // A proxy has no settings.
        b"ERROR\r\n" => Ok(Some(USUAL_SIZE)),
        _ if answer.ends_with(b"\r\nEND\r\n") && answer.starts_with(b"STAT ") => {
            Ok(Some(lines.find_map(size).unwrap_or(USUAL_SIZE)))
        }
        _ if answer.starts_with(b"STAT ") => Ok(None),
        _ => Err(strange(answer)),
    }
}

fn size(line: &[u8]) -> Option<usize> {
    let size = line.strip_prefix(b"STAT item_size_max ")?;
    std::str::from_utf8(size).ok()?.parse().ok()
}

fn strange(answer: &[u8]) -> io::Error {
    let shown = answer[..answer.len().min(60)].trim_ascii_end();
    io::Error::other(format!("it answers `{}`", shown.escape_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_is_one_of_the_settings() {
        let answer = b"STAT maxconns 1024\r\nSTAT item_size_max 2097152\r\nSTAT x y\r\nEND\r\n";
        assert_eq!(read(answer).expect("settings"), Some(2 << 20));
    }

    #[test]
    fn a_server_that_does_not_tell_takes_what_is_usual() {
        for answer in [&b"ERROR\r\n"[..], b"STAT x y\r\nEND\r\n"] {
            assert_eq!(read(answer).expect("settings"), Some(USUAL_SIZE));
        }
    }

    #[test]
    fn part_of_the_settings_is_none_yet() {
        for answer in [&b"STAT item_size"[..], b"STAT item_size_max 2097152\r\n"] {
            assert_eq!(read(answer).expect("part"), None);
        }
    }

    #[test]
    fn anything_else_is_shown() {
        let answer = b"ERROR Too many open connections\r\n";
        let error = read(answer).expect_err("no settings");
        assert_eq!(
            error.to_string(),
            "it answers `ERROR Too many open connections`"
        );
    }
}
