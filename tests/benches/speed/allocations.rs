//! What this thread allocates, and how much of it is still held.
#![allow(unsafe_code, reason = "counting allocations takes a global allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    // By thread, so that counting costs the threaded topics next to nothing.
    static COUNT: Cell<usize> = const { Cell::new(0) };
    static HELD: Cell<isize> = const { Cell::new(0) };
}

// SAFETY: everything is handed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are handed on.
        let pointer = unsafe { System.alloc(layout) };
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the block was just allocated with this layout.
        hold(unsafe { size(pointer, layout) });
        pointer
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are handed on. Pages that the system has zeroed are not touched.
        let pointer = unsafe { System.alloc_zeroed(layout) };
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the block was just allocated with this layout.
        hold(unsafe { size(pointer, layout) });
        pointer
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the block is live, and has this layout.
        hold(-unsafe { size(pointer, layout) });
        // SAFETY: the caller's promises are handed on.
        let pointer = unsafe { System.realloc(pointer, layout, new_size) };
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
        if let Ok(layout) = Layout::from_size_align(new_size, layout.align()) {
            // SAFETY: the block was just given this size.
            hold(unsafe { size(pointer, layout) });
        }
        pointer
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the block is live, and has this layout.
        hold(-unsafe { size(pointer, layout) });
        // SAFETY: the caller's promises are handed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn hold(bytes: isize) {
    let _ = HELD.try_with(|held| held.set(held.get() + bytes));
}

/// What a block takes of the heap: glibc rounds up and keeps a header of eight bytes.
///
/// # Safety
///
/// The block is live, or null.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
unsafe fn size(pointer: *mut u8, _layout: Layout) -> isize {
    // SAFETY: the caller's promise.
    let usable = unsafe { libc::malloc_usable_size(pointer.cast()) };
    usable.cast_signed() + 8
}

/// What was asked for, where the heap does not tell what it gave.
///
/// # Safety
///
/// None is needed; its twin asks the heap.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
unsafe fn size(_pointer: *mut u8, layout: Layout) -> isize {
    layout.size().cast_signed()
}

/// How often this thread allocates meanwhile.
pub(crate) fn count(body: impl FnOnce()) -> usize {
    let before = COUNT.get();
    body();
    COUNT.get() - before
}

/// How many bytes more than it has freed this thread has allocated.
pub(crate) fn held() -> isize {
    HELD.get()
}
