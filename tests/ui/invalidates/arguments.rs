//! The compiler checks what a writer names.
use cache_runtime::{invalidates, memoize};

#[memoize(skip(verbose))]
fn known(id: u32, verbose: bool) -> u32 {
    id + u32::from(verbose)
}

#[invalidates(known(1, true))]
fn one() {}

#[invalidates(known())]
fn two() {}

#[invalidates(unknown(1))]
fn three() {}

#[invalidates(|saved| known(saved))]
fn four() -> Result<u32, String> {
    Ok(4)
}

#[invalidates(known(missing))]
fn five() {}

fn main() {}
