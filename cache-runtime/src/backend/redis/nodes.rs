//! The nodes of a cluster: who they are, and a trusted connection to each primary.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use redis::{RedisConnectionInfo, Value};
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::door::{Door, Opener};
use super::epoch::{Epoch, tenure};
use super::failure::Failure;
use super::link::{Link, Server};
use super::target::address;
use super::topology::{Place, Topology};

/// How many nodes are asked who has what.
const WITNESSES: usize = 5;
/// How long each may think about it.
const ANSWERS: Duration = Duration::from_millis(250);
/// How long what they say is taken to be true without a doubt.
const FRESH: Duration = Duration::from_millis(100);

/// The nodes of a cluster.
pub(super) struct Nodes {
    /// Where to begin.
    seeds: Vec<Place>,
    /// What to show to every node.
    settings: RedisConnectionInfo,
    tls: bool,
    pub(super) epoch: Epoch,
    /// Where connections live.
    runtime: Handle,
    map: Door<Known>,
    met: Mutex<HashMap<Place, Arc<Node>>>,
    myself: Weak<Self>,
}

/// Who has what, as of some moment.
pub(super) struct Known {
    pub(super) topology: Topology,
    asked: Instant,
    is_doubtful: AtomicBool,
}

/// One node.
struct Node {
    place: Place,
    server: Arc<Server>,
    /// A connection.
    connected: Door<Link>,
    /// The same connection, once the node's tenure is known.
    admitted: Door<Link>,
    nodes: Weak<Nodes>,
}

impl Nodes {
    pub(super) fn new(
        seeds: Vec<Place>,
        settings: RedisConnectionInfo,
        tls: bool,
        epoch: Epoch,
        runtime: Handle,
    ) -> Arc<Self> {
        Arc::new_cyclic(|myself| Self {
            seeds,
            settings,
            tls,
            epoch,
            map: Door::new(runtime.clone()),
            runtime,
            met: Mutex::default(),
            myself: Weak::clone(myself),
        })
    }

    /// Who has what.
    pub(super) async fn known(&self) -> Result<Arc<Known>, Failure> {
        let myself = self.myself.upgrade().ok_or_else(gone)?;
        self.map.pass(&myself).await
    }

    /// Who has what, by answers to what was asked after a moment.
    async fn known_since(&self, moment: Instant) -> Result<Arc<Known>, Failure> {
        // Who joins others that ask may join too late.
        for _ in 0..3 {
            let known = self.known().await?;
            if known.asked >= moment {
                return Ok(known);
            }
            known.is_doubtful.store(true, Relaxed);
        }
        Err(Failure::unreachable(
            "redis: the nodes of the cluster are not asked anew",
        ))
    }

    /// Lets the nodes be asked anew, if they were not just now.
    pub(super) fn doubt(&self) {
        if let Some(known) = self.map.opened()
            && !known.is_fresh()
        {
            known.is_doubtful.store(true, Relaxed);
        }
    }

    /// A connection to a primary, whose tenure is known.
    pub(super) async fn link(&self, place: &Place) -> Result<Arc<Link>, Failure> {
        let node = self.node(place)?;
        let link = node.admitted.pass(&node).await;
        if link.is_err() {
            self.doubt();
        }
        link
    }

    fn node(&self, place: &Place) -> Result<Arc<Node>, Failure> {
        let mut met = self.met();
        if let Some(node) = met.get(place) {
            return Ok(Arc::clone(node));
        }
        let addr = address(&place.host, place.port, self.tls);
        let node = Arc::new(Node {
            place: place.clone(),
            server: Arc::new(Server::new(addr, self.settings.clone())?),
            connected: Door::new(self.runtime.clone()),
            admitted: Door::new(self.runtime.clone()),
            nodes: Weak::clone(&self.myself),
        });
        met.insert(place.clone(), Arc::clone(&node));
        Ok(node)
    }

