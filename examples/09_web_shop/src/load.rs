//! The load generator: the shop as a process of its own, asked over real sockets, with its cache off and on.

use std::error::Error;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::database::PRODUCTS;

const CONNECTIONS: u64 = 64;

/// Asks for this long, half of it with the cache off and half of it on, and prints what came of it.
pub(crate) async fn run(time: Duration) -> Result<(), Box<dyn Error>> {
    println!("{CONNECTIONS} connections; 1 request in 100 sets a price\n");
    println!("cache   requests/s   median    p99");
    let configured = std::env::var("CACHE_TYPE").unwrap_or_else(|_| "simple".to_owned());
    for (name, cache_type) in [("off", "null"), ("on", &*configured)] {
        let (mut server, address) = start(cache_type).await?;
        let mut times = ask(&address, time / 2).await;
        server.kill().await?;
        times.sort_unstable();
        let millis = |time: &Duration| time.as_secs_f64() * 1e3;
        let median = times.get(times.len() / 2).map_or(0.0, millis);
        let p99 = times.get(times.len() * 99 / 100).map_or(0.0, millis);
        let rate = times.len() as u128 * 1000 / (time / 2).as_millis().max(1);
        println!("{name:6} {rate:11} {median:6.2} ms {p99:6.2} ms");
    }
    Ok(())
}

/// Starts the shop on a free port; answers where it listens.
async fn start(cache_type: &str) -> Result<(Child, String), Box<dyn Error>> {
    let mut server = Command::new(std::env::current_exe()?)
        .args(["--port", "0"])
        .env("CACHE_TYPE", cache_type)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let output = server.stdout.take().ok_or("its output is piped")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).await?;
    let address = line
        .trim()
        .trim_start_matches("http://")
        .trim_end_matches('/');
    Ok((server, address.to_owned()))
}

/// Asks over all connections; answers how long each answer took.
async fn ask(address: &str, time: Duration) -> Vec<Duration> {
    let end = Instant::now() + time;
    let clients = (0..CONNECTIONS).map(|n| tokio::spawn(click(address.to_owned(), n, end)));
    let mut times = Vec::new();
    for client in clients.collect::<Vec<_>>() {
        times.extend(
            client
                .await
                .expect("a client does not panic")
                .expect("the shop answers"),
        );
    }
    times
}

/// One client, which asks for one page after the other.
async fn click(address: String, seed: u64, end: Instant) -> std::io::Result<Vec<Duration>> {
    let mut connection = BufReader::new(TcpStream::connect(&address).await?);
    let (mut times, mut chance) = (Vec::new(), seed + 1);
    while Instant::now() < end {
        // A linear congruential generator will do for clicking.
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(seed | 1);
        let began = Instant::now();
        connection
            .write_all(request(chance >> 33).as_bytes())
            .await?;
        answer(&mut connection).await?;
        times.push(began.elapsed());
    }
    Ok(times)
}

/// A request, by chance.
fn request(chance: u64) -> String {
    let (kind, which) = (chance % 100, chance / 100);
    // Some products are asked for much more often than others.
    let id = which % (1 + which % u64::from(PRODUCTS)) + 1;
    let get = |path: String| format!("GET {path} HTTP/1.1\r\nhost: shop\r\n\r\n");
    match kind {
        0 => {
            let body = format!("cents={}", 100 + which % 900);
            let length = body.len();
            format!(
                "POST /products/{id}/price HTTP/1.1\r\nhost: shop\r\ncontent-length: {length}\r\n\
                 content-type: application/x-www-form-urlencoded\r\n\r\n{body}"
            )
        }
        1..20 => get("/".to_owned()),
        20..25 => get("/search?text=tea".to_owned()),
        25..35 => get("/search?text=honey".to_owned()),
        35..40 => "GET /account HTTP/1.1\r\nhost: shop\r\ncookie: user=ada\r\n\r\n".to_owned(),
        _ => get(format!("/products/{id}")),
    }
}

/// Reads an answer to its end.
async fn answer(connection: &mut BufReader<TcpStream>) -> std::io::Result<()> {
    let (mut line, mut length) = (String::new(), 0);
    loop {
        line.clear();
        connection.read_line(&mut line).await?;
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line.is_empty() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    connection.read_exact(&mut vec![0; length]).await?;
    Ok(())
}
