//! Arguments of every shape are keys, and are told apart by their values and by nothing else.

use std::any::TypeId;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::{CStr, OsStr, OsString};
use std::marker::PhantomData;
use std::net::IpAddr;
use std::num::NonZeroU8;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cache_runtime::memoize;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct User(u32);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    A,
    B,
}

/// Functions of one argument: called with `$one` twice and with `$other` once they miss, hit and miss.
macro_rules! shapes {
    ($($name:ident, $stats:ident: $argument:ty = $one:expr, $other:expr;)*) => {$(
        #[test]
        fn $name() {
            #[memoize]
            #[allow(dead_code, reason = "only some helpers are used")]
            fn $name(argument: $argument) -> usize {
                size_of_val(&argument)
            }
            ($name($one), $name($one));
            assert_eq!(($stats().hits, $stats().misses.total()), (1, 1), "equal arguments");
            $name($other);
            assert_eq!(($stats().hits, $stats().misses.total()), (1, 2), "other arguments");
        }
    )*};
}

fn text(of: &str) -> String {
    of.to_owned()
}

shapes! {
    text_slice, stats_text_slice: &str = "a", "b";
    text_behind_two_references, stats_text_behind_two_references: &&str = &"a", &"b";
    string, stats_string: String = text("a"), text("b");
    string_reference, stats_string_reference: &String = &text("a"), &text("b");
    static_text, stats_static_text: &'static str = "a", "b";
    character, stats_character: char = 'a', 'b';
    bytes, stats_bytes: &[u8] = b"ab", b"ba";
    bytes_or_more_bytes, stats_bytes_or_more_bytes: &[u8] = b"a", b"a\0";
    array, stats_array: [u16; 3] = [1, 2, 3], [1, 2, 4];
    array_reference, stats_array_reference: &[&str; 2] = &["a", "bc"], &["ab", "c"];
    vector, stats_vector: Vec<u32> = vec![1, 2], vec![1, 2, 0];
    vector_of_texts, stats_vector_of_texts: Vec<&str> = vec!["1", "23"], vec!["12", "3"];
    slice_of_texts, stats_slice_of_texts: &[&str] = &["a", ""], &["a"];
    slice_of_strings, stats_slice_of_strings: &[String] = &[text("a")], &[text("b")];
    nested, stats_nested: &[Vec<&str>] = &[vec!["a"], vec![]], &[vec![], vec!["a"]];
    option_of_text, stats_option_of_text: Option<&str> = Some(""), None;
    option_of_option, stats_option_of_option: Option<Option<u8>> = Some(None), None;
    option_reference, stats_option_reference: &Option<&str> = &Some("a"), &None;
    result, stats_result: Result<u32, String> = Ok(1), Err(text("1"));
    path, stats_path: &Path = Path::new("/a"), Path::new("/b");
    path_buf, stats_path_buf: PathBuf = "/a".into(), "/b".into();
    os_text, stats_os_text: &OsStr = OsStr::new("a"), OsStr::new("b");
    os_string, stats_os_string: OsString = "a".into(), "b".into();
    c_text, stats_c_text: &CStr = c"a", c"b";
    cow_of_text, stats_cow_of_text: Cow<'_, str> = Cow::Borrowed("a"), Cow::Borrowed("b");
    cow_of_user, stats_cow_of_user: Cow<'_, User> = Cow::Owned(User(1)), Cow::Owned(User(2));
    cow_of_bytes, stats_cow_of_bytes: Cow<'_, [u8]> = Cow::Borrowed(b"a"), Cow::Borrowed(b"b");
    float, stats_float: f64 = 0.1, 0.2;
    floats, stats_floats: (f32, [f64; 2]) = (0.5, [0.0, 1.0]), (0.5, [1.0, 0.0]);
    slice_of_floats, stats_slice_of_floats: &[f64] = &[f64::NAN, 0.0], &[f64::INFINITY, 0.0];
    option_of_float, stats_option_of_float: Option<f32> = Some(-0.0), Some(1.0);
    integers, stats_integers: (i8, u128, isize) = (-1, 1, 1), (-1, 2, 1);
    truth, stats_truth: bool = true, false;
    not_zero, stats_not_zero: NonZeroU8 = NonZeroU8::MIN, NonZeroU8::MAX;
    pair, stats_pair: (&str, u32) = ("a", 1), ("a", 2);
    eight, stats_eight: (u8, u8, u8, u8, u8, u8, u8, &str) = (1, 1, 1, 1, 1, 1, 1, "a"), (1, 1, 1, 1, 1, 1, 1, "b");
    twelve, stats_twelve: (u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8) = (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1), (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2);
    user, stats_user: User = User(1), User(2);
    user_reference, stats_user_reference: &User = &User(1), &User(2);
    slice_of_users, stats_slice_of_users: &[User] = &[User(1)], &[User(1), User(2)];
    option_of_users, stats_option_of_users: Option<&[User]> = Some(&[]), None;
    user_references, stats_user_references: Vec<&User> = vec![&User(1)], vec![&User(2)];
    user_reference_and_text, stats_user_reference_and_text: (&User, &str) = (&User(1), "a"), (&User(1), "b");
    variant, stats_variant: Kind = Kind::A, Kind::B;
    shared_text, stats_shared_text: Arc<str> = "a".into(), "b".into();
    shared_user, stats_shared_user: &Arc<User> = &Arc::new(User(1)), &Arc::new(User(2));
    counted, stats_counted: Rc<u32> = Rc::new(1), Rc::new(2);
    boxed, stats_boxed: Box<User> = Box::new(User(1)), Box::new(User(2));
    boxed_slice, stats_boxed_slice: Box<[&str]> = Box::new(["a", "b"]), Box::new(["ab"]);
    deque, stats_deque: VecDeque<u8> = [1, 2].into(), [2, 1].into();
    set, stats_set: &BTreeSet<&str> = &["a", "b"].into(), &["ab"].into();
    map, stats_map: &BTreeMap<&str, f64> = &[("a", 1.0)].into(), &[("a", 2.0)].into();
    range, stats_range: Range<u32> = 1..2, 1..3;
    function, stats_function: fn(&str) -> String = text, str::to_uppercase;
    ordering, stats_ordering: Ordering = Ordering::Less, Ordering::Equal;
    type_id, stats_type_id: TypeId = TypeId::of::<u8>(), TypeId::of::<i8>();
    address, stats_address: IpAddr = [1, 1, 1, 1].into(), [1, 1, 1, 2].into();
    duration, stats_duration: Duration = Duration::ZERO, Duration::MAX;
    time, stats_time: SystemTime = SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + Duration::from_nanos(1);
    phantom_and_number, stats_phantom_and_number: (PhantomData<User>, u8) = (PhantomData, 1), (PhantomData, 2);
}

#[test]
fn equal_floats_are_one_key_wherever_they_stand() {
    #[memoize]
    fn of(x: f64, more: &[f32], maybe: (Option<f64>,)) -> bool {
        x.is_nan() && more.is_empty() && maybe.0.is_none()
    }
    of(0.0, &[-0.0], (Some(f64::NAN),));
    assert_eq!(peek_of(-0.0, &[0.0], (Some(-f64::NAN),)), Some(false));
    assert_eq!(peek_of(0.0, &[0.0], (Some(0.0),)), None);
}

#[test]
fn borrowed_and_owned_forms_of_one_value_find_one_entry() {
    #[memoize]
    fn of(text: Cow<'_, str>) -> usize {
        text.len()
    }
    of(Cow::Borrowed("abc"));
    assert_eq!(peek_of(Cow::Owned("abc".into())), Some(3));
}
