//! What is part of a key, and what a key may be made of.

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
    assert!(!hits!(detailed_first("x")) || peek_first("x") == Some(1));
}

#[memoize]
fn first(a: &str) -> usize {
    a.len()
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
    #[cached(route = "/{a}{b}/{a}-{b}")]
    fn page(a: &str, b: &str) -> String {
        format!("{a}|{b}")
    }
    assert_eq!(
        (page("1", "23"), page("12", "3")),
        ("1|23".into(), "12|3".into())
    );
    assert_eq!(
        (page("a/b", "c"), page("a", "b/c")),
        ("a/b|c".into(), "a|b/c".into())
    );
}

#[test]
fn floats_are_keys() {
    #[memoize]
    fn of(x: f64, y: Option<f32>) -> bool {
        x.is_nan() || y.is_some()
    }
    assert!(hits!(detailed_of(0.0, None)));
    assert_eq!(peek_of(-0.0, None), Some(false));
    of(f64::NAN, None);
    assert_eq!(peek_of(-f64::NAN, None), Some(true));
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
fn skipped_arguments_are_not_part_of_the_key() {
    static RUNS: Count = Count::new();
    struct NoKey;
    #[memoize(skip(database, _verbose))]
    fn of(database: &NoKey, id: u32, _verbose: bool) -> u32 {
        let NoKey = database;
        RUNS.add();
        id
    }
    of(&NoKey, 1, true);
    of(&NoKey, 1, false);
    assert_eq!((RUNS.get(), peek_of(1)), (1, Some(1)));
    assert!(invalidate_of(1).existed());
}

#[test]
fn a_key_expression_takes_the_place_of_the_arguments() {
    struct Request {
        id: u32,
        language: String,
        noise: u32,
    }
    #[memoize(key = (request.id, request.language))]
    fn of(request: &Request, _other: &[f32]) -> u32 {
        request.noise
    }
    let request = |noise| Request {
        id: 1,
        language: "en".into(),
        noise,
    };
    assert_eq!((of(&request(5), &[]), of(&request(6), &[1.0])), (5, 5));
    assert_eq!(peek_of(&request(7)), Some(5));

    #[memoize(key = name.to_lowercase())]
    fn length(name: String) -> usize {
        name.len()
    }
    length("Ada".into());
    assert_eq!(peek_length("ADA".into()), Some(3));
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

#[test]
fn routes_name_arguments_patterns_and_fields() {
    struct Path<T>(T);
    struct Account {
        id: u32,
    }
    #[cached(route = "/users/{id}/{account.id}/{page.0}")]
    fn of(Path(id): Path<u64>, account: &Account, page: (u8, u8)) -> u64 {
        id + u64::from(account.id) + u64::from(page.1)
    }
    assert_eq!(of(Path(7), &Account { id: 1 }, (0, 1)), 9);
    assert_eq!(
        of(Path(7), &Account { id: 1 }, (0, 2)),
        9,
        "page.1 is not in the route"
    );
    assert_eq!(peek_of(Path(7), &Account { id: 2 }, (0, 1)), None);
}
