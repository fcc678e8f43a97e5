use cache_runtime::memoize;

struct NotAKey;

#[memoize]
fn one(x: NotAKey) -> u32 {
    let NotAKey = x;
    1
}

impl NotAKey {
    #[memoize]
    fn two(&self) -> u32 {
        2
    }
}

#[memoize]
fn three(x: &dyn std::fmt::Display) -> String {
    x.to_string()
}

#[memoize]
fn four<T: std::hash::Hash + Eq + Clone + Send + Sync>(x: T) -> u32 {
    drop(x);
    4
}

fn main() {}
