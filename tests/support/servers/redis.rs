//! Redis servers: one, a group with sentinels, a cluster.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use super::free_port;
use crate::wait_until;

/// Tells whether everything is installed that the tests of Redis need; see [`is_installed`](super::is_installed).
#[must_use]
pub fn are_installed() -> bool {
    ["redis-server", "redis-sentinel", "redis-cli"]
        .iter()
        .all(|program| super::is_installed(program))
}

/// One process that is killed when this is dropped.
#[derive(Debug)]
pub struct Server {
    program: &'static str,
    /// Where it listens.
    pub port: u16,
    folder: PathBuf,
    arguments: Vec<String>,
    tls: bool,
    password: Option<String>,
    process: Option<Child>,
}

impl Server {
    /// Starts a server that keeps nothing on disk unless it is told to.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same with more arguments.
    #[must_use]
    pub fn start_with(arguments: &[&str]) -> Self {
        let port = free_port();
        let mut server = Self::new("redis-server", port);
        server.argue(&["--port", &port.to_string(), "--bind", "127.0.0.1"]);
        server.argue(&["--save", "", "--appendonly", "no", "--protected-mode", "no"]);
        server.argue(arguments);
        server.begin();
        server
    }

    /// Starts a server that asks for a password.
    #[must_use]
    pub fn start_with_password(password: &str) -> Self {
        let mut server = Self::start();
        server.order(&["CONFIG", "SET", "requirepass", password]);
        server.argue(&["--requirepass", password]);
        server.password = Some(password.to_owned());
        server
    }

    /// Starts a server that talks TLS only, with a certificate that [`authority`](Self::authority) vouches for; none
    /// where `openssl` is not installed.
    #[must_use]
    pub fn start_with_tls() -> Option<Self> {
        Self::start_with_tls_and(&[])
    }

    /// The same with more arguments.
    #[must_use]
    pub fn start_with_tls_and(arguments: &[&str]) -> Option<Self> {
        if Command::new("openssl").arg("version").output().is_err() {
            eprintln!("skipped: openssl is not installed");
            return None;
        }
        let port = free_port();
        let mut server = Self::new("redis-server", port);
        certify(&server.folder);
        server.argue(&["--port", "0", "--tls-port", &port.to_string()]);
        server.argue(&["--bind", "127.0.0.1", "--save", ""]);
        let file = |name: &str| server.folder.join(name).display().to_string();
        let (own, key, ca) = (file("own.crt"), file("own.key"), file("ca.crt"));
        server.argue(&["--tls-cert-file", &own, "--tls-key-file", &key]);
        server.argue(&["--tls-ca-cert-file", &ca, "--tls-auth-clients", "no"]);
        server.argue(arguments);
        server.tls = true;
        server.begin();
        Some(server)
    }

    /// Starts a sentinel that watches this server, which talks TLS only and asks for `password`, and does so itself.
    ///
    /// # Panics
    ///
    /// If its file cannot be written.
    #[must_use]
    pub fn start_sentinel_with_tls(&self, password: &str, sentinel_password: &str) -> Self {
        let port = free_port();
        let mut sentinel = Self::new("redis-sentinel", port);
        let (file, group) = (sentinel.folder.join("sentinel.conf"), Watched::GROUP);
        let of_server = |name: &str| self.folder.join(name).display().to_string();
        let lines = [
            format!("port 0\ntls-port {port}\nbind 127.0.0.1\nprotected-mode no"),
            format!("tls-cert-file {}", of_server("own.crt")),
            format!("tls-key-file {}", of_server("own.key")),
            format!("tls-ca-cert-file {}", of_server("ca.crt")),
            "tls-auth-clients no\ntls-replication yes".to_owned(),
            format!("requirepass {sentinel_password}"),
            format!("sentinel monitor {group} 127.0.0.1 {} 1", self.port),
            format!("sentinel auth-pass {group} {password}"),
        ];
        fs::write(&file, lines.join("\n")).expect("a file for the sentinel");
        sentinel.argue(&[&file.display().to_string()]);
        sentinel.tls = true;
        sentinel.begin();
        sentinel
    }

