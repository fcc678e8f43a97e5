//! The back end in memory.

use cache_runtime::backend::{Backend, Memory, behaviour};

#[test]
fn it_is_called_memory() {
    assert_eq!(Memory::new().name(), "memory");
}

#[test]
fn it_keeps_every_promise() {
    let memory = Memory::new();
    behaviour::check(&memory, &memory);
}
