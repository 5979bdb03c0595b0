//! The system's allocator with two counters.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

pub struct Counting;

/// Off while times are taken: then an allocation costs one load more, no RMW.
static ON: AtomicBool = AtomicBool::new(false);
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static LIVE: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call is passed on to `System` as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if ON.load(Relaxed) {
            ALLOCATIONS.fetch_add(1, Relaxed);
            LIVE.fetch_add(layout.size() as u64, Relaxed);
        }
        // SAFETY: the caller's contract is `System`'s.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        if ON.load(Relaxed) {
            LIVE.fetch_sub(layout.size() as u64, Relaxed);
        }
        // SAFETY: the caller's contract is `System`'s.
        unsafe { System.dealloc(at, layout) }
    }
}

/// Runs `f`; its result, the allocations it made and the bytes it left behind.
pub fn counted<T>(f: impl FnOnce() -> T) -> (T, u64, u64) {
    let before = (ALLOCATIONS.load(Relaxed), LIVE.load(Relaxed));
    ON.store(true, Relaxed);
    let result = f();
    ON.store(false, Relaxed);
    let after = (ALLOCATIONS.load(Relaxed), LIVE.load(Relaxed));
    (result, after.0 - before.0, after.1.wrapping_sub(before.1))
}

/// Runs `f` without counting, within what is counted.
pub fn unseen<T>(f: impl FnOnce() -> T) -> T {
    let was = ON.swap(false, Relaxed);
    let result = f();
    ON.store(was, Relaxed);
    result
}
