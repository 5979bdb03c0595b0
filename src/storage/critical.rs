//! Two `AtomicU32`, changed inside a critical section.

use super::never_zero;
use crate::machine::{Control, Limits, Word};
use crate::sync::{self, AtomicU32, Ordering::Relaxed, exclusively};

/// Loads and stores are all that is asked of the processor: no compare-and-swap. Relaxed throughout, since
/// the critical section orders what is done inside it, and [`sync::acquire`] and [`sync::release`] what is loaded outside.
#[derive(Debug)]
pub struct Storage {
    control: AtomicU32,
    stamp: AtomicU32,
    opened: AtomicU32,
}

impl Storage {
    #[cfg(not(loom))]
    pub(crate) const fn new(word: Word, _: &Limits) -> Storage {
        Storage {
            control: AtomicU32::new(word.control.0),
            stamp: AtomicU32::new(word.stamp),
            opened: AtomicU32::new(0),
        }
    }

    #[cfg(loom)]
    pub(crate) fn new(word: Word, _: &Limits) -> Storage {
        Storage {
            control: AtomicU32::new(word.control.0),
            stamp: AtomicU32::new(word.stamp),
            opened: AtomicU32::new(0),
        }
    }

    /// What a plain count goes by: the threshold, and by how much a success lowers it. In flash.
    #[inline]
    #[allow(clippy::unused_self)] // the other storage keeps them
    pub(crate) fn count_by(&self, limits: impl FnOnce() -> (u16, u16)) -> (u16, u16) {
        limits()
    }

    /// For a call that it may admit. The control half is one atomic word of its own and needs no critical
    /// section.
    #[inline]
    pub(crate) fn control(&self) -> Control {
        let control = self.present();
        sync::acquire();
        control
    }

    /// The control half, only to be compared with another.
    #[inline]
    pub(crate) fn present(&self) -> Control {
        Control(self.control.load(Relaxed))
    }

    /// Where flash is small, all but the healthy path is out of line.
    pub(crate) const ROOMY: bool = false;

    #[inline]
    fn halves(&self) -> Word {
        Word { control: self.present(), stamp: self.stamp.load(Relaxed) }
    }

    #[inline]
    pub(crate) fn load(&self) -> Word {
        exclusively(|| self.halves())
    }

    #[inline]
    pub(crate) fn replace(&self, old: Word, new: Word) -> bool {
        exclusively(|| {
            let unchanged = self.halves() == old;
            if unchanged {
                self.store(old, new);
            }
            unchanged
        })
    }

    /// [`replace`](Self::replace) of a word that is not open, of which no opening has to be saved (growth, second_type
    /// and eight).
    #[inline]
    pub(crate) fn replace_unopened(&self, old: Word, new: Word) -> bool {
        debug_assert!(!old.control.is_open());
        exclusively(|| {
            let unchanged = self.halves() == old;
            if unchanged {
                self.store_unopened(new);
            }
            unchanged
        })
    }

    #[inline]
    pub(crate) fn count(&self, old: Word) -> bool {
        self.replace_unopened(old, old.one_more())
    }

    #[inline]
    fn store(&self, old: Word, new: Word) {
        if old.control.is_open() {
            self.opened.store(never_zero(old.stamp), Relaxed);
        }
        self.store_unopened(new);
    }

    #[inline]
    fn store_unopened(&self, new: Word) {
        sync::release();
        self.control.store(new.control.0, Relaxed);
        self.stamp.store(new.stamp, Relaxed);
    }

    /// Saves the opening of a lockout that a hand is about to end, unless a later one is saved.
    pub(crate) fn note_opening(&self, tick: u32) {
        let tick = never_zero(tick);
        exclusively(|| {
            let saved = self.opened.load(Relaxed);
            if saved == 0 || tick.wrapping_sub(saved).cast_signed() > 0 {
                self.opened.store(tick, Relaxed);
            }
        });
    }

    /// Saves an opening in place of whatever is saved.
    pub(crate) fn set_opening(&self, tick: u32) {
        self.opened.store(never_zero(tick), Relaxed);
    }

    #[inline]
    pub(crate) fn saved_opening(&self) -> u32 {
        self.opened.load(Relaxed)
    }

    /// Nobody else can see it: the plain loads and stores are enough.
    #[inline]
    pub(crate) fn load_mut(&mut self) -> Word {
        self.halves()
    }

    #[inline]
    pub(crate) fn count_mut(&mut self) {
        let old = self.halves();
        self.store(old, old.one_more());
    }

    #[inline]
    pub(crate) fn store_mut(&mut self, old: Word, new: Word) {
        self.store(old, new);
    }
}
