//! Canonical bytes as JSON, for people to read and to name keys by.

use serde_json::{Map, Number, Value};

use super::Tag;
use crate::codec::MAX_DEPTH;
use crate::codec::cursor::Cursor;

/// The values that canonical bytes hold, one after another; none if they are no such bytes.
///
/// Structs are objects, variants are `{"Name": ..}` or `"Name"`, newtypes are what they hold, as `serde_json` writes
/// them. Bytes are arrays. What JSON has no number for is a text.
pub(crate) fn read_keys(bytes: &[u8]) -> Option<Vec<Value>> {
    let mut reader = Reader {
        cursor: Cursor::new(bytes),
        room: MAX_DEPTH,
    };
    let mut values = Vec::new();
    while reader.cursor.peek().is_some() {
        values.push(reader.value()?);
    }
    Some(values)
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    /// How many more levels there may be.
    room: u32,
}

/// The tags by their numbers.
const TAGS: [Tag; 33] = [
    Tag::End,
    Tag::Field,
    Tag::False,
    Tag::True,
    Tag::I8,
    Tag::I16,
    Tag::I32,
    Tag::I64,
    Tag::I128,
    Tag::U8,
    Tag::U16,
    Tag::U32,
    Tag::U64,
    Tag::U128,
    Tag::F32,
    Tag::F64,
    Tag::Char,
    Tag::Str,
    Tag::Bytes,
    Tag::None,
    Tag::Some,
    Tag::Unit,
    Tag::UnitStruct,
    Tag::UnitVariant,
    Tag::NewtypeStruct,
    Tag::NewtypeVariant,
    Tag::Seq,
    Tag::Tuple,
    Tag::TupleStruct,
    Tag::TupleVariant,
    Tag::Map,
    Tag::Struct,
    Tag::StructVariant,
];

impl Reader<'_> {
    fn value(&mut self) -> Option<Value> {
        self.room = self.room.checked_sub(1)?;
        let tag = *TAGS.get(usize::from(self.cursor.byte()?))?;
        let value = match tag {
            Tag::End | Tag::Field => return None,
            Tag::Struct | Tag::TupleStruct | Tag::NewtypeStruct | Tag::UnitStruct => {
                self.text()?;
                self.content(tag)?
            }
            Tag::UnitVariant => {
                self.text()?;
                Value::String(self.text()?)
            }
            Tag::NewtypeVariant | Tag::TupleVariant | Tag::StructVariant => {
                self.text()?;
                let variant = self.text()?;
                Value::Object(Map::from_iter([(variant, self.content(tag)?)]))
            }
            tag => self.content(tag)?,
        };
        self.room += 1;
        Some(value)
    }

    /// What stands behind a tag and its names.
    fn content(&mut self, tag: Tag) -> Option<Value> {
        Some(match tag {
            Tag::False => Value::Bool(false),
            Tag::True => Value::Bool(true),
            Tag::I8 => i8::from_le_bytes(self.cursor.array()?).into(),
            Tag::I16 => i16::from_le_bytes(self.cursor.array()?).into(),
            Tag::I32 => i32::from_le_bytes(self.cursor.array()?).into(),
            Tag::I64 => i64::from_le_bytes(self.cursor.array()?).into(),
            Tag::I128 => {
                let number = i128::from_le_bytes(self.cursor.array()?);
                Number::from_i128(number).map_or_else(|| number.to_string().into(), Value::Number)
            }
            Tag::U8 => u8::from_le_bytes(self.cursor.array()?).into(),
            Tag::U16 => u16::from_le_bytes(self.cursor.array()?).into(),
            Tag::U32 => u32::from_le_bytes(self.cursor.array()?).into(),
            Tag::U64 => u64::from_le_bytes(self.cursor.array()?).into(),
            Tag::U128 => {
                let number = u128::from_le_bytes(self.cursor.array()?);
                Number::from_u128(number).map_or_else(|| number.to_string().into(), Value::Number)
            }
            Tag::F32 => {
                let number = f32::from_le_bytes(self.cursor.array()?);
                // As it is written in decimals, not as the nearest `f64`.
                float(number.to_string().parse().ok()?)
            }
            Tag::F64 => float(f64::from_le_bytes(self.cursor.array()?)),
            Tag::Char => {
                let number = u32::from_le_bytes(self.cursor.array()?);
                char::from_u32(number)?.to_string().into()
            }
            Tag::Str => self.text()?.into(),
            Tag::Bytes => self.cursor.bytes()?.into(),
            Tag::Some | Tag::NewtypeStruct | Tag::NewtypeVariant => self.value()?,
            Tag::Seq | Tag::Tuple | Tag::TupleStruct | Tag::TupleVariant => self.items()?.into(),
            Tag::Map => self.entries()?.into(),
            Tag::Struct | Tag::StructVariant => self.fields()?.into(),
            _ => Value::Null,
        })
    }

    fn text(&mut self) -> Option<String> {
        let text = std::str::from_utf8(self.cursor.bytes()?).ok()?;
        Some(text.to_owned())
    }

    /// Tells whether this is the end, and passes it.
    fn ends(&mut self) -> Option<bool> {
        let ends = self.cursor.peek()? == Tag::End as u8;
        if ends {
            self.cursor.byte();
        }
        Some(ends)
    }

    fn items(&mut self) -> Option<Vec<Value>> {
        let mut items = Vec::new();
        while !self.ends()? {
            items.push(self.value()?);
        }
        Some(items)
    }

    fn fields(&mut self) -> Option<Map<String, Value>> {
        let mut fields = Map::new();
        while !self.ends()? {
            (self.cursor.byte()? == Tag::Field as u8).then_some(())?;
            fields.insert(self.text()?, self.value()?);
        }
        Some(fields)
    }

    /// The entries of a map: its keys are texts, or are written as JSON.
    fn entries(&mut self) -> Option<Map<String, Value>> {
        let mut entries = Map::new();
        while !self.ends()? {
            let key = match self.value()? {
                Value::String(text) => text,
                other => other.to_string(),
            };
            entries.insert(key, self.value()?);
        }
        Some(entries)
    }
}

