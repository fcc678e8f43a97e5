//! 2. Slow and panicking `Clone`, `Hash`, `Eq` and `Drop` of a user's type neither block nor poison other keys.

use std::hash::{Hash, Hasher};
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;

use cache_runtime::{invalidates, memoize};
use cache_tests::{Count, crowd};

/// What a user's type does in `Clone`, `Hash`, `Eq` and `Drop` when it is told to.
trait Acts: Send + Sync + 'static {
    fn clone(_x: u32) {}
    fn hash(_x: u32) {}
    fn eq(_x: u32) {}
    fn drop(_x: u32) {}
}

/// A value or key that acts.
struct Acting<A: Acts>(u32, std::marker::PhantomData<fn() -> A>);

impl<A: Acts> Acting<A> {
    fn new(x: u32) -> Self {
        Self(x, std::marker::PhantomData)
    }
}

impl<A: Acts> Clone for Acting<A> {
    fn clone(&self) -> Self {
        A::clone(self.0);
        Self::new(self.0)
    }
}

impl<A: Acts> Hash for Acting<A> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        A::hash(self.0);
        self.0.hash(state);
    }
}

impl<A: Acts> Eq for Acting<A> {}

impl<A: Acts> PartialEq for Acting<A> {
    fn eq(&self, other: &Self) -> bool {
        A::eq(self.0);
        self.0 == other.0
    }
}

impl<A: Acts> Drop for Acting<A> {
    fn drop(&mut self) {
        A::drop(self.0);
    }
}

/// All keys have one hash.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Same(u32);

