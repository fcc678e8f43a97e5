use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Debug;
use std::net::IpAddr;
use std::num::NonZeroU8;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::*;
use crate::codec::MAX_DEPTH;
use crate::codec::samples::{Rich, Xorshift};
use crate::error::ErrorKind;

fn back<T: Serialize + DeserializeOwned>(value: &T) -> T {
    let bytes = encode_value(value).expect("the value can be encoded");
    decode_value(&bytes).unwrap_or_else(|error| panic!("{error} from {bytes:02x?}"))
}

fn assert_back<T: Serialize + DeserializeOwned + Debug + PartialEq>(
    values: impl IntoIterator<Item = T>,
) {
    for value in values {
        assert_eq!(back(&value), value);
    }
}

#[test]
fn numbers_come_back() {
    assert_back((0..64).flat_map(|bit| [(1_u64 << bit) - 1, 1 << bit, u64::MAX >> bit]));
    assert_back((0..64).flat_map(|bit| [i64::MIN >> bit, i64::MAX >> bit, -(i64::MAX >> bit)]));
    assert_back((0..128).flat_map(|bit| [u128::MAX >> bit, 1 << bit]));
    assert_back((0..128).flat_map(|bit| [i128::MIN >> bit, i128::MAX >> bit]));
    assert_back([0, 1, 127, 128, u8::MAX]);
    assert_back([i8::MIN, -1, 0, i8::MAX]);
    assert_back([0.0, -0.0, 1.5, f64::MIN_POSITIVE, f64::INFINITY, f64::MAX]);
    assert_back([f32::MIN, 1.5, f32::NEG_INFINITY]);
    let nan = f64::from_bits(0xfff8_0000_0000_0123);
    assert_eq!(back(&nan).to_bits(), nan.to_bits());
    assert!(back(&-0.0_f64).is_sign_negative());
}

#[test]
fn text_and_bytes_come_back() {
    assert_back([0, 1, 62, 63, 64, 65, 200, 300, 70_000].map(|len| "ä".repeat(len)));
    assert_back([0, 1, 63, 64, 70_000].map(|len| vec![255_u8; len]));
    assert_back(['a', 'ä', '\u{10ffff}']);
    assert_back([PathBuf::from("/a/b")]);
}

#[test]
fn none_is_told_from_what_holds_it() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Unit;
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Wrapped<T>(T);

    assert_back([None, Some(None), Some(Some(None)), Some(Some(Some(0)))]);
    assert_back([None, Some(())]);
    assert_back([None, Some(None), Some(Some(()))]);
    assert_back([vec![Some(None), None, Some(Some(1))]]);

    assert_back([None, Some(Unit)]);
    assert_back([None, Some(Wrapped(None)), Some(Wrapped(Some(Wrapped(()))))]);
    assert_back([Ok(()), Err(None), Err(Some(()))]);
}

#[test]
fn what_the_standard_library_has_comes_back() {
    assert_back([(1, "a".to_owned(), [true, false], ())]);
    assert_back([HashMap::from([((1, 'a'), vec![1]), ((2, 'b'), vec![])])]);
    assert_back([HashSet::from([1, 2, 3])]);
    assert_back([Duration::new(3, 4)]);
    assert_back([SystemTime::UNIX_EPOCH + Duration::new(5, 6)]);
    assert_back(["127.0.0.1", "::1"].map(|ip| ip.parse::<IpAddr>().expect("an address")));
    assert_back([NonZeroU8::MAX]);
    assert_back([Cow::Borrowed("a")]);
    assert_back([Box::new(1..5)]);
}

#[test]
fn types_with_attributes_of_serde_come_back() {
    let mut random = Xorshift::new(1);
    for _ in 0..500 {
        let value = Rich::random(&mut random, 4);
        assert_eq!(back(&value), value);
    }
}

#[test]
fn added_fields_have_their_defaults_and_removed_ones_are_passed_over() {
    #[derive(Serialize)]
    struct Old {
        gone: BTreeMap<u8, Vec<Option<()>>>,
        kept: u32,
    }
    #[derive(Deserialize)]
    struct New {
        #[serde(default)]
        added: String,
        kept: u64,
    }
    let old = Old {
        gone: BTreeMap::from([(1, vec![None, Some(())]), (2, vec![])]),
        kept: 7,
    };
    let bytes = encode_value(&old).expect("it can be encoded");
    let new: New = decode_value(&bytes).expect("it can be decoded");
    assert_eq!((new.added.as_str(), new.kept), ("", 7));
}

