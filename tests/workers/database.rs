//! What the cached functions read: a number per key that grows with every write, kept by the parent for all workers.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Where workers find it.
pub(crate) const PLACE: &str = "WORKERS_DATABASE";

/// A request: what to do, and the key. The reply is the number.
const REQUEST: usize = 9;

type Numbers = Arc<Mutex<HashMap<u64, u64>>>;

/// Serves until this process ends.
pub(crate) fn serve(place: &Path) {
    let listener = UnixListener::bind(place).expect("a socket for the database");
    let numbers = Numbers::default();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let numbers = Arc::clone(&numbers);
            thread::spawn(move || answer_all(client, &numbers));
        }
    });
}

/// Answers a client until it leaves.
fn answer_all(mut client: UnixStream, numbers: &Numbers) -> io::Result<()> {
    let mut request = [0; REQUEST];
    loop {
        client.read_exact(&mut request)?;
        let mut key = [0; 8];
        key.copy_from_slice(&request[1..]);
        let number = answer(numbers, request[0] == 1, u64::from_le_bytes(key));
        client.write_all(&number.to_le_bytes())?;
    }
}

fn answer(numbers: &Numbers, writes: bool, key: u64) -> u64 {
    let mut numbers = numbers.lock().unwrap_or_else(PoisonError::into_inner);
    let number = numbers.entry(key).or_default();
    *number += u64::from(writes);
    *number
}

/// The number under a key.
pub(crate) fn read(key: u64) -> u64 {
    ask(0, key)
}

/// Writes a new number under a key, and answers it.
pub(crate) fn write(key: u64) -> u64 {
    ask(1, key)
}

fn ask(what: u8, key: u64) -> u64 {
    thread_local!(static SOCKET: RefCell<UnixStream> = RefCell::new(connect()));
    let mut request = [what; REQUEST];
    request[1..].copy_from_slice(&key.to_le_bytes());
    let mut reply = [0; 8];
    SOCKET.with_borrow_mut(|socket| {
        let asked = socket.write_all(&request);
        let answered = asked.and_then(|()| socket.read_exact(&mut reply));
        answered.expect("the database answers");
    });
    u64::from_le_bytes(reply)
}

fn connect() -> UnixStream {
    let place = std::env::var_os(PLACE).expect("workers are told where the database is");
    UnixStream::connect(place).expect("the database is there")
}
