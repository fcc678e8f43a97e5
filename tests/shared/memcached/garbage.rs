//! Servers that are not memcached, or not in their right mind.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

use cache_runtime::ErrorKind;
use cache_runtime::backend::{Memcached, When};

use super::{change, content, get, set};

const SETTINGS: &[u8] = b"STAT item_size_max 1048576\r\nEND\r\n";

/// A server that hears as many lines on a connection as it has answers, says one to each, and hangs up. It serves any
/// number of connections, as long as the test runs.
fn pretender<const N: usize>(answers: [&'static [u8]; N]) -> Memcached {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound").to_string();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(stream);
            for answer in answers {
                let heard = lines.read_line(&mut String::new());
                if heard.is_err() || lines.get_mut().write_all(answer).is_err() {
                    break;
                }
            }
        }
    });
    Memcached::open(&[address]).expect("an address")
}

#[test]
fn a_server_that_is_not_memcached_is_an_error() {
    for hello in [
        &b""[..],
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"-ERR unknown command\r\n",
        b"ERROR Too many open connections\r\n",
        b"STAT ",
        b"\0\xff\r\n",
    ] {
        let error = get(&pretender([hello]), "a").expect_err("not memcached");
        assert_eq!(error.kind(), ErrorKind::Unreachable, "{error}");
    }
}

#[test]
fn replies_that_make_no_sense_are_errors() {
    for reply in [
        &b""[..],
        b"\r\n",
        b"\xff\xfe\0\r\n",
        b"HD\r\n",
        b"HD O0\r\n",
        b"NS O0\r\n",
        b"EN O1\r\n",
        b"EN O4294967295\r\n",
        b"EN O99999999999999999999\r\n",
        b"VA 16 t1 c1 O1\r\n0123456789abcdef\r\n",
        b"VA 16 t1 c1 O0\r\n0123456789abcdefgh\r\n",
        b"VA 16 t1 c1 O0\r\n0123456789",
        b"VA 16 O0\r\n0123456789abcdef\r\n",
        b"VA 16 tx c1 O0\r\n0123456789abcdef\r\n",
        b"VA -1 t1 c1 O0\r\n\r\n",
        b"VA 18446744073709551615 t1 c1 O0\r\nx",
        b"VA 1073741824 t1 c1 O0\r\nx",
        b"CLIENT_ERROR bad command line format\r\n",
        b"SERVER_ERROR out of memory\r\n",
        b"ERROR\r\n",
        &[b'x'; 5000],
    ] {
        // A server for each: the first answer ends a connection, and that may be seen late.
        let asked = get(&pretender([SETTINGS, reply]), "a").map(drop);
        let store = pretender([SETTINGS, reply]);
        let changed = change(&store, &[set("a", b"1", When::Always)]).map(drop);
        // What a get can be answered with is not what a set can be answered with.
        let errors = [asked.err(), changed.err()];
        let count = errors.iter().flatten().count();
        let fits_a_change = matches!(reply, b"HD O0\r\n" | b"NS O0\r\n");
        assert_eq!(
            count,
            if fits_a_change { 1 } else { 2 },
            "{}",
            reply.escape_ascii()
        );
        for error in errors.iter().flatten() {
            let kind = error.kind();
            assert!(
                matches!(kind, ErrorKind::Unreachable | ErrorKind::Refused),
                "{error}"
            );
        }
    }
}

#[test]
fn a_reply_that_comes_twice_reaches_nobody_else() {
    let reply = b"VA 18 t1 c1 O0\r\n0123456789abcdefxy\r\nEN O0\r\n";
    let store = pretender([SETTINGS, reply]);
    for _ in 0..10 {
        // Every time it is a new connection, or one that is just ending.
        if let Ok(item) = get(&store, "a") {
            assert_eq!(item.map(|item| item.content).as_deref(), Some(&b"xy"[..]));
        }
    }
}

#[test]
fn a_server_without_settings_is_one_all_the_same() {
    let store = pretender([b"ERROR\r\n", b"EN O0\r\n"]);
    assert_eq!(content(&store, "a"), None);
}
