//! Bytes to values.

use std::str;

use serde::Deserializer;
use serde::de::value::SeqDeserializer;
use serde::de::{
    DeserializeSeed, EnumAccess, Error, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::tag;
use crate::codec::MAX_DEPTH;
use crate::codec::cursor::Cursor;
use crate::codec::failure::Failure;

/// Reads one value after the other.
pub(super) struct Reader<'b> {
    cursor: Cursor<'b>,
    /// How many more levels it enters.
    room: u32,
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self {
            cursor: Cursor::new(bytes),
            room: MAX_DEPTH,
        }
    }

    /// Insists that nothing is left.
    pub(super) fn finish(self) -> Result<(), Failure> {
        match self.cursor.rest().len() {
            0 => Ok(()),
            left => Err(Failure::new(format!("{left} bytes are left over"))),
        }
    }

    fn peek(&self) -> Result<u8, Failure> {
        self.cursor.peek().ok_or_else(ends_early)
    }

    /// Reads over the next byte if it is this one.
    fn eat(&mut self, tag: u8) -> Result<bool, Failure> {
        let found = self.peek()? == tag;
        if found {
            self.cursor.byte();
        }
        Ok(found)
    }

    /// Runs with one level less to go.
    fn inside<R>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        self.room = self.room.checked_sub(1).ok_or_else(Failure::too_deep)?;
        let result = read(self);
        self.room += 1;
        result
    }

    /// Reads what is held, and insists that it was all.
    fn held<R>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let held = self.inside(read)?;
        if self.eat(tag::END)? {
            Ok(held)
        } else {
            Err(Failure::new("it holds more than the type does"))
        }
    }

    /// What follows a first byte that stands for something which holds nothing else.
    fn leaf(&mut self, first: u8) -> Result<Leaf<'b>, Failure> {
        let cursor = &mut self.cursor;
        let leaf = match first {
            ..=tag::SMALL => Some(Leaf::Unsigned(first.into())),
            tag::NONE => Some(Leaf::None),
            tag::UNIT => Some(Leaf::Unit),
            tag::FALSE => Some(Leaf::Bool(false)),
            tag::TRUE => Some(Leaf::Bool(true)),
            tag::BYTE => cursor.byte().map(|byte| Leaf::Unsigned(byte.into())),
            tag::UNSIGNED => cursor.number().map(Leaf::Unsigned),
            tag::NEGATIVE => cursor.number().map(Leaf::Negative),
            tag::U128 => cursor.array().map(u128::from_le_bytes).map(Leaf::U128),
            tag::I128 => cursor.array().map(i128::from_le_bytes).map(Leaf::I128),
            tag::F32 => cursor.array().map(f32::from_le_bytes).map(Leaf::F32),
            tag::F64 => cursor.array().map(f64::from_le_bytes).map(Leaf::F64),
            tag::STR => cursor.bytes().map(Leaf::Str),
            tag::BYTES => cursor.bytes().map(Leaf::Bytes),
            tag::SHORT_STR.. => {
                let len = usize::from(first - tag::SHORT_STR);
                cursor.take(len).map(Leaf::Str)
            }
            _ => return Err(Failure::new(format!("{first:#04x} begins no value"))),
        };
        leaf.ok_or_else(ends_early)
    }

    /// Reads over one value, without recursion.
    fn skip(&mut self) -> Result<(), Failure> {
        let mut open = 0_usize;
        loop {
            match self.cursor.byte().ok_or_else(ends_early)? {
                tag::SOME => continue,
                tag::SEQ | tag::MAP => open += 1,
                tag::END if open > 0 => open -= 1,
                first => {
                    self.leaf(first)?;
                }
            }
            if open == 0 {
                return Ok(());
            }
        }
    }
}

fn ends_early() -> Failure {
    Failure::new("it ends early, or a number in it is too large")
}