fn float(number: f64) -> Value {
    Number::from_f64(number).map_or_else(|| number.to_string().into(), Value::Number)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;
    use serde_json::json;

    use super::super::encode_key;
    use super::*;

    #[derive(Serialize)]
    enum Side {
        Left,
        By(u8),
        At { x: f32 },
        Between(i64, i64),
    }

    #[derive(Serialize)]
    struct Name(&'static str);

    #[derive(Serialize)]
    struct Everything {
        flag: bool,
        none: Option<u8>,
        some: Option<char>,
        unit: (),
        name: Name,
        sides: Vec<Side>,
        map: BTreeMap<u8, f64>,
        large: u128,
    }

    fn everything() -> Everything {
        Everything {
            flag: true,
            none: None,
            some: Some('ü'),
            unit: (),
            name: Name("n"),
            sides: vec![
                Side::Left,
                Side::By(3),
                Side::At { x: 0.1 },
                Side::Between(-1, 2),
            ],
            map: BTreeMap::from([(1, f64::NAN), (2, 0.5)]),
            large: 7,
        }
    }

    #[test]
    fn keys_are_read_as_serde_json_would_write_them() {
        let mut bytes = Vec::new();
        encode_key("a", &mut bytes).expect("encoded");
        encode_key(&everything(), &mut bytes).expect("encoded");
        let expected = json!({
            "flag": true, "none": null, "some": "ü", "unit": null, "name": "n",
            "sides": ["Left", {"By": 3}, {"At": {"x": 0.1}}, {"Between": [-1, 2]}],
            "map": {"1": "NaN", "2": 0.5}, "large": 7,
        });
        assert_eq!(read_keys(&bytes), Some(vec![json!("a"), expected]));
    }

    #[test]
    fn what_is_cut_short_is_no_key() {
        let mut bytes = Vec::new();
        encode_key(&everything(), &mut bytes).expect("encoded");
        assert!((1..bytes.len()).all(|length| read_keys(&bytes[..length]).is_none()));
        assert_eq!(read_keys(&vec![Tag::Some as u8; 100_000]), None);
    }

    #[test]
    fn tags_stand_at_their_numbers() {
        assert!(TAGS.iter().enumerate().all(|(n, tag)| *tag as usize == n));
    }
}
