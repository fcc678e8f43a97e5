use std::borrow::Cow;
use std::path::Path;

use super::{KeyRef, Way, hash, route};

/// Looks `a` up as a key and tells whether it finds what `b` was stored as.
macro_rules! same {
    ($a:expr, $b:expr) => {{
        let (a, b) = ($a, $b);
        let a = (Way::of(&a).__cache_part(), ());
        let b = (Way::of(&b).__cache_part(), ());
        let same = a.is(&b.own());
        assert_eq!(same, b.is(&a.own()));
        assert!(!same || hash(&a) == hash(&b));
        same
    }};
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct User(u32);

#[test]
fn equal_arguments_are_one_key() {
    assert!(same!("ab", "ab") && !same!("ab", "ba"));
    assert!(same!(Path::new("/a"), Path::new("/a")));
    assert!(same!(vec!["a", "b"], vec!["a", "b"]) && !same!(vec!["a", "b"], vec!["ab"]));
    assert!(same!(&["a"][..], &["a"][..]));
    assert!(same!(Some(&User(1)), Some(&User(1))) && !same!(Some(&User(1)), None::<&User>));
    assert!(
        same!(User(1), User(1)) && same!(&User(1), &User(1)) && same!(vec![User(1)], vec![User(1)])
    );
    assert!(same!((&User(1), 2_u32), (&User(1), 2_u32)));
    assert!(same!(Cow::Borrowed("a"), Cow::<str>::Owned("a".into())));
    assert!(same!([1_u8, 2], [1_u8, 2]) && !same!([1_u8, 2], [2_u8, 1]));
}

#[test]
fn floats_have_one_zero_and_one_nan() {
    assert!(same!(0.0_f64, -0.0_f64));
    assert!(same!(f64::NAN, -f64::NAN));
    assert!(same!(&Some((1.5_f32, 0.0_f32)), &Some((1.5_f32, -0.0_f32))));
    assert!(!same!(1.0_f64, 1.000_000_1_f64));
}

#[test]
fn parts_do_not_run_together() {
    let pair = |a: &str, b: &str| {
        let key = (Way::of(&a).__cache_part(), (Way::of(&b).__cache_part(), ()));
        (hash(&key), key.own())
    };
    assert_ne!(pair("1", "23"), pair("12", "3"));
    assert_ne!(pair("1", "23").0, pair("12", "3").0);
}

#[test]
fn a_route_keeps_its_placeholders_apart_and_may_be_long() {
    let path = |a: &str, b: &str| {
        route(|r| {
            for part in [a, b] {
                r.text("/");
                r.part(&part);
            }
        })
    };
    assert_eq!(
        path("x/y", "é").own(),
        route(|r| r.text("/x%2Fy/%C3%A9")).own()
    );
    assert!(!path("x/y", "z").is(&path("x", "y/z").own()));
    let long = "x".repeat(3 * INLINE_LIMIT);
    assert!(path(&long, "z").is(&path(&long, "z").own()));
    assert_eq!(hash(&path(&long, "z")), hash(&path(&long, "z")));
    assert!(!path(&long, "z").is(&path(&long, "y").own()));
}

const INLINE_LIMIT: usize = 128;
