//! What listens on the port of a Redis server and is none, and TLS.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::backend::redis::{Redis, Target};
use cache_runtime::backend::{Backend, Change, Version, When};
use cache_tests::servers::redis::{Server, are_installed};
use cache_tests::{crowd, wait_until};

use crate::redis::{EPOCH, ask, epoch, open, set, version};

/// What a real server answers while it is connected to: who it is, and that it is let in.
const ADMITTED: &[&str] = &["$23\r\nrun_id:abc\r\nrole:master\r\n$0\r\n\r\n", ":1\r\n"];

/// Something that answers the first so many commands like a server, and everything after that with some bytes.
fn impostor(begins: &'static [&'static str], goes_on: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("it has one").port();
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            thread::spawn(move || converse(socket, begins, goes_on));
        }
    });
    format!("redis://127.0.0.1:{port}")
}

/// Answers until nobody listens.
fn converse(mut socket: std::net::TcpStream, begins: &[&str], goes_on: &[u8]) {
    let mut bytes = [0; 4096];
    let mut begins = begins.iter();
    while socket.read(&mut bytes).is_ok_and(|read| read > 0) {
        let answer = begins.next().map_or(goes_on, |answer| answer.as_bytes());
        if socket.write_all(answer).is_err() {
            return;
        }
    }
}

const ANSWERS: [&[u8]; 18] = [
    b"",
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    b"-ERR unknown command 'AUTH', with args beginning with: 'hunter2'\r\n",
    b"-OOM command not allowed\r\n",
    b"-LOADING Redis is loading the dataset in memory\r\n",
    b"-WRONGTYPE Operation against a key holding the wrong kind of value\r\n",
    b"-MOVED 1 127.0.0.1:1\r\n",
    b"-\r\n",
    b"$-1\r\n",
    b"*-1\r\n",
    b"*0\r\n",
    b":5\r\n:6\r\n:7\r\n",
    b"*2\r\n$20\r\n01234567890123456789\r\n:1\r\n+x\r\n",
    b"$9223372036854775807\r\nx",
    b"*9223372036854775807\r\n",
    b"*2147483647\r\n$-1\r\n",
    b"%1\r\n+a\r\n_\r\n",
    b"\xff\xfe\x00\r\n",
];

#[test]
fn whatever_a_server_answers_is_an_error_or_nothing() {
    crowd(ANSWERS.len() * 2, |n| {
        let (answer, begins) = (ANSWERS[n / 2], [&[], ADMITTED][n % 2]);
        let redis = open(&impostor(begins, answer));
        for _ in 0..2 {
            if let Ok(read) = ask(redis.get(&["app:a"], &["app:b"])) {
                assert_eq!((read.items.len(), read.versions.len()), (1, 1));
            }
            let changes = [
                set("app:a", b"", When::Always),
                set("app:a", b"", When::Unchanged(Version::fresh())),
                Change::Delete { name: "app:a" },
                Change::Keep {
                    name: "app:a",
                    ttl: None,
                },
            ];
            let made = ask(redis.change(&changes));
            assert!(made.is_err() || made.is_ok_and(|made| made.len() == 4));
            let _ = ask(redis.clear("app:"));
        }
    });
}

#[test]
fn nesting_that_has_no_end_is_an_error() {
    static DEEP: [u8; 400_000] = {
        let mut bytes = [b'1'; 400_000];
        let mut at = 0;
        while at < bytes.len() {
            bytes[at] = b'*';
            bytes[at + 2] = b'\r';
            bytes[at + 3] = b'\n';
            at += 4;
        }
        bytes
    };
    let redis = open(&impostor(ADMITTED, &DEEP));
    assert!(ask(redis.get(&["app:a"], &[])).is_err());
}

#[test]
fn a_node_of_no_cluster_and_one_that_invents_one_are_errors() {
    for answer in [
        &b"-ERR This instance has cluster support disabled\r\n"[..],
        b"$3\r\nabc\r\n",
        b"$52\r\na 127.0.0.1:1@2 master - 0 0 1 connected 0-16383 x y\r\n",
        b"$57\r\na 127.0.0.1:99999@2 master - 0 0 1 connected 0-16383 99-1\r\n",
        b":1\r\n",
    ] {
        let nodes = vec![impostor(&[], answer)];
        let redis = Redis::open(Target::Cluster { nodes }, EPOCH.to_owned()).expect("an address");
        assert!(ask(redis.get(&["app:a"], &[])).is_err());
        assert!(ask(redis.change(&[set("app:a", b"", When::Always)])).is_err());
        assert!(ask(redis.clear("app:")).is_err());
    }
}

