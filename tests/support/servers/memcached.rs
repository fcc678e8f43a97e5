//! memcached.

use std::cell::RefCell;
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::free_port;
use crate::wait_until;

/// A memcached server of the test's own; it is killed when it is dropped.
#[derive(Debug)]
pub struct Memcached {
    address: String,
    options: Vec<String>,
    process: Child,
}

impl Memcached {
    /// Starts one on a loopback port, unless memcached is not installed.
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// Starts one on a loopback port, with more options.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn start_with(options: &[&str]) -> Option<Self> {
        if !super::is_installed("memcached") {
            return None;
        }
        // Somebody else may take the port first.
        let server = (0..10).find_map(|_| {
            let port = free_port().to_string();
            let place = ["-l", "127.0.0.1", "-U", "0", "-p", &port];
            Self::run(format!("127.0.0.1:{port}"), &[&place, options].concat())
        });
        Some(server.expect("memcached starts"))
    }

    /// Starts one on a Unix socket at this path.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn start_at(path: &Path) -> Option<Self> {
        if !super::is_installed("memcached") {
            return None;
        }
        let path = path.to_str().expect("a path that is text");
        let server = Self::run(format!("unix:{path}"), &["-s", path]);
        Some(server.expect("memcached starts"))
    }

    /// Its `host:port`, or `unix:` and its path.
    #[must_use]
    pub fn address(&self) -> String {
        self.address.clone()
    }

    /// Kills it (`SIGKILL`).
    pub fn kill(&mut self) {
        // It may be dead already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Starts it again in its place, after it was killed.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn restart(&mut self) {
        self.process = run(&self.address, &self.options).expect("memcached starts again");
    }

    /// Stops it where it is (`SIGSTOP`).
    pub fn pause(&self) {
        self.signal("-STOP");
        // Its threads stop one by one.
        wait_until(|| threads(self.process.id()).all(|state| state == 'T'));
    }

    /// Lets it go on (`SIGCONT`).
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    fn run(address: String, options: &[&str]) -> Option<Self> {
        let options: Vec<_> = options.iter().map(ToString::to_string).collect();
        let process = run(&address, &options)?;
        Some(Self {
            address,
            options,
            process,
        })
    }

    fn signal(&self, signal: &str) {
        let id = self.process.id().to_string();
        let status = Command::new("kill").args([signal, &id]).status();
        assert!(status.is_ok_and(|status| status.success()), "kill {signal}");
    }
}

impl Drop for Memcached {
    fn drop(&mut self) {
        self.kill();
        if let Some(path) = self.address.strip_prefix("unix:") {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Runs memcached and waits until it accepts connections; `None` if it has ended instead.
fn run(address: &str, options: &[String]) -> Option<Child> {
    let process = Command::new("memcached")
        .args(["-u", "root"])
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let process = RefCell::new(process.expect("memcached is installed"));
    let has_ended = || matches!(process.borrow_mut().try_wait(), Ok(Some(_)));
    wait_until(|| has_ended() || accepts(address));
    (!has_ended()).then(|| process.into_inner())
}

fn accepts(address: &str) -> bool {
    match address.strip_prefix("unix:") {
        Some(path) => UnixStream::connect(path).is_ok(),
        None => TcpStream::connect(address).is_ok(),
    }
}

/// The states of the threads of a process; none where the system does not list them.
fn threads(process: u32) -> impl Iterator<Item = char> {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task"));
    let state = |task: std::fs::DirEntry| {
        let stat = std::fs::read_to_string(task.path().join("stat")).ok()?;
        stat.rsplit_once(") ")?.1.chars().next()
    };
    tasks.into_iter().flatten().flatten().filter_map(state)
}
