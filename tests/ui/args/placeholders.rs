//! A placeholder that names nothing is one error, whatever else is in no route then.
use cache_runtime::cached;

#[cached(route = "/x/{b}")]
fn one(a: u32) -> u32 {
    a
}

fn main() {}
