//! A database that is slow: every question takes tens of milliseconds.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How many products there are, numbered from 1.
pub(crate) const PRODUCTS: u32 = 200;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Product {
    pub(crate) id: u32,
    pub(crate) name: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) city: String,
}

struct Tables {
    products: BTreeMap<u32, Product>,
    prices: BTreeMap<u32, u32>,
    users: BTreeMap<String, User>,
}

static TABLES: LazyLock<Mutex<Tables>> = LazyLock::new(|| {
    const KINDS: [&str; 5] = ["Tea", "Coffee", "Cocoa", "Honey", "Bread"];
    let product = |id: u32| Product {
        id,
        name: format!("{} {id}", KINDS[id as usize % KINDS.len()]),
    };
    let user = |name: &str, city: &str| User {
        name: name.to_owned(),
        city: city.to_owned(),
    };
    let users = [user("ada", "London"), user("bob", "Berlin")];
    Mutex::new(Tables {
        products: (1..=PRODUCTS).map(|id| (id, product(id))).collect(),
        prices: (1..=PRODUCTS).map(|id| (id, 100 + 7 * id)).collect(),
        users: users.map(|user| (user.name.clone(), user)).into(),
    })
});

/// The tables, after the time that the question takes.
async fn tables() -> MutexGuard<'static, Tables> {
    tokio::time::sleep(Duration::from_millis(20)).await;
    TABLES.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) async fn product(id: u32) -> Option<Product> {
    tables().await.products.get(&id).cloned()
}

pub(crate) async fn price(id: u32) -> Option<u32> {
    tables().await.prices.get(&id).copied()
}

pub(crate) async fn user(name: &str) -> Option<User> {
    tables().await.users.get(name).cloned()
}

/// The first products whose names hold a text.
pub(crate) async fn search(text: &str) -> Vec<u32> {
    let tables = tables().await;
    let text = text.to_lowercase();
    let found = tables.products.values();
    let found = found.filter(|product| product.name.to_lowercase().contains(&text));
    found.take(10).map(|product| product.id).collect()
}

pub(crate) async fn set_price(id: u32, cents: u32) {
    tables().await.prices.insert(id, cents);
}

pub(crate) async fn set_city(name: &str, city: &str) {
    if let Some(user) = tables().await.users.get_mut(name) {
        city.clone_into(&mut user.city);
    }
}
