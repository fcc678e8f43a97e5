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

trait Shape {
    fn id(&self) -> u32;
    fn name(&self) -> &'static str;
}

struct Circle;

impl Shape for Circle {
    fn id(&self) -> u32 {
        1
    }

    fn name(&self) -> &'static str {
        "circle"
    }
}

struct Square;

impl Shape for Square {
    fn id(&self) -> u32 {
        1
    }

    fn name(&self) -> &'static str {
        "square"
    }
}

#[test]
fn a_key_expression_does_not_make_instantiations_share() {
    #[memoize(key = shape.id())]
    fn of<S: Shape>(shape: &S) -> &'static str {
        shape.name()
    }
    assert_eq!(
        (of(&Circle), of(&Square), of(&Circle)),
        ("circle", "square", "circle")
    );
    assert!(invalidate_of(&Circle).existed());
    assert_eq!((peek_of(&Circle), peek_of(&Square)), (None, Some("square")));
}

#[test]
fn a_key_expression_does_not_make_impl_trait_arguments_share() {
    #[memoize(key = shape.id())]
    fn of(shape: &impl Shape) -> &'static str {
        shape.name()
    }
    assert_eq!((of(&Circle), of(&Square)), ("circle", "square"));
}

#[test]
fn types_that_are_owned_alike_do_not_share() {
    #[memoize]
    fn named<T: ToOwned<Owned = String> + Hash + Eq + ?Sized>(value: &T) -> &'static str {
        let _ = value;
        std::any::type_name::<T>()
    }
    assert_ne!(named("a"), named(&"a".to_owned()));
}

#[test]
fn impl_trait_arguments_that_are_owned_alike_do_not_share() {
    #[memoize]
    fn unnamed(value: &(impl ToOwned<Owned = String> + Hash + Eq + ?Sized)) -> &'static str {
        std::any::type_name_of_val(value)
    }
    assert_ne!(unnamed("a"), unnamed(&"a".to_owned()));
}

#[test]
fn the_returned_type_may_be_the_parameter() {
    #[memoize]
    fn parsed<T: std::str::FromStr + Clone + Send + Sync + 'static>(text: &str) -> Option<T> {
        text.parse().ok()
    }
    #[memoize]
    async fn made<T: Default + Clone + Send + Sync + 'static>() -> Result<Vec<T>, String> {
        Ok(vec![T::default()])
    }
    assert_eq!(
        (parsed::<u32>("1"), parsed::<String>("1")),
        (Some(1), Some("1".into()))
    );
    assert_eq!(peek_parsed::<u8>("1"), None);
    futures::executor::block_on(async {
        assert_eq!(made::<u8>().await, Ok(vec![0]));
        assert_eq!(made::<String>().await, Ok(vec![String::new()]));
        assert_eq!(peek_made::<String>().await, Some(vec![String::new()]));
    });
}

#[test]
fn invalidating_one_instantiation_or_all_of_them() {
    #[memoize]
    fn of<T: 'static>(times: usize) -> usize {
        size_of::<T>() * times
    }
    (of::<u8>(1), of::<u64>(1));
    assert!(invalidate_of::<u8>(1).existed());
    assert_eq!((peek_of::<u8>(1), peek_of::<u64>(1)), (None, Some(8)));
    of::<u8>(1);
    assert!(
        invalidate_all_of::<u32>().existed(),
        "it drops every entry of the function"
    );
    assert_eq!((peek_of::<u8>(1), peek_of::<u64>(1)), (None, None));
    assert_eq!(
        stats_of::<u8>().calls(),
        3,
        "the counters are the function's"
    );
}

#[test]
fn closures_can_be_arguments() {
    #[memoize(skip(compute))]
    fn of<F: Fn(u32) -> u32>(compute: F, x: u32) -> u32 {
        compute(x)
    }
    #[memoize(skip(compute))]
    async fn later<F, R>(compute: F, x: u32) -> u32
    where
        F: FnOnce(u32) -> R,
        R: Future<Output = u32>,
    {
        compute(x).await
    }
    assert_eq!(
        (of(|x| x + 1, 1), of(|x| x + 2, 1)),
        (2, 3),
        "two closures, two types"
    );
    assert_eq!(futures::executor::block_on(later(async |x| x + 1, 1)), 2);
}

#[test]
fn the_methods_of_a_generic_type_may_be_generic_too() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Pair<T>(T);
    impl<T: Hash + Eq + Clone + Send + Sync + 'static> Pair<T> {
        #[memoize]
        fn with<U: Hash + Eq + Clone + Send + Sync + 'static>(&self, other: U) -> (T, U) {
            (self.0.clone(), other)
        }

        #[memoize]
        fn filled<const N: usize>(with: u8) -> usize {
            size_of::<Self>() * N + usize::from(with)
        }
    }
    assert_eq!(Pair(1_u8).with("a".to_owned()), (1, "a".to_owned()));
    assert_eq!(Pair(1_u16).with(1_u8), (1, 1));
    assert_eq!(Pair(1_u8).peek_with(1_u8), None);
    assert_eq!(
        (
            Pair::<u8>::filled::<2>(0),
            Pair::<u16>::filled::<2>(0),
            Pair::<u8>::filled::<3>(0)
        ),
        (2, 4, 3)
    );
}
