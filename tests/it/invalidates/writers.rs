//! What a writer may be.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use cache_runtime::{invalidates, memoize};
use cache_tests::{Count, poll_once};

type Written<T> = Result<T, String>;

/// A cached function, and how to see whether its one entry is there.
macro_rules! target {
    ($name:ident, $peek:ident) => {
        #[memoize]
        #[allow(dead_code, reason = "only some helpers are used")]
        fn $name(x: u32) -> u32 {
            x
        }
        #[allow(unused_macros, reason = "not every test asks twice")]
        macro_rules! is_there {
            () => {
                $peek(1).is_some()
            };
        }
    };
}

#[test]
fn only_success_invalidates_however_it_is_spelt() {
    target!(of, peek_of);
    #[invalidates(of(1))]
    fn alias(fail: bool) -> Written<()> {
        if fail { Err("failed".into()) } else { Ok(()) }
    }
    #[invalidates(of(1))]
    async fn of_io(fail: bool) -> std::io::Result<()> {
        if fail {
            return Err(std::io::Error::other("failed"));
        }
        Ok(())
    }
    #[invalidates(of(1))]
    fn of_anyhow(fail: bool) -> anyhow::Result<()> {
        anyhow::ensure!(!fail, "failed");
        Ok(())
    }
    let writers: [fn(bool) -> bool; 3] = [
        |fail| alias(fail).is_ok(),
        |fail| futures::executor::block_on(of_io(fail)).is_ok(),
        |fail| of_anyhow(fail).is_ok(),
    ];
    for writer in writers {
        of(1);
        assert!(!writer(true) && is_there!());
        assert!(writer(false) && !is_there!());
    }
}

#[test]
fn whatever_is_not_a_result_is_a_success() {
    target!(of, peek_of);
    #[invalidates(of(1))]
    fn nothing(early: bool) {
        if early {
            return;
        }
        assert!(!early);
    }
    #[invalidates(of(1))]
    fn option() -> Option<u32> {
        None
    }
    #[invalidates(of(1))]
    fn opaque(x: u32) -> impl Display + Clone {
        x
    }
    #[invalidates(of(1))]
    async fn generic<T: Display>(x: T) -> String {
        x.to_string()
    }
    #[invalidates(of(1))]
    fn borrowed(x: &[u32]) -> Option<&u32> {
        x.first()
    }
    #[invalidates(of(1))]
    #[allow(unsafe_code, reason = "this is what is tested")]
    unsafe fn dangerous(x: u32) -> u32 {
        x
    }
    let writers: [fn(); 7] = [
        || nothing(true),
        || nothing(false),
        || assert_eq!(option(), None),
        || assert_eq!(opaque(1).to_string(), "1"),
        || assert_eq!(futures::executor::block_on(generic(1)), "1"),
        || assert_eq!(borrowed(&[1]), Some(&1)),
        #[allow(unsafe_code, reason = "this is what is tested")]
        // SAFETY: the function does nothing unsafe.
        || assert_eq!(unsafe { dangerous(1) }, 1),
    ];
    for (index, writer) in writers.into_iter().enumerate() {
        of(1);
        writer();
        assert!(!is_there!(), "writer {index}");
    }
}

#[test]
fn a_panic_invalidates_nothing() {
    target!(of, peek_of);
    #[invalidates(of(1))]
    fn write() {
        panic!("as asked")
    }
    of(1);
    assert!(catch_unwind(write).is_err());
    assert!(is_there!());
}

#[test]
fn a_dropped_writer_invalidates_nothing() {
    target!(of, peek_of);
    #[invalidates(of(1))]
    async fn write() {
        futures::pending!();
    }
    of(1);
    let mut writing = Box::pin(write());
    assert!(poll_once(&mut writing).is_pending());
    drop(writing);
    assert!(is_there!());
}

#[test]
fn the_invalidation_comes_after_the_body() {
    static STEPS: Count = Count::new();
    #[memoize]
    fn of(x: usize) -> usize {
        STEPS.get() + x
    }
    #[invalidates(of(0))]
    fn write() {
        STEPS.add();
        assert_eq!(of(0), 0, "still the old value");
    }
    of(0);
    write();
    assert_eq!(of(0), 1);
}

#[tokio::test]
async fn a_sync_writer_waits_for_an_async_target_on_the_callers_only_thread() {
    #[memoize]
    async fn of(x: u32) -> u32 {
        tokio::task::yield_now().await;
        x
    }
    #[invalidates(of(x))]
    fn write(x: u32) -> Result<u32, ()> {
        Ok(x)
    }
    of(1).await;
    assert_eq!(write(1), Ok(1));
    assert_eq!(peek_of(1).await, None);
}

#[test]
fn an_async_writer_is_send() {
    target!(of, peek_of);
    #[memoize]
    async fn later(x: &str) -> usize {
        x.len()
    }
    #[invalidates(of(id), later(&name.clone()), later, |saved| of(*saved))]
    async fn write(id: u32, name: String) -> Result<u32, String> {
        drop(name);
        Ok(id)
    }
    fn is_send<F: Future + Send>(future: F) -> F {
        future
    }
    of(1);
    assert_eq!(
        futures::executor::block_on(is_send(write(1, "a".into()))),
        Ok(1)
    );
    assert!(!is_there!());
}

#[test]
fn what_is_invalidated_late_in_the_list_is_invalidated_although_an_argument_is_gone() {
    target!(of, peek_of);
    #[invalidates(of(id), of(id + 1))]
    fn write(id: u32, consumed: Vec<u32>) -> Vec<u32> {
        let _ = id;
        consumed
    }
    (of(1), of(2));
    assert_eq!(write(1, vec![1]), [1]);
    assert!(!is_there!() && peek_of(2).is_none());
}

#[test]
fn a_method_may_write_through_a_mutable_self() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Shop(u32);
    impl Shop {
        #[memoize(key = sku)]
        fn price(&self, sku: u32) -> u32 {
            self.0 + sku
        }

        #[invalidates(Self::price(sku))]
        fn raise(&mut self, sku: u32) -> Result<u32, String> {
            self.0 += 1;
            if self.0 > 2 {
                Err("too much".into())
            } else {
                Ok(self.0)
            }
        }
    }
    let mut shop = Shop(1);
    assert_eq!((shop.price(1), shop.raise(1), shop.price(1)), (2, Ok(2), 3));
    assert!(shop.raise(1).is_err());
    assert_eq!(shop.price(1), 3, "the writer failed");
    let panics = catch_unwind(AssertUnwindSafe(|| shop.raise(1).unwrap()));
    assert!(panics.is_err());
}
