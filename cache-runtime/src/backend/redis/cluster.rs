//! Many servers: each name on the primary that has its slot.
//!
//! Every primary has a connection of its own, admitted like that to a single server; where the epoch is kept is asked
//! about all of them. An operation gets hold of all connections that it needs before it sends anything: were one made
//! in between, the epoch could have been read before the server behind it was found to have forgotten something.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use redis::{Pipeline, ServerErrorKind, Value};

use super::command;
use super::failure::Failure;
use super::gather::Question;
use super::link::Link;
use super::nodes::{Known, Nodes};
use super::topology::Place;
use super::{clear, slot};
use crate::backend::{Change, Read};

/// How often an operation goes where it is sent.
const ROUNDS: usize = 4;

/// All primaries of a cluster.
pub(super) struct Cluster {
    nodes: Arc<Nodes>,
}

/// Where a name is to be found for now.
#[derive(Clone)]
struct Detour {
    place: Place,
    /// It is only let in if it asks.
    asks: bool,
}

/// What goes to one primary.
struct Part {
    place: Place,
    link: Arc<Link>,
    commands: Pipeline,
    /// Which names, by their place among all.
    names: Vec<Asked>,
}

/// What is asked about a name.
struct Asked {
    place: usize,
    wants: Wants,
    /// Whether its commands ask to be let in.
    asks: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wants {
    Item,
    TimedItem,
    Version,
}

impl Cluster {
    pub(super) fn new(nodes: Arc<Nodes>) -> Self {
        Self { nodes }
    }

    /// See [`Backend::get`](crate::backend::Backend::get).
    pub(super) async fn get(&self, question: Question<'_>) -> Result<Read, Failure> {
        let mut detours = HashMap::new();
        for _ in 0..ROUNDS {
            let parts = self.parts(question, &detours).await?;
            let asked = parts
                .iter()
                .map(|part| part.link.in_time(part.link.ask(&part.commands)));
            let mut read = Read {
                items: vec![None; question.items.len()],
                versions: vec![None; question.versions.len()],
            };
            let mut is_whole = true;
            for (part, replies) in parts.iter().zip(all(asked).await) {
                let sent_on = part.take(replies?, &mut read)?;
                is_whole &= sent_on.is_empty();
                detours.extend(sent_on);
            }
            if is_whole {
                return Ok(read);
            }
            self.nodes.doubt();
        }
        Err(astray())
    }

    /// What to ask whom, with all connections for it.
    async fn parts(
        &self,
        question: Question<'_>,
        detours: &HashMap<usize, Detour>,
    ) -> Result<Vec<Part>, Failure> {
        let Question {
            items, versions, ..
        } = question;
        let known = self.nodes.known().await?;
        let mut parts: Vec<Part> = Vec::new();
        for (index, name) in items.iter().chain(versions).enumerate() {
            let detour = match detours.get(&index) {
                Some(detour) => detour.clone(),
                None => straight(&known, name)?,
            };
            if parts.iter().all(|part| part.place != detour.place) {
                parts.push(Part::new(detour.place.clone(), &self.nodes).await?);
            }
            let theirs = parts.iter_mut().filter(|part| part.place == detour.place);
            for part in theirs {
                let wants = match index < items.len() {
                    true if question.timed => Wants::TimedItem,
                    true => Wants::Item,
                    false => Wants::Version,
                };
                part.ask(index, name, wants, detour.asks);
            }
        }
        Ok(parts)
    }

