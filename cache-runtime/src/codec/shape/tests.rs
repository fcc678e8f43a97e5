#![allow(dead_code, reason = "what the types are made of is never used")]

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};

use super::*;
use crate::codec::samples::Rich;

/// Makes types of the same path and name, so that they differ in nothing but their shape.
macro_rules! differ {
    ($name:ident: $($definition:item)*) => {{
        let fingerprints = [$({
            $definition
            fingerprint::<$name>()
        }),*];
        for (index, one) in fingerprints.iter().enumerate() {
            for (other_index, other) in fingerprints.iter().enumerate().skip(index + 1) {
                assert_ne!(one, other, "{index} and {other_index}");
            }
        }
    }};
}

#[test]
fn the_same_type_has_the_same_fingerprint() {
    assert_eq!(fingerprint::<Rich>(), fingerprint::<Rich>());
    assert_eq!(
        fingerprint::<HashMap<String, u8>>(),
        fingerprint::<HashMap<String, u8>>()
    );
    let elsewhere = std::thread::spawn(fingerprint::<Rich>).join();
    assert_eq!(elsewhere.expect("it does not panic"), fingerprint::<Rich>());
}

#[test]
fn simple_types_differ() {
    let fingerprints = [
        fingerprint::<u8>(),
        fingerprint::<u32>(),
        fingerprint::<i32>(),
        fingerprint::<String>(),
        fingerprint::<Vec<u8>>(),
        fingerprint::<Vec<String>>(),
        fingerprint::<Option<u8>>(),
        fingerprint::<Option<Option<u8>>>(),
        fingerprint::<(u8, u8)>(),
        fingerprint::<[u8; 2]>(),
        fingerprint::<[u8; 3]>(),
        fingerprint::<BTreeMap<u8, u8>>(),
        fingerprint::<Result<u8, u8>>(),
        fingerprint::<Duration>(),
    ];
    for (index, one) in fingerprints.iter().enumerate() {
        assert!(!fingerprints[index + 1..].contains(one), "{index}");
    }
}

#[test]
fn a_change_of_a_struct_is_seen() {
    differ!(Data:
        #[derive(Deserialize)] struct Data { a: u8, b: String }
        #[derive(Deserialize)] struct Data { b: String, a: u8 }
        #[derive(Deserialize)] struct Data { a: u8, c: String }
        #[derive(Deserialize)] struct Data { a: u8, #[serde(rename = "x")] b: String }
        #[derive(Deserialize)] struct Data { a: u16, b: String }
        #[derive(Deserialize)] struct Data { a: u8, b: Option<String> }
        #[derive(Deserialize)] struct Data { a: u8 }
        #[derive(Deserialize)] struct Data { a: u8, b: String, c: u8 }
        #[derive(Deserialize)] struct Data(u8, String);
        #[derive(Deserialize)] struct Data(u8);
        #[derive(Deserialize)] struct Data(u16);
        #[derive(Deserialize)] struct Data;
        #[derive(Deserialize)] struct Data {}
    );
}

#[test]
fn a_change_of_an_enum_is_seen() {
    differ!(Data:
        #[derive(Deserialize)] enum Data { A, B }
        #[derive(Deserialize)] enum Data { B, A }
        #[derive(Deserialize)] enum Data { A, B, C }
        #[derive(Deserialize)] enum Data { A, B(u8) }
        #[derive(Deserialize)] enum Data { A, B(u16) }
        #[derive(Deserialize)] enum Data { A, B(u8, u8) }
        #[derive(Deserialize)] enum Data { A, B { x: u8 } }
        #[derive(Deserialize)] enum Data { A, B { y: u8 } }
        #[derive(Deserialize)] enum Data { A(u8), B { x: u8 } }
    );
}

