//! Two strategies at once.

use super::{Fingerprint, Kept, Step, Strategy, Time, Which};
use crate::sync::cells::Cell32;
use crate::verdict::Verdict;

/// Opens as soon as either of two strategies would; what [`Config::or`](crate::Config::or) and its like make.
///
/// A plain count finds a total outage at once, and a rate the brown-out that no plain count finds: together they find both.
/// `A` is told of each outcome first, and where both would open it is `A` that does;
/// [`opened_by`](crate::CircuitBreaker::opened_by) tells which. The error threshold is that of both,
/// as far as they use one, and the errors counted are those of `A`, or of `B` where `A` counts none.
///
/// ```
/// use core::time::Duration;
/// use mcb::{CircuitBreaker, Config, Consecutive, Either, ManualClock, State, TimeWindow};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// // Five in a row, or a fifth of the calls of 10 s if there were 50.
/// static DB: CircuitBreaker<&ManualClock, Either<Consecutive, TimeWindow<10>>> = CircuitBreaker::new(
///     &Config::new("db")
///         .error_threshold(5)
///         .or_time_window::<10>(Duration::from_secs(10), 20, 50),
///     &CLOCK,
/// );
///
/// for _ in 0..5 {
///     let _ = DB.call(|| Err::<(), _>("refused"));
/// }
/// assert_eq!(DB.state(), State::Open);
/// DB.reset();
/// for call in 0..50 {
///     let _ = DB.call(|| if call % 4 == 0 { Err("timed out") } else { Ok(()) });
/// }
/// assert_eq!(DB.state(), State::Open);
/// ```
///
/// # Which go together
///
/// They share the 12 bits of the count in the breaker's word, and the stamp is one's alone. What fits is known while
/// compiling, and what does not fit does not compile.
///
/// | | bits of the count | stamp |
/// |---|---|---|
/// | `Consecutive`, `NetError`, `Debounce` | what is left, for thresholds up to 2 to that power; 6 each for two of them | |
/// | `TimedConsecutive` | as above | yes |
/// | `FailuresPerPeriod` | 0 | yes |
/// | `CountWindow<N>` | 6 up to 32 calls, 1 above | yes |
/// | `TimeWindow<B>` | those of `B`: 4 up to 15 buckets, 11 for 1,024 | yes |
/// | `DecayingRate` | 12, so that nothing else fits | yes |
///
/// ```compile_fail
/// # use core::time::Duration;
/// # use mcb::{CircuitBreaker, Config, Either, FailuresPerPeriod, ManualClock, TimeWindow};
/// static CLOCK: ManualClock = ManualClock::new();
/// static DB: CircuitBreaker<&ManualClock, Either<FailuresPerPeriod, TimeWindow<10>>> = CircuitBreaker::new(
///     &Config::new("db")
///         .failures_per_period(5, Duration::from_secs(60))
///         .or_time_window::<10>(Duration::from_secs(10), 20, 50),
///     &CLOCK,
/// );
/// // error[E0080]: ... both strategies want the stamp, of which there is one
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Either<A, B> {
    pub(crate) a: A,
    pub(crate) b: B,
}

/// The count's, in a word.
const ALL: u32 = 12;

/// How many of them the first of two strategies has, from what both need, and whether each can do with less.
pub(super) const fn bits_of_the_first(a: (u32, bool), b: (u32, bool)) -> u32 {
    match (a, b) {
        ((_, true), (_, true)) => ALL / 2,
        ((_, true), (b, false)) => ALL.saturating_sub(b),
        ((a, false), _) => a,
    }
}

/// The largest threshold of a strategy in so many bits: the failure that opens is not counted in them.
pub(super) const fn most(threshold: u16, flexible: bool, bits: u32) -> u16 {
    if flexible && (threshold >> bits) > 0 { 1 << bits } else { threshold }
}

/// What two strategies keep beside the word.
#[derive(Debug)]
pub struct Both<A, B>(A, B, pub(super) Opener);

