use cache_runtime::invalidates;

fn plain(id: u32) -> u32 {
    id
}

#[invalidates(plain(1))]
fn one() {}

fn main() {
    plain(1);
    one();
}