#[test]
fn a_change_deep_inside_is_seen() {
    mod one {
        #[derive(serde::Deserialize)]
        pub(super) struct Leaf<T> {
            value: T,
        }
    }
    differ!(Data:
        #[derive(Deserialize)] struct Data { all: HashMap<String, Vec<(u8, one::Leaf<u8>)>> }
        #[derive(Deserialize)] struct Data { all: HashMap<String, Vec<(u8, one::Leaf<u16>)>> }
        #[derive(Deserialize)] struct Data { all: BTreeMap<String, Vec<(u8, one::Leaf<u8>)>> }
    );

    /// The same all the way down but for the last variant of an enum behind the last variant of another.
    macro_rules! deep {
        ($last:ty) => {{
            #[derive(Deserialize)]
            enum Inner {
                X,
                Y(u8),
                Z($last),
            }
            #[derive(Deserialize)]
            enum Outer {
                A,
                B { x: Vec<Inner>, y: bool },
                C(Box<Inner>),
            }
            #[derive(Deserialize)]
            struct Data {
                before: Outer,
                outer: Option<Outer>,
                after: u8,
            }
            fingerprint::<Data>()
        }};
    }
    assert_ne!(deep!(u8), deep!(u16));
    assert_eq!(deep!(u8), deep!(u8));
}

#[test]
fn both_instantiations_of_an_enum_are_seen() {
    macro_rules! with {
        ($left:ty) => {{
            #[derive(Deserialize)]
            struct Inner {
                last: $left,
            }
            #[derive(Deserialize)]
            struct Data {
                one: Result<Inner, u8>,
                two: Result<String, bool>,
            }
            fingerprint::<Data>()
        }};
    }
    assert_ne!(with!(u8), with!(u16));
}

#[test]
fn fields_behind_one_that_refuses_are_seen() {
    struct Picky;
    impl<'de> Deserialize<'de> for Picky {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            Err(D::Error::custom(format!("{text} is no date")))
        }
    }
    differ!(Data:
        #[derive(Deserialize)] struct Data { one: Picky, two: Picky, a: u8 }
        #[derive(Deserialize)] struct Data { one: Picky, two: Picky, a: u16 }
        #[derive(Deserialize)] struct Data { one: Picky, two: (Picky,), a: u16 }
    );
}

/// What it says may be another thing in every process.
#[test]
fn how_a_type_puts_its_refusal_is_not_seen() {
    struct Chatty;
    impl<'de> Deserialize<'de> for Chatty {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            u8::deserialize(deserializer)?;
            Err(D::Error::custom(format!("{:?}", std::time::Instant::now())))
        }
    }
    assert_eq!(fingerprint::<Vec<Chatty>>(), fingerprint::<Vec<Chatty>>());
}

#[test]
fn fields_of_several_names_are_seen() {
    differ!(Data:
        #[derive(Deserialize)] struct Data { #[serde(alias = "x", alias = "y")] a: u8, b: u8 }
        #[derive(Deserialize)] struct Data { #[serde(alias = "x", alias = "y")] a: u8, b: u16 }
        #[derive(Deserialize)] struct Data { #[serde(alias = "x", alias = "z")] a: u8, b: u16 }
    );
}

#[test]
fn fields_with_a_default_are_seen() {
    differ!(Data:
        #[derive(Default, Deserialize)] #[serde(default)] struct Data { a: u8, b: u8 }
        #[derive(Default, Deserialize)] #[serde(default)] struct Data { a: u8, b: u16 }
        #[derive(Default, Deserialize)] #[serde(default, deny_unknown_fields)] struct Data { a: u8, c: u16 }
        #[derive(Default, Serialize, Deserialize)] struct Data { a: u8, #[serde(default, skip_serializing_if = "Option::is_none")] b: Option<u8> }
    );
}

