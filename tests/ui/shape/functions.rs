use std::future::Future;
use std::pin::Pin;

use cache_runtime::{cached, memoize};

#[memoize]
const fn one(x: u32) -> u32 {
    x
}

#[memoize]
extern "C" fn two(x: u32) -> u32 {
    x
}

#[memoize]
fn three(x: u32) -> impl Iterator<Item = u32> {
    0..x
}

#[memoize]
fn four(x: &mut u32, y: u32) -> u32 {
    *x + y
}

#[memoize]
fn five(x: &str) -> &str {
    x
}

#[memoize]
fn six<'a>(x: &'a str) -> Option<std::borrow::Cow<'a, str>> {
    Some(x.into())
}

#[memoize]
fn seven(x: u32) -> Pin<Box<dyn Future<Output = u32>>> {
    Box::pin(async move { x })
}

struct Shop;

impl Shop {
    #[memoize]
    fn eight(&mut self) -> u32 {
        8
    }
}

#[cached]
struct Nine;

trait Prices {
    #[memoize]
    fn ten(&self) -> u32;
}

fn main() {}
