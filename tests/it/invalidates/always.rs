//! `on = always`: on `Err`, on a panic and on cancellation too.

use std::panic::catch_unwind;

use cache_runtime::{cached, invalidates, memoize};
use cache_tests::poll_once;

#[test]
fn a_sync_writer() {
    #[memoize]
    fn of(x: u32) -> u32 {
        x
    }
    #[invalidates(of(x), on = always)]
    fn write(x: u32, how: u32) -> Result<String, u32> {
        match how {
            0 => Ok("written".to_owned()),
            1 => Err(how)?,
            _ => panic!("as asked"),
        }
    }
    for how in 0..3 {
        of(1);
        assert_eq!(catch_unwind(|| write(1, how)).is_err(), how == 2);
        assert_eq!(peek_of(1), None, "{how}");
    }
}

#[test]
fn an_async_writer() {
    #[memoize]
    async fn of(x: String) -> usize {
        x.len()
    }
    #[cached(route = "/always/{x}")]
    fn page(x: &str) -> usize {
        x.len()
    }
    #[invalidates(of(x), route("/always/{x}"), on = always)]
    async fn write(x: String, how: u32) -> Result<String, String> {
        match how {
            0 => Ok(x),
            1 => Err(x),
            2 => panic!("as asked"),
            _ => std::future::pending().await,
        }
    }
    let (fill, left) = (
        || (futures::executor::block_on(of("a".into())), page("a")),
        || {
            (
                futures::executor::block_on(peek_of("a".into())),
                peek_page("a"),
            )
        },
    );
    for how in 0..4 {
        fill();
        let mut writing = Box::pin(write("a".into(), how));
        let polled = catch_unwind(std::panic::AssertUnwindSafe(|| poll_once(&mut writing)));
        assert_eq!(polled.is_ok_and(|poll| poll.is_pending()), how == 3);
        drop(writing);
        assert_eq!(left(), (None, None), "{how}");
    }
}

#[test]
fn nothing_happens_before_the_writer_runs() {
    #[memoize]
    fn of(x: u32) -> u32 {
        x
    }
    #[invalidates(of(1), on = always)]
    async fn write() {}
    of(1);
    drop(write());
    assert_eq!(peek_of(1), Some(1));
}