/// Which of two opened it last.
#[derive(Debug)]
pub(super) struct Opener(Cell32);

impl Opener {
    pub(super) const fn none() -> Self {
        Opener(Cell32::new(0))
    }

    pub(super) fn is(&self, which: Which) {
        self.0.set(1 + which as u32);
    }

    pub(super) fn last(&self) -> Option<Which> {
        match self.0.get() {
            0 => None,
            1 => Some(Which::First),
            _ => Some(Which::Second),
        }
    }
}

impl<A: Strategy, B: Strategy> Either<A, B> {
    const A_BITS: u32 = {
        assert!(!(A::STAMPS && B::STAMPS), "both strategies want the stamp, of which there is one");
        let bits = bits_of_the_first((A::BITS, A::FEWER_BITS_DO), (B::BITS, B::FEWER_BITS_DO));
        let left = ALL.saturating_sub(bits);
        assert!(
            (A::FEWER_BITS_DO || A::BITS <= ALL)
                && (B::FEWER_BITS_DO && left > 0 || B::BITS <= left)
                && (!A::FEWER_BITS_DO || bits > 0),
            "the two strategies need more bits than the 12 of a word's count"
        );
        bits
    };
    const B_BITS: u32 = ALL - Self::A_BITS;

    pub(crate) const fn new(a: A, b: B) -> Self {
        let _ = Self::A_BITS;
        Either { a, b }
    }

    #[inline]
    fn parts(kept: Kept) -> (Kept, Kept) {
        let stamp = |stamps| if stamps { kept.stamp } else { 0 };
        let a = kept.count & ((1 << Self::A_BITS) - 1);
        let a = Kept { count: a, stamp: stamp(A::STAMPS) };
        (a, Kept { count: kept.count >> Self::A_BITS, stamp: stamp(B::STAMPS) })
    }

    #[inline]
    fn together(a: Kept, b: Kept) -> Kept {
        let stamp = if A::STAMPS { a.stamp } else { b.stamp };
        let a = a.count & ((1 << Self::A_BITS) - 1);
        Kept { count: a | b.count << Self::A_BITS, stamp }
    }
}

/// A part that is clean is not asked about a success, as a breaker is not.
#[inline]
fn is_asked(kept: Kept, failed: bool) -> bool {
    failed || kept.count != 0
}

#[inline]
fn recorded<S: Strategy>(
    strategy: &S,
    memory: &S::Memory,
    kept: Kept,
    failed: bool,
    threshold: u16,
    time: &impl Time,
) -> Step {
    if is_asked(kept, failed) {
        strategy.record(memory, kept, failed, threshold, time)
    } else {
        Step::Keep(kept)
    }
}

#[deny(clippy::missing_trait_methods)]
impl<A: Strategy, B: Strategy> Strategy for Either<A, B> {
    type Memory = Both<A::Memory, B::Memory>;
    #[allow(clippy::declare_interior_mutable_const)] // a breaker's own copy is what changes
    const MEMORY: Self::Memory = Both(A::MEMORY, B::MEMORY, Opener::none());
    const FRESH: u16 = A::FRESH | B::FRESH << Self::A_BITS;
    const MAX_THRESHOLD: u16 = {
        let a = most(A::MAX_THRESHOLD, A::FEWER_BITS_DO, Self::A_BITS);
        let b = most(B::MAX_THRESHOLD, B::FEWER_BITS_DO, Self::B_BITS);
        if a < b { a } else { b }
    };
    const BITS: u32 = if A::FEWER_BITS_DO || B::FEWER_BITS_DO { ALL } else { A::BITS + B::BITS };
    const FEWER_BITS_DO: bool = false;
    const STAMPS: bool = A::STAMPS || B::STAMPS;
    const RECORDS: bool = A::RECORDS || B::RECORDS;
    const PLAIN: Option<u16> = None;
    const NOTES_OPENINGS: bool = true;

