//! When a closed breaker opens.
//!
//! A strategy decides one thing: what a counted outcome does to a *closed* breaker. Opening,
//! recovery, probes, generations and forcing are the same for all and stand in the state machine.
//!
//! # The seam
//!
//! While closed, 12 bits of *count* and the 32 bits of *stamp* in the breaker's word belong to the
//! strategy ([`Kept`]); [`Strategy::record`] is a pure function over them. One contract holds the
//! promise that health costs nothing: **a count of 0 is clean, and a success on a clean breaker
//! changes nothing.** The breaker does not even ask the strategy then. What needs more than 44 bits
//! lies in [`Strategy::Memory`], atomics beside the word.
//!
//! - A success can open too ([`Step::Trip`]): one that reaches the minimum of a failing window, say.
//! - Memory is written by [`Strategy::recorded`], which only the call runs whose word was written: it
//!   owns the place in a ring that it advanced over. A breaker that closes again starts with a fresh
//!   word, which says that the ring is empty, so memory needs no clearing and the generation keeps it
//!   honest.
//! - The clock is handed over as a function: who does not call it does not pay for it.
//! - An error threshold above what the strategy can count is refused ([`Strategy::MAX_THRESHOLD`]).

mod consecutive;
mod net_error;
#[cfg(all(test, not(loom)))]
mod seam;

pub use consecutive::Consecutive;
pub use net_error::NetError;

/// What a strategy keeps in the word of a closed breaker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// 0 to 4,095. Zero is *clean*: a success would change nothing.
    pub count: u16,
    /// The strategy's to use.
    pub stamp: u32,
}

/// What an outcome does to a closed breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It stays closed and keeps this from now on.
    Keep(Kept),
    /// It opens.
    Trip,
}

/// When a closed breaker opens; see the [module's documentation](self) for the contract.
///
/// Sealed: the trait may still grow with the window strategies.
pub trait Strategy: Copy + sealed::Sealed + 'static {
    /// Atomics beside the word, for what does not fit into it; `()` for the plain counts.
    type Memory: Send + Sync;

    /// The memory of a new breaker.
    const MEMORY: Self::Memory;

    /// The count of a breaker that has just closed; its stamp is 0 then.
    const FRESH: u16 = 0;

    /// By how much a success lowers the count, where a failure raises it by one and nothing else is kept: the
    /// breaker counts by itself then, in code that all such strategies share, and does not ask [`record`](Self::record).
    const PLAIN: Option<u16> = None;

    /// The largest error threshold that it can count to.
    const MAX_THRESHOLD: u16 = 4096;

    /// Takes one outcome of a closed breaker. It may run several times for one outcome, when others
    /// write the word in between, so it must not write; `now` reads the clock's low 32 bits.
    fn record(
        &self,
        memory: &Self::Memory,
        kept: Kept,
        failed: bool,
        threshold: u16,
        now: &impl Fn() -> u32,
    ) -> Step;

    /// Runs once after an outcome moved the word within `Closed`, with what was kept before: the place in a ring that the
    /// outcome owns, say.
    #[inline]
    fn recorded(&self, memory: &Self::Memory, before: Kept, failed: bool) {
        let _ = (memory, before, failed);
    }

    /// The errors to tell while closed.
    fn error_count(&self, kept: Kept) -> u16;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Consecutive {}
    impl Sealed for super::NetError {}
}

/// A plain count: one up for a failure, until it reaches the threshold; `down` for a success, never below 0.
#[inline]
pub(crate) const fn plain(kept: Kept, failed: bool, threshold: u16, down: u16) -> Step {
    let Kept { count, stamp } = kept;
    if !failed {
        return Step::Keep(Kept { count: count.saturating_sub(down), stamp });
    }
    if count + 1 >= threshold { Step::Trip } else { Step::Keep(Kept { count: count + 1, stamp }) }
}
