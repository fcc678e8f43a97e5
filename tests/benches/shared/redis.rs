//! Redis, beside a bare GET of the same client: a connection that many share.

use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, Client};
use tokio::runtime::Runtime;

use crate::contest::{Contender, Row, compare};
use crate::functions::{KEYS, as_tasks, key, labelled, page, runtime, task, text};

const CALLS: usize = 3_000;
const CROWD: usize = 64;

pub(crate) fn run(rounds: usize) -> Vec<Row> {
    let runtime = runtime();
    let peer = prepared(&runtime);
    let bare = |name, tasks| {
        let peer = peer.clone();
        let get = move |id| get(peer.clone(), id);
        Contender::of_calls(name, CALLS * if tasks > 1 { 8 } else { 1 }, {
            let runtime = &runtime;
            move |calls| as_tasks(runtime, tasks, calls, get.clone())
        })
    };
    let crowd = |name| bare(name, CROWD);

    let ours = Contender::of_calls("redis: a thread", CALLS, |calls| {
        (0..calls).for_each(|n| drop(page(key(n))));
    });
    let alone = Contender::of_calls("GET, on a runtime of its own", CALLS, |calls| {
        for n in 0..calls {
            runtime.block_on(get(peer.clone(), key(n)));
        }
    });
    let mut rows = compare(rounds, ours, vec![(alone, Some(1.3))]);

    let ours = Contender::of_calls("redis: a task", CALLS, |calls| {
        as_tasks(&runtime, 1, calls, |id| async move { task(id).await.len() });
    });
    rows.extend(compare(
        rounds,
        ours,
        vec![(bare("GET, as a task", 1), Some(1.3))],
    ));

    let ours = Contender::of_calls("redis: 64 tasks", CALLS * 8, |calls| {
        as_tasks(
            &runtime,
            CROWD,
            calls,
            |id| async move { task(id).await.len() },
        );
    });
    rows.extend(compare(
        rounds,
        ours,
        vec![(crowd("GET, 64 tasks"), Some(1.5))],
    ));

    let ours = Contender::of_calls(
        "redis: 64 tasks, a label for each entry",
        CALLS * 8,
        |calls| {
            as_tasks(&runtime, CROWD, calls, |id| async move {
                labelled(id).await.len()
            });
        },
    );
    rows.extend(compare(
        rounds,
        ours,
        vec![(crowd("GET, 64 tasks"), Some(1.5))],
    ));
    rows
}

/// Stores the values, and has all keys asked for once.
fn prepared(runtime: &Runtime) -> MultiplexedConnection {
    let url = std::env::var("CACHE_REDIS_URL").expect("the server's address");
    runtime.block_on(async {
        let client = Client::open(url).expect("an address");
        let mut peer = client
            .get_multiplexed_async_connection()
            .await
            .expect("the server is there");
        for id in 0..KEYS {
            let () = peer.set(name(id), text(id)).await.expect("it is stored");
            page(id);
            task(id).await;
            labelled(id).await;
        }
        peer
    })
}

fn name(id: u64) -> String {
    format!("bare:{id}")
}

async fn get(mut peer: MultiplexedConnection, id: u64) -> usize {
    let text: String = peer.get(name(id)).await.expect("it is there");
    text.len()
}
