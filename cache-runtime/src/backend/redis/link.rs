//! One connection to one server, and how far it can be trusted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use redis::aio::{AsyncPushSender, MultiplexedConnection};
use redis::io::tcp::TcpSettings;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, IntoConnectionInfo, Pipeline,
    ProtocolVersion, RedisConnectionInfo, RedisError, ServerError, Value,
};

use super::door::Opener;
use super::failure::{Failure, ends_trust, kind_of, quote};
use crate::error::ErrorKind;

/// How long a server may leave everything unanswered until its connection is given up.
const HANGS: Duration = Duration::from_secs(1);
/// How long a connection is known to lead to the primary after a reply came over it, and how old a reply may be.
/// Together they must be less than what it takes to promote a replica.
const SURE: Duration = Duration::from_millis(500);
/// How long a connection may take to be made.
const CONNECTS: Duration = Duration::from_millis(500);
/// How many requests may wait to be written.
const QUEUE: usize = 1024;

/// A server, and what one must show to it.
pub(super) struct Server {
    client: Client,
    /// Where it is, for messages and comparisons.
    pub(super) place: String,
    /// What no message may hold.
    secrets: Vec<String>,
}

impl Server {
    pub(super) fn new(
        addr: ConnectionAddr,
        settings: RedisConnectionInfo,
    ) -> Result<Self, Failure> {
        Self::speaking(ProtocolVersion::RESP2, addr, settings)
    }

    /// The same server, for a connection that also hears what it did not ask for.
    pub(super) fn that_pushes(&self) -> Result<Self, Failure> {
        let info = self.client.get_connection_info();
        let (addr, settings) = (info.addr().clone(), info.redis_settings().clone());
        Self::speaking(ProtocolVersion::RESP3, addr, settings)
    }

    fn speaking(
        protocol: ProtocolVersion,
        addr: ConnectionAddr,
        settings: RedisConnectionInfo,
    ) -> Result<Self, Failure> {
        if let ConnectionAddr::TcpTls { .. } = addr {
            // The application may have chosen its own before, which is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let place = addr.to_string();
        let secrets = settings.password().map(ToOwned::to_owned);
        let secrets = secrets
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect();
        let settings = settings.set_protocol(protocol).set_skip_set_lib_name();
        let client = addr.into_connection_info().and_then(|info| {
            let info = info.set_redis_settings(settings);
            Client::open(info.set_tcp_settings(TcpSettings::default().set_nodelay(true)))
        });
        let client =
            client.map_err(|_| Failure::config(format!("redis at {place}: no address")))?;
        Ok(Self {
            client,
            place,
            secrets,
        })
    }

    pub(super) async fn connect(self: &Arc<Self>) -> Result<Link, Failure> {
        self.connect_with(AsyncConnectionConfig::new()).await
    }

    /// Connects, and hands whatever the server says of its own accord to `listener`, in its order.
    pub(super) async fn connect_and_hear(
        self: &Arc<Self>,
        listener: impl AsyncPushSender,
    ) -> Result<Link, Failure> {
        let config = AsyncConnectionConfig::new().set_push_sender(listener);
        self.connect_with(config).await
    }

    async fn connect_with(
        self: &Arc<Self>,
        config: AsyncConnectionConfig,
    ) -> Result<Link, Failure> {
        let config = config
            .set_connection_timeout(Some(CONNECTS))
            .set_response_timeout(None)
            .set_pipeline_buffer_size(QUEUE);
        let connected = self
            .client
            .get_multiplexed_async_connection_with_config(&config);
        let connection = connected.await.map_err(|error| self.lost(&error))?;
        Ok(Link::new(Arc::clone(self), connection))
    }

    fn lost(&self, error: &RedisError) -> Failure {
        let said = quote(&error.to_string(), &self.secrets);
        Failure::unreachable(format!("redis at {}: {said}", self.place))
    }

    /// The failure that an answer is.
    pub(super) fn failure(&self, error: &ServerError) -> Failure {
        let said = format!("{} {}", error.code(), error.details().unwrap_or_default());
        let said = quote(said.trim_end(), &self.secrets);
        let message = format!("redis at {} answers: {said}", self.place);
        match kind_of(error) {
            ErrorKind::Unreachable => Failure::unreachable(message),
            _ => Failure::refused(message),
        }
    }

    /// The failure that an answer of the wrong kind is.
    pub(super) fn nonsense(&self) -> Failure {
        let message = "answers what it was not asked; is it redis?";
        Failure::refused(format!("redis at {} {message}", self.place))
    }
}

/// Just connects: nothing is read or changed over such a connection.
impl Opener for Server {
    type Opened = Link;

