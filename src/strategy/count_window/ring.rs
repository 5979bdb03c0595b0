//! More outcomes than the word has room for: a ring of bits beside it, 1 for a failure. The count is 1 while anything
//! else than `N` successes is in it, and the stamp says where in the ring it is.

use crate::strategy::rate::Rate;
use crate::strategy::{Kept, Step};
use crate::sync::cells::Cell32;

/// How many calls a [`CountWindow`](super::CountWindow) holds, as a type.
#[doc(hidden)]
#[derive(Debug)]
pub struct Calls<const N: usize>;

/// Of 1 to 1,024 [`Calls`]: the ring beside the word. Sealed.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a count window holds 1 to 1,024 calls",
    label = "this many it cannot hold"
)]
pub trait Ring: sealed::Sealed {
    type Memory: Send + Sync;
    const MEMORY: Self::Memory;
    fn cells(memory: &Self::Memory) -> &[Cell32];
}

/// A ring of so many words of 32 outcomes.
#[derive(Debug)]
pub struct Outcomes<const WORDS: usize>([Cell32; WORDS]);

impl<const WORDS: usize> Outcomes<WORDS> {
    const fn empty() -> Self {
        Outcomes([const { Cell32::new(0) }; WORDS])
    }
}

/// None for a window that stands in the word.
const fn words(calls: usize) -> usize {
    if super::bits::hold(calls) { 0 } else { calls.div_ceil(u32::BITS as usize) }
}

macro_rules! rings {
    ($($word:literal)*) => {
        $(rings!(in $word: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);)*
    };
    (in $word:literal: $($bit:literal)*) => {$(
        impl sealed::Sealed for Calls<{ 32 * $word + $bit }> {}
        impl Ring for Calls<{ 32 * $word + $bit }> {
            type Memory = Outcomes<{ words(32 * $word + $bit) }>;
            #[allow(clippy::declare_interior_mutable_const)] // a breaker's own copy is what changes
            const MEMORY: Self::Memory = Outcomes::empty();
            #[inline]
            fn cells(memory: &Self::Memory) -> &[Cell32] {
                &memory.0
            }
        }
    )*};
}

// Arithmetic on a const parameter in a type is not stable: so each number has a line of its own.
rings!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);

mod sealed {
    pub trait Sealed {}
}

/// What the stamp says. All of it is 0 in an empty ring.
#[derive(Clone, Copy)]
struct Place {
    /// The slot of the next outcome, from 0.
    next: u32,
    /// How many outcomes there are. Until the ring is full they stand in its first slots.
    filled: u32,
    /// How many successes there were in a row: when they fill the ring it is clean.
    row: u32,
}

impl Place {
    #[inline]
    fn of(kept: Kept, calls: u32) -> Place {
        if kept.count == 0 {
            // Full of successes, and whichever slot is next.
            return Place { next: 0, filled: calls, row: calls - 1 };
        }
        let stamp = kept.stamp;
        Place { next: stamp & 0x3FF, filled: stamp >> 10 & 0x7FF, row: stamp >> 21 }
    }

    #[inline]
    fn kept(self) -> Kept {
        Kept { count: 1, stamp: self.row << 21 | self.filled << 10 | self.next }
    }
}

#[inline]
pub(crate) fn record(ring: &[Cell32], calls: u32, rate: Rate, kept: Kept, failed: bool) -> Step {
    let Place { next, filled, row } = Place::of(kept, calls);
    let row = if failed { 0 } else { row + 1 };
    if row == calls {
        return Step::Keep(Kept { count: 0, stamp: 0 });
    }
    let now_filled = calls.min(filled + 1);
    // Another success adds to the calls of a ring that is not full, or takes the place of some outcome: the rate does
    // not rise by it.
    let reaches_minimum = now_filled > filled && now_filled == u32::from(rate.minimum);
    if failed || reaches_minimum {
        let dropped = if filled == calls { next } else { u32::MAX };
        if rate.is_reached(counted(ring, filled, dropped) + u32::from(failed), now_filled) {
            return Step::Trip;
        }
    }
    let next = if next + 1 < calls { next + 1 } else { 0 };
    Step::Keep(Place { next, filled: now_filled, row }.kept())
}

/// The slot of an outcome is the one that was next when it was recorded.
#[inline]
pub(crate) fn recorded(ring: &[Cell32], before: Kept, failed: bool) {
    let slot = if before.count == 0 { 0 } else { before.stamp & 0x3FF };
    if let Some(word) = ring.get(slot as usize / 32) {
        let bit = 1 << (slot % 32);
        let with = |outcomes| if failed { outcomes | bit } else { outcomes & !bit };
        // Most successes find one in their slot: nothing to write then (peers, windows).
        let outcomes = word.get();
        if with(outcomes) != outcomes {
            word.change(with);
        }
    }
}

pub(crate) fn failures(ring: &[Cell32], calls: u32, kept: Kept) -> u16 {
    if kept.count == 0 { 0 } else { count(ring, Place::of(kept, calls).filled) as u16 }
}

/// The failures in the first slots, but for one. They are counted anew each time, rather than kept, so that a bit that
/// was written late is not counted on. Apart, so that a success saves no registers for it (peers, windows).
#[inline(never)]
fn counted(ring: &[Cell32], slots: u32, but_for: u32) -> u32 {
    count(ring, slots) - failure_at(ring, but_for)
}

/// The failures in the first slots.
fn count(ring: &[Cell32], mut slots: u32) -> u32 {
    let mut failures = 0;
    for word in ring {
        let these = if slots < 32 { !(u32::MAX << slots) } else { u32::MAX };
        failures += (word.get() & these).count_ones();
        slots = slots.saturating_sub(32);
    }
    failures
}

#[inline]
fn failure_at(ring: &[Cell32], slot: u32) -> u32 {
    ring.get(slot as usize / 32).map_or(0, |word| word.get() >> (slot % 32) & 1)
}
