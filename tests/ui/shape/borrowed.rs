//! A result that borrows from an argument would not outlive the call.
use std::borrow::Cow;

use cache_runtime::memoize;

#[memoize]
async fn one(x: &str) -> Option<&str> {
    Some(x)
}

#[memoize]
fn two<'a>(x: &'a [u32]) -> Box<dyn Iterator<Item = u32> + 'a> {
    Box::new(x.iter().copied())
}

#[memoize]
fn three(x: &str) -> Result<Cow<'_, str>, String> {
    Ok(x.into())
}

struct Shop(String);

impl Shop {
    #[memoize(skip(self))]
    fn four(&self) -> &String {
        &self.0
    }
}

fn main() {}
