//! When a closed breaker opens.
//!
//! A strategy decides one thing: what a counted outcome does to a *closed* breaker. Opening,
//! recovery, probes, generations and forcing are the same for all and stand in the state machine.
//!
//! | strategy | made by | opens when | keeps beside the word |
//! |---|---|---|---|
//! | [`Consecutive`] | – | errors come in a row | |
//! | [`NetError`] | `strategy(NetError)` | errors outweigh successes | |
//! | [`Debounce`] | [`debounce`](crate::Config::debounce) | errors outweigh successes, by weights | |
//! | [`TimedConsecutive`] | [`quiet`](crate::Config::quiet), [`lump`](crate::Config::lump) | errors come in a row, neither too far apart nor together | |
//! | [`FailuresPerPeriod`] | [`failures_per_period`](crate::Config::failures_per_period) | failures come faster than so many a period | |
//! | [`CountWindow`] | [`count_window`](crate::Config::count_window) | so many percent of the last calls failed | a bit a call, above 32 |
//! | [`TimeWindow`] | [`time_window`](crate::Config::time_window) | so many percent of the calls in a time failed | 8 bytes a bucket |
//! | [`DecayingRate`] | [`decaying_rate`](crate::Config::decaying_rate) | a moving average reaches so many percent | |
//! | [`Either`] | [`or`](crate::Config::or) and its like | either of two does | 4 bytes, and theirs |
//!
//! [`SlowCalls`], [`SlowStart`] and [`ObserveOnly`] stand around any of them. With the feature `std` a strategy can be
//! chosen by value: `AnyStrategy`.
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
//! - Memory is written by [`Strategy::recorded`] alone, after the word: each outcome runs it once. A breaker that closes
//!   again starts with a fresh word, which says that the memory is empty, so that it needs no clearing. Two calls may
//!   run it in another order than they wrote the word, and one may be late by whole laps of a ring: what it writes must
//!   do no lasting harm then.
//! - The clock is handed over as [`Time`]: who does not ask it does not pay for it.
//! - An error threshold above what the strategy can count is refused ([`Strategy::MAX_THRESHOLD`]).
//!
//! # One of your own
//!
//! [`check`] holds it against the contract, in a test:
//!
//! ```
//! use mcb::strategy::{check, Kept, Step, Strategy, Time};
//! use mcb::{CircuitBreaker, Config, ManualClock, State};
//!
//! /// Failures that leak away, one in so many ticks.
//! #[derive(Clone, Copy, Debug)]
//! struct Leaky(u32);
//!
//! impl Strategy for Leaky {
//!     type Memory = ();
//!     type Started = ();
//!     const MEMORY: () = ();
//!
//!     fn record(&self, (): &(), kept: Kept, failed: bool, threshold: u16, time: &impl Time) -> Step {
//!         let leaked = if kept.count == 0 { 0 } else { time.age(kept.stamp) / self.0 };
//!         let left = u32::from(kept.count).saturating_sub(leaked) as u16;
//!         match failed {
//!             true if left + 1 >= threshold => Step::Trip,
//!             true => Step::Keep(Kept { count: left + 1, stamp: time.now() }),
//!             false if left == 0 => Step::Keep(Kept::default()), // clean
//!             false => Step::Keep(kept),
//!         }
//!     }
//!
//!     fn error_count(&self, (): &(), kept: Kept, _: &impl Time) -> u16 {
//!         kept.count
//!     }
//! }
//!
//! static CLOCK: ManualClock = ManualClock::new();
//! static PUMP: CircuitBreaker<&ManualClock, Leaky> =
//!     CircuitBreaker::new(&Config::new("pump").error_threshold(4).strategy(Leaky(1_000)), &CLOCK);
//!
//! for _ in 0..4 {
//!     let _ = PUMP.call(|| Err::<(), _>("stalled"));
//! }
//! assert_eq!(PUMP.state(), State::Open);
//! assert!(check(&Leaky(1_000), 4)?.heals);
//! # Ok::<(), mcb::strategy::Breach>(())
//! ```

