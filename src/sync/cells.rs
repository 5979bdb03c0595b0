//! Memory beside the word: numbers that several calls change at once, each by itself.
//!
//! | target | a change |
//! |---|---|
//! | has atomics of that width | an atomic read-modify-write |
//! | others | a load and a store inside `critical_section::with` |
//!
//! Relaxed throughout: the word decides, and what stands here are numbers that it counts with.

#[cfg(loom)]
pub(crate) use model::{Cell32, Cell64};
#[cfg(not(loom))]
#[allow(unused_imports)]
pub(crate) use real::{Cell32, Cell64};

#[cfg(not(loom))]
mod real {
    use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

    #[allow(unused_imports)] // by those without atomics of that width
    use super::super::exclusively;

    /// 32 bits. In the memory of public types, which nobody can name.
    #[derive(Debug)]
    pub struct Cell32(AtomicU32);

    impl Cell32 {
        pub(crate) const fn new(value: u32) -> Self {
            Cell32(AtomicU32::new(value))
        }

        #[inline]
        pub(crate) fn get(&self) -> u32 {
            self.0.load(Relaxed)
        }

        #[inline]
        pub(crate) fn set(&self, value: u32) {
            self.0.store(value, Relaxed);
        }

        /// Changes it, and gives what it was.
        #[inline]
        pub(crate) fn change(&self, change: impl Fn(u32) -> u32) -> u32 {
            #[cfg(target_has_atomic = "32")]
            {
                let mut old = self.0.load(Relaxed);
                loop {
                    match self.0.compare_exchange_weak(old, change(old), Relaxed, Relaxed) {
                        Ok(old) => return old,
                        Err(other) => old = other,
                    }
                }
            }
            #[cfg(not(target_has_atomic = "32"))]
            exclusively(|| {
                let old = self.get();
                self.set(change(old));
                old
            })
        }
    }

    /// 64 bits, of which the upper half names what the lower one counts.
    #[cfg(all(target_has_atomic = "64", not(mcb_critical_section)))]
    #[derive(Debug)]
    pub(crate) struct Cell64(core::sync::atomic::AtomicU64);

    #[cfg(all(target_has_atomic = "64", not(mcb_critical_section)))]
    impl Cell64 {
        pub(crate) const fn new(value: u64) -> Self {
            Cell64(core::sync::atomic::AtomicU64::new(value))
        }

        #[inline]
        pub(crate) fn get(&self) -> u64 {
            self.0.load(Relaxed)
        }

        /// Changes it.
        #[inline]
        pub(crate) fn change(&self, change: impl Fn(u64) -> u64) {
            let _ = self.0.fetch_update(Relaxed, Relaxed, |old| Some(change(old)));
        }
    }

    /// 64 bits, of which the upper half names what the lower one counts.
    #[cfg(not(all(target_has_atomic = "64", not(mcb_critical_section))))]
    #[derive(Debug)]
    pub(crate) struct Cell64 {
        lower: AtomicU32,
        upper: AtomicU32,
    }

    #[cfg(not(all(target_has_atomic = "64", not(mcb_critical_section))))]
    impl Cell64 {
        pub(crate) const fn new(value: u64) -> Self {
            let (lower, upper) =
                (AtomicU32::new(value as u32), AtomicU32::new((value >> 32) as u32));
            Cell64 { lower, upper }
        }

        #[inline]
        pub(crate) fn get(&self) -> u64 {
            exclusively(|| self.halves())
        }

        #[inline]
        fn halves(&self) -> u64 {
            u64::from(self.upper.load(Relaxed)) << 32 | u64::from(self.lower.load(Relaxed))
        }

        /// Changes it.
        #[inline]
        pub(crate) fn change(&self, change: impl Fn(u64) -> u64) {
            exclusively(|| {
                let new = change(self.halves());
                self.lower.store(new as u32, Relaxed);
                self.upper.store((new >> 32) as u32, Relaxed);
            });
        }
    }
}

/// loom's atomics have no constant constructor: they are made at first use, in the run of the model that uses them.
#[cfg(loom)]
mod model {
    use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
    use std::sync::OnceLock;

    macro_rules! cell {
        ($name:ident, $atomic:ident, $number:ident) => {
            #[derive(Debug)]
            #[allow(unreachable_pub)] // the one of 64 bits, in fields alone
            pub struct $name($number, OnceLock<$atomic>);

            impl $name {
                pub(crate) const fn new(value: $number) -> Self {
                    $name(value, OnceLock::new())
                }

                fn atomic(&self) -> &$atomic {
                    self.1.get_or_init(|| $atomic::new(self.0))
                }

                pub(crate) fn get(&self) -> $number {
                    self.atomic().load(Relaxed)
                }

                #[allow(dead_code)]
                pub(crate) fn set(&self, value: $number) {
                    self.atomic().store(value, Relaxed);
                }

                pub(crate) fn change(&self, change: impl Fn($number) -> $number) -> $number {
                    self.atomic().fetch_update(Relaxed, Relaxed, |old| Some(change(old))).unwrap()
                }
            }
        };
    }

    cell!(Cell32, AtomicU32, u32);
    cell!(Cell64, AtomicU64, u64);
}
