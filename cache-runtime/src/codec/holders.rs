//! serde's six ways to write what holds other values, for a writer that has two: `item` for a value, `field` for one
//! with a name.

/// Makes a type with `item`, `field` and `finish` all that serde wants for sequences, tuples and structs.
macro_rules! holders {
    ($holder:ident) => {
        $crate::codec::holders::holders! { @each $holder:
            SerializeSeq: serialize_element() = item,
            SerializeTuple: serialize_element() = item,
            SerializeTupleStruct: serialize_field() = item,
            SerializeTupleVariant: serialize_field() = item,
            SerializeStruct: serialize_field(name: &'static str) = field,
            SerializeStructVariant: serialize_field(name: &'static str) = field,
        }
    };
    (@each $holder:ident: $($trait:ident: $method:ident($($name:ident: $type:ty)?) = $how:ident,)*) => {$(
        impl ser::$trait for $holder<'_> {
            type Ok = ();
            type Error = Failure;

            fn $method<T: Serialize + ?Sized>(&mut self, $($name: $type,)? value: &T) -> Done {
                self.$how($($name,)? value)
            }

            fn end(self) -> Done {
                self.finish()
            }
        }
    )*};
}

pub(super) use holders;
