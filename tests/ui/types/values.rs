use cache_runtime::memoize;

struct NotClone;

#[memoize]
fn one(_x: u32) -> NotClone {
    NotClone
}

#[memoize]
fn two(_x: u32) -> Result<std::rc::Rc<u32>, String> {
    Err(String::new())
}

#[memoize]
fn three(x: u32) -> u32 {
    "not a number"
}

#[memoize]
async fn four(x: u32) -> u32 {
    "not a number"
}

fn main() {}
