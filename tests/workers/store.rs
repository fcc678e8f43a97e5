//! The stores that workers share, and what can happen to them.

use std::thread;
use std::time::{Duration, Instant};

use cache_tests::random::Random;
use cache_tests::servers::memcached::Memcached;
use cache_tests::servers::redis::{self, Cluster, Server, Watched};

/// Sentinels do not replace a primary more often; for a cluster it is as good.
const BETWEEN_FAILOVERS: Duration = Duration::from_secs(11);

/// A back end with its servers.
pub(crate) struct Store {
    pub(crate) name: &'static str,
    servers: Servers,
    failed_over: Option<Instant>,
}

enum Servers {
    Files(tempfile::TempDir),
    Memcached(Memcached, Memcached),
    Redis(Server),
    Sentinels(Watched),
    Cluster(Cluster),
}

impl Store {
    /// The back ends, by name.
    pub(crate) const NAMES: [&str; 6] = [
        "filesystem",
        "redis",
        "memcached",
        "redis-cluster",
        "redis-sentinel",
        "tiered",
    ];

    /// Starts a back end, if its servers are installed.
    pub(crate) fn start(name: &'static str) -> Option<Self> {
        let has_redis = || redis::are_installed();
        let servers = match name {
            "filesystem" => Servers::Files(tempfile::tempdir().expect("a directory")),
            "memcached" => Servers::Memcached(Memcached::start()?, Memcached::start()?),
            "redis-sentinel" if has_redis() => Servers::Sentinels(Watched::start()),
            "redis-cluster" if has_redis() => Servers::Cluster(Cluster::start()),
            "redis" | "tiered" if has_redis() => Servers::Redis(Server::start()),
            _ => return None,
        };
        Some(Self {
            name,
            servers,
            failed_over: None,
        })
    }

    /// What the environment of workers says.
    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        let place = match &self.servers {
            Servers::Files(dir) => ("CACHE_DIR", dir.path().join("cache").display().to_string()),
            Servers::Memcached(one, other) => {
                let servers = format!("{},{}", one.address(), other.address());
                ("CACHE_MEMCACHED_SERVERS", servers)
            }
            Servers::Redis(server) => ("CACHE_REDIS_URL", server.url()),
            Servers::Sentinels(watched) => ("CACHE_REDIS_SENTINELS", watched.list()),
            Servers::Cluster(cluster) => {
                let nodes = cluster.nodes.iter();
                let nodes = nodes.map(|node| format!("127.0.0.1:{}", node.port));
                ("CACHE_REDIS_CLUSTER", nodes.collect::<Vec<_>>().join(","))
            }
        };
        let kind = ("CACHE_TYPE", self.name.to_owned());
        let settings = [kind, place].into_iter();
        settings
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// How long copies in other processes may be outdated.
    pub(crate) fn lag(&self) -> Duration {
        match self.name {
            "tiered" => Duration::from_secs(1),
            _ => Duration::ZERO,
        }
    }

    /// Whether a primary is to be replaced before a run means something.
    pub(crate) fn fails_over(&self) -> bool {
        matches!(self.servers, Servers::Sentinels(_) | Servers::Cluster(_))
    }

    /// Lets something happen to the servers, and answers what.
    pub(crate) fn disturb(&mut self, random: &mut Random) -> Option<&'static str> {
        let may_fail_over = self
            .failed_over
            .is_none_or(|since| since.elapsed() > BETWEEN_FAILOVERS);
        let happened = match &mut self.servers {
            Servers::Files(_) => return None,
            Servers::Memcached(one, _) if random.below(2) == 0 => disturb_memcached(one, random),
            Servers::Memcached(_, other) => disturb_memcached(other, random),
            Servers::Redis(server) => disturb_redis(server, random),
            Servers::Sentinels(watched) if may_fail_over => fail_over(watched, random),
            Servers::Cluster(cluster) if may_fail_over => fail_over_cluster(cluster, random),
            Servers::Sentinels(watched) => disturb_replicated(&mut watched.servers, random),
            Servers::Cluster(cluster) => disturb_replicated(&mut cluster.nodes, random),
        };
        if happened.contains("failover") {
            self.failed_over = Some(Instant::now());
        }
        Some(happened)
    }

    /// Lets the server hang, or go on.
    pub(crate) fn hang(&self, hangs: bool) {
        match &self.servers {
            Servers::Redis(server) if hangs => server.pause(),
            Servers::Redis(server) => server.resume(),
            Servers::Memcached(one, other) => {
                let act = |server: &Memcached| match hangs {
                    true => server.pause(),
                    false => server.resume(),
                };
                [one, other].into_iter().for_each(act);
            }
            _ => panic!("{} does not hang", self.name),
        }
    }

    /// Kills the server.
    pub(crate) fn kill(&mut self) {
        match &mut self.servers {
            Servers::Redis(server) => {
                server.order(&["SAVE"]);
                server.stop_hard();
            }
            Servers::Memcached(one, other) => [one, other].into_iter().for_each(Memcached::kill),
            _ => panic!("{} is not killed", self.name),
        }
    }

    /// Starts it again.
    pub(crate) fn restart(&mut self) {
        match &mut self.servers {
            Servers::Redis(server) => server.restart(),
            Servers::Memcached(one, other) => [one, other].into_iter().for_each(Memcached::restart),
            _ => panic!("{} is not started again", self.name),
        }
    }
}

