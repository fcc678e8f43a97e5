//! Every argument is a part of the key, and parts do not run together.

use std::borrow::Cow;
use std::path::Path;

use cache_runtime::{cached, memoize};
use cache_tests::Count;

#[derive(Clone, PartialEq, Eq, Hash)]
struct User(u32);

/// Calls twice, and says whether the second call was a hit.
macro_rules! hits {
    ($detailed:ident($($arg:expr),*)) => {{
        let _ = $detailed($($arg),*);
        $detailed($($arg),*).outcome == cache_runtime::Outcome::Hit
    }};
}

#[test]
fn borrowed_arguments_of_every_shape_are_keys() {
    #[memoize]
    fn of(
        a: &str,
        b: &[u8],
        c: &Path,
        d: Option<&User>,
        e: Vec<&str>,
        f: Cow<'_, str>,
        g: (&str, u32),
    ) -> usize {
        a.len()
            + b.len()
            + c.as_os_str().len()
            + usize::from(d.is_some())
            + e.len()
            + f.len()
            + g.0.len()
    }
    assert!(hits!(detailed_of(
        "a",
        b"bc",
        Path::new("/d"),
        Some(&User(1)),
        vec!["e"],
        Cow::Borrowed("f"),
        ("g", 1)
    )));
}

#[test]
fn arguments_do_not_run_together() {
    #[memoize]
    fn of(a: &str, b: &str) -> String {
        format!("{a}|{b}")
    }
    assert_eq!(
        (of("1", "23"), of("12", "3")),
        ("1|23".into(), "12|3".into())
    );
}

#[test]
fn more_than_twelve_arguments_are_a_key() {
    #[memoize]
    #[allow(clippy::too_many_arguments, reason = "this is what is tested")]
    fn of(
        a: u8,
        b: u8,
        c: u8,
        d: u8,
        e: u8,
        f: u8,
        g: u8,
        h: u8,
        i: u8,
        j: u8,
        k: u8,
        l: u8,
        m: u8,
        n: u8,
    ) -> u8 {
        a + b + c + d + e + f + g + h + i + j + k + l + m + n
    }
    assert!(hits!(detailed_of(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)));
    assert_eq!(of(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2), 15);
}

#[test]
fn a_function_without_arguments_has_one_entry() {
    static RUNS: Count = Count::new();
    #[cached(timeout = 5)]
    fn report() -> usize {
        RUNS.add()
    }
    assert_eq!(
        (report(), report(), invalidate_report().existed(), report()),
        (0, 0, true, 1)
    );
}
