//! The runtimes that readers are on, each with connections of its own.
//!
//! A task that reads over a connection of its own runtime is woken once, as with any socket; over one of the cache's
//! own thread it would be woken after that thread was. So what tasks of a multi-threaded runtime read, they read over
//! connections that live there. Changes are all made over those of the cache's thread: no application can shut it
//! down or keep it busy.
//!
//! A runtime may do both. When it is gone, or has not brought an answer in a moment and shows no other sign of life, the
//! question is asked over the cache's thread (to read twice does no harm), and so are the next ones until the runtime
//! shows that it runs. So are the first ones, and all of a runtime that was built without sockets or timers.
//! Runtimes that end are forgotten with all that lives there.

use std::future::{pending, poll_fn};
use std::panic::catch_unwind;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::net::UdpSocket;
use tokio::runtime::{Handle, Id};
use tokio::time::sleep;

use super::epoch::Epoch;
use super::failure::Failure;
use super::gather::Question;
use super::servers::Servers;
use super::target::Target;
use crate::backend::Read;
use crate::backend::host::host;

/// How long a runtime may take to bring an answer before it is asked whether it runs, and then to show that it does.
const PATIENCE: Duration = Duration::from_millis(20);

/// All runtimes that have connections.
pub(super) struct Homes {
    target: Target,
    epoch: Epoch,
    known: RwLock<Vec<Arc<Home>>>,
}

/// A runtime, and the servers as they are reached from there.
pub(super) struct Home {
    runtime: Handle,
    servers: Servers,
    /// It is not known to run.
    is_still: AtomicBool,
    is_gone: AtomicBool,
}

impl Homes {
    pub(super) fn new(target: Target, epoch: Epoch) -> Arc<Self> {
        Arc::new(Self {
            target,
            epoch,
            known: RwLock::default(),
        })
    }

    /// The runtime of the caller, if answers can be waited for there.
    pub(super) fn here(self: &Arc<Self>) -> Option<Arc<Home>> {
        let runtime = host()?;
        let home = self.find(runtime.id());
        let home = home.or_else(|| self.settle(&runtime))?;
        (!home.is_still.load(SeqCst)).then_some(home)
    }

    fn find(&self, id: Id) -> Option<Arc<Home>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|home| home.runtime.id() == id).cloned()
    }

    /// Makes connections possible on a runtime.
    fn settle(self: &Arc<Self>, runtime: &Handle) -> Option<Arc<Home>> {
        let servers = Servers::of(&self.target, self.epoch.clone(), runtime).ok()?;
        let home = Arc::new(Home {
            runtime: runtime.clone(),
            servers,
            is_still: AtomicBool::new(true),
            is_gone: AtomicBool::new(false),
        });
        {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(home) = known.iter().find(|home| home.runtime.id() == runtime.id()) {
                return Some(Arc::clone(home));
            }
            known.push(Arc::clone(&home));
        }
        let lives = Lives {
            home: Arc::downgrade(&home),
            homes: Arc::downgrade(self),
        };
        // A runtime that ends drops its tasks.
        runtime.spawn(async move {
            lives.begin();
            pending::<()>().await;
        });
        Some(home)
    }
}

/// Forgets a runtime when it ends.
struct Lives {
    home: Weak<Home>,
    homes: Weak<Homes>,
}

impl Lives {
    /// The runtime runs.
    fn begin(&self) {
        if let Some(home) = self.home.upgrade() {
            home.is_still.store(!has_drivers(), SeqCst);
        }
    }
}

/// Whether the runtime that this is called on has sockets and timers; tokio tells by a panic.
fn has_drivers() -> bool {
    let use_both = || {
        drop(sleep(Duration::ZERO));
        let socket = std::net::UdpSocket::bind(("127.0.0.1", 0))?;
        socket.set_nonblocking(true)?;
        UdpSocket::from_std(socket).map(drop)
    };
    catch_unwind(use_both).is_ok()
}

impl Drop for Lives {
    fn drop(&mut self) {
        let (Some(home), Some(homes)) = (self.home.upgrade(), self.homes.upgrade()) else {
            return;
        };
        home.is_gone.store(true, SeqCst);
        home.is_still.store(true, SeqCst);
        let mut known = homes.known.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|other| !Arc::ptr_eq(other, &home));
    }
}

impl Home {
    /// Reads over a connection of this runtime; none if it does not run. It is polled again when it takes long: see
    /// [`limited`](crate::backend::io::limited).
    pub(super) async fn get(
        self: &Arc<Self>,
        question: Question<'_>,
    ) -> Option<Result<Read, Failure>> {
        let (mut since, mut is_doubted) = (Instant::now(), false);
        let mut read = pin!(self.servers.get(question));
        let read = poll_fn(|context| match read.as_mut().poll(context) {
            Poll::Ready(read) => Poll::Ready(Some(read)),
            Poll::Pending if since.elapsed() <= PATIENCE => Poll::Pending,
            Poll::Pending if !is_doubted => {
                (since, is_doubted) = (Instant::now(), true);
                self.doubt();
                Poll::Pending
            }
            Poll::Pending if self.is_still.load(SeqCst) => Poll::Ready(None),
            // It runs: it is the server that is slow.
            Poll::Pending => Poll::Pending,
        });
        match read.await {
            Some(Err(_)) if self.is_gone.load(SeqCst) => None,
            read => read,
        }
    }

    /// Waits for a sign of life.
    fn doubt(self: &Arc<Self>) {
        if !self.is_still.swap(true, SeqCst) {
            let home = Arc::clone(self);
            self.runtime.spawn(async move {
                home.is_still.store(home.is_gone.load(SeqCst), SeqCst);
            });
        }
    }
}
