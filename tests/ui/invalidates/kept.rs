//! What an item keeps until the body has written, and what it cannot keep.
use cache_runtime::{invalidates, memoize};

struct NotClone {
    id: u8,
}

#[memoize(key = user.id)]
fn whole(user: NotClone) -> u8 {
    user.id
}

#[memoize]
fn profile(name: &str) -> usize {
    name.len()
}

#[invalidates(whole(user))]
fn one(user: NotClone) -> u8 {
    user.id
}

#[invalidates(profile(name), profile("a", name))]
fn two(name: String) -> usize {
    name.len()
}

struct Shop {
    id: u8,
}

impl Shop {
    #[memoize(key = self.id)]
    fn get(&self) -> u8 {
        self.id
    }

    #[invalidates(self.get(), Self::get(self), Self::get(&self), on = always)]
    fn three(&mut self) {
        self.id += 1;
    }

    #[invalidates(shop.get(), on = always)]
    async fn four(shop: &mut Shop) {
        shop.id += 1;
    }

    #[invalidates(self.get(), Self::get(self))]
    fn five(&mut self) {
        self.id += 1;
    }
}

#[invalidates(known(1), |v: &u8| profile(v))]
fn six() -> u8 {
    6
}

fn main() {
    whole(NotClone { id: one(NotClone { id: 1 }) });
    profile("");
    Shop { id: 1 }.five();
}