/// What holds nothing else.
enum Leaf<'b> {
    None,
    Unit,
    Bool(bool),
    Unsigned(u64),
    /// `-1 - n`
    Negative(u64),
    U128(u128),
    I128(i128),
    F32(f32),
    F64(f64),
    Str(&'b [u8]),
    Bytes(&'b [u8]),
}

impl Leaf<'_> {
    fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self {
            Self::None => visitor.visit_none(),
            Self::Unit => visitor.visit_unit(),
            Self::Bool(value) => visitor.visit_bool(value),
            Self::Unsigned(value) => visitor.visit_u64(value),
            Self::Negative(value) => match i64::try_from(value) {
                Ok(value) => visitor.visit_i64(-1 - value),
                Err(_) => visitor.visit_i128(-1 - i128::from(value)),
            },
            Self::U128(value) => visitor.visit_u128(value),
            Self::I128(value) => visitor.visit_i128(value),
            Self::F32(value) => visitor.visit_f32(value),
            Self::F64(value) => visitor.visit_f64(value),
            Self::Str(bytes) => match str::from_utf8(bytes) {
                Ok(text) => visitor.visit_str(text),
                Err(error) => Err(Failure::new(error.to_string())),
            },
            Self::Bytes(bytes) => visitor.visit_bytes(bytes),
        }
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'_> {
    type Error = Failure;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.cursor.byte().ok_or_else(ends_early)? {
            tag::SOME => self.inside(|reader| visitor.visit_some(reader)),
            tag::SEQ => self.held(|reader| visitor.visit_seq(Held(reader))),
            tag::MAP => self.held(|reader| visitor.visit_map(Held(reader))),
            first => self.leaf(first)?.visit(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.eat(tag::NONE)? || self.eat(tag::UNIT)? {
            return visitor.visit_none();
        }
        self.eat(tag::SOME)?;
        self.inside(|reader| visitor.visit_some(reader))
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.eat(tag::NONE)? {
            return visitor.visit_unit();
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.inside(|reader| visitor.visit_newtype_struct(reader))
    }

    /// Bytes are a sequence of numbers to whoever asks for one.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.eat(tag::BYTES)? {
            let bytes = self.cursor.bytes().ok_or_else(ends_early)?;
            let mut numbers = SeqDeserializer::new(bytes.iter().copied());
            let value = visitor.visit_seq(&mut numbers)?;
            return numbers.end().map(|()| value);
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        if self.eat(tag::MAP)? {
            self.held(|reader| visitor.visit_enum(Content(reader)))
        } else {
            visitor.visit_enum(Bare(self))
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.skip()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        tuple_struct map struct identifier
    }
}

/// What stands before an end tag.
struct Held<'r, 'b>(&'r mut Reader<'b>);

impl Held<'_, '_> {
    fn next<'de, S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Failure> {
        if self.0.peek()? == tag::END {
            return Ok(None);
        }
        seed.deserialize(&mut *self.0).map(Some)
    }
}

impl<'de> SeqAccess<'de> for Held<'_, '_> {
    type Error = Failure;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Failure> {
        self.next(seed)
    }
}

impl<'de> MapAccess<'de> for Held<'_, '_> {
    type Error = Failure;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Failure> {
        self.next(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Failure> {
        seed.deserialize(&mut *self.0)
    }
}

/// A variant that is only a name.
struct Bare<'r, 'b>(&'r mut Reader<'b>);

impl<'de> EnumAccess<'de> for Bare<'_, '_> {
    type Error = Failure;
    type Variant = Nothing;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Nothing), Failure> {
        Ok((seed.deserialize(self.0)?, Nothing))
    }
}

/// The content of a variant that has none.
struct Nothing;

impl Nothing {
    fn instead_of<R>(expected: &str) -> Result<R, Failure> {
        Err(Failure::invalid_type(Unexpected::UnitVariant, &expected))
    }
}

impl<'de> VariantAccess<'de> for Nothing {
    type Error = Failure;

    fn unit_variant(self) -> Result<(), Failure> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, _: S) -> Result<S::Value, Failure> {
        Self::instead_of("newtype variant")
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Failure> {
        Self::instead_of("tuple variant")
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Failure> {
        Self::instead_of("struct variant")
    }
}

/// A variant's name, and then its content.
struct Content<'r, 'b>(&'r mut Reader<'b>);

impl<'de> EnumAccess<'de> for Content<'_, '_> {
    type Error = Failure;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Failure> {
        Ok((seed.deserialize(&mut *self.0)?, self))
    }
}

impl<'de> VariantAccess<'de> for Content<'_, '_> {
    type Error = Failure;

    fn unit_variant(self) -> Result<(), Failure> {
        Err(Failure::new("a variant without content has some"))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Failure> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Failure> {
        self.0.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.0.deserialize_any(visitor)
    }
}
