//! Attributes on what is not a function with a body.
use cache_runtime::{cached, invalidates, memoize};

#[memoize]
mod one {}

#[memoize(timeout = 5)]
trait Two {}

struct Three;

#[cached]
impl Three {}

#[invalidates(f)]
enum Four {}

#[memoize(tll = 5)]
const FIVE: u32 = 5;

#[invalidates()]
static SIX: u32 = 6;

fn main() {}