#[test]
fn flattened_fields_are_seen() {
    macro_rules! flattened {
        ($name:ident: $type:ty) => {{
            #[derive(Deserialize)]
            struct Inner {
                x: u8,
                $name: $type,
            }
            #[derive(Deserialize)]
            struct Data {
                a: u8,
                #[serde(flatten)]
                inner: Inner,
                b: String,
            }
            fingerprint::<Data>()
        }};
    }
    let fingerprints = [
        flattened!(y: u8),
        flattened!(y: u16),
        flattened!(z: u8),
        flattened!(y: String),
    ];
    for (index, one) in fingerprints.iter().enumerate() {
        assert!(!fingerprints[index + 1..].contains(one), "{index}");
    }

    differ!(Data:
        #[derive(Deserialize)] struct Data { a: u8, #[serde(flatten)] rest: HashMap<String, u8> }
        #[derive(Deserialize)] struct Data { a: u16, #[serde(flatten)] rest: HashMap<String, u8> }
    );
}

#[test]
fn variants_of_tagged_enums_are_seen() {
    differ!(Data:
        #[derive(Deserialize)] #[serde(tag = "t")] enum Data { A { x: u8 }, B { y: u8 } }
        #[derive(Deserialize)] #[serde(tag = "u")] enum Data { A { x: u8 }, B { y: u8 } }
        #[derive(Deserialize)] #[serde(tag = "t")] enum Data { A { x: u8 }, C { y: u8 } }
        #[derive(Deserialize)] #[serde(tag = "t")] enum Data { A { x: u8 }, B { z: u8 } }
        #[derive(Deserialize)] #[serde(tag = "t")] enum Data { A { x: u8 }, B { y: String } }
        #[derive(Deserialize)] #[serde(tag = "t", content = "c")] enum Data { A { x: u8 }, B { y: u8 } }
        #[derive(Deserialize)] #[serde(tag = "t", content = "c")] enum Data { A { x: u8 }, B { y: u16 } }
    );
}

#[test]
fn variants_of_untagged_enums_are_seen() {
    differ!(Data:
        #[derive(Deserialize)] #[serde(untagged)] enum Data { A(u8), B { x: u8 } }
        #[derive(Deserialize)] #[serde(untagged)] enum Data { A(bool), B { x: u8 } }
        #[derive(Deserialize)] #[serde(untagged)] enum Data { A(u8), B { y: u8 } }
        #[derive(Deserialize)] #[serde(untagged)] enum Data { A(u8), B { x: String } }
    );
}

#[test]
fn recursive_types_end() {
    #[derive(Deserialize)]
    struct Node {
        value: u32,
        next: Option<Box<Node>>,
        others: Vec<Node>,
    }
    #[derive(Deserialize)]
    enum Term {
        Sum(Box<Term>, Box<Term>),
        Product { left: Box<Term>, right: Box<Term> },
        Call(String, Vec<Term>),
        Number(f64),
    }
    #[derive(Deserialize)]
    struct Endless(Box<Endless>);
    #[derive(Deserialize)]
    enum Hopeless {
        A(Box<Hopeless>),
        B { x: Box<Hopeless>, y: Box<Hopeless> },
    }

    assert_ne!(fingerprint::<Node>(), fingerprint::<Vec<Node>>());
    assert_ne!(fingerprint::<Term>(), fingerprint::<Endless>());
    assert_ne!(fingerprint::<Hopeless>(), fingerprint::<Option<Hopeless>>());
}

#[test]
fn huge_types_end() {
    #[derive(Deserialize)]
    struct Many<T>(Box<[T; 32]>);
    type Million<T> = Many<Many<Many<Many<T>>>>;

    assert_ne!(fingerprint::<Million<u8>>(), fingerprint::<Million<u16>>());
    fingerprint::<Million<Rich>>();
}

#[test]
fn a_type_that_panics_has_a_fingerprint() {
    struct Panicky;
    impl<'de> Deserialize<'de> for Panicky {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let number = u8::deserialize(deserializer)?;
            assert_eq!(number, 0, "it does not like this number");
            Ok(Self)
        }
    }
    differ!(Data:
        #[derive(Deserialize)] struct Data { a: Panicky, b: u8 }
        #[derive(Deserialize)] struct Data { a: Panicky, c: u8 }
    );
}
