//! What fills a placeholder is shown with `Display`.
use cache_runtime::{cached, invalidates};

struct Opaque;

#[cached(route = "/{a}/{b.0}/{c}")]
fn one(a: Option<u8>, b: (Opaque, u8), c: u8) -> u8 {
    a.unwrap_or(b.1 + c)
}

#[invalidates(route("/{a}"))]
fn two(a: Vec<u8>) -> usize {
    a.len()
}

fn main() {}
