//! A key is kept after the call, and so cannot borrow.
use std::borrow::Cow;
use std::pin::Pin;

use cache_runtime::memoize;

#[derive(Clone, PartialEq, Eq, Hash)]
struct B<'a>(&'a str);

#[memoize]
fn one(b: B<'_>) -> usize {
    b.0.len()
}

#[memoize]
async fn two(a: u8, b: Option<&B<'_>>) -> usize {
    b.map_or(usize::from(a), |b| b.0.len())
}

#[memoize]
fn three(names: Result<&str, u8>) -> usize {
    names.map_or(0, str::len)
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Shop;

impl Shop {
    #[memoize]
    fn four(self: Pin<&Self>) -> usize {
        4
    }
}

#[memoize(skip(b))]
fn five(b: B<'_>, name: Option<Cow<'_, str>>) -> usize {
    b.0.len() + name.map_or(0, |name| name.len())
}

#[memoize(key = b.0)]
fn six(b: &B<'_>) -> usize {
    b.0.len()
}

fn main() {
    five(B(""), None);
    six(&B(""));
}
