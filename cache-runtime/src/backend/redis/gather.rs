//! Many callers' questions to one server in one go.
//!
//! Who is alone asks at once. Who is not joins what is about to be sent, which happens as soon as the runtime of the
//! connection gets to it: nobody waits for company. When many ask at once that runtime is busy, though, and finds them
//! together. What each costs is then less than a request of its own, and what all want, like the epoch, is asked for
//! once.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::FixedState;
use redis::{Cmd, Pipeline, Value};
use tokio::sync::oneshot;
use tokio::task::yield_now;

use super::command;
use super::failure::Failure;
use super::link::Link;
use super::primary::Gate;
use crate::backend::Read;

/// With so many names, a request is sent and another one begun.
const ENOUGH: usize = 500;

/// What one caller wants to read.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) items: &'a [&'a str],
    pub(super) versions: &'a [&'a str],
    /// Whether the times to live of the items are wanted.
    pub(super) timed: bool,
}

impl Question<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.versions.is_empty()
    }
}

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
        question: Question<'_>,
    ) -> Result<Read, Failure> {
        if let Some(_alone) = Alone::among(&self.is_busy) {
            return Box::pin(ask_alone(gate, question)).await;
        }
        let dropped = |_| Err(Failure::unreachable("redis: asking was given up"));
        self.join(gate, question).await.unwrap_or_else(dropped)
    }

    fn join(&self, gate: &Arc<Gate>, question: Question<'_>) -> Answer {
        let mut next = self.next();
        let is_first = next.is_none();
        let batch = next.get_or_insert_default();
        let answer = batch.add(question);
        let is_enough = batch.request.len() >= ENOUGH;
        if is_enough && let Some(batch) = next.take() {
            let at = Arc::clone(gate);
            gate.runtime.spawn(async move { batch.run(&at).await });
        } else if is_first {
            gate.runtime.spawn(Self::run_next(Arc::clone(gate)));
        }
        answer
    }

    async fn run_next(gate: Arc<Gate>) {
        // Those who can ask now do so before.
        yield_now().await;
        let next = gate.gathering.next().take();
        if let Some(batch) = next {
            batch.run(&gate).await;
        }
    }

    fn next(&self) -> MutexGuard<'_, Option<Batch>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn ask_alone(gate: &Gate, question: Question<'_>) -> Result<Read, Failure> {
    let mut request = Request::default();
    for name in question.items {
        let place = request.add(name);
        if question.timed {
            request.add_time(place);
        }
    }
    for name in question.versions {
        request.add(name);
    }
    let Replies { bytes, times } = request.ask(gate).await?;
    let (mut bytes, mut times) = (bytes.into_iter(), times.iter());
    let items = question.items.iter();
    let item = |_| {
        let left = times.next().filter(|_| question.timed);
        command::item(bytes.next()?, left)
    };
    Ok(Read {
        items: items.map(item).collect(),
        versions: bytes.map(|bytes| command::version(&bytes)).collect(),
    })
}

/// What is asked of the server: the bytes of names, and the times to live of some.
#[derive(Default)]
struct Request {
    /// All names, one behind the other, and where each ends.
    text: String,
    ends: Vec<usize>,
    /// The places of those whose times are wanted.
    timed: Vec<usize>,
}

/// What the server answers.
struct Replies {
    bytes: Vec<Value>,
    times: Vec<Value>,
}

impl Request {
    fn len(&self) -> usize {
        self.ends.len()
    }

    /// Adds a name, and answers with its place.
    fn add(&mut self, name: &str) -> usize {
        self.text.push_str(name);
        self.ends.push(self.text.len());
        self.ends.len() - 1
    }

    /// Adds the time to live of a name, and answers with its place among those.
    fn add_time(&mut self, place: usize) -> usize {
        self.timed.push(place);
        self.timed.len() - 1
    }

    fn name(&self, place: usize) -> &str {
        let begin = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[begin..self.ends[place]]
    }

