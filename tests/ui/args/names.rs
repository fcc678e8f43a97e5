use cache_runtime::{cached, memoize};

#[memoize(skip(usr, id, id))]
fn one(user: u32, id: u32) -> u32 {
    user + id
}

#[cached(route = "/users/{usr}")]
fn two(user: u32) -> u32 {
    user
}

#[cached(timeout = 5, route = "/{id}")]
fn three(id: u32, page: u32, (a, b): (u32, u32), _: u8) -> u32 {
    id + page + a + b
}

struct Shop;

impl Shop {
    #[cached]
    fn four(&self) -> u32 {
        4
    }
}

fn main() {}
