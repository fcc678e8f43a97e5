//! Keys as bytes: equal for equal arguments, different for different ones.
//!
//! Every value is written as a tag that names its type in serde's model, then its content: numbers in little endian
//! and full width, text behind its length, what holds other values up to an end tag. So no encoding is the beginning
//! of another, and no two values of different types or contents have the same: `("1", "23")` and `("12", "3")`,
//! `1u32` and `1u64`, `None` and `0`, `"a"` and `[97u8]` all differ. Structs, fields and variants go by their names.
//!
//! Nothing depends on the process or the platform:
//!
//! - `usize` and `isize` have 64 bits, as serde says;
//! - the entries of a map are sorted by their bytes;
//! - `-0.0` is `0.0`, and there is one NaN.
//!
//! A set is a sequence to serde: the order of a `HashSet` is not the same in two processes, nor in two sets of one
//! process, and its key differs accordingly. Whoever keys on a set takes a `BTreeSet`.

#[cfg(feature = "admin")]
mod read;

#[cfg(feature = "admin")]
pub(crate) use read::read_keys;
use serde::Serialize;
use serde::ser::{self, Serializer};

use super::MAX_DEPTH;
use super::cursor::put_bytes;
use super::failure::Failure;
use super::holders::holders;
use crate::error::Error;

/// Appends the canonical bytes of a value.
///
/// # Errors
///
/// If the type's `Serialize` refuses, or the value nests too deep. Then nothing is appended.
pub(crate) fn encode_key<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), Error> {
    let start = out.len();
    let encoder = Encoder {
        out: &mut *out,
        room: MAX_DEPTH,
    };
    value.serialize(encoder).map_err(|failure| {
        out.truncate(start);
        failure.of::<T>("a key", "encoded")
    })
}

/// What begins each value. The numbers are part of every stored key: append only.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Tag {
    End,
    Field,
    False,
    True,
    I8,
    I16,
    I32,
    I64,
    I128,
    U8,
    U16,
    U32,
    U64,
    U128,
    F32,
    F64,
    Char,
    Str,
    Bytes,
    None,
    Some,
    Unit,
    UnitStruct,
    UnitVariant,
    NewtypeStruct,
    NewtypeVariant,
    Seq,
    Tuple,
    TupleStruct,
    TupleVariant,
    Map,
    Struct,
    StructVariant,
}

type Done = Result<(), Failure>;

/// Writes one value.
struct Encoder<'a> {
    out: &'a mut Vec<u8>,
    /// How many more levels it may have.
    room: u32,
}

#[expect(clippy::unnecessary_wraps, reason = "serde wants what they return")]
impl<'a> Encoder<'a> {
    fn tag(&mut self, tag: Tag) {
        self.out.push(tag as u8);
    }

    /// A value whose content has a width of its own.
    fn fixed(mut self, tag: Tag, content: &[u8]) -> Done {
        self.tag(tag);
        self.out.extend_from_slice(content);
        Ok(())
    }

    /// The beginning of a value that goes by names.
    fn named(mut self, tag: Tag, names: &[&str]) -> Self {
        self.tag(tag);
        for name in names {
            put_bytes(self.out, name.as_bytes());
        }
        self
    }

    /// One level further inside.
    fn inside(self) -> Result<Self, Failure> {
        let room = self.room.checked_sub(1).ok_or_else(Failure::too_deep)?;
        Ok(Self { room, ..self })
    }

    fn again(&mut self) -> Encoder<'_> {
        Encoder {
            out: self.out,
            room: self.room,
        }
    }

    fn items(self) -> Result<Items<'a>, Failure> {
        self.inside().map(Items)
    }
}

macro_rules! integers {
    ($($serialize:ident($type:ty): $tag:ident),* $(,)?) => {$(
        fn $serialize(self, value: $type) -> Done {
            self.fixed(Tag::$tag, &value.to_le_bytes())
        }
    )*};
}

impl<'a> Serializer for Encoder<'a> {
    type Ok = ();
    type Error = Failure;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Items<'a>;
    type SerializeTupleStruct = Items<'a>;
    type SerializeTupleVariant = Items<'a>;
    type SerializeMap = Entries<'a>;
    type SerializeStruct = Items<'a>;
    type SerializeStructVariant = Items<'a>;

