//! Free and nested functions, patterns, raw identifiers, `unsafe`, early returns.

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

#[test]
fn patterns_of_every_kind() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Point {
        x: i32,
        y: i32,
    }
    #[memoize]
    fn of(
        Point { x, y: up }: Point,
        &(a, b): &(i32, i32),
        all @ [first, .., last]: [i32; 3],
        ref text: String,
        (): (),
    ) -> i32 {
        x + up + a + b + first + last + all[1] + i32::try_from(text.len()).unwrap()
    }
    let call = |text: &str| of(Point { x: 1, y: 2 }, &(3, 4), [5, 6, 7], text.into(), ());
    assert_eq!((call("a"), call("ab"), call("a")), (29, 30, 29));
    assert_eq!((stats_of().hits, stats_of().misses.total()), (1, 2));
}

#[test]
fn unsafe_and_async_functions() {
    #[memoize]
    #[allow(unsafe_code, reason = "this is what is tested")]
    async unsafe fn of(x: u32) -> Result<u32, ()> {
        Ok(x)
    }
    // SAFETY: the function does nothing unsafe.
    #[allow(unsafe_code, reason = "this is what is tested")]
    let answer = futures::executor::block_on(unsafe { of(1) });
    assert_eq!(
        (answer, futures::executor::block_on(peek_of(1))),
        (Ok(1), Some(1))
    );
}

#[test]
fn a_body_may_hold_items_loops_and_closures() {
    #[memoize]
    fn of(text: String) -> usize {
        const EXTRA: usize = 1;
        fn inner(x: usize) -> usize {
            x + EXTRA
        }
        let mut count = 0;
        'outer: loop {
            for letter in text.chars() {
                if letter == '.' {
                    break 'outer;
                }
                count = inner(count);
            }
            return 0;
        }
        drop(text);
        count
    }
    assert_eq!(
        (of("ab.".into()), of("ab".into()), of("ab.".into())),
        (2, 0, 2)
    );
}

#[test]
fn a_function_that_says_self_of_something_else_is_free() {
    #[memoize]
    fn nested(x: u8) -> u8 {
        struct Shop(u8);
        impl Shop {
            fn new(x: u8) -> Self {
                Self(x)
            }
            fn price(&self) -> u8 {
                self.0
            }
        }
        Shop::new(x).price()
    }
    assert_eq!((nested(1), peek_nested(1)), (1, Some(1)));
    assert_eq!((by_path(By(1)), peek_by_path(By(1))), (By(1), Some(By(1))));
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct By(u8);

#[memoize]
#[allow(dead_code, reason = "only some helpers are used")]
fn by_path(x: self::By) -> self::By {
    self::same(x)
}

fn same(x: By) -> By {
    x
}
