//! What never returns has no result, and what returns a future has done nothing yet.
use std::future::Future;
use std::pin::Pin;

use cache_runtime::{cached, invalidates, memoize};

#[cached]
fn one() -> ! {
    panic!("never")
}

#[memoize]
fn target(a: u32) -> u32 {
    a
}

#[invalidates(target)]
fn two() -> ! {
    panic!("never")
}

#[invalidates(target)]
fn three(a: u32) -> impl Future<Output = u32> {
    async move { a }
}

#[invalidates(target)]
fn four(a: u32) -> Pin<Box<dyn Future<Output = u32>>> {
    Box::pin(async move { a })
}

struct Shop(u32);

/// As `#[async_trait]` writes it.
impl Shop {
    #[memoize(helpers = false)]
    fn five<'life0, 'async_trait>(
        &'life0 self,
    ) -> Pin<Box<dyn Future<Output = u32> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(async move { self.0 })
    }

    #[invalidates(target)]
    fn six<'life0, 'async_trait>(
        &'life0 self,
    ) -> Pin<Box<dyn Future<Output = u32> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(async move { self.0 })
    }
}

fn main() {}