    integers! {
        serialize_i8(i8): I8,
        serialize_i16(i16): I16,
        serialize_i32(i32): I32,
        serialize_i64(i64): I64,
        serialize_i128(i128): I128,
        serialize_u8(u8): U8,
        serialize_u16(u16): U16,
        serialize_u32(u32): U32,
        serialize_u64(u64): U64,
        serialize_u128(u128): U128,
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, value: bool) -> Done {
        self.fixed(if value { Tag::True } else { Tag::False }, &[])
    }

    fn serialize_f32(self, value: f32) -> Done {
        const NAN: u32 = 0x7fc0_0000;
        let bits = if value.is_nan() {
            NAN
        } else {
            (value + 0.0).to_bits()
        };
        self.fixed(Tag::F32, &bits.to_le_bytes())
    }

    fn serialize_f64(self, value: f64) -> Done {
        const NAN: u64 = 0x7ff8_0000_0000_0000;
        let bits = if value.is_nan() {
            NAN
        } else {
            (value + 0.0).to_bits()
        };
        self.fixed(Tag::F64, &bits.to_le_bytes())
    }

    fn serialize_char(self, value: char) -> Done {
        self.fixed(Tag::Char, &u32::from(value).to_le_bytes())
    }

    fn serialize_str(self, value: &str) -> Done {
        self.named(Tag::Str, &[value]);
        Ok(())
    }

    fn serialize_bytes(mut self, value: &[u8]) -> Done {
        self.tag(Tag::Bytes);
        put_bytes(self.out, value);
        Ok(())
    }

    fn serialize_none(self) -> Done {
        self.fixed(Tag::None, &[])
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        value.serialize(self.named(Tag::Some, &[]).inside()?)
    }

    fn serialize_unit(self) -> Done {
        self.fixed(Tag::Unit, &[])
    }

    fn serialize_unit_struct(self, name: &'static str) -> Done {
        self.named(Tag::UnitStruct, &[name]);
        Ok(())
    }

    fn serialize_unit_variant(self, name: &'static str, _: u32, variant: &'static str) -> Done {
        self.named(Tag::UnitVariant, &[name, variant]);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Done {
        value.serialize(self.named(Tag::NewtypeStruct, &[name]).inside()?)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Done {
        let names = [name, variant];
        value.serialize(self.named(Tag::NewtypeVariant, &names).inside()?)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>, Failure> {
        self.named(Tag::Seq, &[]).items()
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'a>, Failure> {
        self.named(Tag::Tuple, &[]).items()
    }

    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Items<'a>, Failure> {
        self.named(Tag::TupleStruct, &[name]).items()
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'a>, Failure> {
        self.named(Tag::TupleVariant, &[name, variant]).items()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'a>, Failure> {
        Ok(Entries {
            encoder: self.named(Tag::Map, &[]).inside()?,
            starts: Vec::new(),
        })
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Items<'a>, Failure> {
        self.named(Tag::Struct, &[name]).items()
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'a>, Failure> {
        self.named(Tag::StructVariant, &[name, variant]).items()
    }
}

/// Writes what a sequence, a tuple or a struct holds.
struct Items<'a>(Encoder<'a>);

#[expect(clippy::unnecessary_wraps, reason = "serde wants what they return")]
impl Items<'_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(self.0.again())
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Done {
        value.serialize(self.0.again().named(Tag::Field, &[name]))
    }

    fn finish(mut self) -> Done {
        self.0.tag(Tag::End);
        Ok(())
    }
}

holders!(Items);

/// Writes the entries of a map as they come, and sorts them at the end.
struct Entries<'a> {
    encoder: Encoder<'a>,
    /// Where each entry begins.
    starts: Vec<usize>,
}

impl ser::SerializeMap for Entries<'_> {
    type Ok = ();
    type Error = Failure;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done {
        self.starts.push(self.encoder.out.len());
        key.serialize(self.encoder.again())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(self.encoder.again())
    }

    fn end(mut self) -> Done {
        sort(self.encoder.out, &self.starts);
        self.encoder.tag(Tag::End);
        Ok(())
    }
}

/// Sorts the parts that begin at `starts`, the last of which ends where `out` does.
fn sort(out: &mut Vec<u8>, starts: &[usize]) {
    let Some(&first) = starts.first() else {
        return;
    };
    let unsorted = out.split_off(first);
    let mut rest = unsorted.as_slice();
    let mut parts = Vec::with_capacity(starts.len());
    for pair in starts.windows(2) {
        let (part, behind) = rest.split_at(pair[1] - pair[0]);
        parts.push(part);
        rest = behind;
    }
    parts.push(rest);
    parts.sort_unstable();
    out.extend(parts.into_iter().flatten());
}

#[cfg(test)]
mod tests;
