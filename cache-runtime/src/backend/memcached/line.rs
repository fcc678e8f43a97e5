//! One connection to a server, shared by all who ask at the same time.
//!
//! Whoever asks writes to the socket at once, without waiting, and then waits for the replies; one task reads them
//! and hands them out. Replies come in the order of the commands, and the number that each bears is checked. So a
//! future that is dropped leaves nothing behind: its replies arrive, and go to nobody.
//!
//! A connection that fails in any way is lost for good, together with all replies that are still to come.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, oneshot};
use tokio::task::AbortHandle;

use super::super::io::runtime;
use super::address::Address;
use super::command::Command;
use super::reply::{Garbage, Parsed, Reply};
use super::settings;
use super::socket::Socket;
use crate::error::Error;

/// A server that owes a reply and says nothing for so long will not say anything on this connection.
const PATIENCE: Duration = Duration::from_secs(1);

/// With so many bytes unsent, nothing more is taken.
const BACKLOG: usize = 64 << 20;

/// How much is read at once.
const CHUNK: usize = 64 << 10;

/// Buffers larger than this are given back when they are empty.
const KEPT: usize = 1 << 20;

/// A connection. It is closed when it is dropped.
#[derive(Debug)]
pub(super) struct Line {
    shared: Arc<Shared>,
    /// The largest data that the server takes.
    item_size_max: usize,
    tasks: [AbortHandle; 2],
}

#[derive(Debug)]
struct Shared {
    address: String,
    socket: Socket,
    /// The number of the next command.
    next: AtomicU32,
    state: Mutex<State>,
    /// The socket took less than there was to send.
    blocked: Notify,
}

#[derive(Debug)]
struct State {
    outgoing: Vec<u8>,
    /// How many bytes of `outgoing` have been sent.
    sent: usize,
    waiting: VecDeque<Waiting>,
    /// When something last arrived.
    heard: Instant,
    /// Why the connection is no more.
    lost: Option<String>,
}

/// Commands that are not all answered.
#[derive(Debug)]
struct Waiting {
    since: Instant,
    /// The number of the first; the others follow it.
    first: u32,
    count: usize,
    replies: Vec<Reply>,
    answer: oneshot::Sender<Vec<Reply>>,
}

/// Replies that are on their way.
#[derive(Debug)]
pub(super) struct Pending {
    shared: Arc<Shared>,
    /// `None`: nothing had to be sent.
    answer: Option<oneshot::Receiver<Vec<Reply>>>,
    /// Commands that were not sent, by place, and what became of them.
    refused: Vec<(usize, Reply)>,
}

impl Line {
    /// Connects to a server.
    pub(super) async fn open(address: &Address) -> Result<Self, Error> {
        let opened = async {
            let socket = Socket::connect(address).await?;
            let item_size_max = settings::item_size_max(&socket).await?;
            Ok((socket, item_size_max))
        };
        let address = address.to_string();
        let (socket, item_size_max) = opened
            .await
            .map_err(|why: io::Error| unreachable(&address, &why.to_string()).because(why))?;
        let shared = Arc::new(Shared::new(address, socket));
        let reader = runtime().spawn(Arc::clone(&shared).read());
        let writer = runtime().spawn(Arc::clone(&shared).write());
        Ok(Self {
            shared,
            item_size_max,
            tasks: [reader.abort_handle(), writer.abort_handle()],
        })
    }

    /// Tells whether a reply can be hoped for.
    pub(super) fn is_usable(&self) -> bool {
        let mut state = self.shared.state();
        if state.is_silent() {
            state.lose("it does not answer");
        }
        state.lost.is_none()
    }

