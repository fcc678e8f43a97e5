//! The back end in memory.

use cache_runtime::backend::{Backend, Memory};

#[test]
fn it_is_called_memory() {
    assert_eq!(Memory::new().name(), "memory");
}
