//! The atomics and the critical section in use: the processor's, or loom's where the cells are
//! model-checked.

#[cfg(not(loom))]
pub(crate) use core::sync::atomic::{AtomicU32, Ordering};

#[cfg(all(not(loom), target_has_atomic = "64", not(mcb_critical_section)))]
pub(crate) use core::sync::atomic::AtomicU64;

#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicU32, Ordering};

#[cfg(all(loom, not(mcb_critical_section)))]
pub(crate) use loom::sync::atomic::AtomicU64;

/// Runs `f` while nobody else runs in here.
#[cfg(all(not(loom), any(not(target_has_atomic = "64"), mcb_critical_section)))]
#[inline]
pub(crate) fn exclusively<T>(f: impl FnOnce() -> T) -> T {
    critical_section::with(|_| f())
}

#[cfg(all(loom, mcb_critical_section))]
pub(crate) fn exclusively<T>(f: impl FnOnce() -> T) -> T {
    loom::lazy_static! {
        static ref MASK: loom::sync::Mutex<()> = loom::sync::Mutex::new(());
    }
    let held = MASK.lock();
    let value = f();
    drop(held);
    value
}