    fn met(&self) -> MutexGuard<'_, HashMap<Place, Arc<Node>>> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What these nodes say together, once most of them have answered or none does any more.
    async fn ask(&self, witnesses: &[Place]) -> Result<Topology, Failure> {
        let mut asked = JoinSet::new();
        for place in witnesses {
            asked.spawn(self.node(place)?.describe());
        }
        let (mut answers, mut failure) = (Vec::new(), None);
        while let Some(answer) = asked.join_next().await {
            match answer {
                Ok(Ok(answer)) => answers.push(answer),
                Ok(Err(reason)) => failure = Some(reason),
                Err(_) => {}
            }
            if answers.len() * 2 > witnesses.len() {
                break;
            }
        }
        let said = answers.iter().map(|(place, said)| (place, said.as_str()));
        let topology = Topology::merged(said, self.tls);
        if topology.primaries().next().is_none() {
            let empty = || Failure::unreachable("redis: no node knows a cluster");
            return Err(failure.unwrap_or_else(empty));
        }
        Ok(topology)
    }
}

impl Known {
    fn is_fresh(&self) -> bool {
        self.asked.elapsed() < FRESH
    }
}

/// Asks who has what.
impl Opener for Nodes {
    type Opened = Known;

    fn is_good(&self, known: &Known) -> bool {
        !known.is_doubtful.load(Relaxed)
    }

    async fn open(self: Arc<Self>, stale: Option<Arc<Known>>) -> Result<Arc<Known>, Failure> {
        let asked = Instant::now();
        let mut topology = Err(gone());
        if let Some(known) = stale {
            let primaries = known.topology.primaries().take(WITNESSES).cloned();
            topology = self.ask(&primaries.collect::<Vec<_>>()).await;
        }
        if topology.is_err() {
            topology = self.ask(&self.seeds).await;
        }
        let topology = topology?;
        self.met()
            .retain(|place, _| topology.primaries().any(|primary| primary == place));
        Ok(Arc::new(Known {
            topology,
            asked,
            is_doubtful: AtomicBool::new(false),
        }))
    }
}

impl Node {
    /// Who has what, as this node sees it.
    async fn describe(self: Arc<Self>) -> Result<(Place, String), Failure> {
        let late = |_| {
            Err(Failure::unreachable(
                "redis: a node of the cluster does not answer in time",
            ))
        };
        timeout(ANSWERS, self.map()).await.unwrap_or_else(late)
    }

    async fn map(&self) -> Result<(Place, String), Failure> {
        let link = self.connected.pass(&self.server).await?;
        let mut command = redis::cmd("CLUSTER");
        command.arg("NODES");
        match link.ask_one(command).await? {
            Value::BulkString(said) => {
                let said = String::from_utf8_lossy(&said).into_owned();
                Ok((self.place.clone(), said))
            }
            _ => Err(link.nonsense()),
        }
    }
}

/// Opens the connection for what is read and changed: admits it when it is new, looks the node up again when nothing
/// was heard from it for long.
impl Opener for Node {
    type Opened = Link;

    fn is_good(&self, link: &Link) -> bool {
        link.is_alive() && link.is_sure()
    }

    async fn open(self: Arc<Self>, stale: Option<Arc<Link>>) -> Result<Arc<Link>, Failure> {
        let nodes = self.nodes.upgrade().ok_or_else(gone)?;
        let recently = Instant::now().checked_sub(FRESH);
        let recently = recently.unwrap_or_else(Instant::now);
        self.known_primary(&nodes, recently).await?;
        let link = self.connected.pass(&self.server).await?;
        let tenure = tenure(&link).await?;
        // Once more after it has answered: before, it may have been stopped for so long that it was replaced.
        let known = self.known_primary(&nodes, Instant::now()).await?;
        if stale.is_some_and(|stale| Arc::ptr_eq(&stale, &link)) {
            return Ok(link);
        }
        let keeper = known.topology.owner(&nodes.epoch.name);
        let keeper = match keeper.filter(|place| **place != self.place) {
            Some(place) => nodes.link(place).await?,
            None => Arc::clone(&link),
        };
        nodes.epoch.admit(&tenure, &keeper).await?;
        Ok(link)
    }
}

impl Node {
    /// Who has what, as it was asked for after a moment, if this node is a primary then.
    async fn known_primary(&self, nodes: &Nodes, since: Instant) -> Result<Arc<Known>, Failure> {
        let known = nodes.known_since(since).await?;
        if known.topology.primaries().any(|place| *place == self.place) {
            return Ok(known);
        }
        let place = &self.server.place;
        Err(Failure::unreachable(format!(
            "redis at {place} is no primary any more"
        )))
    }
}

fn gone() -> Failure {
    Failure::unreachable("redis: the back end is gone")
}
