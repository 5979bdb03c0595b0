//! One `AtomicU64`, changed by compare-and-swap.

#[cfg(not(loom))]
use core::sync::atomic::AtomicU64;

#[cfg(loom)]
use loom::sync::atomic::AtomicU64;

use super::never_zero;
use crate::machine::{Control, DETAIL, Limits, Word};
use crate::sync::{AtomicU32, Ordering};

/// A count one higher, added to the word as one integer with control low.
const ONE_MORE: u64 = DETAIL.one() as u64;

#[derive(Debug)]
pub struct Storage {
    word: AtomicU64,
    opened: AtomicU32,
    // What a failure that only counts is held against, where padding would be: it is in the cache with the word
    // (peers, failing_ns).
    threshold: u16,
    down: u16,
}

impl Storage {
    #[cfg(not(loom))]
    pub(crate) const fn new(word: Word, limits: &Limits) -> Storage {
        let Limits { error_threshold: threshold, down, .. } = *limits;
        Storage { word: AtomicU64::new(pack(word)), opened: AtomicU32::new(0), threshold, down }
    }

    #[cfg(loom)]
    pub(crate) fn new(word: Word, limits: &Limits) -> Storage {
        let Limits { error_threshold: threshold, down, .. } = *limits;
        Storage { word: AtomicU64::new(pack(word)), opened: AtomicU32::new(0), threshold, down }
    }

    /// What a plain count goes by: the threshold, and by how much a success lowers it.
    #[inline]
    pub(crate) fn count_by(&self, _: impl FnOnce() -> (u16, u16)) -> (u16, u16) {
        (self.threshold, self.down)
    }

    /// For a call that it may admit: acquired, which x86 gives for nothing.
    #[inline]
    pub(crate) fn control(&self) -> Control {
        unpack(self.word.load(Ordering::Acquire)).control
    }

    /// The control half, only to be compared with another.
    #[inline]
    pub(crate) fn present(&self) -> Control {
        unpack(self.word.load(Ordering::Relaxed)).control
    }

    /// Paths that are worth their code on a large processor alone are inlined into every call.
    pub(crate) const ROOMY: bool = true;

    #[inline]
    pub(crate) fn load(&self) -> Word {
        unpack(self.word.load(Ordering::Acquire))
    }

    #[inline]
    pub(crate) fn replace(&self, old: Word, new: Word) -> bool {
        if old.control.is_open() && !self.save_opening(old) {
            return false;
        }
        self.replace_unopened(old, new)
    }

    /// [`replace`](Self::replace) of a word that is not open, or whose opening is saved.
    #[inline]
    pub(crate) fn replace_unopened(&self, old: Word, new: Word) -> bool {
        let (old, new) = (pack(old), pack(new));
        self.word.compare_exchange(old, new, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// `replace(old, old.one_more())` of a closed word. Said as one addition: the compiler cannot join
    /// the halves again, as it does not know that the lower one has no carry, and the few cycles would
    /// stand between the load and the exchange.
    #[inline]
    pub(crate) fn count(&self, old: Word) -> bool {
        let old = pack(old);
        let new = old.wrapping_add(ONE_MORE);
        self.word.compare_exchange(old, new, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// Saves the opening that `open` tells of, before the word leaves it. Several may try at once, and
    /// one may be late by whole openings: it must not overwrite a later tick with its own. So the word
    /// is loaded again *after* the saved tick; if it is still `open`, a later opening can only be saved
    /// by changing that tick, which then fails the exchange.
    /// (Unless it comes round to the same tick in between, 2^32 ticks later.)
    fn save_opening(&self, open: Word) -> bool {
        let tick = never_zero(open.stamp);
        let saved = self.opened.load(Ordering::Acquire);
        if self.load() != open {
            return false;
        }
        saved == tick
            || match self.opened.compare_exchange(saved, tick, Ordering::AcqRel, Ordering::Relaxed)
            {
                Ok(_) => true,
                Err(other) => other == tick,
            }
    }

    /// Saves the opening of a lockout that a hand is about to end, unless a later one is saved.
    pub(crate) fn note_opening(&self, tick: u32) {
        let tick = never_zero(tick);
        let mut saved = self.opened.load(Ordering::Acquire);
        while saved == 0 || tick.wrapping_sub(saved).cast_signed() > 0 {
            match self.opened.compare_exchange(saved, tick, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return,
                Err(other) => saved = other,
            }
        }
    }

    /// Saves an opening in place of whatever is saved. Whoever is saving another one meanwhile finds that it is not what
    /// it saw.
    pub(crate) fn set_opening(&self, tick: u32) {
        self.opened.store(never_zero(tick), Ordering::Release);
    }

    #[inline]
    pub(crate) fn saved_opening(&self) -> u32 {
        self.opened.load(Ordering::Acquire)
    }

    #[cfg(not(loom))]
    #[inline]
    pub(crate) fn load_mut(&mut self) -> Word {
        unpack(*self.word.get_mut())
    }

    #[cfg(not(loom))]
    #[inline]
    pub(crate) fn store_mut(&mut self, old: Word, new: Word) {
        if old.control.is_open() {
            *self.opened.get_mut() = never_zero(old.stamp);
        }
        *self.word.get_mut() = pack(new);
    }

    /// `store_mut(old, old.one_more())` of a closed word, as one addition in memory.
    #[cfg(not(loom))]
    #[inline]
    pub(crate) fn count_mut(&mut self) {
        let word = self.word.get_mut();
        *word = word.wrapping_add(ONE_MORE);
    }

    // loom's atomics have `with_mut` where others have `get_mut`, and there is nothing to model behind an
    // exclusive reference.
    #[cfg(loom)]
    pub(crate) fn load_mut(&mut self) -> Word {
        self.load()
    }

    #[cfg(loom)]
    pub(crate) fn count_mut(&mut self) {
        self.count(self.load());
    }

    #[cfg(loom)]
    pub(crate) fn store_mut(&mut self, old: Word, new: Word) {
        self.replace(old, new);
    }
}

/// The halves as one integer, control low: a 32-bit compare of the control needs no shift.
#[inline]
const fn pack(word: Word) -> u64 {
    (word.stamp as u64) << 32 | word.control.0 as u64
}

#[inline]
const fn unpack(word: u64) -> Word {
    Word { control: Control(word as u32), stamp: (word >> 32) as u32 }
}