    fn new(program: &'static str, port: u16) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "cache-redis-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, SeqCst)
        );
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a folder for the server");
        Self {
            program,
            port,
            folder,
            arguments: Vec::new(),
            tls: false,
            password: None,
            process: None,
        }
    }

    fn argue(&mut self, arguments: &[&str]) {
        let arguments = arguments.iter().map(ToString::to_string);
        self.arguments.extend(arguments);
    }

    fn begin(&mut self) {
        let started = Command::new(self.program)
            .args(&self.arguments)
            .current_dir(&self.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.process = Some(started.expect("the server starts"));
        wait_until(|| self.answers());
    }

    /// Tells whether it listens, and has loaded what it has to load.
    fn answers(&self) -> bool {
        let Ok(mut socket) = TcpStream::connect(("127.0.0.1", self.port)) else {
            return false;
        };
        if self.tls {
            return true;
        }
        let mut reply = [0; 5];
        let limit = Some(Duration::from_secs(1));
        socket.set_read_timeout(limit).is_ok()
            && socket.write_all(b"PING\r\n").is_ok()
            && socket.read_exact(&mut reply).is_ok()
            && (&reply == b"+PONG" || &reply == b"-NOAU")
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.tls { "rediss" } else { "redis" };
        match &self.password {
            Some(password) => format!("{scheme}://:{password}@127.0.0.1:{}", self.port),
            None => format!("{scheme}://127.0.0.1:{}", self.port),
        }
    }

    /// Where it keeps what it keeps.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// The file of the authority that vouches for its certificate.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.folder.join("ca.crt")
    }

    /// Gives a command, and returns what it answers without the last line break.
    ///
    /// # Panics
    ///
    /// If `redis-cli` cannot be run.
    #[must_use]
    pub fn cli(&self, command: &[&str]) -> String {
        // A server that is paused would never answer.
        let mut cli = Command::new("timeout");
        cli.args(["5", "redis-cli", "-p", &self.port.to_string()]);
        if let Some(password) = &self.password {
            cli.args(["--no-auth-warning", "-a", password]);
        }
        let output = cli.args(command).output().expect("redis-cli runs");
        let answer = String::from_utf8_lossy(&output.stdout);
        answer.trim_end_matches('\n').to_owned()
    }

    /// Gives a command that needs no answer.
    pub fn order(&self, command: &[&str]) {
        let _ = self.cli(command);
    }

    /// Its process.
    ///
    /// # Panics
    ///
    /// If it does not run.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.as_ref().expect("the server runs").id()
    }

    /// Kills it: nothing is saved, connections are cut.
    pub fn stop_hard(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts it again after [`stop_hard`](Self::stop_hard), with what it finds in its folder.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn restart(&mut self) {
        self.stop_hard();
        self.begin();
    }

    /// Lets it do nothing, with all its connections open.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on after [`pause`](Self::pause).
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        let sent = Command::new("kill").args([name, &pid]).status();
        assert!(
            sent.is_ok_and(|status| status.success()),
            "kill {name} {pid}"
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop_hard();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Makes an authority and a certificate for `127.0.0.1`.
fn certify(folder: &Path) {
    let openssl = |arguments: &str| {
        let made = Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(folder)
            .stderr(Stdio::null())
            .status();
        assert!(
            made.is_ok_and(|status| status.success()),
            "openssl {arguments}"
        );
    };
    fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1").expect("a file");
    openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=tests -keyout ca.key -out ca.crt");
    openssl("req -newkey rsa:2048 -nodes -subj /CN=127.0.0.1 -keyout own.key -out own.csr");
    openssl(
        "x509 -req -in own.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out own.crt",
    );
}

/// A primary with two replicas, and three sentinels that watch them.
#[derive(Debug)]
pub struct Watched {
    /// The servers; the first one is the primary in the beginning.
    pub servers: Vec<Server>,
    /// The sentinels.
    pub sentinels: Vec<Server>,
}

impl Watched {
    /// What the sentinels call the servers.
    pub const GROUP: &str = "mymaster";

    /// Starts all of them. A primary is replaced when it has not answered for a second.
    #[must_use]
    pub fn start() -> Self {
        let mut servers = vec![Server::start_with(&["--repl-diskless-sync-delay", "0"])];
        let port = servers[0].port.to_string();
        for _ in 0..2 {
            servers.push(Server::start_with(&[
                "--repl-diskless-sync-delay",
                "0",
                "--replicaof",
                "127.0.0.1",
                &port,
            ]));
        }
        servers[1..].iter().for_each(wait_for_sync);
        let sentinels: Vec<_> = (0..3).map(|_| sentinel(&port)).collect();
        let know_all = |sentinel: &Server| {
            let facts = sentinel.cli(&["INFO", "sentinel"]);
            facts.contains("slaves=2,sentinels=3")
        };
        wait_until(|| sentinels.iter().all(know_all));
        Self { servers, sentinels }
    }

    /// Where the sentinels are.
    #[must_use]
    pub fn addresses(&self) -> Vec<(String, u16)> {
        let address = |server: &Server| ("127.0.0.1".to_owned(), server.port);
        self.sentinels.iter().map(address).collect()
    }

    /// Where the sentinels are, as one setting.
    #[must_use]
    pub fn list(&self) -> String {
        let address = |(host, port)| format!("{host}:{port}");
        let all: Vec<_> = self.addresses().into_iter().map(address).collect();
        all.join(",")
    }

    /// The port of the primary as of now.
    #[must_use]
    pub fn primary(&self) -> u16 {
        let named = self.sentinels[0].cli(&["SENTINEL", "get-master-addr-by-name", Self::GROUP]);
        named
            .lines()
            .nth(1)
            .and_then(|port| port.parse().ok())
            .unwrap_or(0)
    }

    /// Waits until another server than that one is the primary.
    pub fn wait_for_another(&self, port: u16) {
        let is_primary = |server: &Server| {
            server.port == self.primary() && server.cli(&["ROLE"]).starts_with("master")
        };
        wait_until(|| {
            std::thread::sleep(Duration::from_millis(20));
            let others = self.servers.iter().filter(|server| server.port != port);
            others.into_iter().any(is_primary)
        });
    }
}

fn wait_for_sync(replica: &Server) {
    wait_until(|| {
        let facts = replica.cli(&["INFO", "replication"]);
        facts.contains("master_link_status:up")
    });
}

fn sentinel(primary: &str) -> Server {
    let port = free_port();
    let mut sentinel = Server::new("redis-sentinel", port);
    let (file, group) = (sentinel.folder.join("sentinel.conf"), Watched::GROUP);
    let lines = [
        format!("port {port}"),
        "bind 127.0.0.1".to_owned(),
        "protected-mode no".to_owned(),
        format!("sentinel monitor {group} 127.0.0.1 {primary} 2"),
        format!("sentinel down-after-milliseconds {group} 1000"),
        format!("sentinel failover-timeout {group} 5000"),
    ];
    fs::write(&file, lines.join("\n")).expect("a file for the sentinel");
    sentinel.argue(&[&file.display().to_string()]);
    sentinel.begin();
    sentinel
}

/// Three primaries with a replica each.
#[derive(Debug)]
pub struct Cluster {
    /// The nodes.
    pub nodes: Vec<Server>,
}

impl Cluster {
    /// Starts all of them. A primary is replaced when it has not answered for two seconds.
    ///
    /// # Panics
    ///
    /// If they do not form a cluster.
    #[must_use]
    pub fn start() -> Self {
        let nodes: Vec<_> = (0..6).map(|_| node()).collect();
        let mut create = Command::new("redis-cli");
        create.args(["--cluster", "create"]);
        create.args(nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)));
        create.args(["--cluster-replicas", "1", "--cluster-yes"]);
        let created = create.output().expect("redis-cli runs");
        assert!(created.status.success(), "{created:?}");
        let cluster = Self { nodes };
        wait_until(|| cluster.is_whole());
        cluster
    }

    fn is_whole(&self) -> bool {
        self.nodes.iter().all(|node| {
            let replication = node.cli(&["INFO", "replication"]);
            let state = node.cli(&["CLUSTER", "INFO"]);
            let synced = replication.contains("role:master")
                || replication.contains("master_link_status:up");
            synced && state.contains("cluster_state:ok") && state.contains("cluster_known_nodes:6")
        })
    }

    /// The addresses of its nodes.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(Server::url).collect()
    }

    /// The number of the node that is the primary for a name, as another one than `except` sees it.
    ///
    /// # Panics
    ///
    /// If nobody knows.
    #[must_use]
    pub fn primary_of(&self, name: &str, except: Option<usize>) -> usize {
        let witness = usize::from(except == Some(0));
        let slot = self.nodes[witness].cli(&["CLUSTER", "KEYSLOT", name]);
        let slot: u16 = slot.parse().expect("a slot");
        let map = self.nodes[witness].cli(&["CLUSTER", "NODES"]);
        let owner = map.lines().find(|line| owns(line, slot));
        let port = owner.and_then(port_of).expect("a slot has a primary");
        let mut ports = self.nodes.iter().map(|node| node.port);
        ports
            .position(|other| other == port)
            .expect("it is one of ours")
    }
}

/// The port in a line of `CLUSTER NODES`.
fn port_of(line: &str) -> Option<u16> {
    let place = line.split(' ').nth(1)?.split('@').next()?;
    place.rsplit(':').next()?.parse().ok()
}

/// Tells whether a line of `CLUSTER NODES` has a slot.
fn owns(line: &str, slot: u16) -> bool {
    let mut ranges = line.split(' ').skip(8);
    ranges.any(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        match (first.parse::<u16>(), last.parse::<u16>()) {
            (Ok(first), Ok(last)) => (first..=last).contains(&slot),
            _ => false,
        }
    })
}

fn node() -> Server {
    Server::start_with(&[
        "--cluster-enabled",
        "yes",
        "--cluster-node-timeout",
        "2000",
        "--cluster-require-full-coverage",
        "no",
        "--repl-diskless-sync-delay",
        "0",
    ])
}