fn sleep(random: &mut Random, most: u32) {
    thread::sleep(Duration::from_millis(u64::from(random.below(most))));
}

fn disturb_memcached(server: &mut Memcached, random: &mut Random) -> &'static str {
    if random.below(2) == 0 {
        server.pause();
        sleep(random, 400);
        server.resume();
        return "pauses";
    }
    server.kill();
    sleep(random, 300);
    server.restart();
    "restarts without data"
}

fn disturb_redis(server: &mut Server, random: &mut Random) -> &'static str {
    match random.below(5) {
        0 => {
            pause(server, random);
            "pauses"
        }
        1 => cut(server),
        2 => {
            server.order(&["SAVE"]);
            "snapshots"
        }
        3 => {
            server.stop_hard();
            sleep(random, 300);
            server.restart();
            "restarts with a snapshot, if there was one"
        }
        _ => {
            server.stop_hard();
            forget(server);
            sleep(random, 300);
            server.restart();
            "restarts without data"
        }
    }
}

fn pause(server: &Server, random: &mut Random) {
    server.pause();
    sleep(random, 400);
    server.resume();
}

fn cut(server: &Server) -> &'static str {
    server.order(&["CLIENT", "KILL", "TYPE", "normal"]);
    "cut connections"
}

/// Removes the snapshot of a server that does not run.
fn forget(server: &Server) {
    let _ = std::fs::remove_file(server.folder().join("dump.rdb"));
}

/// What may happen to one of several servers without one taking the place of another.
fn disturb_replicated(servers: &mut [Server], random: &mut Random) -> &'static str {
    let count = u32::try_from(servers.len()).expect("few servers");
    let server = &mut servers[random.below(count) as usize];
    match random.below(3) {
        0 => {
            pause(server, random);
            "pauses"
        }
        1 => cut(server),
        _ => {
            server.stop_hard();
            sleep(random, 100);
            server.restart();
            "restarts at once"
        }
    }
}

/// Takes the primary away, by killing or by stopping it, until another has taken its place.
fn fail_over(watched: &mut Watched, random: &mut Random) -> &'static str {
    let port = watched.primary();
    let is_it = |server: &Server| server.port == port;
    let Some(n) = watched.servers.iter().position(is_it) else {
        return "pauses";
    };
    if random.below(2) == 0 {
        watched.servers[n].pause();
        watched.wait_for_another(port);
        sleep(random, 300);
        watched.servers[n].resume();
        return "stopped for a failover";
    }
    watched.servers[n].stop_hard();
    watched.wait_for_another(port);
    sleep(random, 300);
    watched.servers[n].restart();
    "killed for a failover"
}

/// The same for one of the primaries of a cluster.
fn fail_over_cluster(cluster: &mut Cluster, random: &mut Random) -> &'static str {
    let name = format!("name {}", random.below(1000));
    let n = cluster.primary_of(&name, None);
    let stops = random.below(2) == 0;
    if stops {
        cluster.nodes[n].pause();
    } else {
        cluster.nodes[n].stop_hard();
    }
    cache_tests::wait_until(|| {
        thread::sleep(Duration::from_millis(50));
        cluster.primary_of(&name, Some(n)) != n
    });
    sleep(random, 300);
    if stops {
        cluster.nodes[n].resume();
        return "stopped for a failover";
    }
    cluster.nodes[n].restart();
    "killed for a failover"
}
