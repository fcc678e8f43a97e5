//! Plays the bytes that a type is read from.

use std::any::type_name;
use std::vec;

use blake3::Hasher;
use serde::Deserializer;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::notes::{Note, Stop};
use super::seen::{Kind, Seen};

/// How deep it follows types.
const MAX_DEPTH: usize = 64;
/// How many questions it answers in one pass, and in all of them.
const MAX_QUESTIONS: u32 = 5_000;
const MAX_ALL_QUESTIONS: u32 = 50_000;
/// Stands for types that take anything among those that are being made.
const ANYTHING: &str = "anything";
/// How deep it goes where a type takes anything.
const MAX_ANYTHING: usize = 4;
/// How many passes there are without news when someone takes anything, and how many more for each known word: then
/// it was given each kind of value, with each kind of value inside, for each tag.
const PATIENCE: usize = 49;
const PATIENCE_PER_WORD: usize = 7;

/// Answers the questions of a type's `Deserialize`, and remembers them.
#[derive(Debug)]
pub(super) struct Tracer {
    questions: Hasher,
    seen: Seen,
    pass: usize,
    /// How many questions this pass, and all passes, may still have.
    left: u32,
    left_in_all: u32,
    /// The types that are being made, outermost first.
    open: Vec<&'static str>,
    /// The name of a field that comes next, until it was taken as one.
    field: Option<&'static str>,
    /// The word whose value comes next.
    value_of: Option<&'static str>,
    /// Someone takes anything.
    anything: bool,
    /// How much of the news is from before this pass.
    known: u64,
}

impl Tracer {
    pub(super) fn new(name: &'static str) -> Self {
        let mut tracer = Self {
            questions: Hasher::new(),
            seen: Seen::default(),
            pass: 0,
            left: 0,
            left_in_all: MAX_ALL_QUESTIONS,
            open: Vec::new(),
            field: None,
            value_of: None,
            anything: false,
            known: 0,
        };
        tracer.write(name);
        tracer
    }

    pub(super) fn begin(&mut self) {
        self.pass += 1;
        self.left = MAX_QUESTIONS.min(self.left_in_all);
        self.left_in_all -= self.left;
        self.open.clear();
        self.field = None;
        self.value_of = None;
        self.known = self.seen.news();
    }

    pub(super) fn end(&mut self, refused: bool, notes: Vec<Note>) {
        self.left_in_all += self.left;
        self.write(if refused { "refused" } else { "made" });
        for note in notes {
            match note {
                Note::Said(message) => self.write(&message),
                Note::Wanted(words) => words.iter().for_each(|word| self.learn(word)),
                Note::Missing(field) => self.learn(field),
                Note::Unfit { text, expected } => self.seen.fit(&text, &expected),
            }
        }
    }

    /// Tells whether the last pass has seen something that none before it has.
    pub(super) fn has_news(&self) -> bool {
        self.seen.news() > self.known
    }

    /// After how many passes without news there will be none.
    pub(super) fn patience(&self) -> usize {
        match (self.left_in_all, self.anything) {
            (0, _) => 0,
            (_, true) => PATIENCE + PATIENCE_PER_WORD * self.seen.words().len().min(32),
            (_, false) => 1,
        }
    }

    pub(super) fn fingerprint(&self) -> u64 {
        let hash = self.questions.finalize();
        let (first, _) = hash
            .as_bytes()
            .split_first_chunk()
            .expect("a hash has 32 bytes");
        u64::from_le_bytes(*first)
    }

    fn learn(&mut self, word: &'static str) {
        self.write(word);
        self.seen.learn(word);
    }

    /// Remembers a word of a question.
    fn write(&mut self, word: &str) {
        self.questions.update(&(word.len() as u64).to_le_bytes());
        self.questions.update(word.as_bytes());
    }

