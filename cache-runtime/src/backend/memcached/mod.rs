//! One or more memcached servers.
//!
//! | module | holds |
//! |---|---|
//! | `address` | where a server is, as the settings spell it |
//! | `route` | which server keeps a name |
//! | `server` | one server, connected to when it is needed |
//! | `line` | one connection, shared by all who ask at the same time |
//! | `settings` | what a server says about itself at first |
//! | `socket` | TCP or a Unix socket |
//! | `command`, `reply` | the meta protocol, as bytes |
//! | `ttl` | times to live, as memcached counts them |
//! | `change` | changes with a condition, made of commands |
//!
//! # Why not a client from the registry
//!
//! Which server keeps a name must not depend on what compiled the program; an answer that nobody waits for any more
//! must not cost a connection; the largest item that a server takes must be known before a larger one is on its way.
//! No published client has all three, and the meta protocol is small.

mod address;
mod change;
mod command;
mod line;
mod reply;
mod route;
mod server;
mod settings;
mod socket;
mod ttl;

use std::fmt;

use self::address::Address;
use self::command::Command;
use self::reply::{Found, Reply};
use self::server::Server;
use super::io::within;
use super::{Answer, Backend, Change, Item, Read};
use crate::error::{Error, ErrorKind};

/// memcached takes no longer one.
const LONGEST_NAME: usize = 250;

/// Items on one or more memcached servers, version 1.6 or newer.
///
/// Every name has one server, by the addresses as the settings spell them: give every process the same ones, in any
/// order. A server that is down takes its names with it until it is back. No other takes its place, because two
/// processes that disagree about who is down would see different items.
///
/// # What memcached does not do
///
/// - It forgets everything when it is restarted, and it evicts items that have time left to make room for others. A
///   version that is gone equals none that an item was stored under, so both are misses, and there is nothing to
///   detect or to repair after a restart.
/// - Its clock has whole seconds. A time to live is rounded up to them, and the first second is over when the clock
///   next ticks: an item goes up to a second before or after its time, one with less than a second may go at once, and
///   one that was kept goes up to two seconds after. More than 30 days are sent as a date, by the clock of this
///   machine; dates after January 2038 are for ever.
/// - It does not list its items: [`clear`](Backend::clear) leaves them to expire or to be evicted.
/// - It takes no item larger than its `item_size_max`, 1 MiB unless it is started with `-I`. Such an item is refused
///   without being sent.
pub struct Memcached {
    servers: Vec<Server>,
}

impl Memcached {
    /// Servers at these addresses; they are connected to when they are needed.
    ///
    /// An address is `host:port`, `host` (then the port is 11211), `[ipv6]:port`, or the path of a Unix socket with or
    /// without `unix:` before it. One that is there twice counts once.
    ///
    /// # Errors
    ///
    /// If there is none, or if one is not an address.
    pub fn open(servers: &[String]) -> Result<Self, Error> {
        let addresses: Result<Vec<Address>, _> = servers.iter().map(|text| text.parse()).collect();
        let mut addresses = addresses?;
        addresses.sort_unstable();
        addresses.dedup();
        if addresses.is_empty() {
            let message = "no memcached server is named; write its host:port";
            return Err(Error::new(ErrorKind::Config, message));
        }
        let servers = addresses.into_iter().map(Server::new).collect();
        Ok(Self { servers })
    }

    /// The number of the server that keeps a name.
    fn place_of(&self, name: &str) -> usize {
        route::highest(name, self.servers.iter().map(Server::seed))
    }

    /// Sends commands to the servers of their names, in one round trip to all of them; the replies are in order.
    async fn ask(&self, commands: &[Command<'_>]) -> Result<Vec<Reply>, Error> {
        let mut shares = vec![Vec::new(); self.servers.len()];
        for (place, command) in commands.iter().enumerate() {
            check(command.name())?;
            shares[self.place_of(command.name())].push(place);
        }
        let mut asked = Vec::new();
        for (server, share) in self.servers.iter().zip(shares) {
            if !share.is_empty() {
                let own = share.iter().map(|&place| &commands[place]);
                asked.push((server.ask(own).await?, share));
            }
        }
        let mut replies: Vec<_> = commands.iter().map(|_| Reply::Absent).collect();
        for (answer, share) in asked {
            for (place, reply) in share.into_iter().zip(answer.replies().await?) {
                replies[place] = reply;
            }
        }
        Ok(replies)
    }

    /// Reads what stands under some names, in their order.
    async fn find<'a>(
        &self,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<Vec<Option<Found>>, Error> {
        let commands: Vec<_> = names.map(|name| Command::Read { name }).collect();
        let replies = self.ask(&commands).await?;
        replies.into_iter().map(Reply::found).collect()
    }

    async fn read(&self, items: &[&str], versions: &[&str]) -> Result<Read, Error> {
        let names = items.iter().chain(versions).copied();
        let mut found = self.find(names).await?.into_iter();
        Ok(Read {
            items: found
                .by_ref()
                .take(items.len())
                .map(|found| found.map(item))
                .collect(),
            versions: found.map(|found| Some(found?.version)).collect(),
        })
    }
}

/// Refuses a name that would be read as something else than a name.
fn check(name: &str) -> Result<(), Error> {
    let fits = (1..=LONGEST_NAME).contains(&name.len());
    if fits && name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    let message = format!("`{}` cannot be a name of memcached's", name.escape_debug());
    Err(Error::refused(message))
}

fn item(found: Found) -> Item {
    Item {
        version: found.version,
        content: found.content,
        remaining: found.remaining,
    }
}

impl Backend for Memcached {
    fn name(&self) -> &'static str {
        "memcached"
    }

    fn get<'a>(&'a self, items: &'a [&'a str], versions: &'a [&'a str]) -> Answer<'a, Read> {
        Box::pin(within(self.read(items, versions)))
    }

    fn change<'a>(&'a self, changes: &'a [Change<'a>]) -> Answer<'a, Vec<bool>> {
        Box::pin(within(self.make(changes)))
    }

    /// Does nothing: what nobody reads any more expires or is evicted.
    fn clear<'a>(&'a self, _prefix: &'a str) -> Answer<'a, ()> {
        Box::pin(std::future::ready(Ok(())))
    }
}

impl fmt::Debug for Memcached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let addresses = self.servers.iter().map(Server::address);
        f.debug_list().entries(addresses).finish()
    }
}