impl Hash for Same {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

#[test]
fn keys_of_one_hash_are_confirmed_by_equality() {
    #[memoize]
    fn of(key: Same) -> u32 {
        key.0
    }
    for _ in 0..2 {
        assert!((0..20).all(|n| of(Same(n)) == n));
    }
    assert_eq!((stats_of().hits, stats_of().misses.total()), (20, 20));
}

#[test]
fn keys_of_one_hash_survive_invalidation_eviction_and_many_threads() {
    #[memoize(max_entries = 8)]
    fn of(key: Same) -> u32 {
        thread::yield_now();
        key.0
    }
    crowd(4, |thread| {
        for n in 0..1_000_u32 {
            let x = (n * 7 + u32::try_from(thread).unwrap()) % 16;
            match n % 7 {
                0 => _ = invalidate_of(Same(x)),
                1 => put_of(Same(x), x),
                _ => assert_eq!(of(Same(x)), x),
            }
        }
    });
}

/// Holds up one action of key or value 1 until it is let go, and shows that key 2 is answered meanwhile.
macro_rules! slow {
    ($($name:ident, $action:ident, $call:expr;)*) => {$(
        #[test]
        fn $name() {
            static ACTING: Count = Count::new();
            static ARMED: AtomicBool = AtomicBool::new(false);
            static GO_ON: Count = Count::new();
            struct Slow;
            impl Acts for Slow {
                fn $action(x: u32) {
                    if x == 1 && ARMED.load(SeqCst) {
                        ACTING.add();
                        GO_ON.wait_for(1);
                    }
                }
            }
            #[memoize]
            fn of(key: &Acting<Slow>) -> Acting<Slow> {
                Acting::new(key.0)
            }
            let ask = |x| of(&Acting::new(x)).0;
            (ask(1), ask(2));
            ARMED.store(true, SeqCst);
            let slow = thread::spawn(|| { ($call)(&Acting::<Slow>::new(1), of, |key| _ = invalidate_of(key)); });
            ACTING.wait_for(1);
            assert_eq!((ask(2), ask(2), ask(3), ask(3)), (2, 2, 3, 3));
            GO_ON.add();
            slow.join().unwrap();
        }
    )*};
}

slow! {
    a_slow_clone_does_not_hold_up_other_keys, clone, |key, of: fn(&_) -> _, _: fn(&_)| _ = of(key);
    a_slow_hash_does_not_hold_up_other_keys, hash, |key, of: fn(&_) -> _, _: fn(&_)| _ = of(key);
    a_slow_comparison_does_not_hold_up_other_keys, eq, |key, of: fn(&_) -> _, _: fn(&_)| _ = of(key);
    a_slow_drop_does_not_hold_up_other_keys, drop, |key, _: fn(&_) -> Acting<Slow>, invalidate: fn(&_)| invalidate(key);
}

/// Lets the first action of key or value 1 panic once it is armed, and shows that this concerns nobody else
/// and passes.
macro_rules! panicking {
    ($($name:ident: $action:ident;)*) => {$(
        #[test]
        fn $name() {
            static ARMED: AtomicBool = AtomicBool::new(false);
            struct Panics;
            impl Acts for Panics {
                fn $action(x: u32) {
                    assert!(x != 1 || !ARMED.swap(false, SeqCst), "as asked");
                }
            }
            #[memoize]
            fn of(key: &Acting<Panics>) -> Acting<Panics> {
                Acting::new(key.0)
            }
            let ask = |x| catch_unwind(|| of(&Acting::new(x)).0).ok();
            for warm in [false, true] {
                ARMED.store(true, SeqCst);
                assert!(ask(1).is_none() || stringify!($action) == "eq" && !warm);
                ARMED.store(false, SeqCst);
                assert_eq!((ask(1), ask(1), ask(2)), (Some(1), Some(1), Some(2)));
            }
        }
    )*};
}

panicking! {
    a_panic_in_clone_poisons_nothing: clone;
    a_panic_in_hash_poisons_nothing: hash;
    a_panic_in_eq_poisons_nothing: eq;
}

/// Dropping 3 panics.
struct BadDrop;

impl Acts for BadDrop {
    fn drop(x: u32) {
        assert!(x != 3 || thread::panicking(), "dropping 3 panics");
    }
}

#[test]
fn who_evicts_a_value_is_not_to_blame_for_its_drop() {
    #[memoize(max_entries = 1)]
    fn of(x: u32) -> Arc<Acting<BadDrop>> {
        Arc::new(Acting::new(x))
    }
    drop(of(3));
    for x in 4..10 {
        assert_eq!(of(x).0, x);
    }
    drop(of(3));
    assert!(invalidate_all_of().existed());
}

#[test]
fn who_invalidates_a_value_is_not_to_blame_for_its_drop() {
    #[memoize]
    fn of(x: u32) -> Arc<Acting<BadDrop>> {
        Arc::new(Acting::new(x))
    }
    #[invalidates(of(3), of(4))]
    fn write() {}
    (drop(of(3)), drop(of(4)));
    write();
    assert!(peek_of(3).is_none() && peek_of(4).is_none());
}

#[test]
fn a_users_code_may_call_the_cache_again() {
    struct Again;
    impl Acts for Again {
        fn clone(x: u32) {
            if x == 1 {
                of(&Acting::new(2));
            }
        }
        fn hash(x: u32) {
            if x == 1 {
                of(&Acting::new(2));
            }
        }
        fn eq(x: u32) {
            if x == 1 {
                of(&Acting::new(2));
            }
        }
        fn drop(x: u32) {
            if x == 1 {
                invalidate_of(&Acting::new(2));
            }
        }
    }
    #[memoize]
    fn of(key: &Acting<Again>) -> Arc<Acting<Again>> {
        Arc::new(key.clone())
    }
    for _ in 0..3 {
        assert_eq!(of(&Acting::new(1)).0, 1);
    }
    invalidate_of(&Acting::new(1));
    assert_eq!(of(&Acting::new(1)).0, 1);
}

#[test]
fn a_clone_that_panics_in_one_waiter_spares_the_others() {
    static CLONES: Count = Count::new();
    static RUNS: Count = Count::new();
    struct SecondPanics;
    impl Acts for SecondPanics {
        fn clone(_: u32) {
            assert_ne!(CLONES.add(), 1, "the second clone panics");
        }
    }
    #[memoize]
    fn of(x: u32) -> Acting<SecondPanics> {
        RUNS.add();
        thread::sleep(std::time::Duration::from_millis(20));
        Acting::new(x)
    }
    let answers = crowd(8, |_| catch_unwind(|| of(1).0).ok());
    assert_eq!(answers.iter().filter(|answer| answer.is_none()).count(), 1);
    assert_eq!((of(1).0, RUNS.get()), (1, 1));
}

#[test]
fn many_panics_in_drop_are_each_met_alone() {
    struct Panics;
    impl Acts for Panics {
        fn drop(_: u32) {
            assert!(thread::panicking(), "dropping panics");
        }
    }
    #[memoize(max_entries = 10)]
    fn of(x: u32) -> std::sync::Arc<Acting<Panics>> {
        std::sync::Arc::new(Acting::new(x))
    }
    for x in 0..5 {
        drop(of(x));
    }
    assert!(invalidate_all_of().existed());
    assert_eq!(peek_of(0).map(|value| value.0), None);
}
