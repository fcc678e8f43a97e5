//! What an operation costs, in an optimised build: `cargo test --release -p cache-tests --features shared --test shared
//! filesystem::speed -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use super::{Change, directory, make, open_for, read, set};

/// The median of what some operations take.
fn median(count: usize, mut operation: impl FnMut(usize)) -> Duration {
    let mut took: Vec<Duration> = (0..count)
        .map(|n| {
            let began = Instant::now();
            operation(n);
            began.elapsed()
        })
        .collect();
    took.sort_unstable();
    took[count / 2]
}

#[test]
#[ignore = "a measurement"]
fn operations() {
    const COUNT: usize = 20_000;
    let dir = directory();
    let ttl = Some(Duration::from_secs(300));
    let content = vec![b'x'; 1000];
    let names: Vec<String> = (0..COUNT).map(|n| format!("name:{n}")).collect();
    for threshold in [0, 2 * COUNT, COUNT / 2] {
        let store = open_for(&dir.path().join(format!("{threshold}")), threshold);
        println!("threshold {threshold}");
        let put = median(COUNT, |n| {
            set(&store, &names[n], &content, ttl);
        });
        println!("  put of 1 kB, new      {put:?}");
        let put = median(COUNT, |n| {
            set(&store, &names[n], &content, ttl);
        });
        println!("  put of 1 kB, replaced {put:?}");
        let get = median(COUNT, |n| drop(read(&store, &names[n])));
        println!("  get of 1 kB           {get:?}");
        let keep = median(COUNT, |n| {
            let name = &*names[n];
            make(&store, Change::Keep { name, ttl }).unwrap();
        });
        println!("  keep                  {keep:?}");
        let delete = median(COUNT, |n| {
            make(&store, Change::Delete { name: &names[n] }).unwrap();
        });
        println!("  delete                {delete:?}");
    }
}