#[test]
fn sentinels_that_talk_nonsense_are_an_error() {
    for answer in ANSWERS {
        let url = impostor(&[], answer);
        let port = url.rsplit(':').next().and_then(|port| port.parse().ok());
        let target = Target::Sentinel {
            sentinels: vec![("127.0.0.1".to_owned(), port.expect("it has a port"))],
            master: "mymaster".to_owned(),
            password: None,
            sentinel_password: Some("hunter2".to_owned()),
            db: 0,
            tls: false,
        };
        let redis = Redis::open(target, EPOCH.to_owned()).expect("addresses");
        let error = ask(redis.get(&["app:a"], &[])).expect_err("nobody says where it is");
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}

#[test]
fn a_server_that_accepts_and_says_nothing_costs_the_callers_time_and_no_more() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("it has one").port();
    let redis = open(&format!("redis://127.0.0.1:{port}"));
    for _ in 0..8 {
        let began = Instant::now();
        assert!(ask(redis.get(&["app:a"], &[])).is_err());
        assert!(began.elapsed() < Duration::from_secs(1));
    }
}

/// Runs itself in a process of its own, where `SSL_CERT_FILE` names the authority to trust.
#[test]
fn tls_needs_an_authority_that_is_trusted() {
    const URL: &str = "CACHE_TESTS_TLS_URL";
    if let Ok(url) = std::env::var(URL) {
        epoch(&open(&url));
        return;
    }
    let Some(server) = are_installed().then(Server::start_with_tls).flatten() else {
        return;
    };
    let error = ask_patiently(&server.url());
    assert!(error.contains("UnknownIssuer"), "{error}");
    let program = std::env::current_exe().expect("it runs");
    let name = "redis_hostile::tls_needs_an_authority_that_is_trusted";
    let trusting = Command::new(program)
        .args(["--exact", name])
        .env(URL, server.url())
        .env("SSL_CERT_FILE", server.authority())
        .output()
        .expect("it runs again");
    let said = String::from_utf8_lossy(&trusting.stdout);
    assert!(
        trusting.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

/// Runs itself in a process of its own, where `SSL_CERT_FILE` names the authority to trust.
#[test]
fn sentinels_and_servers_talk_tls_and_ask_for_a_password_each() {
    const PORT: &str = "CACHE_TESTS_TLS_SENTINEL";
    let target = |port, tls| Target::Sentinel {
        sentinels: vec![("127.0.0.1".to_owned(), port)],
        master: "mymaster".to_owned(),
        password: Some("of the server".to_owned()),
        sentinel_password: Some("of the sentinel".to_owned()),
        db: 0,
        tls,
    };
    let open = |port, tls| Redis::open(target(port, tls), EPOCH.to_owned()).expect("addresses");
    if let Ok(port) = std::env::var(PORT) {
        let port = port.parse().expect("a port");
        let redis = open(port, true);
        wait_until(|| version(&redis, EPOCH).is_some());
        assert!(ask(open(port, false).get(&["app:a"], &[])).is_err());
        return;
    }
    if !are_installed() {
        return;
    }
    let Some(server) = Server::start_with_tls_and(&["--requirepass", "of the server"]) else {
        return;
    };
    let sentinel = server.start_sentinel_with_tls("\"of the server\"", "\"of the sentinel\"");
    let program = std::env::current_exe().expect("it runs");
    let name = "redis_hostile::sentinels_and_servers_talk_tls_and_ask_for_a_password_each";
    let trusting = Command::new(program)
        .args(["--exact", name])
        .env(PORT, sentinel.port.to_string())
        .env("SSL_CERT_FILE", server.authority())
        .output()
        .expect("it runs again");
    let said = String::from_utf8_lossy(&trusting.stdout);
    assert!(
        trusting.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

/// Why a server cannot be used, once that is clear.
fn ask_patiently(url: &str) -> String {
    let redis = open(url);
    loop {
        let error = ask(redis.get(&["app:a"], &[])).expect_err("it is not trusted");
        if !error.to_string().contains("in time") {
            return error.to_string();
        }
    }
}
