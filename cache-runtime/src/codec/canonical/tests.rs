use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use serde::Serialize;
use serde::ser::{Error as _, Serializer};

use super::*;
use crate::error::ErrorKind;

fn bytes<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    encode_key(value, &mut out).expect("the key can be encoded");
    out
}

/// Insists that no two encodings are equal, and none is the beginning of another.
fn assert_apart(encodings: &[Vec<u8>]) {
    for (index, one) in encodings.iter().enumerate() {
        for (other_index, other) in encodings.iter().enumerate() {
            if index != other_index {
                assert!(!other.starts_with(one), "{index} and {other_index}");
            }
        }
    }
}

#[derive(Serialize)]
struct Point {
    x: i32,
    y: i32,
}

#[derive(Serialize)]
enum Shape {
    Dot,
    Round(u32),
    Pair(u32, u32),
    Named { x: u32 },
}

#[test]
fn different_values_have_different_bytes() {
    #[derive(Serialize)]
    struct Other {
        x: i32,
        y: i32,
    }
    #[derive(Serialize)]
    struct Swapped {
        y: i32,
        x: i32,
    }
    #[derive(Serialize)]
    #[serde(rename = "Point")]
    struct Fewer {
        x: i32,
    }
    #[derive(Serialize)]
    #[serde(rename = "Point")]
    struct Nameless {
        #[serde(rename = "")]
        x: i32,
    }
    #[derive(Serialize)]
    enum OtherShape {
        Dot,
    }
    #[derive(Serialize)]
    struct Unit;
    #[derive(Serialize)]
    struct Wrapped(u32);
    #[derive(Serialize)]
    struct Both(u32, u32);

    assert_apart(&[
        bytes(&("1", "23")),
        bytes(&("12", "3")),
        bytes(&("123", "")),
        bytes("123"),
        bytes(&["123"]),
        bytes(&vec!["123"]),
        bytes(&1_u8),
        bytes(&1_u16),
        bytes(&1_u32),
        bytes(&1_u64),
        bytes(&1_u128),
        bytes(&1_i8),
        bytes(&1_i16),
        bytes(&1_i32),
        bytes(&1_i64),
        bytes(&1_i128),
        bytes(&-1_i64),
        bytes(&1_f32),
        bytes(&1_f64),
        bytes(&f64::NAN),
        bytes(&f32::NAN),
        bytes(&f64::INFINITY),
        bytes(&true),
        bytes(&false),
        bytes(&'1'),
        bytes("1"),
        bytes("a"),
        bytes(&[97_u8]),
        bytes(&vec![97_u8]),
        bytes(&None::<u8>),
        bytes(&Some(0_u8)),
        bytes(&0_u8),
        bytes(&Some(None::<u8>)),
        bytes(&Some(())),
        bytes(&()),
        bytes(&Vec::<u8>::new()),
        bytes(&vec![Vec::<u8>::new()]),
        bytes(&(vec![1], vec![2, 3])),
        bytes(&(vec![1, 2], vec![3])),
        bytes(&Point { x: 1, y: 2 }),
        bytes(&Point { x: 2, y: 1 }),
        bytes(&Other { x: 1, y: 2 }),
        bytes(&Swapped { x: 1, y: 2 }),
        bytes(&Fewer { x: 1 }),
        bytes(&Nameless { x: 1 }),
        bytes(&Unit),
        bytes(&Wrapped(1)),
        bytes(&Both(1, 2)),
        bytes(&Shape::Dot),
        bytes(&OtherShape::Dot),
        bytes(&Shape::Round(1)),
        bytes(&Shape::Pair(1, 2)),
        bytes(&Shape::Named { x: 1 }),
        bytes(&BTreeMap::from([(1, 2)])),
        bytes(&BTreeMap::from([(2, 1)])),
        bytes(&BTreeMap::from([(1, 2), (3, 4)])),
        bytes(&vec![(1, 2)]),
    ]);
}

