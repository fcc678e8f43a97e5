//! Instantiations of a generic function or impl never share an entry.

use std::fmt::Display;
use std::hash::Hash;

use cache_runtime::memoize;

#[memoize]
fn size<T>(times: usize) -> usize {
    size_of::<T>() * times
}

#[memoize]
fn show<T: Display + Hash + Eq + Clone + Send + Sync + 'static>(value: &T) -> String {
    value.to_string()
}

#[memoize]
fn filled<const N: usize, const UP: bool>(with: u8) -> [u8; N] {
    [if UP { with + 1 } else { with }; N]
}

struct Of<T>(T);

impl<T: Send + 'static> Of<T> {
    #[memoize]
    fn size(times: usize) -> usize {
        size_of::<T>() * times
    }

    #[memoize(skip(self))]
    fn own(&self, times: usize) -> usize {
        size_of_val(&self.0) * times
    }
}

#[test]
fn type_parameters_are_told_apart() {
    assert_eq!((size::<u8>(1), size::<u64>(1), size::<u8>(1)), (1, 8, 1));
    assert_eq!(
        (show(&1_u8), show(&"1".to_owned())),
        ("1".into(), "1".into())
    );
    assert_eq!((peek_size::<u64>(1), peek_size::<u32>(1)), (Some(8), None));
    assert_eq!((Of::<u8>::size(1), Of::<u64>::size(1)), (1, 8));
    assert_eq!((Of(1_u8).own(1), Of(1_u64).own(1)), (1, 8));
}

#[test]
fn const_parameters_are_told_apart() {
    assert_eq!((filled::<1, true>(1), filled::<1, false>(1)), ([2], [1]));
    assert_eq!(
        (filled::<2, true>(1), peek_filled::<3, true>(1)),
        ([2, 2], None)
    );
}
