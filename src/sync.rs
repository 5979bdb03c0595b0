//! The atomics, barriers and the critical section in use: the processor's, or loom's where the
//! storage is model-checked.
#![allow(dead_code)] // each storage uses some of it

pub(crate) mod cells;

#[cfg(not(loom))]
pub(crate) use core::sync::atomic::{AtomicU32, Ordering};

#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicU32, Ordering};

/// Runs `f` while nobody else runs in here.
#[cfg(not(loom))]
#[inline]
pub(crate) fn exclusively<T>(f: impl FnOnce() -> T) -> T {
    critical_section::with(|_| f())
}

#[cfg(loom)]
pub(crate) fn exclusively<T>(f: impl FnOnce() -> T) -> T {
    loom::lazy_static! {
        static ref MASK: loom::sync::Mutex<()> = loom::sync::Mutex::new(());
    }
    let held = MASK.lock();
    let value = f();
    drop(held);
    value
}

/// Orders what follows a load after it.
///
/// On bare metal with one core only interrupts can interleave, and they see and are seen in the order of
/// the program: the compiler alone has to be held back, which costs nothing. Several cores (feature `multi-core`)
/// need the barrier, one instruction on a Cortex-M; hosted systems without 64-bit atomics may have them.
#[inline]
pub(crate) fn acquire() {
    #[cfg(loom)]
    loom::sync::atomic::fence(Ordering::Acquire);
    #[cfg(all(not(loom), any(feature = "multi-core", not(target_os = "none"))))]
    core::sync::atomic::fence(Ordering::Acquire);
    #[cfg(all(not(loom), not(feature = "multi-core"), target_os = "none"))]
    core::sync::atomic::compiler_fence(Ordering::Acquire);
}

/// Orders what precedes a store before it; see [`acquire`].
#[inline]
pub(crate) fn release() {
    #[cfg(loom)]
    loom::sync::atomic::fence(Ordering::Release);
    #[cfg(all(not(loom), any(feature = "multi-core", not(target_os = "none"))))]
    core::sync::atomic::fence(Ordering::Release);
    #[cfg(all(not(loom), not(feature = "multi-core"), target_os = "none"))]
    core::sync::atomic::compiler_fence(Ordering::Release);
}

/// Raises a number to `to`, unless it is there or beyond, and gives what it was. Differences decide, so that it may wrap.
///
/// Of the processor's own kind under loom too: what it serves, an age, is none of the storage's business.
pub(crate) fn raise(cell: &core::sync::atomic::AtomicU32, to: u32) -> u32 {
    use core::sync::atomic::Ordering::Relaxed;
    let behind = |present: u32| to.wrapping_sub(present).cast_signed() > 0;
    #[cfg(target_has_atomic = "32")]
    {
        let raised = cell.fetch_update(Relaxed, Relaxed, |present| behind(present).then_some(to));
        raised.unwrap_or_else(|present| present)
    }
    #[cfg(not(target_has_atomic = "32"))]
    {
        let present = cell.load(Relaxed);
        if !behind(present) {
            return present;
        }
        critical_section::with(|_| {
            let present = cell.load(Relaxed);
            if behind(present) {
                cell.store(to, Relaxed);
            }
            present
        })
    }
}
