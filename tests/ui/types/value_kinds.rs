//! What cannot be shared between callers cannot be cached.
use cache_runtime::memoize;

#[memoize]
fn one(x: u32) -> Box<dyn Fn() -> u32> {
    Box::new(move || x)
}

#[memoize]
async fn two(x: u32) -> std::rc::Rc<u32> {
    x.into()
}

#[memoize(helpers = false)]
fn three(x: u32) -> Result<std::cell::Cell<u32>, String> {
    Ok(x.into())
}

#[memoize]
fn four<T>(x: u32) -> Vec<T> {
    let _ = x;
    Vec::new()
}

fn main() {}
