//! A web shop over a slow database.
//!
//! ```text
//! cargo run --release --bin web_shop                        # http://127.0.0.1:8080/, and its caches at /cache
//! cargo run --release --bin web_shop -- --load 30s          # throughput and latency, with the cache off and on
//! CACHE_TYPE=redis CACHE_REDIS_URL=redis://127.0.0.1/ cargo run --release --bin web_shop
//! ```

mod database;
mod load;
mod pages;
mod queries;

use std::error::Error;
use std::time::Duration;

use tokio::net::TcpListener;

/// What the command line asks for.
enum Command {
    Serve { port: u16 },
    Load { time: Duration },
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    match command(std::env::args().skip(1))? {
        Command::Serve { port } => serve(port).await,
        Command::Load { time } => load::run(time).await,
    }
}

fn command(mut arguments: impl Iterator<Item = String>) -> Result<Command, Box<dyn Error>> {
    let (option, value) = (arguments.next(), arguments.next());
    Ok(match (option.as_deref(), value) {
        (None, _) => Command::Serve { port: 8080 },
        (Some("--port"), Some(port)) => Command::Serve {
            port: port.parse()?,
        },
        (Some("--load"), time) => Command::Load {
            time: humantime::parse_duration(time.as_deref().unwrap_or("30s"))?,
        },
        _ => return Err("web_shop [--port PORT | --load TIME]".into()),
    })
}

async fn serve(port: u16) -> Result<(), Box<dyn Error>> {
    cache_runtime::Config::from_env()?.install()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/", listener.local_addr()?);
    axum::serve(listener, pages::shop()).await?;
    Ok(())
}
