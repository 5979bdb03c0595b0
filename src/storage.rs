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
//! Writing publishes and loading the control acquires: whoever is admitted by a breaker sees
//! what those who closed it had done before, a recovery step's work among it.
//!
//! Beside the word stands the tick of the last opening, for the reads alone. While the breaker is
//! open its word holds that tick; whoever takes it out of `Open` saves it first. 0 means never, so an
//! opening at tick 0 is kept as 1.

// The one choice between the two; everything else asks the storage. By two attributes, since tools that read the
// source without compiling it, as cargo-mutants does, follow a path but not one in a `cfg_attr`.
#[cfg(all(target_has_atomic = "64", not(mcb_critical_section)))]
#[path = "storage/atomic.rs"]
mod chosen;
#[cfg(not(all(target_has_atomic = "64", not(mcb_critical_section))))]
#[path = "storage/critical.rs"]
mod chosen;

pub(crate) use chosen::Storage;

use crate::state::State;

impl Storage {
    /// The tick at which it last opened; `None` before the first opening.
    #[inline]
    pub(crate) fn opened(&self) -> Option<u32> {
        let word = self.load();
        let tick = if word.control.is_open() || word.control.is(State::LockedOut) {
            never_zero(word.stamp)
        } else {
            self.saved_opening()
        };
        Some(tick).filter(|&tick| tick != 0)
    }
}

// The mutable part of a breaker; on a 32-bit target the reference to its configuration adds 4 bytes. A 64-bit atomic
// is aligned to its size on 32-bit targets that have one (WebAssembly, i686, ARMv7) as well.
#[cfg(not(loom))]
const _: () = {
    let whole = cfg!(all(target_has_atomic = "64", not(mcb_critical_section)));
    assert!(size_of::<Storage>() <= if whole { 16 } else { 12 });
};

#[inline]
const fn never_zero(tick: u32) -> u32 {
    if tick == 0 { 1 } else { tick }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::Storage;
    use crate::machine::{Control, Limits, Word};

    const CLOSED: Word = Word { control: Control(3 << 17 | 0x1FFF), stamp: u32::MAX };

    fn open(at: u32) -> Word {
        Word { control: Control(1 << 29 | 1 << 13), stamp: at }
    }

    #[test]
    fn counting_replaces_the_word_it_was_given_and_no_other() {
        let word = CLOSED;
        let mut storage = Storage::new(word, &Limits::DEFAULT);
        assert!(!storage.count(Word { stamp: 0, ..word }));
        assert_eq!(storage.load(), word);
        assert!(storage.count(word));
        assert_eq!(storage.load(), word.one_more());
        storage.count_mut();
        assert_eq!(storage.load(), word.one_more().one_more());
        assert_eq!(storage.load_mut(), storage.load());
    }

    #[test]
    fn a_word_is_replaced_where_both_halves_are_what_was_judged() {
        let storage = Storage::new(CLOSED, &Limits::DEFAULT);
        let other = open(5);
        assert!(!storage.replace(Word { stamp: 0, ..CLOSED }, other));
        assert!(!storage.replace(Word { control: Control(0), ..CLOSED }, other));
        assert_eq!((storage.load(), storage.opened()), (CLOSED, None));
        assert!(storage.replace(CLOSED, other));
        assert_eq!((storage.load(), storage.control(), storage.present()), {
            (other, other.control, other.control)
        });
    }

    #[test]
    fn the_last_opening_outlives_its_word_however_it_is_replaced() {
        let mut storage = Storage::new(CLOSED, &Limits::DEFAULT);
        for exclusively in [false, true] {
            // An opening at tick 0 is kept as 1.
            for (at, kept) in [(7, 7), (u32::MAX, u32::MAX), (0, 1)] {
                let now = storage.load();
                assert!(storage.replace(now, open(at)));
                assert_eq!(storage.opened(), Some(kept), "in the word");
                if exclusively {
                    storage.store_mut(open(at), CLOSED);
                } else {
                    assert!(storage.replace(open(at), CLOSED));
                }
                assert_eq!((storage.load(), storage.opened()), (CLOSED, Some(kept)), "beside it");
            }
        }
    }
}
