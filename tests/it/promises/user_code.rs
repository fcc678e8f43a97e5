//! Slow and panicking `Clone`, `Hash`, `Eq` and `Drop` of a user's type neither block nor poison other keys.

use std::hash::{Hash, Hasher};
use std::panic::catch_unwind;
use std::thread;

use cache_runtime::memoize;
use cache_tests::Count;

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
fn a_slow_comparison_does_not_hold_up_other_keys() {
    static COMPARING: Count = Count::new();
    static GO_ON: Count = Count::new();
    #[derive(Clone)]
    struct Slow(u32);
    impl Eq for Slow {}
    impl PartialEq for Slow {
        fn eq(&self, other: &Self) -> bool {
            if self.0 == 1 {
                COMPARING.add();
                GO_ON.wait_for(1);
            }
            self.0 == other.0
        }
    }
    impl Hash for Slow {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }
    #[memoize]
    fn of(key: Slow) -> u32 {
        key.0
    }
    of(Slow(1));
    let slow = thread::spawn(|| of(Slow(1)));
    COMPARING.wait_for(1);
    assert_eq!((of(Slow(2)), of(Slow(2))), (2, 2));
    GO_ON.add();
    assert_eq!(slow.join().unwrap(), 1);
}

#[test]
fn panics_in_clone_and_drop_poison_nothing() {
    #[derive(Debug)]
    struct Bad(u32);
    static CLONES: Count = Count::new();
    impl Clone for Bad {
        fn clone(&self) -> Self {
            assert!(
                self.0 != 1 || CLONES.add() > 1,
                "the first clones of 1 panic"
            );
            Self(self.0)
        }
    }
    impl Drop for Bad {
        fn drop(&mut self) {
            assert!(self.0 != 3 || thread::panicking(), "dropping 3 panics");
        }
    }
    #[memoize(max_entries = 1)]
    fn of(x: u32) -> std::sync::Arc<Bad> {
        std::sync::Arc::new(Bad(x))
    }
    #[memoize]
    fn cloned(x: u32) -> Bad {
        Bad(x)
    }
    assert!(catch_unwind(|| cloned(1)).is_err());
    assert!(catch_unwind(|| cloned(1)).is_err());
    assert_eq!((cloned(1).0, cloned(2).0), (1, 2));
    drop(of(3));
    for x in 4..10 {
        assert_eq!(of(x).0, x, "whoever evicts 3 is not to blame for its drop");
    }
    drop(of(3));
    assert!(invalidate_of(3).existed(), "nor is whoever invalidates it");
    drop(of(3));
    assert!(invalidate_all_of().existed());
    drop(of(3));
    put_of(3, std::sync::Arc::new(Bad(4)));
    assert_eq!(of(3).0, 4, "or replaces it");
}
