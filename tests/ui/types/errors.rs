//! What is stored as an error is shared between callers too.
use cache_runtime::memoize;

struct NotClone;

#[memoize(err_timeout = 5)]
fn one(x: u32) -> Result<u32, NotClone> {
    Ok(x)
}

#[memoize(err_timeout = 5, helpers = false)]
async fn two(x: u32) -> std::io::Result<u32> {
    Ok(x)
}

#[memoize]
fn three(_x: u32) -> Option<NotClone> {
    None
}

#[memoize(err_timeout = 5)]
fn four(x: u32) -> Result<std::rc::Rc<u32>, String> {
    Ok(x.into())
}

#[memoize(err_timeout = 5)]
fn five(x: u32) -> u32 {
    x
}

#[memoize(helpers = false)]
fn six(x: u32) -> Vec<NotClone> {
    let _ = x;
    Vec::new()
}

fn main() {}