    /// See [`Backend::change`](crate::backend::Backend::change).
    pub(super) async fn change(&self, changes: &[Change<'_>]) -> Result<Vec<bool>, Failure> {
        let mut made = Vec::with_capacity(changes.len());
        let is_near = |a: &Change<'_>, b: &Change<'_>| slot::of(a.name()) == slot::of(b.name());
        for run in changes.chunk_by(is_near) {
            made.extend(self.change_together(run).await?);
        }
        Ok(made)
    }

    /// Makes changes in one slot.
    async fn change_together(&self, mut changes: &[Change<'_>]) -> Result<Vec<bool>, Failure> {
        let mut made = Vec::with_capacity(changes.len());
        let mut way = None;
        for _ in 0..ROUNDS {
            let Detour { place, asks } = match way.take() {
                Some(detour) => detour,
                None => straight(&*self.nodes.known().await?, changes[0].name())?,
            };
            let link = self.nodes.link(&place).await?;
            let commands = written(changes, asks);
            let mut replies = link.in_time(link.ask(&commands)).await?;
            if asks {
                let mut is_of_change = [false, true].into_iter().cycle();
                replies.retain(|_| is_of_change.next().unwrap_or(true));
            }
            let done = replies
                .iter()
                .position(|reply| sent_on(reply, &place).is_some());
            let done = done.unwrap_or(replies.len());
            made.extend(command::all_made(&changes[..done], &replies[..done], &link).await?);
            let Some(first) = replies.get(done) else {
                return Ok(made);
            };
            if replies[done..]
                .iter()
                .any(|reply| sent_on(reply, &place).is_none())
            {
                // A later change was made before an earlier one.
                return Err(Failure::unreachable(
                    "redis: a slot of the cluster is on the move",
                ));
            }
            way = sent_on(first, &place);
            changes = &changes[done..];
            self.nodes.doubt();
        }
        Err(astray())
    }

    /// See [`Backend::clear`](crate::backend::Backend::clear).
    pub(super) async fn clear(&self, prefix: &str) -> Result<(), Failure> {
        let known = self.nodes.known().await?;
        let mut begun = Vec::new();
        for place in known.topology.primaries() {
            let link = self.nodes.link(place).await?;
            begun.push(clear::begin(link, prefix, &self.nodes.epoch));
        }
        for clearing in begun {
            let _ = clearing.await;
        }
        Ok(())
    }
}

impl Part {
    async fn new(place: Place, nodes: &Nodes) -> Result<Self, Failure> {
        Ok(Self {
            link: nodes.link(&place).await?,
            place,
            commands: Pipeline::new(),
            names: Vec::new(),
        })
    }

    fn ask(&mut self, place: usize, name: &str, wants: Wants, asks: bool) {
        self.names.push(Asked { place, wants, asks });
        ask_in(&mut self.commands, asks);
        match wants {
            Wants::Version => command::read_version(&mut self.commands, name),
            Wants::Item | Wants::TimedItem => command::read_item(&mut self.commands, name),
        }
        if wants == Wants::TimedItem {
            ask_in(&mut self.commands, asks);
            self.commands.add_command(command::time(name));
        }
    }

    /// Enters what was read; returns where the others are.
    fn take(&self, replies: Vec<Value>, read: &mut Read) -> Result<Vec<(usize, Detour)>, Failure> {
        let (mut replies, mut detours) = (replies.into_iter(), Vec::new());
        let items = read.items.len();
        for asked in &self.names {
            let mut next = || {
                let reply = replies.by_ref().nth(usize::from(asked.asks));
                reply.ok_or_else(|| self.link.nonsense())
            };
            let bytes = next()?;
            let left = match asked.wants {
                Wants::TimedItem => Some(next()?),
                Wants::Item | Wants::Version => None,
            };
            let elsewhere = |reply| sent_on(reply, &self.place);
            if let Some(detour) = elsewhere(&bytes).or_else(|| elsewhere(left.as_ref()?)) {
                detours.push((asked.place, detour));
                continue;
            }
            let bytes = command::value(bytes, &self.link)?;
            match read.items.get_mut(asked.place) {
                Some(item) => *item = command::item(bytes, left.as_ref()),
                None => read.versions[asked.place - items] = command::version(&bytes),
            }
        }
        Ok(detours)
    }
}

/// Where a name is, as far as is known.
fn straight(known: &Known, name: &str) -> Result<Detour, Failure> {
    let place = known.topology.owner(name).cloned();
    let place = place.ok_or_else(|| Failure::unreachable("redis: a slot has no primary"))?;
    Ok(Detour { place, asks: false })
}

fn written(changes: &[Change<'_>], asks: bool) -> Pipeline {
    let mut commands = Pipeline::with_capacity(changes.len());
    for change in changes {
        ask_in(&mut commands, asks);
        command::write(&mut commands, change);
    }
    commands
}

/// Lets the next command be about a slot that is on its way to the server.
fn ask_in(commands: &mut Pipeline, asks: bool) {
    if asks {
        commands.cmd("ASKING");
    }
}

/// Where a reply sends one, if it does: `MOVED slot host:port`.
fn sent_on(reply: &Value, from: &Place) -> Option<Detour> {
    let Value::ServerError(error) = reply else {
        return None;
    };
    let asks = match error.kind()? {
        ServerErrorKind::Moved => false,
        ServerErrorKind::Ask => true,
        _ => return None,
    };
    let (host, port) = error.details()?.rsplit(' ').next()?.rsplit_once(':')?;
    let host = if host.is_empty() { &from.host } else { host };
    let (host, port) = (host.to_owned(), port.parse().ok()?);
    let place = Place { host, port };
    Some(Detour { place, asks })
}

fn astray() -> Failure {
    Failure::unreachable("redis: the nodes of the cluster send us from one to the other")
}

/// What all of them come to, side by side.
async fn all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let futures = futures.into_iter().map(|future| (Box::pin(future), None));
    let mut futures: Vec<_> = futures.collect();
    poll_fn(|context| {
        let mut are_ready = true;
        for (future, output) in futures.iter_mut().filter(|(_, output)| output.is_none()) {
            match future.as_mut().poll(context) {
                Poll::Ready(ready) => *output = Some(ready),
                Poll::Pending => are_ready = false,
            }
        }
        if are_ready {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    futures
        .into_iter()
        .filter_map(|(_, output)| output)
        .collect()
}
