//! Values to bytes.

use serde::Serialize;
use serde::ser::{self, Serializer};

use super::tag;
use crate::codec::MAX_DEPTH;
use crate::codec::cursor::{put_bytes, put_number};
use crate::codec::failure::Failure;
use crate::codec::holders::holders;

type Done = Result<(), Failure>;

/// Writes one value.
pub(super) struct Writer<'a> {
    out: &'a mut Vec<u8>,
    /// How many more levels it may have. What can be written can be read: this counts at least what the reader counts.
    room: u32,
}

#[expect(clippy::unnecessary_wraps, reason = "serde wants what they return")]
impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>) -> Self {
        Self {
            out,
            room: MAX_DEPTH,
        }
    }

    fn put(self, tag: u8, content: &[u8]) -> Done {
        self.out.push(tag);
        self.out.extend_from_slice(content);
        Ok(())
    }

    fn number(self, tag: u8, number: u64) -> Done {
        self.out.push(tag);
        put_number(self.out, number);
        Ok(())
    }

    fn inside(self) -> Result<Self, Failure> {
        let room = self.room.checked_sub(1).ok_or_else(Failure::too_deep)?;
        Ok(Self { room, ..self })
    }

    fn again(&mut self) -> Writer<'_> {
        Writer {
            out: self.out,
            room: self.room,
        }
    }

    /// Begins a sequence or a map.
    fn open(self, tag: u8) -> Result<Held<'a>, Failure> {
        self.out.push(tag);
        let writer = self.inside()?;
        Ok(Held { writer, ends: 1 })
    }

    /// Begins the content of a variant, which is itself a sequence or a map.
    fn open_variant(self, variant: &str, tag: u8) -> Result<Held<'a>, Failure> {
        let mut outer = self.open(tag::MAP)?;
        outer.item(variant)?;
        let held = outer.writer.open(tag)?;
        Ok(Held { ends: 2, ..held })
    }
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = Failure;
    type SerializeSeq = Held<'a>;
    type SerializeTuple = Held<'a>;
    type SerializeTupleStruct = Held<'a>;
    type SerializeTupleVariant = Held<'a>;
    type SerializeMap = Held<'a>;
    type SerializeStruct = Held<'a>;
    type SerializeStructVariant = Held<'a>;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, value: bool) -> Done {
        self.put(if value { tag::TRUE } else { tag::FALSE }, &[])
    }

    fn serialize_i8(self, value: i8) -> Done {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Done {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Done {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Done {
        match u64::try_from(value) {
            Ok(value) => self.serialize_u64(value),
            Err(_) => self.number(tag::NEGATIVE, !value.cast_unsigned()),
        }
    }

    fn serialize_i128(self, value: i128) -> Done {
        if let Ok(value) = u64::try_from(value) {
            self.serialize_u64(value)
        } else if let Ok(value) = i64::try_from(value) {
            self.serialize_i64(value)
        } else {
            self.put(tag::I128, &value.to_le_bytes())
        }
    }

    fn serialize_u8(self, value: u8) -> Done {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Done {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Done {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Done {
        match u8::try_from(value) {
            Ok(small @ ..=tag::SMALL) => self.put(small, &[]),
            Ok(byte) => self.put(tag::BYTE, &[byte]),
            Err(_) => self.number(tag::UNSIGNED, value),
        }
    }

    fn serialize_u128(self, value: u128) -> Done {
        match u64::try_from(value) {
            Ok(value) => self.serialize_u64(value),
            Err(_) => self.put(tag::U128, &value.to_le_bytes()),
        }
    }

    fn serialize_f32(self, value: f32) -> Done {
        self.put(tag::F32, &value.to_le_bytes())
    }

    fn serialize_f64(self, value: f64) -> Done {
        self.put(tag::F64, &value.to_le_bytes())
    }

    fn serialize_char(self, value: char) -> Done {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(mut self, value: &str) -> Done {
        match u8::try_from(value.len()) {
            Ok(len @ ..=0x3f) => self.out.push(tag::SHORT_STR + len),
            _ => self.again().number(tag::STR, value.len() as u64)?,
        }
        self.out.extend_from_slice(value.as_bytes());
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Done {
        self.out.push(tag::BYTES);
        put_bytes(self.out, value);
        Ok(())
    }

    fn serialize_none(self) -> Done {
        self.put(tag::NONE, &[])
    }

    /// Writes the value alone, as text formats do, unless it would be taken for none.
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        let mut inner = self.inside()?;
        let start = inner.out.len();
        value.serialize(inner.again())?;
        if let Some(tag::NONE | tag::UNIT | tag::SOME) = inner.out.get(start).copied() {
            inner.out.insert(start, tag::SOME);
        }
        Ok(())
    }

    fn serialize_unit(self) -> Done {
        self.put(tag::UNIT, &[])
    }

    fn serialize_unit_struct(self, _: &'static str) -> Done {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Done {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self.inside()?)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Done {
        let mut held = self.open(tag::MAP)?;
        held.item(variant)?;
        held.item(value)?;
        held.finish()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Held<'a>, Failure> {
        self.open(tag::SEQ)
    }

    fn serialize_tuple(self, _: usize) -> Result<Held<'a>, Failure> {
        self.open(tag::SEQ)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Held<'a>, Failure> {
        self.open(tag::SEQ)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Held<'a>, Failure> {
        self.open_variant(variant, tag::SEQ)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Held<'a>, Failure> {
        self.open(tag::MAP)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Held<'a>, Failure> {
        self.open(tag::MAP)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Held<'a>, Failure> {
        self.open_variant(variant, tag::MAP)
    }
}

/// Writes what a sequence or a map holds.
pub(super) struct Held<'a> {
    writer: Writer<'a>,
    /// How many end tags close it.
    ends: usize,
}

#[expect(clippy::unnecessary_wraps, reason = "serde wants what they return")]
impl Held<'_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(self.writer.again())
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Done {
        self.item(name)?;
        self.item(value)
    }

    fn finish(self) -> Done {
        let out = self.writer.out;
        out.resize(out.len() + self.ends, tag::END);
        Ok(())
    }
}

impl ser::SerializeMap for Held<'_> {
    type Ok = ();
    type Error = Failure;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done {
        self.item(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        self.item(value)
    }

    fn end(self) -> Done {
        self.finish()
    }
}

holders!(Held);
