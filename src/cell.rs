//! Where the word lives: the only code that depends on the target.
//!
//! | target | storage | a write |
//! |---|---|---|
//! | has 64-bit atomics | one `AtomicU64` | compare-and-swap |
//! | others | two `AtomicU32` | compare and store inside `critical_section::with` |
//!
//! Both offer the same operations: load the control half (the fast path), load the word, replace the
//! word if it is still the one that was judged, and raise its count by one likewise. `ROOMY` says whether
//! short cuts beside the healthy path are worth their code there. User code never runs inside any of them,
//! so interrupts are masked for a handful of instructions whatever clock, rule or hook is in use.
//!
//! Beside the word stands the tick of the last opening, for the reads alone. While the breaker is
//! open its word holds that tick; whoever takes it out of `Open` saves it first. 0 means never, so an
//! opening at tick 0 is kept as 1.

#[cfg(all(target_has_atomic = "64", not(mcb_critical_section)))]
mod atomic;
#[cfg(any(not(target_has_atomic = "64"), mcb_critical_section))]
mod critical;

#[cfg(all(target_has_atomic = "64", not(mcb_critical_section)))]
pub(crate) use atomic::Cell;
#[cfg(any(not(target_has_atomic = "64"), mcb_critical_section))]
pub(crate) use critical::Cell;

#[cfg(all(target_has_atomic = "64", not(mcb_critical_section)))]
use crate::state::{Control, Word};

impl Cell {
    /// The tick at which it last opened; `None` before the first opening.
    #[inline]
    pub(crate) fn opened(&self) -> Option<u32> {
        let word = self.load();
        let tick =
            if word.control.is_open() { never_zero(word.stamp) } else { self.saved_opening() };
        Some(tick).filter(|&tick| tick != 0)
    }
}

// The mutable part of a breaker; on a 32-bit target the reference to its configuration adds 4 bytes.
#[cfg(not(loom))]
const _: () = assert!(size_of::<Cell>() <= if size_of::<usize>() == 4 { 12 } else { 16 });

#[inline]
const fn never_zero(tick: u32) -> u32 {
    if tick == 0 { 1 } else { tick }
}

/// The halves as one integer, control low: a 32-bit compare of the control needs no shift.
#[cfg(all(target_has_atomic = "64", not(mcb_critical_section)))]
#[inline]
const fn pack(word: Word) -> u64 {
    (word.stamp as u64) << 32 | word.control.0 as u64
}

#[cfg(all(target_has_atomic = "64", not(mcb_critical_section)))]
#[inline]
const fn unpack(word: u64) -> Word {
    Word { control: Control(word as u32), stamp: (word >> 32) as u32 }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::Cell;
    use crate::state::{Control, Word};

    #[test]
    fn counting_replaces_the_word_it_was_given_and_no_other() {
        let word = Word { control: Control(3 << 17 | 0x1FFF), stamp: u32::MAX };
        let mut cell = Cell::new(word);
        assert!(!cell.count(Word { stamp: 0, ..word }));
        assert_eq!(cell.load(), word);
        assert!(cell.count(word));
        assert_eq!(cell.load(), word.one_more());
        cell.count_mut();
        assert_eq!(cell.load(), word.one_more().one_more());
    }
}
