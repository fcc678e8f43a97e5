//! Ids and values that a batch cannot have.
use std::collections::HashMap;
use std::rc::Rc;

use cache_runtime::memoize;

#[memoize(batch)]
fn other_keys(ids: &[u32]) -> HashMap<u64, u32> {
    ids.iter().map(|&id| (u64::from(id), id)).collect()
}

#[memoize(batch)]
fn values(ids: &[u32]) -> HashMap<u32, Rc<u32>> {
    ids.iter().map(|&id| (id, Rc::new(id))).collect()
}

#[memoize(batch)]
async fn other_keys_later(ids: &[u32]) -> Result<HashMap<u64, u32>, String> {
    Ok(ids.iter().map(|&id| (u64::from(id), id)).collect())
}

#[derive(Clone)]
struct Hasher;

#[memoize(batch)]
fn hasher(ids: &[u32]) -> HashMap<u32, u32, Hasher> {
    todo!("{ids:?}")
}

fn main() {}