    /// Remembers a question: what was asked for, by what names, for a value of which type.
    fn ask<V>(&mut self, question: &str, names: &[&str]) -> Result<&'static str, Stop> {
        self.left = self.left.checked_sub(1).ok_or(Stop)?;
        self.value_of = None;
        let name = type_name::<V>();
        self.write(question);
        self.write(name);
        self.questions.update(&(names.len() as u64).to_le_bytes());
        for name in names {
            self.write(name);
        }
        Ok(name)
    }

    /// Answers one level further inside.
    fn inside<R>(
        &mut self,
        name: &'static str,
        answer: impl FnOnce(&mut Self) -> Result<R, Stop>,
    ) -> Result<R, Stop> {
        if self.open.len() == MAX_DEPTH {
            return Err(Stop);
        }
        self.open.push(name);
        let result = answer(self);
        self.open.pop();
        result
    }

    /// How many elements a value of this type gets: one, unless it is inside of itself.
    fn one_unless_inside(&self, name: &'static str) -> usize {
        usize::from(!self.open.contains(&name))
    }

    /// The variant that this pass has for an enum; the same one again for an enum inside of itself, so that it ends.
    fn enter(&mut self, name: &'static str, variants: usize) -> usize {
        let turn = self.pass / Kind::ALL.len() * self.one_unless_inside(name);
        self.seen.enter(name, variants, turn)
    }

    /// Answers with as many elements.
    fn elements<'de, V: Visitor<'de>>(
        &mut self,
        name: &'static str,
        left: usize,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.inside(name, |tracer| visitor.visit_seq(Elements { tracer, left }))
    }

    /// Answers with fields. The one that ended the pass, if one did, is tried last from now on.
    fn fields<'de, V: Visitor<'de>>(
        &mut self,
        name: &'static str,
        fields: &[&'static str],
        by_name: bool,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let fields = self.seen.order(name, fields);
        self.inside(name, |tracer| {
            let mut entries = Entries {
                tracer,
                name,
                fields: fields.into_iter(),
                by_name,
                current: None,
            };
            let result = visitor.visit_map(&mut entries);
            if let (Err(Stop), Some(field)) = (&result, entries.current) {
                entries.tracer.seen.tried(name, field, false);
            }
            result
        })
    }

    /// Answers with one entry; with one for each word that was learned if the keys turn out to be names of fields.
    fn entries<'de, V: Visitor<'de>>(
        &mut self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let mut words = self.seen.words().to_vec();
        if words.is_empty() {
            words.push("");
        }
        self.fields(name, &words, false, visitor)
    }

    /// What this pass gives to who takes anything, as the value of a word or as any other.
    fn kind(&self, word: Option<&str>) -> Kind {
        let level = self.open.iter().filter(|open| **open == ANYTHING).count();
        let known = word.and_then(|word| self.seen.kind(word));
        let turn = self.pass / Kind::ALL.len();
        let (kinds, turn) = match (level, word, known) {
            (..MAX_ANYTHING, _, Some(kind)) => return kind,
            (0, ..) => (&Kind::ALL[..], self.pass),
            (1, Some(_), _) => (&Kind::ALL[..], turn),
            _ => (Kind::PLAIN, turn),
        };
        kinds[turn % kinds.len()]
    }

    fn whatever<'de, V: Visitor<'de>>(
        &mut self,
        word: Option<&'static str>,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        match self.kind(word) {
            Kind::Unit => visitor.visit_unit(),
            Kind::Bool => visitor.visit_bool(true),
            Kind::Integer => visitor.visit_u64(1),
            Kind::Float => visitor.visit_f64(1.0),
            Kind::Text => visitor.visit_str(word.unwrap_or("1")),
            Kind::Seq => self.elements(ANYTHING, 1, visitor),
            Kind::Map => self.entries(ANYTHING, visitor),
        }
    }
}

