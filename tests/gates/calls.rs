//! Makes so many calls. `calls f 1000`, `calls g 1000` and `calls tasks 1000` are hits: the difference of two runs is what
//! hits cost.
//! `calls misses 1000` are misses of a full store, and it tells how often they have allocated; so does `calls awaited 1000`.
//! `calls levels 1000` goes so deep into a recursion, and tells how many bytes of the stack a level takes.
#![allow(unsafe_code, reason = "counting allocations takes a global allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::env::args;
use std::future::ready;
use std::hint::black_box;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};

use cache_runtime::{Stats, memoize};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is handed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: the caller's promises are handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are handed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Few enough that all stay.
const RESIDENT: u64 = 1_000;

#[memoize(timeout = 60)]
fn f(a: u64, b: u64) -> u64 {
    a ^ b
}

#[memoize(timeout = 60)]
fn g(text: &str) -> u64 {
    text.len() as u64
}

#[memoize(timeout = 60, max_entries = 10_000)]
fn miss(a: u64, b: u64) -> u64 {
    a ^ b
}

#[memoize(timeout = 60, max_entries = 10_000)]
async fn awaited(a: u64, b: u64) -> u64 {
    a ^ ready(b).await
}

/// Where on the stack the innermost level has its place.
#[memoize(unbounded)]
fn levels(left: usize) -> usize {
    let here = &raw const left;
    match left {
        0 => black_box(here).addr(),
        _ => levels(left - 1),
    }
}

fn main() {
    let mut args = args().skip(1);
    let function = args.next();
    let count = args.next().and_then(|count| count.parse().ok());
    let Some(count) = count else {
        panic!("calls FUNCTION COUNT");
    };
    match function.as_deref() {
        Some("f") => hits(count, &pairs(), |&(a, b)| f(a, b), stats_f),
        Some("g") => hits(count, &texts(), |text| g(text), stats_g),
        Some("tasks") => hits(
            count,
            &pairs(),
            |&(a, b)| polled(awaited(a, b)),
            stats_awaited,
        ),
        Some("misses") => misses(count, |key| miss(key, 1), stats_miss),
        Some("awaited") => misses(count, |key| polled(awaited(key, 1)), stats_awaited),
        Some("levels") => deep(count),
        _ => panic!("the functions are f, g, tasks, misses, awaited and levels"),
    }
}

fn pairs() -> Vec<(u64, u64)> {
    (0..RESIDENT).map(|n| (n, n ^ 0xffff)).collect()
}

fn texts() -> Vec<String> {
    (0..RESIDENT).map(|n| format!("customer:{n:015}")).collect()
}

fn hits<K>(count: usize, keys: &[K], call: impl Fn(&K) -> u64, stats: impl Fn() -> Stats) {
    for key in keys {
        call(key);
    }
    for key in keys.iter().cycle().take(count) {
        black_box(call(key));
    }
    assert_eq!(stats().hits, count as u64, "all were hits");
}

fn misses(count: usize, call: impl Fn(u64) -> u64, stats: impl Fn() -> Stats) {
    const BEFORE: usize = 30_000;
    let mut keys = 0..;
    for key in keys.by_ref().take(BEFORE) {
        call(key);
    }
    let before = ALLOCATIONS.load(Relaxed);
    for key in keys.take(count) {
        black_box(call(key));
    }
    println!("{}", ALLOCATIONS.load(Relaxed) - before);
    let misses = stats().misses.total();
    assert_eq!(misses, (BEFORE + count) as u64, "all were misses");
}

/// What a future comes to that does not wait.
fn polled<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

fn deep(count: usize) {
    let outermost = levels(0);
    invalidate_all_levels();
    println!("{}", (outermost - levels(count)) / count);
}