    async fn ask(&self, gate: &Gate) -> Result<Replies, Failure> {
        const COMMAND: &str = "MGET";
        let mut command = Cmd::with_capacity(1 + self.len(), COMMAND.len() + self.text.len());
        command.arg(COMMAND);
        (0..self.len()).for_each(|place| _ = command.arg(self.name(place)));
        let link = gate.link().await?;
        if self.timed.is_empty() {
            let bytes = gate.judged(&link, link.ask_for(&command)).await?;
            let (bytes, times) = (self.checked(bytes, &link)?, Vec::new());
            return Ok(Replies { bytes, times });
        }
        let mut commands = Pipeline::with_capacity(1 + self.timed.len());
        commands.add_command(command);
        for &place in &self.timed {
            commands.add_command(command::time(self.name(place)));
        }
        let mut replies = gate.judged(&link, link.ask(&commands)).await?;
        let times = replies.split_off(1);
        let bytes = replies.pop().ok_or_else(|| link.nonsense())?;
        let bytes = self.checked(bytes, &link)?;
        Ok(Replies { bytes, times })
    }

    fn checked(&self, bytes: Value, link: &Link) -> Result<Vec<Value>, Failure> {
        match bytes {
            Value::Array(bytes) if bytes.len() == self.len() => Ok(bytes),
            Value::ServerError(error) => Err(link.server.failure(&error)),
            _ => Err(link.nonsense()),
        }
    }
}

type Answer = oneshot::Receiver<Result<Read, Failure>>;

/// What some callers want, each name once.
#[derive(Default)]
struct Batch {
    request: Request,
    /// The place of each name, by its hash. Of two that share one, only the first is found again.
    places: HashMap<u64, usize, FixedState>,
    names: Vec<Name>,
    callers: Vec<Caller>,
    /// The places of what they want, one caller after the other: first items, then versions.
    wants: Vec<usize>,
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
    items: usize,
    versions: usize,
    timed: bool,
    tell: oneshot::Sender<Result<Read, Failure>>,
}

impl Batch {
    fn add(&mut self, question: Question<'_>) -> Answer {
        for name in question.items {
            let place = self.place(name);
            if question.timed && self.names[place].time.is_none() {
                self.names[place].time = Some(self.request.add_time(place));
            }
            self.wants.push(place);
        }
        for name in question.versions {
            let place = self.place(name);
            self.wants.push(place);
        }
        let (tell, answer) = oneshot::channel();
        self.callers.push(Caller {
            items: question.items.len(),
            versions: question.versions.len(),
            timed: question.timed,
            tell,
        });
        answer
    }

    /// The place of a name that is wanted once more.
    fn place(&mut self, name: &str) -> usize {
        let hash = FixedState::default().hash_one(name);
        let known = self.places.get(&hash).copied();
        let known = known.filter(|&place| self.request.name(place) == name);
        let place = known.unwrap_or_else(|| {
            let place = self.request.add(name);
            self.places.entry(hash).or_insert(place);
            self.names.push(Name::default());
            place
        });
        self.names[place].uses += 1;
        place
    }

    async fn run(self, gate: &Gate) {
        match self.request.ask(gate).await {
            Ok(replies) => self.tell(replies),
            Err(failure) => {
                for caller in self.callers {
                    let _ = caller.tell.send(Err(failure.clone()));
                }
            }
        }
    }

    /// Gives every caller what it wants; bytes that several want are copied, except for the last one.
    fn tell(mut self, replies: Replies) {
        let Replies { mut bytes, times } = replies;
        let mut wants = self.wants.into_iter();
        for caller in self.callers {
            let item = |place: usize| {
                let name = &mut self.names[place];
                name.uses -= 1;
                let bytes = match name.uses {
                    0 => std::mem::replace(&mut bytes[place], Value::Nil),
                    _ => bytes[place].clone(),
                };
                let time = name.time.filter(|_| caller.timed);
                command::item(bytes, time.and_then(|time| times.get(time)))
            };
            let items = wants.by_ref().take(caller.items).map(item).collect();
            let version = |place: usize| {
                self.names[place].uses -= 1;
                command::version(&bytes[place])
            };
            let versions = wants.by_ref().take(caller.versions);
            let versions = versions.map(version).collect();
            // Whoever has left does not care.
            let _ = caller.tell.send(Ok(Read { items, versions }));
        }
    }
}
