//! What a refresh in the background needs of the function.
use cache_runtime::memoize;
use std::cell::Cell;
use std::rc::Rc;

struct Database;

#[memoize(stale_while_revalidate = 5, skip(database))]
fn skipped(database: &Database, id: u32) -> u32 {
    id
}

#[memoize(refresh_ahead = 0.8, skip(cell))]
fn local(cell: Rc<Cell<u32>>, id: u32) -> u32 {
    id
}

#[memoize(stale_while_revalidate = 5, skip(call))]
fn opaque(call: impl Fn() -> u32, id: u32) -> u32 {
    id
}

struct Shop;

impl Shop {
    #[memoize(stale_while_revalidate = 5, skip(self))]
    fn price(&self, id: u32) -> u32 {
        id
    }
}

trait Prices {
    fn of(id: u32) -> u32;
}

impl Prices for Shop {
    #[memoize(stale_while_revalidate = 5, helpers = false)]
    fn of(id: u32) -> u32 {
        id
    }
}

#[memoize(refresh_ahead = 0.5)]
unsafe fn raw(id: u32) -> u32 {
    id
}

fn main() {}
