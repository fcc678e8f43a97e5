//! Free and nested functions, patterns, raw identifiers, `unsafe`, `async` with borrowed arguments.

use cache_runtime::memoize;
use cache_tests::Count;

#[test]
fn patterns_mut_and_underscore() {
    #[memoize]
    fn of((a, b): (i32, i32), mut c: i32, _: u8, [d, ..]: [i32; 2]) -> i32 {
        c += 1;
        a + b + c + d
    }
    assert_eq!(
        (of((1, 2), 3, 0, [4, 5]), of((1, 2), 3, 1, [4, 5])),
        (11, 11)
    );
    assert_eq!(peek_of((1, 2), 3, 0, [4, 5]), Some(11));
    assert_eq!(
        stats_of().misses.total(),
        2,
        "`_: u8` is an argument like any other"
    );
}

#[test]
fn raw_identifiers() {
    #[memoize]
    fn r#type(r#match: u32) -> u32 {
        r#match + 1
    }
    assert_eq!(
        (r#type(1), peek_type(1), invalidate_type(1).existed()),
        (2, Some(2), true)
    );
}

#[test]
fn unsafe_functions_stay_unsafe() {
    #[memoize]
    #[allow(unsafe_code, reason = "this is what is tested")]
    unsafe fn of(x: u32) -> u32 {
        x
    }
    // SAFETY: the function does nothing unsafe.
    #[allow(unsafe_code, reason = "this is what is tested")]
    let answer = unsafe { of(1) };
    assert_eq!((answer, peek_of(1)), (1, Some(1)));
}

#[test]
fn impl_trait_arguments_are_keys_or_skipped() {
    #[memoize(skip(log))]
    fn of(
        x: impl Into<u64> + std::hash::Hash + Eq + Clone + Send + Sync + 'static,
        log: impl Fn(&str),
    ) -> u64 {
        log("run");
        x.into()
    }
    let runs = Count::new();
    let log = |_: &str| _ = runs.add();
    assert_eq!((of(1_u8, log), of(1_u8, log), of(1_u32, log)), (1, 1, 1));
    assert_eq!(runs.get(), 2, "1_u8 and 1_u32 are two keys");
}

#[test]
fn functions_inside_functions_have_entries_of_their_own() {
    fn one() -> u32 {
        #[memoize]
        fn inner(x: u32) -> u32 {
            x + 1
        }
        inner(1)
    }
    fn two() -> u32 {
        #[memoize]
        fn inner(x: u32) -> u32 {
            x + 2
        }
        inner(1)
    }
    assert_eq!((one(), two(), one(), two()), (2, 3, 2, 3));
}

#[test]
fn lifetimes_and_async() {
    #[memoize]
    async fn of<'a>(a: &'a str, b: &str, c: Vec<&'a str>) -> usize {
        a.len() + b.len() + c.len()
    }
    fn is_send<F: Future + Send>(future: F) -> F {
        future
    }
    let answer = futures::executor::block_on(is_send(of("a", "bc", vec!["d"])));
    assert_eq!(answer, 4);
    assert_eq!(
        futures::executor::block_on(peek_of("a", "bc", vec!["d"])),
        Some(4)
    );
}

#[test]
fn early_returns_and_question_marks_stay_inside() {
    #[memoize(helpers = false)]
    fn inline(x: Option<u32>) -> Option<u32> {
        let x = x?;
        if x > 5 {
            return None;
        }
        Some(x)
    }
    #[memoize(helpers = false)]
    async fn inline_async(text: String) -> Result<u32, std::num::ParseIntError> {
        if text.is_empty() {
            return Ok(0);
        }
        Ok(text.parse::<u32>()?)
    }
    assert_eq!(
        (
            inline(None),
            inline(Some(6)),
            inline(Some(1)),
            inline(Some(1))
        ),
        (None, None, Some(1), Some(1))
    );
    let asked = |text: &str| futures::executor::block_on(inline_async(text.into())).ok();
    assert_eq!(
        (asked(""), asked("7"), asked("7"), asked("x")),
        (Some(0), Some(7), Some(7), None)
    );
}