    /// Sends commands, except for those with an item too large for the server.
    pub(super) fn send<'a>(
        &self,
        commands: impl Iterator<Item = &'a Command<'a>>,
    ) -> Result<Pending, Error> {
        let mut refused = Vec::new();
        let mut taken = Vec::new();
        for (place, command) in commands.enumerate() {
            if command.size() > self.item_size_max {
                refused.push((place, too_large(self.item_size_max)));
            } else {
                taken.push(command);
            }
        }
        let answer = if taken.is_empty() {
            None
        } else {
            Some(self.shared.send(&taken)?)
        };
        Ok(Pending {
            shared: Arc::clone(&self.shared),
            answer,
            refused,
        })
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

impl Pending {
    /// Waits for the replies; they are in the order of the commands.
    pub(super) async fn replies(self) -> Result<Vec<Reply>, Error> {
        let mut replies = match self.answer {
            Some(answer) => answer.await.map_err(|_| self.shared.why())?,
            None => Vec::new(),
        };
        for (place, reply) in self.refused {
            replies.insert(place, reply);
        }
        Ok(replies)
    }
}

impl Shared {
    fn new(address: String, socket: Socket) -> Self {
        Self {
            address,
            socket,
            next: AtomicU32::new(0),
            state: Mutex::new(State {
                outgoing: Vec::new(),
                sent: 0,
                waiting: VecDeque::new(),
                heard: Instant::now(),
                lost: None,
            }),
            blocked: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why there will be no reply.
    fn why(&self) -> Error {
        let state = self.state();
        unreachable(
            &self.address,
            state.lost.as_deref().unwrap_or("the connection is closed"),
        )
    }

    fn send(&self, commands: &[&Command<'_>]) -> Result<oneshot::Receiver<Vec<Reply>>, Error> {
        let (bytes, waiting, answer) = self.prepare(commands);
        let mut state = self.state();
        let why = match &state.lost {
            Some(why) => why,
            None if state.unsent() > BACKLOG => "it takes nothing any more",
            None => {
                state.waiting.push_back(waiting);
                state.queue(bytes);
                self.flush(&mut state);
                return Ok(answer);
            }
        };
        Err(unreachable(&self.address, why))
    }

    /// The bytes of commands, and what is to be kept until they are answered.
    fn prepare(
        &self,
        commands: &[&Command<'_>],
    ) -> (Vec<u8>, Waiting, oneshot::Receiver<Vec<Reply>>) {
        let count = commands.len();
        let first = self
            .next
            .fetch_add(u32::try_from(count).unwrap_or(u32::MAX), Relaxed);
        let length = commands
            .iter()
            .map(|it| it.size() + it.name().len() + 64)
            .sum();
        let mut bytes = Vec::with_capacity(length);
        let mut number = first;
        for command in commands {
            command.encode(number, &mut bytes);
            number = number.wrapping_add(1);
        }
        let (answer, receiver) = oneshot::channel();
        let waiting = Waiting {
            since: Instant::now(),
            first,
            count,
            replies: Vec::with_capacity(count),
            answer,
        };
        (bytes, waiting, receiver)
    }

    /// Sends what the socket takes now; the writer sends the rest.
    fn flush(&self, state: &mut State) {
        while state.unsent() > 0 {
            match self.socket.write(&state.outgoing[state.sent..]) {
                Ok(Some(count)) => state.sent += count,
                Ok(None) => return self.blocked.notify_one(),
                Err(why) => return state.lose(&why.to_string()),
            }
        }
        state.sent = 0;
        empty(&mut state.outgoing);
    }

    /// The task that sends what the socket did not take at once.
    async fn write(self: Arc<Self>) {
        loop {
            self.blocked.notified().await;
            if self.socket.writable().await.is_err() {
                return;
            }
            self.flush(&mut self.state());
        }
    }

    /// The task that reads replies.
    async fn read(self: Arc<Self>) {
        // Also if the task is aborted, or panics.
        let hangup = Hangup(&self);
        let why = self.read_on().await;
        hangup.0.state().lose(&why);
    }

    /// Reads until it cannot go on, and says why.
    async fn read_on(&self) -> String {
        let mut incoming = Vec::new();
        loop {
            if let Err(why) = self.receive(&mut incoming).await {
                return why.to_string();
            }
            match self.hand_out(&incoming) {
                Ok(used) if used == incoming.len() => empty(&mut incoming),
                Ok(used) => drop(incoming.drain(..used)),
                Err(Garbage(why)) => return why.to_owned(),
            }
        }
    }

    /// Waits until more has arrived.
    async fn receive(&self, incoming: &mut Vec<u8>) -> io::Result<()> {
        loop {
            incoming.reserve(CHUNK);
            match self.socket.read(incoming)? {
                Some(0) => return Err(io::Error::other("it has closed the connection")),
                Some(_) => return Ok(()),
                None => self.socket.readable().await?,
            }
        }
    }

    /// Hands out the replies that have arrived whole, and answers how many bytes they were.
    fn hand_out(&self, bytes: &[u8]) -> Result<usize, Garbage> {
        let mut used = 0;
        self.state().heard = Instant::now();
        while let Some(parsed) = Reply::parse(&bytes[used..])? {
            used += parsed.length;
            self.state().hand_out(parsed)?;
        }
        Ok(used)
    }
}

impl State {
    fn unsent(&self) -> usize {
        self.outgoing.len() - self.sent
    }

    fn queue(&mut self, bytes: Vec<u8>) {
        if self.outgoing.is_empty() {
            self.outgoing = bytes;
        } else {
            self.outgoing.extend_from_slice(&bytes);
        }
    }

    /// Tells whether the server has owed a reply for too long.
    fn is_silent(&self) -> bool {
        let Some(first) = self.waiting.front() else {
            return false;
        };
        first.since.max(self.heard).elapsed() > PATIENCE
    }

    fn hand_out(&mut self, parsed: Parsed) -> Result<(), Garbage> {
        let first = self.waiting.front_mut();
        let first = first.ok_or(Garbage("a reply that nobody waits for"))?;
        if parsed
            .number
            .is_some_and(|number| number != first.expected())
        {
            return Err(Garbage("a reply out of turn"));
        }
        first.replies.push(parsed.reply);
        if first.replies.len() == first.count
            && let Some(waiting) = self.waiting.pop_front()
        {
            // Whoever asked may have left.
            let _ = waiting.answer.send(waiting.replies);
        }
        Ok(())
    }

    /// Gives up the connection: nobody is answered any more.
    fn lose(&mut self, why: &str) {
        self.lost.get_or_insert_with(|| why.to_owned());
        self.waiting.clear();
        self.outgoing = Vec::new();
        self.sent = 0;
    }
}

impl Waiting {
    /// The number of the next reply.
    fn expected(&self) -> u32 {
        let replies = u32::try_from(self.replies.len()).unwrap_or(u32::MAX);
        self.first.wrapping_add(replies)
    }
}

/// Gives up the connection when it is dropped.
struct Hangup<'a>(&'a Shared);

impl Drop for Hangup<'_> {
    fn drop(&mut self) {
        self.0.state().lose("the connection is closed");
    }
}

/// Empties a buffer, and keeps its room unless it is large.
fn empty(bytes: &mut Vec<u8>) {
    bytes.clear();
    bytes.shrink_to(KEPT);
}

fn too_large(limit: usize) -> Reply {
    Reply::Refused(format!("an item of more than {limit} bytes"))
}

fn unreachable(address: &str, why: &str) -> Error {
    Error::unreachable(format!("memcached at {address}: {why}"))
}