#[test]
fn bytes_of_another_type_are_an_error() {
    let bytes = encode_value(&(1, "a")).expect("it can be encoded");
    let error = decode_value::<HashMap<String, u8>>(&bytes).expect_err("it is no map");
    assert_eq!(error.kind(), ErrorKind::Codec);
    assert!(decode_value::<(u8,)>(&bytes).is_err());
    assert!(decode_value::<(u8, String, u8)>(&bytes).is_err());
    assert!(decode_value::<u8>(&encode_value(&256).expect("a number")).is_err());
    assert!(decode_value::<u8>(&encode_value(&-1).expect("a number")).is_err());
    assert!(decode_value::<String>(&[0xc1, 0xff]).is_err());
}

#[test]
fn bytes_behind_the_value_are_an_error() {
    let mut bytes = encode_value("a").expect("text can be encoded");
    bytes.push(0);
    assert!(decode_value::<String>(&bytes).is_err());
}

#[test]
fn truncated_bytes_are_an_error() {
    let value = Rich::random(&mut Xorshift::new(2), 4);
    let bytes = encode_value(&value).expect("it can be encoded");
    for len in 0..bytes.len() {
        assert!(decode_value::<Rich>(&bytes[..len]).is_err(), "{len}");
    }
}

/// A length is not believed: there is as much as there is.
#[test]
fn a_length_of_a_gigabyte_is_an_error() {
    let huge = [0x80, 0x80, 0x80, 0x80, 0x04];
    for tag in [tag::STR, tag::BYTES] {
        let bytes = [&[tag][..], &huge, b"abc"].concat();
        assert!(decode_value::<String>(&bytes).is_err());
        assert!(decode_value::<Vec<u8>>(&bytes).is_err());
        assert!(decode_value::<Rich>(&bytes).is_err());
    }
}

#[test]
fn any_bytes_are_a_value_or_an_error() {
    let mut random = Xorshift::new(3);
    for _ in 0..2000 {
        let value = Rich::random(&mut random, 3);
        let mut bytes = encode_value(&value).expect("it can be encoded");
        for _ in 0..=random.below(4) {
            random.damage(&mut bytes);
        }
        let _ = decode_value::<Rich>(&bytes);
        let _ = decode_value::<Vec<Option<String>>>(&bytes);
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Chain(Option<Box<Chain>>);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum List {
    End,
    Item(Box<List>),
    Record { rest: Box<List> },
    Many(Vec<List>),
}

#[test]
fn what_can_be_written_can_be_read_however_deep() {
    let steps: [fn(List) -> List; 3] = [
        |list| List::Item(Box::new(list)),
        |list| List::Record {
            rest: Box::new(list),
        },
        |list| List::Many(vec![list]),
    ];
    for step in steps {
        let mut list = List::End;
        let mut deepest = 0;
        while encode_value(&list).is_ok() {
            list = step(back(&list));
            deepest += 1;
        }
        assert!((30..=MAX_DEPTH + 1).contains(&deepest), "{deepest}");
    }
    let chain = (0..60).fold(Chain(None), |chain, _| Chain(Some(Box::new(chain))));
    assert_eq!(back(&chain), chain);
}

/// In others of its kind, variants and newtypes are steps that nobody counts.
#[test]
fn bytes_cannot_overflow_the_stack() {
    const DEEP: usize = 1_000_000;
    let item = [&[tag::MAP][..], b"\xc4Item"].concat();
    let record = [&[tag::MAP][..], b"\xc6Record", &[tag::MAP], b"\xc4rest"].concat();
    let many = [&[tag::MAP][..], b"\xc4Many", &[tag::SEQ]].concat();
    for step in [
        item,
        record,
        many,
        vec![tag::SOME],
        vec![tag::SEQ],
        vec![0xc1, tag::MAP],
    ] {
        let bytes = step.repeat(DEEP);
        assert!(decode_value::<List>(&bytes).is_err());
        assert!(decode_value::<Rich>(&bytes).is_err());
        assert!(decode_value::<Chain>(&bytes).is_err());
    }
    // A type that takes any byte for one more of itself.
    assert!(decode_value::<Chain>(&[5]).is_err());
}
