use cache_runtime::{invalidates, memoize};

#[memoize]
fn known(id: u32) -> u32 {
    id
}

fn plain(id: u32) -> u32 {
    id
}

#[invalidates(plain(1))]
fn one() {}

#[invalidates(known("text"))]
fn two() {}

#[invalidates()]
fn three() {}

#[invalidates(known(1) + 1, tag("users"), route(5), on = never, oops = 3)]
fn four() {}

#[invalidates(|value| known(value), on = always)]
fn five() -> u32 {
    5
}

#[invalidates(known(1))]
const fn six() {}

#[invalidates(route("/users/{usr}"))]
fn seven(user: u32) {
    plain(user);
    known(user);
}

fn main() {}