macro_rules! plain {
    ($($deserialize:ident: $visit:ident($($value:expr)?)),* $(,)?) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
            self.ask::<V::Value>(stringify!($deserialize), &[])?;
            visitor.$visit($($value)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Tracer {
    type Error = Stop;

    plain! {
        deserialize_bool: visit_bool(true),
        deserialize_i8: visit_i8(1),
        deserialize_i16: visit_i16(1),
        deserialize_i32: visit_i32(1),
        deserialize_i64: visit_i64(1),
        deserialize_i128: visit_i128(1),
        deserialize_u8: visit_u8(1),
        deserialize_u16: visit_u16(1),
        deserialize_u32: visit_u32(1),
        deserialize_u64: visit_u64(1),
        deserialize_u128: visit_u128(1),
        deserialize_f32: visit_f32(1.0),
        deserialize_f64: visit_f64(1.0),
        deserialize_char: visit_char('1'),
        deserialize_bytes: visit_bytes(b"1"),
        deserialize_byte_buf: visit_bytes(b"1"),
        deserialize_unit: visit_unit(),
        deserialize_ignored_any: visit_unit(),
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.ask::<V::Value>("str", &[])?;
        visitor.visit_str(self.field.unwrap_or("1"))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.ask::<V::Value>("string", &[])?;
        visitor.visit_str(self.field.unwrap_or("1"))
    }

    /// The name of a field; elsewhere the name of a variant, as in a tag.
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let name = self.ask::<V::Value>("identifier", &[])?;
        if let Some(field) = self.field.take() {
            return visitor.visit_str(field);
        }
        self.anything = true;
        let words = self.seen.words().len();
        let index = self.enter(name, words);
        let before = self.seen.news();
        let word = self.seen.words().get(index).copied().unwrap_or("");
        let result = visitor.visit_str(word);
        self.seen.leave(name, index, before, result.is_ok());
        result
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let word = self.value_of.take();
        self.ask::<V::Value>("any", &[])?;
        if let Some(field) = self.field.take() {
            return visitor.visit_str(field);
        }
        self.anything = true;
        self.whatever(word, visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let name = self.ask::<V::Value>("option", &[])?;
        if self.one_unless_inside(name) == 0 {
            return visitor.visit_none();
        }
        self.inside(name, |tracer| visitor.visit_some(tracer))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.ask::<V::Value>("unit struct", &[name])?;
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let name = self.ask::<V::Value>("newtype struct", &[name])?;
        self.inside(name, |tracer| visitor.visit_newtype_struct(tracer))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let name = self.ask::<V::Value>("seq", &[])?;
        self.elements(name, self.one_unless_inside(name), visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Stop> {
        let name = self.ask::<V::Value>("tuple", &[&len.to_string()])?;
        self.elements(name, len, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let name = self.ask::<V::Value>("tuple struct", &[name, &len.to_string()])?;
        self.elements(name, len, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let name = self.ask::<V::Value>("map", &[])?;
        match self.one_unless_inside(name) {
            0 => self.fields(name, &[], false, visitor),
            _ => self.entries(name, visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.ask::<V::Value>("struct", &[name])?;
        let name = self.ask::<V::Value>("fields", fields)?;
        self.fields(name, fields, true, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.ask::<V::Value>("enum", &[name])?;
        let name = self.ask::<V::Value>("variants", variants)?;
        let index = self.enter(name, variants.len());
        let before = self.seen.news();
        let variant = variants.get(index).copied().unwrap_or("");
        self.write(variant);
        let result = self.inside(name, |tracer| {
            visitor.visit_enum(Variant { tracer, variant })
        });
        self.seen.leave(name, index, before, result.is_ok());
        result
    }
}

/// As many elements as are left.
struct Elements<'t> {
    tracer: &'t mut Tracer,
    left: usize,
}

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Stop;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Stop> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        self.left = left;
        seed.deserialize(&mut *self.tracer).map(Some)
    }
}

/// An entry for each field; only one if its key turns out not to be the name of a field.
struct Entries<'t> {
    tracer: &'t mut Tracer,
    /// The type that they are of.
    name: &'static str,
    fields: vec::IntoIter<&'static str>,
    /// The fields are those of a type, and not words that may be some.
    by_name: bool,
    /// The field whose value is not made yet.
    current: Option<&'static str>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Stop;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Stop> {
        let Some(field) = self.fields.next() else {
            return Ok(None);
        };
        self.current = Some(field);
        self.tracer.field = Some(field);
        let key = seed.deserialize(&mut *self.tracer);
        let taken = self.tracer.field.take().is_none();
        if !self.by_name && !taken {
            self.fields = Vec::new().into_iter();
            self.current = None;
        }
        key.map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Stop> {
        self.tracer.value_of = self.current.filter(|_| !self.by_name);
        let value = seed.deserialize(&mut *self.tracer)?;
        if let Some(field) = self.current.take() {
            self.tracer.seen.tried(self.name, field, true);
        }
        Ok(value)
    }
}

/// A variant and what it holds.
struct Variant<'t> {
    tracer: &'t mut Tracer,
    variant: &'static str,
}

impl<'de> EnumAccess<'de> for Variant<'_> {
    type Error = Stop;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Stop> {
        let variant = seed.deserialize(BorrowedStrDeserializer::new(self.variant))?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = Stop;

    fn unit_variant(self) -> Result<(), Stop> {
        self.tracer.ask::<()>("unit variant", &[])?;
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Stop> {
        self.tracer.ask::<S::Value>("newtype variant", &[])?;
        seed.deserialize(self.tracer)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Stop> {
        let len_in_words = len.to_string();
        let name = self
            .tracer
            .ask::<V::Value>("tuple variant", &[&len_in_words])?;
        self.tracer.elements(name, len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let name = self.tracer.ask::<V::Value>("struct variant", fields)?;
        self.tracer.fields(name, fields, true, visitor)
    }
}