    fn is_good(&self, link: &Link) -> bool {
        link.is_alive()
    }

    async fn open(self: Arc<Self>, _: Option<Arc<Link>>) -> Result<Arc<Link>, Failure> {
        self.connect().await.map(Arc::new)
    }
}

/// A connection that many share.
///
/// Requests are answered in their order; whoever does not wait for an answer leaves nothing behind.
pub(super) struct Link {
    pub(super) server: Arc<Server>,
    connection: MultiplexedConnection,
    began: Instant,
    /// When it was last known to lead where it should, in microseconds.
    sure: AtomicU64,
    /// Since when there is a request and no reply to anything, in microseconds; 0: there is none.
    waits: AtomicU64,
    broken: AtomicBool,
}

impl Link {
    fn new(server: Arc<Server>, connection: MultiplexedConnection) -> Self {
        Self {
            server,
            connection,
            began: Instant::now(),
            sure: AtomicU64::new(0),
            waits: AtomicU64::new(0),
            broken: AtomicBool::new(false),
        }
    }

    /// Sends commands in one go and returns their replies, of which each may be an error.
    pub(super) async fn ask(&self, commands: &Pipeline) -> Result<Vec<Value>, Failure> {
        self.begin();
        let mut connection = self.connection.clone();
        let sent = connection.send_packed_commands(commands, 0, commands.len());
        let replies = self.received(sent.await)?;
        if replies.len() != commands.len() {
            return Err(self.nonsense());
        }
        for reply in &replies {
            self.heed(reply);
        }
        Ok(replies)
    }

    /// Sends one command and returns its reply, which may be an error.
    pub(super) async fn ask_for(&self, command: &Cmd) -> Result<Value, Failure> {
        self.begin();
        let mut connection = self.connection.clone();
        let reply = self.received(connection.send_packed_command(command).await)?;
        self.heed(&reply);
        Ok(reply)
    }

    /// Sends one command; an error is a failure.
    pub(super) async fn ask_one(&self, command: Cmd) -> Result<Value, Failure> {
        match self.ask_for(&command).await? {
            Value::ServerError(error) => Err(self.server.failure(&error)),
            reply => Ok(reply),
        }
    }

    /// Asks where a replica may have been promoted: a late reply does not count.
    pub(super) async fn in_time<T>(
        &self,
        asked: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let sent = self.now();
        let replies = asked.await?;
        if self.is_past(sent, SURE) {
            self.give_up();
            let place = &self.server.place;
            return Err(Failure::unreachable(format!(
                "redis at {place} answers late"
            )));
        }
        Ok(replies)
    }

    fn begin(&self) {
        let sent = self.now();
        let _ = self.waits.compare_exchange(0, sent, Relaxed, Relaxed);
    }

    fn received<T>(&self, reply: Result<T, RedisError>) -> Result<T, Failure> {
        self.waits.store(0, Relaxed);
        self.confirm();
        reply.map_err(|error| {
            self.give_up();
            self.server.lost(&error)
        })
    }

    fn heed(&self, reply: &Value) {
        if matches!(reply, Value::ServerError(error) if ends_trust(error)) {
            self.give_up();
        }
    }

    /// Tells whether there is hope of replies.
    pub(super) fn is_alive(&self) -> bool {
        let waits = self.waits.load(Relaxed);
        !self.broken.load(Relaxed) && (waits == 0 || !self.is_past(waits, HANGS))
    }

    /// Tells whether it leads where it led a moment ago.
    pub(super) fn is_sure(&self) -> bool {
        !self.is_past(self.sure.load(Relaxed), SURE)
    }

    /// Notes that it leads where it should.
    fn confirm(&self) {
        self.sure.fetch_max(self.now(), Relaxed);
    }

    /// Lets nobody use it from now on.
    pub(super) fn give_up(&self) {
        self.broken.store(true, Relaxed);
    }

    /// The server talks nonsense: what it says next would answer something else.
    pub(super) fn nonsense(&self) -> Failure {
        self.give_up();
        self.server.nonsense()
    }

    fn is_past(&self, time: u64, limit: Duration) -> bool {
        u128::from(self.now().saturating_sub(time)) > limit.as_micros()
    }

    /// Microseconds since it was made, at least one.
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).map_or(u64::MAX, |time| time.max(1))
    }
}
