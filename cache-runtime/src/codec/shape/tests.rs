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
        #[derive(Deserialize)] struct Data { _a: u8, _b: String }
        #[derive(Deserialize)] struct Data { _b: String, _a: u8 }
        #[derive(Deserialize)] struct Data { _a: u8, _c: String }
        #[derive(Deserialize)] struct Data { _a: u8, #[serde(rename = "x")] _b: String }
        #[derive(Deserialize)] struct Data { _a: u16, _b: String }
        #[derive(Deserialize)] struct Data { _a: u8, _b: Option<String> }
        #[derive(Deserialize)] struct Data { _a: u8 }
        #[derive(Deserialize)] struct Data { _a: u8, _b: String, _c: u8 }
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
        #[derive(Deserialize)] enum Data { _A, _B }
        #[derive(Deserialize)] enum Data { _B, _A }
        #[derive(Deserialize)] enum Data { _A, _B, _C }
        #[derive(Deserialize)] enum Data { _A, _B(u8) }
        #[derive(Deserialize)] enum Data { _A, _B(u16) }
        #[derive(Deserialize)] enum Data { _A, _B(u8, u8) }
        #[derive(Deserialize)] enum Data { _A, _B { _x: u8 } }
        #[derive(Deserialize)] enum Data { _A, _B { _y: u8 } }
        #[derive(Deserialize)] enum Data { _A(u8), _B { _x: u8 } }
    );
}

