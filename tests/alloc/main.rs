//! What a hit allocates, and what expired entries give back.
#![allow(
    clippy::unused_async,
    clippy::needless_pass_by_value,
    reason = "a hit awaits and consumes nothing"
)]
#![allow(unsafe_code, reason = "counting allocations takes a global allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::borrow::Cow;
use std::cell::Cell;
use std::path::Path;
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicIsize, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use cache_runtime::{cached, memoize, testing};

struct Counting;

static LIVE: AtomicIsize = AtomicIsize::new(0);

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<isize> = const { Cell::new(0) };
}

fn count_bytes(bytes: isize) {
    LIVE.fetch_add(bytes, Relaxed);
    let _ = BYTES.try_with(|count| count.set(count.get() + bytes));
}

// SAFETY: everything is handed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        count_bytes(layout.size().cast_signed());
        // SAFETY: the caller's promises are handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count_bytes(-layout.size().cast_signed());
        // SAFETY: the caller's promises are handed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Held by tests whose caches are so large that others would see them come and go.
static LARGE: Mutex<()> = Mutex::new(());

/// How often this thread allocates meanwhile.
fn allocations(body: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    body();
    ALLOCATIONS.get() - before
}

/// How many bytes more this thread has taken from the heap afterwards.
fn bytes(body: impl FnOnce()) -> isize {
    let before = BYTES.get();
    body();
    BYTES.get() - before
}

/// What a future comes to that does not wait.
fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct User(String);

impl User {
    #[memoize]
    fn greeting(&self, word: &str) -> usize {
        self.0.len() + word.len()
    }
}

#[test]
fn a_hit_through_borrowed_arguments_allocates_nothing() {
    #[memoize]
    fn of(text: &str, bytes: &[u8], path: &Path, name: Option<&String>) -> usize {
        text.len() + bytes.len() + path.as_os_str().len() + name.map_or(0, String::len)
    }
    #[memoize]
    fn more(user: &User, users: Option<&[User]>, pair: (&str, f64), cow: Cow<'_, str>) -> usize {
        user.0.len() + users.map_or(0, <[User]>::len) + pair.0.len() + cow.len()
    }
    #[cached(route = "/users/{name}/{page}")]
    fn page(name: &str, page: u32) -> usize {
        name.len() + page as usize
    }
    let name = String::from("name");
    let user = User(name.clone());
    let call = || {
        let _ = (
            of("text", b"bytes", Path::new("/path"), Some(&name)),
            more(
                &user,
                Some(std::slice::from_ref(&user)),
                ("a", 0.5),
                Cow::Borrowed("b"),
            ),
            page("name", 7),
            user.greeting("hello"),
        );
    };
    call();
    assert_eq!(allocations(call), 0);
    assert_eq!(
        (stats_of().hits, stats_more().hits, stats_page().hits),
        (1, 1, 1)
    );
    assert_eq!(User::stats_greeting().hits, 1);
}

#[test]
fn a_hit_of_a_task_allocates_nothing() {
    #[memoize]
    async fn of(
        text: &str,
        bytes: &[u8],
        path: &Path,
        name: Option<&String>,
    ) -> Result<usize, String> {
        Ok(text.len() + bytes.len() + path.as_os_str().len() + name.map_or(0, String::len))
    }
    #[cached(route = "/users/{name}/{page}")]
    async fn page(name: &str, page: u32) -> usize {
        name.len() + page as usize
    }
    let name = String::from("name");
    let call = || {
        assert_eq!(
            ready(of("text", b"bytes", Path::new("/path"), Some(&name))),
            Ok(18)
        );
        assert_eq!(ready(page("name", 7)), 11);
    };
    call();
    assert_eq!(allocations(call), 0);
    assert_eq!((stats_of().hits, stats_page().hits), (1, 1));
}

#[test]
fn a_peek_allocates_nothing_either() {
    #[memoize]
    fn of(text: &str) -> usize {
        text.len()
    }
    of("text");
    assert_eq!(
        allocations(|| assert_eq!((peek_of("text"), peek_of("none")), (Some(4), None))),
        0
    );
}

#[test]
fn every_thread_hits_without_allocating() {
    #[memoize]
    fn of(text: &str) -> usize {
        text.len()
    }
    of("text");
    let counts = cache_tests::crowd(4, |_| {
        of("text");
        allocations(|| (0..1_000).for_each(|_| assert_eq!(of("text"), 4)))
    });
    assert_eq!(counts, [0; 4], "after its first call");
}

#[test]
fn expired_entries_give_their_memory_back_while_only_other_keys_are_called() {
    const ENTRIES: usize = 50_000;
    #[memoize(timeout = 60, max_entries = 100_000)]
    fn kilobyte(x: usize) -> Vec<u8> {
        vec![x.to_le_bytes()[0]; 1024]
    }
    let _alone = LARGE.lock();
    let _caches = testing::isolate();
    let before = LIVE.load(Relaxed);
    (0..ENTRIES).for_each(|x| drop(kilobyte(x)));
    let full = LIVE.load(Relaxed) - before;
    assert!(full > 50_000 * 1024, "{full} bytes are held");
    testing::advance(Duration::from_secs(61));
    (ENTRIES..ENTRIES + 2_000).for_each(|x| drop(kilobyte(x)));
    let left = LIVE.load(Relaxed) - before;
    assert!(left < full / 5, "{left} bytes of {full} are still held");
    assert!(stats_kilobyte().expirations >= 45_000);
}

/// The README says what a dependency costs.
#[test]
fn a_dependency_costs_no_more_than_the_readme_says() {
    const ENTRIES: u64 = 131_072;
    #[memoize(unbounded, timeout = never)]
    fn row(id: u64) -> u64 {
        id
    }
    #[memoize(unbounded, timeout = never)]
    fn page(id: u64) -> u64 {
        row(id)
    }
    #[memoize(unbounded, timeout = never, depends = false)]
    fn frozen(id: u64) -> u64 {
        row(id)
    }
    let _alone = LARGE.lock();
    let _caches = testing::isolate();
    (0..ENTRIES).for_each(|id| _ = row(id));
    let without = bytes(|| (0..ENTRIES).for_each(|id| _ = frozen(id)));
    let with = bytes(|| (0..ENTRIES).for_each(|id| _ = page(id)));
    let entries = isize::try_from(ENTRIES).unwrap();
    let each = (with - without) / entries;
    println!(
        "an entry takes {} bytes, a dependency {each} more",
        without / entries
    );
    assert!(each <= 300, "{each} bytes each");
    let back = bytes(|| (0..ENTRIES).for_each(|id| _ = invalidate_row(id)));
    assert!(
        -back > with - without,
        "the records are given back with the entries"
    );
}
