//! The shop as its visitors have it: the program, over a socket.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

struct Shop {
    process: Child,
    address: String,
}

impl Shop {
    fn open() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_web_shop"));
        let settings = std::env::vars_os().map(|(name, _)| name);
        for name in settings.filter(|name| name.to_string_lossy().starts_with("CACHE_")) {
            command.env_remove(name);
        }
        let mut process = command
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = process.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        let address = line
            .trim()
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned();
        Self { process, address }
    }

    fn send(&self, request: &str, headers: &str, body: &str) -> String {
        let mut connection = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let text = format!(
            "{request} HTTP/1.1\r\nhost: shop\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        );
        connection.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer
    }

    fn get(&self, path: &str) -> String {
        self.send(&format!("GET {path}"), "", "")
    }

    fn account(&self, user: &str) -> String {
        self.send("GET /account", &format!("cookie: user={user}\r\n"), "")
    }

    fn post(&self, path: &str, cookie: &str, body: &str) -> String {
        let form = "content-type: application/x-www-form-urlencoded\r\n";
        self.send(&format!("POST {path}"), &format!("{form}{cookie}"), body)
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_write_is_seen_at_once_on_every_page() {
    let shop = Shop::open();
    let pages = ["/", "/products/5", "/search?text=tea"];
    for path in pages {
        assert!(
            shop.get(path).contains("1.35"),
            "{path}: {}",
            shop.get(path)
        );
        assert!(
            shop.get(path).contains("; hit"),
            "{path}: {}",
            shop.get(path)
        );
    }
    let moved = shop.post("/products/5/price", "", "cents=999");
    assert!(moved.starts_with("HTTP/1.1 303"), "{moved}");
    for path in pages {
        assert!(
            shop.get(path).contains("9.99"),
            "{path}: {}",
            shop.get(path)
        );
    }
}

#[test]
fn nobody_sees_anothers_account() {
    let shop = Shop::open();
    for _ in 0..2 {
        assert!(shop.account("ada").contains("ada lives in London."));
        assert!(shop.account("bob").contains("bob lives in Berlin."));
        assert!(shop.get("/account").starts_with("HTTP/1.1 404"));
    }
    shop.post("/account", "cookie: user=bob\r\n", "city=Bonn");
    assert!(shop.account("bob").contains("bob lives in Bonn."));
    assert!(shop.account("ada").contains("ada lives in London."));
}

#[test]
fn what_is_not_there_is_not_found() {
    let shop = Shop::open();
    assert!(shop.get("/products/0").starts_with("HTTP/1.1 404"));
}

#[test]
fn its_caches_are_shown() {
    let shop = Shop::open();
    shop.get("/products/1");
    assert!(shop.get("/cache").contains("<title>Caches"));
    let functions = shop.get("/cache/api/functions");
    assert!(functions.contains("queries::product"), "{functions}");
}