#[cfg(feature = "std")]
mod any;
pub(crate) mod around;
mod check;
mod consecutive;
mod count_window;
mod debounce;
mod decaying_rate;
mod either;
mod failures_per_period;
mod fingerprint;
mod net_error;
mod observe_only;
mod rate;
#[cfg(all(test, not(loom)))]
mod seam;
mod slow_calls;
mod slow_start;
mod time_window;
mod timed_consecutive;
#[cfg(all(test, not(loom)))]
mod walks;

#[cfg(feature = "std")]
pub(crate) use any::{AnyRate, Count};
#[cfg(feature = "std")]
pub use any::{AnyStrategy, Choice, CountChoice, RateChoice};
pub use check::{Breach, Checked, check};
pub use consecutive::Consecutive;
pub use count_window::CountWindow;
pub(crate) use count_window::{Calls, Ring};
pub use debounce::Debounce;
pub use decaying_rate::DecayingRate;
pub use either::Either;
pub use failures_per_period::FailuresPerPeriod;
pub(crate) use fingerprint::Fingerprint;
pub use net_error::NetError;
pub use observe_only::ObserveOnly;
#[cfg(feature = "std")]
pub(crate) use rate::Rate;
pub use slow_calls::SlowCalls;
pub use slow_start::SlowStart;
pub use time_window::TimeWindow;
#[cfg(feature = "std")]
pub(crate) use time_window::buckets::Window;
pub use timed_consecutive::TimedConsecutive;

use crate::verdict::Verdict;

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

/// One of two strategies, as [`CircuitBreaker::opened_by`](crate::CircuitBreaker::opened_by) tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Which {
    /// The one that is told first.
    First,
    /// The other.
    Second,
}

/// The breaker's clock, as a strategy sees it. Who does not ask it does not pay for it.
///
/// A function that gives ticks is one, for tests.
pub trait Time {
    /// The low 32 bits of the present tick, to be kept as a stamp.
    fn now(&self) -> u32;

    /// How old a stamp is: 0 for one that an interrupt took a moment later. With `u32` ticks ages come round after 2³²
    /// ticks. With `u64` ticks what is older than that stays older, if the stamp is what [`now`](Self::now) told last; one
    /// that was computed, or is older than a later `now`, may come round too. Ask it before `now`, and leave no stamp
    /// older than 2³¹ ticks behind when you keep something.
    fn age(&self, stamp: u32) -> u32;
}

impl<F: Fn() -> u32> Time for F {
    fn now(&self) -> u32 {
        self()
    }

    fn age(&self, stamp: u32) -> u32 {
        crate::ticks::since(self(), stamp)
    }
}