    #[inline]
    fn record(
        &self,
        memory: &Self::Memory,
        kept: Kept,
        failed: bool,
        threshold: u16,
        time: &impl Time,
    ) -> Step {
        let (a, b) = Self::parts(kept);
        let Step::Keep(a) = recorded(&self.a, &memory.0, a, failed, threshold, time) else {
            return Step::Trip;
        };
        let Step::Keep(b) = recorded(&self.b, &memory.1, b, failed, threshold, time) else {
            return Step::Trip;
        };
        Step::Keep(Self::together(a, b))
    }

    #[inline]
    fn recorded(&self, memory: &Self::Memory, before: Kept, now: Kept, failed: bool) {
        let ((a, b), now) = (Self::parts(before), Self::parts(now));
        if A::RECORDS && is_asked(a, failed) {
            self.a.recorded(&memory.0, a, now.0, failed);
        }
        if B::RECORDS && is_asked(b, failed) {
            self.b.recorded(&memory.1, b, now.1, failed);
        }
    }

    /// Asked again, the first would open it too, or it was the second.
    fn opened(
        &self,
        memory: &Self::Memory,
        kept: Kept,
        failed: bool,
        threshold: u16,
        time: &impl Time,
    ) {
        let (a, b) = Self::parts(kept);
        if recorded(&self.a, &memory.0, a, failed, threshold, time) == Step::Trip {
            memory.2.is(Which::First);
            self.a.opened(&memory.0, a, failed, threshold, time);
        } else {
            memory.2.is(Which::Second);
            self.b.opened(&memory.1, b, failed, threshold, time);
        }
    }

    #[inline]
    fn opened_by(&self, memory: &Self::Memory) -> Option<Which> {
        memory.2.last()
    }

    fn fingerprint(&self) -> u32 {
        Fingerprint::NEW.with(17).with(self.a.fingerprint()).with(self.b.fingerprint()).number()
    }

    #[inline]
    fn error_count(&self, memory: &Self::Memory, kept: Kept, time: &impl Time) -> u16 {
        let (a, b) = Self::parts(kept);
        match self.a.error_count(&memory.0, a, time) {
            0 => self.b.error_count(&memory.1, b, time),
            errors => errors,
        }
    }

    // What stands around one of them stands around both.

    type Started = (A::Started, B::Started);

    #[inline]
    fn started(&self, time: &impl Time) -> Self::Started {
        (self.a.started(time), self.b.started(time))
    }

    #[inline]
    fn is_slow(&self, (a, b): Self::Started, time: &impl Time) -> bool {
        self.a.is_slow(a, time) || self.b.is_slow(b, time)
    }

    #[inline]
    fn observes_only(&self) -> bool {
        self.a.observes_only() || self.b.observes_only()
    }

    #[inline]
    fn on_result(&self, id: &'static str, verdict: Verdict, probe: bool) {
        self.a.on_result(id, verdict, probe);
        self.b.on_result(id, verdict, probe);
    }

    const TELLS_OWNER: bool = A::TELLS_OWNER || B::TELLS_OWNER;

    #[inline]
    fn on_rejected(&self, id: &'static str, passed: bool) {
        self.a.on_rejected(id, passed);
        self.b.on_rejected(id, passed);
    }

    const RAMPS: bool = A::RAMPS || B::RAMPS;

    #[inline]
    fn ramps(&self) -> bool {
        self.a.ramps() || self.b.ramps()
    }

    fn ramp_begins(&self, memory: &Self::Memory, time: &impl Time) {
        self.a.ramp_begins(&memory.0, time);
        self.b.ramp_begins(&memory.1, time);
    }

    fn ramp_left(&self, memory: &Self::Memory, time: &impl Time) -> u32 {
        self.a.ramp_left(&memory.0, time).max(self.b.ramp_left(&memory.1, time))
    }

    fn ramp_passes(&self, memory: &Self::Memory, time: &impl Time) -> u32 {
        self.a.ramp_passes(&memory.0, time).max(self.b.ramp_passes(&memory.1, time))
    }
}
