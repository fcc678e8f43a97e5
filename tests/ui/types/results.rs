//! What is called `Result` is the standard library's, or has no siblings.
use cache_runtime::memoize;

mod own {
    #[derive(Clone)]
    pub struct Result<T>(pub T);
}

#[memoize]
fn one(x: u32) -> own::Result<u32> {
    own::Result(x)
}

#[memoize(helpers = false)]
fn two(x: u32) -> own::Result<u32> {
    own::Result(x)
}

fn main() {
    two(1);
}
