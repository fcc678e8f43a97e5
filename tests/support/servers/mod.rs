//! Real servers, started by the tests on free loopback ports and stopped by their own pid.

pub mod memcached;
pub mod redis;

use std::net::TcpListener;
use std::process::Command;

/// Tells whether a program is installed; says so if it is not, or fails where `TESTS_REQUIRE_ALL` is set.
///
/// # Panics
///
/// If it is not installed and `TESTS_REQUIRE_ALL` is set.
#[must_use]
pub fn is_installed(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok();
    assert!(
        there || std::env::var_os("TESTS_REQUIRE_ALL").is_none(),
        "{program} is not installed, and TESTS_REQUIRE_ALL is set"
    );
    if !there {
        eprintln!("skipped: {program} is not installed");
    }
    there
}

/// A loopback port that nobody listens on, below those that outgoing connections take.
///
/// # Panics
///
/// If there is none.
#[must_use]
pub fn free_port() -> u16 {
    use std::sync::atomic::{AtomicU16, Ordering::SeqCst};
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Test binaries that run at the same time begin at different places.
    let start = u16::try_from(std::process::id() % 500).unwrap_or(0) * 20;
    (0..10_000)
        .map(|_| 11_000 + (start + NEXT.fetch_add(1, SeqCst)) % 10_000)
        .find(|&port| TcpListener::bind(("127.0.0.1", port)).is_ok())
        .expect("a free port on loopback")
}
