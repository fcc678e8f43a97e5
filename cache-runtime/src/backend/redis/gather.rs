//! Many callers' questions to one server in one go.
//!
//! Who is alone asks at once. Who is not joins what is about to be sent, which happens as soon as the thread of the
//! connections gets to it: nobody waits for company. When many ask at once that thread is busy, though, and finds them
//! together. What each costs is then less than a request of its own, and what all want, like the epoch, is asked for
//! once.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use redis::{Cmd, Pipeline, Value};
use tokio::sync::oneshot;

use super::command;
use super::failure::Failure;
use super::link::Link;
use super::primary::Gate;
use crate::backend::Read;
use crate::backend::io::runtime;

/// With so many names, a request is sent and another one begun.
const ENOUGH: usize = 500;

/// The questions that are about to be asked.
#[derive(Default)]
pub(super) struct Gathering {
    /// Someone who was alone has not been answered yet.
    is_busy: AtomicBool,
    next: Mutex<Option<Batch>>,
}

/// Somebody who is alone, as long as this lives.
struct Alone<'a>(&'a AtomicBool);

impl<'a> Alone<'a> {
    fn among(is_busy: &'a AtomicBool) -> Option<Self> {
        (!is_busy.swap(true, Relaxed)).then(|| Self(is_busy))
    }
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        self.0.store(false, Relaxed);
    }
}

impl Gathering {
    /// Reads items and versions, together with what others want.
    pub(super) async fn read(
        &self,
        gate: &Arc<Gate>,
        items: &[&str],
        versions: &[&str],
    ) -> Result<Read, Failure> {
        let answer = match Alone::among(&self.is_busy) {
            Some(_alone) => {
                let mut batch = Batch::new();
                let answer = batch.add(items, versions);
                batch.run(gate).await;
                answer
            }
            None => self.join(gate, items, versions),
        };
        let dropped = |_| Err(Failure::unreachable("redis: asking was given up"));
        answer.await.unwrap_or_else(dropped)
    }

    fn join(&self, gate: &Arc<Gate>, items: &[&str], versions: &[&str]) -> Answer {
        let mut next = self.next();
        let is_first = next.is_none();
        let batch = next.get_or_insert_with(Batch::new);
        let answer = batch.add(items, versions);
        let is_enough = batch.names.len() >= ENOUGH;
        if is_enough && let Some(batch) = next.take() {
            let gate = Arc::clone(gate);
            runtime().spawn(async move { batch.run(&gate).await });
        } else if is_first {
            runtime().spawn(Self::run_next(Arc::clone(gate)));
        }
        answer
    }

    async fn run_next(gate: Arc<Gate>) {
        let next = gate.gathering.next().take();
        if let Some(batch) = next {
            batch.run(&gate).await;
        }
    }

    fn next(&self) -> MutexGuard<'_, Option<Batch>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Answer = oneshot::Receiver<Result<Read, Failure>>;

/// What some callers want, each name once.
struct Batch {
    /// The place of each name in the answer.
    places: HashMap<String, usize, RandomState>,
    names: Vec<Name>,
    /// Asks for the bytes of all names, and for the times to live of some.
    bytes: Cmd,
    times: Vec<Cmd>,
    callers: Vec<Caller>,
}

/// What is known about a name while its bytes are being asked for.
#[derive(Clone, Copy, Default)]
struct Name {
    /// How often they are wanted.
    uses: usize,
    /// Where its time to live is, if it is wanted.
    time: Option<usize>,
}

struct Caller {
    /// The places of what it wants: first items, then versions.
    wants: Vec<usize>,
    items: usize,
    tell: oneshot::Sender<Result<Read, Failure>>,
}

impl Batch {
    fn new() -> Self {
        Self {
            places: HashMap::default(),
            names: Vec::new(),
            bytes: redis::cmd("MGET"),
            times: Vec::new(),
            callers: Vec::new(),
        }
    }

    fn add(&mut self, items: &[&str], versions: &[&str]) -> Answer {
        let mut wants = Vec::with_capacity(items.len() + versions.len());
        for name in items {
            let place = self.place(name);
            if self.names[place].time.is_none() {
                self.names[place].time = Some(self.times.len());
                self.times.push(command::time(name));
            }
            wants.push(place);
        }
        wants.extend(versions.iter().map(|name| self.place(name)));
        let (tell, answer) = oneshot::channel();
        self.callers.push(Caller {
            wants,
            items: items.len(),
            tell,
        });
        answer
    }

    /// The place of a name that is wanted once more.
    fn place(&mut self, name: &str) -> usize {
        let place = *self.places.entry_ref(name).or_insert_with(|| {
            self.bytes.arg(name);
            self.names.push(Name::default());
            self.names.len() - 1
        });
        self.names[place].uses += 1;
        place
    }

    async fn run(mut self, gate: &Gate) {
        match self.ask(gate).await {
            Ok((bytes, times)) => self.tell(bytes, &times),
            Err(failure) => {
                for caller in self.callers {
                    let _ = caller.tell.send(Err(failure.clone()));
                }
            }
        }
    }

    /// The bytes of all names, and the times to live that are wanted.
    async fn ask(&mut self, gate: &Gate) -> Result<(Vec<Value>, Vec<Value>), Failure> {
        let link = gate.link().await?;
        let mut commands = Pipeline::with_capacity(1 + self.times.len());
        commands.add_command(std::mem::take(&mut self.bytes));
        for time in self.times.drain(..) {
            commands.add_command(time);
        }
        let mut replies = gate.ask(&link, &commands).await?;
        let times = replies.split_off(1);
        let bytes = replies.pop().ok_or_else(|| link.nonsense())?;
        Ok((self.checked(bytes, &link)?, times))
    }

    fn checked(&self, bytes: Value, link: &Link) -> Result<Vec<Value>, Failure> {
        match bytes {
            Value::Array(bytes) if bytes.len() == self.names.len() => Ok(bytes),
            Value::ServerError(error) => Err(link.server.failure(&error)),
            _ => Err(link.nonsense()),
        }
    }

    /// Gives every caller what it wants; bytes that several want are copied, except for the last one.
    fn tell(mut self, mut bytes: Vec<Value>, times: &[Value]) {
        for caller in self.callers {
            let (items, versions) = caller.wants.split_at(caller.items);
            let item = |&place: &usize| {
                let name = &mut self.names[place];
                name.uses -= 1;
                let bytes = match name.uses {
                    0 => std::mem::replace(&mut bytes[place], Value::Nil),
                    _ => bytes[place].clone(),
                };
                command::item(bytes, times.get(name.time?)?)
            };
            let items = items.iter().map(item).collect();
            let version = |&place: &usize| {
                self.names[place].uses -= 1;
                command::version(&bytes[place])
            };
            let versions = versions.iter().map(version).collect();
            // Whoever has left does not care.
            let _ = caller.tell.send(Ok(Read { items, versions }));
        }
    }
}