/// When a closed breaker opens; see the [module's documentation](self) for the contract.
pub trait Strategy: Copy + 'static {
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

    /// How many bits of the count it needs: two strategies share the 12 of a word in an
    /// [`Either`].
    const BITS: u32 = 12;

    /// Whether fewer bits will do, up to the threshold that they can count to: true of counters.
    const FEWER_BITS_DO: bool = false;

    /// Whether it uses the stamp, which two strategies cannot share.
    const STAMPS: bool = true;

    /// Whether [`recorded`](Self::recorded) is wanted.
    const RECORDS: bool = false;

    /// Whether [`opened`](Self::opened) is wanted.
    const NOTES_OPENINGS: bool = false;

    /// Takes one outcome of a closed breaker; a success on a clean one is not asked about. It may run several times for
    /// one outcome, when others write the word in between, so it must not write.
    fn record(
        &self,
        memory: &Self::Memory,
        kept: Kept,
        failed: bool,
        threshold: u16,
        time: &impl Time,
    ) -> Step;

    /// Runs once after each outcome that was recorded and did not open the breaker, whether or not the word moved, with
    /// what was kept before and what is kept now: the place in a ring that the outcome owns, say.
    #[inline]
    fn recorded(&self, memory: &Self::Memory, before: Kept, now: Kept, failed: bool) {
        let _ = (memory, before, now, failed);
    }

    /// An outcome has opened the breaker, and nobody is told yet: with what was kept before it, as
    /// [`record`](Self::record) was given it. For what stands around others; see [`opened_by`](Self::opened_by).
    #[inline]
    fn opened(
        &self,
        memory: &Self::Memory,
        kept: Kept,
        failed: bool,
        threshold: u16,
        time: &impl Time,
    ) {
        let _ = (memory, kept, failed, threshold, time);
    }

    /// Which of two strategies opened it last, if there are two.
    #[inline]
    fn opened_by(&self, memory: &Self::Memory) -> Option<Which> {
        let _ = memory;
        None
    }

    /// The errors to tell while closed.
    fn error_count(&self, memory: &Self::Memory, kept: Kept, time: &impl Time) -> u16;

    /// What a call carries from its admission to its end: `()`, or when it began.
    type Started: Copy + Default + Send + Sync;

    /// A call is admitted. Nothing by default, as all that follows: these are for what stands around a strategy, such
    /// as [`SlowCalls`].
    #[inline]
    fn started(&self, time: &impl Time) -> Self::Started {
        let _ = time;
        Self::Started::default()
    }

    /// Whether a call that ends now, with a success or dropped, took so long that it is a failure.
    #[inline]
    fn is_slow(&self, started: Self::Started, time: &impl Time) -> bool {
        let _ = (started, time);
        false
    }

    /// Whether calls that are refused pass all the same, and count for nothing.
    #[inline]
    fn observes_only(&self) -> bool {
        false
    }

    /// Whether the observer that a breaker owns (`with_hooks`, feature `std`) is told of results and rejections too, and
    /// not of transitions alone, so that each call looks whether there is one.
    const TELLS_OWNER: bool = false;

    /// A call has ended. It runs for every call, also for those that change nothing.
    #[inline]
    fn on_result(&self, id: &'static str, verdict: Verdict, probe: bool) {
        let _ = (id, verdict, probe);
    }

    /// A call was refused; whether it [passed all the same](Self::observes_only).
    #[inline]
    fn on_rejected(&self, id: &'static str, passed: bool) {
        let _ = (id, passed);
    }

    /// A number that stands for the strategy and its settings: a [snapshot](crate::Snapshot) is refused where it is
    /// another than when it was taken. It must be the same in every build. Whoever has settings, or could be taken for
    /// another strategy by the constants here, says a number of its own.
    fn fingerprint(&self) -> u32 {
        let flags = [Self::FEWER_BITS_DO, Self::STAMPS, Self::RECORDS];
        let plain = Self::PLAIN.map_or(u32::MAX, u32::from);
        let print = Fingerprint::NEW.with(plain).with(u32::from(Self::FRESH)).with(Self::BITS);
        let print = print.with(u32::from(Self::MAX_THRESHOLD));
        flags.iter().fold(print, |print, &flag| print.with(u32::from(flag))).number()
    }

    /// Whether recoveries end in a slow start; see [`SlowStart`].
    const RAMPS: bool = false;

    /// Whether they do so by its settings too, where [`RAMPS`](Self::RAMPS) says that they may.
    #[inline]
    fn ramps(&self) -> bool {
        Self::RAMPS
    }

    /// A slow start is about to begin.
    #[inline]
    fn ramp_begins(&self, memory: &Self::Memory, time: &impl Time) {
        let _ = (memory, time);
    }

    /// What is left of a slow start, in ticks: none, once it is over.
    #[inline]
    fn ramp_left(&self, memory: &Self::Memory, time: &impl Time) -> u32 {
        let _ = (memory, time);
        0
    }

    /// Asks a slow start that is not over for one call: the ticks to wait for more to pass, none if it passes.
    #[inline]
    fn ramp_passes(&self, memory: &Self::Memory, time: &impl Time) -> u32 {
        let _ = (memory, time);
        0
    }
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
