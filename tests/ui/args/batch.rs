//! What `batch` needs, and what it does not go with.
use std::collections::{BTreeMap, HashMap};

use cache_runtime::{cached, memoize};

#[memoize(batch)]
fn no_slice(a: Vec<u32>) -> HashMap<u32, u32> {
    a.into_iter().map(|a| (a, a)).collect()
}

#[memoize(batch)]
fn two_slices(a: &[u32], b: &[u32]) -> HashMap<u32, u32> {
    a.iter().copied().zip(b.iter().copied()).collect()
}

#[memoize(batch = idz)]
fn no_such(ids: &[u32], b: &[u32]) -> HashMap<u32, u32> {
    ids.iter().copied().zip(b.iter().copied()).collect()
}

#[memoize(batch = b)]
fn not_a_slice(ids: &[u32], b: u32) -> HashMap<u32, u32> {
    ids.iter().map(|&id| (id, b)).collect()
}

#[memoize(batch = 3)]
fn not_a_name(ids: &[u32]) -> HashMap<u32, u32> {
    ids.iter().map(|&id| (id, id)).collect()
}

#[memoize(batch)]
fn no_map(ids: &[u32]) -> Result<Vec<u32>, String> {
    Ok(ids.to_vec())
}

#[memoize(
    batch,
    key = ids.len(),
    err_timeout = 5,
    stale_while_revalidate = 5,
    stale_if_error = 5,
    refresh_ahead = 0.5
)]
fn options(ids: &[u32]) -> Result<HashMap<u32, u32>, String> {
    Ok(ids.iter().map(|&id| (id, id)).collect())
}

#[memoize(batch, skip(ids))]
fn skipped(ids: &[u32]) -> BTreeMap<u32, u32> {
    ids.iter().map(|&id| (id, id)).collect()
}

#[memoize(batch, tags("user:{ids}"))]
fn labelled(ids: &[u32]) -> BTreeMap<u32, u32> {
    ids.iter().map(|&id| (id, id)).collect()
}

#[cached(batch)]
fn on_cached(ids: &[u32]) -> BTreeMap<u32, u32> {
    ids.iter().map(|&id| (id, id)).collect()
}

fn main() {}
