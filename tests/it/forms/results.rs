//! A `Result` is known by its type, however it is spelt.

use std::io;

use cache_runtime::memoize;
use cache_tests::Count;

#[derive(Debug)]
struct NotClone;
type Fallible<T> = Result<T, NotClone>;
type Shared<T> = Result<T, String>;

/// A function that fails the first time, and then answers how often it ran.
macro_rules! fails_first {
    ($($name:ident, $peek:ident, $output:ty, $shown:pat => $error:expr;)*) => {$(
        #[test]
        fn $name() {
            static RUNS: Count = Count::new();
            #[memoize]
            #[allow(dead_code, reason = "only some helpers are used")]
            fn $name(x: u32) -> $output {
                if RUNS.add() == 0 { Err($error) } else { Ok(x) }
            }
            assert!($name(1).is_err());
            assert!($peek(1).is_none());
            assert_eq!(($name(1).ok(), $name(1).ok(), RUNS.get()), (Some(1), Some(1), 2));
            assert!(matches!($peek(1), $shown));
        }
    )*};
}

fails_first! {
    plain, peek_plain, Result<u32, NotClone>, Some(1) => NotClone;
    shared, peek_shared, Shared<u32>, Some(Ok(1)) => "down".into();
    alias, peek_alias, Fallible<u32>, Some(Ok(1)) => NotClone;
    of_io, peek_of_io, io::Result<u32>, Some(1) => io::Error::other("down");
    of_anyhow, peek_of_anyhow, anyhow::Result<u32>, Some(1) => anyhow::anyhow!("down");
    boxed, peek_boxed, Result<u32, Box<dyn std::error::Error>>, Some(1) => "down".into();
}

#[test]
fn putting_an_error_stores_nothing() {
    #[memoize]
    fn of(x: u32) -> Shared<u32> {
        Ok(x)
    }
    put_of(1, Err("down".into()));
    assert_eq!(peek_of(1), None);
    put_of(1, Ok(5));
    assert_eq!(of(1), Ok(5));
}

mod errors {
    //! An alias of the name `Result` whose parameter is the error.
    pub(super) type Result<E> = std::result::Result<u8, E>;
}

#[test]
fn a_result_is_known_by_its_type_though_its_parameter_is_the_error() {
    #[memoize]
    fn of(x: u8) -> errors::Result<String> {
        Ok(x)
    }
    put_of(1, 5_u8);
    assert_eq!((of(1), peek_of(1)), (Ok(5), Some(5)));
}

#[test]
fn another_type_of_that_name_is_stored_whole() {
    #[derive(Clone, Debug, PartialEq)]
    struct Result<T>(T);
    #[memoize(helpers = false)]
    fn of(x: u8) -> Result<u8> {
        RUNS.add();
        Result(x)
    }
    static RUNS: Count = Count::new();
    assert_eq!((of(1), of(1), RUNS.get()), (Result(1), Result(1), 1));
}
