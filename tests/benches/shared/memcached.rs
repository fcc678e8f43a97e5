//! memcached, beside a bare get of the crate `memcache`, which has a connection for each caller.

use std::sync::Arc;

use memcache::exp::{AsyncMemcache, Memcache, Ttl};

use crate::contest::{Contender, Row, compare};
use crate::functions::{KEYS, as_tasks, key, page, runtime, task, text};

const CALLS: usize = 3_000;
const CROWD: usize = 64;

pub(crate) fn run(rounds: usize) -> Vec<Row> {
    let runtime = runtime();
    let address = std::env::var("CACHE_MEMCACHED_SERVERS").expect("the server's address");
    let peer = Memcache::connect([address.as_str()]).expect("the server is there");
    for id in 0..KEYS {
        let stored = peer.set(name(id), text(id), Ttl::secs(3600));
        stored.expect("it is stored");
        page(id);
        runtime.block_on(task(id));
    }
    let ours = Contender::of_calls("memcached: a thread", CALLS, |calls| {
        (0..calls).for_each(|n| drop(page(key(n))));
    });
    let bare = Contender::of_calls("get, on a thread", CALLS, |calls| {
        for n in 0..calls {
            let text: Option<String> = peer.get(name(key(n))).expect("the server answers");
            assert!(text.is_some());
        }
    });
    let mut rows = compare(rounds, ours, vec![(bare, None)]);

    let peer = runtime.block_on(AsyncMemcache::connect([address.as_str()]));
    let peer = Arc::new(peer.expect("the server is there"));
    for (tasks, calls, ours, bare) in [
        (1, CALLS, "memcached: a task", "get, as a task"),
        (CROWD, CALLS * 8, "memcached: 64 tasks", "get, 64 tasks"),
    ] {
        let ours = Contender::of_calls(ours, calls, |calls| {
            as_tasks(
                &runtime,
                tasks,
                calls,
                |id| async move { task(id).await.len() },
            );
        });
        let bare = Contender::of_calls(bare, calls, |calls| {
            let peer = Arc::clone(&peer);
            let get = move |id| get(Arc::clone(&peer), id);
            as_tasks(&runtime, tasks, calls, get);
        });
        rows.extend(compare(rounds, ours, vec![(bare, None)]));
    }
    rows
}

fn name(id: u64) -> String {
    format!("bare:{id}")
}

async fn get(peer: Arc<AsyncMemcache>, id: u64) -> usize {
    let text: Option<String> = peer.get(name(id)).await.expect("the server answers");
    text.map_or(0, |text| text.len())
}
