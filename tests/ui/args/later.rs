//! What later versions bring is refused for now, never accepted and ignored.
use cache_runtime::cached;

#[cached(response, query = true, vary("accept"))]
fn two() -> u32 {
    2
}

#[cached(route = request)]
fn three() -> u32 {
    3
}

fn main() {}