#[test]
fn equal_values_have_equal_bytes() {
    assert_eq!(bytes("a"), bytes(&String::from("a")));
    assert_eq!(bytes(&[1, 2][..]), bytes(&vec![1, 2]));
    assert_eq!(bytes(Path::new("/a")), bytes("/a"));
    assert_eq!(bytes(&7_usize), bytes(&7_u64));
    assert_eq!(bytes(&-7_isize), bytes(&-7_i64));
    assert_eq!(bytes(&BTreeSet::from([2, 1])), bytes(&vec![1, 2]));
}

#[test]
fn zeros_are_equal_and_so_are_nans() {
    assert_eq!(bytes(&0.0_f64), bytes(&-0.0_f64));
    assert_eq!(bytes(&0.0_f32), bytes(&-0.0_f32));
    let nans = [f64::NAN, -f64::NAN, f64::from_bits(0x7ff0_0000_0000_0001)];
    assert!(nans.iter().all(|nan| bytes(nan) == bytes(&f64::NAN)));
    let nans = [f32::NAN, -f32::NAN, f32::from_bits(0x7f80_0001)];
    assert!(nans.iter().all(|nan| bytes(nan) == bytes(&f32::NAN)));
}

#[test]
fn maps_are_sorted() {
    let pairs = || (0..300_u32).map(|number| (number.to_string(), number));
    let sorted = bytes(&pairs().collect::<BTreeMap<_, _>>());
    for _ in 0..4 {
        assert_eq!(bytes(&pairs().collect::<HashMap<_, _>>()), sorted);
    }
    let nested = |maps: [HashMap<String, u32>; 2]| HashMap::from([(1, maps)]);
    let map = || pairs().collect::<HashMap<_, _>>();
    assert_eq!(
        bytes(&nested([map(), map()])),
        bytes(&nested([map(), map()]))
    );
}

/// The bytes are the names of entries in stores that processes share, also of another platform.
#[test]
fn the_bytes_are_fixed() {
    let key = (
        "ab",
        -2_i16,
        7_usize,
        1.5_f64,
        Some(true),
        Point { x: 1, y: 2 },
        Shape::Named { x: 3 },
        BTreeMap::from([('b', true), ('a', false)]),
    );
    let expected = [
        &[27][..],
        b"\x11\x02ab",
        b"\x05\xfe\xff",
        b"\x0c\x07\0\0\0\0\0\0\0",
        b"\x0f\0\0\0\0\0\0\xf8\x3f",
        b"\x14\x03",
        b"\x1f\x05Point\x01\x01x\x06\x01\0\0\0\x01\x01y\x06\x02\0\0\0\0",
        b"\x20\x05Shape\x05Named\x01\x01x\x0b\x03\0\0\0\0",
        b"\x1e\x10a\0\0\0\x02\x10b\0\0\0\x03\0",
        &[0],
    ];
    assert_eq!(bytes(&key), expected.concat());
}

#[test]
fn keys_are_appended() {
    let mut out = bytes("namespace");
    encode_key("key", &mut out).expect("text can be encoded");
    assert_eq!(out, [bytes("namespace"), bytes("key")].concat());
}

#[test]
fn a_refusal_is_an_error_that_says_why_and_appends_nothing() {
    struct Never;
    impl Serialize for Never {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(S::Error::custom("not today"))
        }
    }
    let mut out = vec![1];
    let error = encode_key(&(2, Never), &mut out).expect_err("it refuses");
    assert_eq!(error.kind(), ErrorKind::Codec);
    let message = error.to_string();
    assert!(
        message.contains("Never") && message.contains("not today"),
        "{message}"
    );
    assert_eq!(out, [1]);
}

#[test]
fn what_nests_too_deep_is_refused() {
    #[derive(Serialize)]
    struct Node(Option<Box<Node>>);

    let chain = |len| (0..len).fold(Node(None), |node, _| Node(Some(Box::new(node))));
    let mut out = Vec::new();
    encode_key(&chain(60), &mut out).expect("it is not that deep");
    let error = encode_key(&chain(1000), &mut out).expect_err("it is too deep");
    assert_eq!(error.kind(), ErrorKind::Codec);
}
