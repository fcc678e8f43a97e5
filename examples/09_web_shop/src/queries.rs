//! The questions to the database, remembered; and the writers, which say what they make outdated.

use cache_runtime::{invalidates, memoize};

use crate::database::{self, Product, User};

#[memoize(timeout = "1h", tags("products"))]
pub(crate) async fn product(id: u32) -> Option<Product> {
    database::product(id).await
}

#[memoize(timeout = 60, jitter = 0.1)]
pub(crate) async fn price(id: u32) -> Option<u32> {
    database::price(id).await
}

#[memoize(timeout = "10m", tags("products"))]
pub(crate) async fn search(text: &str) -> Vec<u32> {
    database::search(text).await
}

#[memoize(timeout = "5m")]
pub(crate) async fn user(name: &str) -> Option<User> {
    database::user(name).await
}

#[invalidates(price(id))]
pub(crate) async fn set_price(id: u32, cents: u32) {
    database::set_price(id, cents).await;
}

#[invalidates(user(name))]
pub(crate) async fn set_city(name: &str, city: &str) {
    database::set_city(name, city).await;
}