#[test]
fn a_change_deep_inside_is_seen() {
    mod one {
        #[derive(serde::Deserialize)]
        pub(super) struct Leaf<T> {
            _value: T,
        }
    }
    differ!(Data:
        #[derive(Deserialize)] struct Data { _all: HashMap<String, Vec<Option<(u8, one::Leaf<u8>)>>> }
        #[derive(Deserialize)] struct Data { _all: HashMap<String, Vec<Option<(u8, one::Leaf<u16>)>>> }
        #[derive(Deserialize)] struct Data { _all: BTreeMap<String, Vec<Option<(u8, one::Leaf<u8>)>>> }
    );

    /// The same all the way down but for the last variant of an enum behind the last variant of another.
    macro_rules! deep {
        ($last:ty) => {{
            #[derive(Deserialize)]
            enum Inner {
                _X,
                _Y(u8),
                _Z($last),
            }
            #[derive(Deserialize)]
            enum Outer {
                _A,
                _B { _x: Vec<Inner>, _y: bool },
                _C(Box<Inner>),
            }
            #[derive(Deserialize)]
            struct Data {
                _before: Outer,
                _outer: Option<Outer>,
                _after: u8,
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
                _last: $left,
            }
            #[derive(Deserialize)]
            struct Data {
                _one: Result<Inner, u8>,
                _two: Result<String, bool>,
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
        #[derive(Deserialize)] struct Data { _one: Picky, _two: Picky, _a: u8 }
        #[derive(Deserialize)] struct Data { _one: Picky, _two: Picky, _a: u16 }
        #[derive(Deserialize)] struct Data { _one: Picky, _two: (Picky,), _a: u16 }
    );
}

#[test]
fn fields_of_several_names_are_seen() {
    differ!(Data:
        #[derive(Deserialize)] struct Data { #[serde(alias = "x", alias = "y")] _a: u8, _b: u8 }
        #[derive(Deserialize)] struct Data { #[serde(alias = "x", alias = "y")] _a: u8, _b: u16 }
        #[derive(Deserialize)] struct Data { #[serde(alias = "x", alias = "z")] _a: u8, _b: u16 }
    );
}

#[test]
fn fields_with_a_default_are_seen() {
    differ!(Data:
        #[derive(Default, Deserialize)] #[serde(default)] struct Data { _a: u8, _b: u8 }
        #[derive(Default, Deserialize)] #[serde(default)] struct Data { _a: u8, _b: u16 }
        #[derive(Default, Deserialize)] #[serde(default, deny_unknown_fields)] struct Data { _a: u8, _c: u16 }
        #[derive(Default, Serialize, Deserialize)] struct Data { _a: u8, #[serde(default, skip_serializing_if = "Option::is_none")] _b: Option<u8> }
    );
}

#[test]
fn flattened_fields_are_seen() {
    macro_rules! flattened {
        ($name:ident: $type:ty) => {{
            #[derive(Deserialize)]
            struct Inner {
                _x: u8,
                $name: $type,
            }
            #[derive(Deserialize)]
            struct Data {
                _a: u8,
                #[serde(flatten)]
                _inner: Inner,
                _b: String,
            }
            fingerprint::<Data>()
        }};
    }
    let fingerprints = [
        flattened!(_y: u8),
        flattened!(_z: u8),
        flattened!(_y: String),
    ];
    assert_ne!(fingerprints[0], fingerprints[1]);
    assert_ne!(fingerprints[0], fingerprints[2]);

    differ!(Data:
        #[derive(Deserialize)] struct Data { _a: u8, #[serde(flatten)] _rest: HashMap<String, u8> }
        #[derive(Deserialize)] struct Data { _a: u16, #[serde(flatten)] _rest: HashMap<String, u8> }
    );
}

#[test]
fn variants_of_tagged_enums_are_seen() {
    differ!(Data:
        #[derive(Deserialize)] #[serde(tag = "t")] enum Data { _A { _x: u8 }, _B { _y: u8 } }
        #[derive(Deserialize)] #[serde(tag = "u")] enum Data { _A { _x: u8 }, _B { _y: u8 } }
        #[derive(Deserialize)] #[serde(tag = "t")] enum Data { _A { _x: u8 }, _C { _y: u8 } }
        #[derive(Deserialize)] #[serde(tag = "t")] enum Data { _A { _x: u8 }, _B { _z: u8 } }
        #[derive(Deserialize)] #[serde(tag = "t")] enum Data { _A { _x: u8 }, _B { _y: String } }
        #[derive(Deserialize)] #[serde(tag = "t", content = "c")] enum Data { _A { _x: u8 }, _B { _y: u8 } }
        #[derive(Deserialize)] #[serde(tag = "t", content = "c")] enum Data { _A { _x: u8 }, _B { _y: u16 } }
    );
}

#[test]
fn variants_of_untagged_enums_are_seen() {
    differ!(Data:
        #[derive(Deserialize)] #[serde(untagged)] enum Data { _A(u8), _B { _x: u8 } }
        #[derive(Deserialize)] #[serde(untagged)] enum Data { _A(bool), _B { _x: u8 } }
        #[derive(Deserialize)] #[serde(untagged)] enum Data { _A(u8), _B { _y: u8 } }
        #[derive(Deserialize)] #[serde(untagged)] enum Data { _A(u8), _B { _x: String } }
    );
}

#[test]
fn recursive_types_end() {
    #[derive(Deserialize)]
    struct Node {
        _value: u32,
        _next: Option<Box<Node>>,
        _others: Vec<Node>,
    }
    #[derive(Deserialize)]
    enum Term {
        _Sum(Box<Term>, Box<Term>),
        _Product { _left: Box<Term>, _right: Box<Term> },
        _Call(String, Vec<Term>),
        _Number(f64),
    }
    #[derive(Deserialize)]
    struct Endless(Box<Endless>);
    #[derive(Deserialize)]
    enum Hopeless {
        _A(Box<Hopeless>),
        _B {
            _x: Box<Hopeless>,
            _y: Box<Hopeless>,
        },
    }

    assert_ne!(fingerprint::<Node>(), fingerprint::<Vec<Node>>());
    assert_ne!(fingerprint::<Term>(), fingerprint::<Endless>());
    assert_ne!(fingerprint::<Hopeless>(), fingerprint::<Option<Hopeless>>());
}

#[test]
fn huge_types_end() {
    type Two<T> = (T, T);
    type Many<T> = Two<Two<Two<Two<Two<Two<Two<Two<T>>>>>>>>;
    fingerprint::<Many<Many<Many<Rich>>>>();
    fingerprint::<Many<Option<HashMap<String, Rich>>>>();
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
        #[derive(Deserialize)] struct Data { _a: Panicky, _b: u8 }
        #[derive(Deserialize)] struct Data { _a: Panicky, _c: u8 }
    );
}
