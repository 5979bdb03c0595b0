//! A strategy that is chosen by value.

mod from;

use std::boxed::Box;
use std::sync::OnceLock;

use core::time::Duration;

use super::count_window::{bits, ring};
use super::either::Opener;
use super::rate::Rate;
use super::slow_start::Ramp;
use super::time_window::buckets::Window;
use super::{
    Debounce, DecayingRate, FailuresPerPeriod, Fingerprint, Kept, Step, Strategy, Time,
    TimedConsecutive, Which,
};
use crate::sync::cells::{Cell32, Cell64};

/// What to choose from: a strategy with its settings as plain values, for
/// [`Config::chosen`](crate::Config::chosen). Each is described with the type of its name; the ranges are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Choice {
    /// A plain count.
    Count(CountChoice),
    /// [`TimedConsecutive`], with either time or both.
    TimedConsecutive {
        /// Errors further apart do not add up.
        quiet: Option<Duration>,
        /// Errors closer together count as one.
        lump: Option<Duration>,
    },
    /// A rate that goes beside a count too.
    Rate(RateChoice),
    /// [`DecayingRate`].
    DecayingRate {
        /// Over 2*ᵏ* calls.
        k: u8,
        /// The rate.
        percent: u8,
        /// In which half of it is forgotten.
        half_life: Duration,
    },
    /// Both at once, see [`Either`](super::Either).
    Either(CountChoice, RateChoice),
}

/// A plain count of a [`Choice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CountChoice {
    /// [`Consecutive`](super::Consecutive).
    Consecutive,
    /// [`NetError`](super::NetError).
    NetError,
    /// [`Debounce`].
    Debounce {
        /// What a failure counts.
        up: u16,
        /// What a success takes off.
        down: u16,
        /// To what a failure, and a success, first jump.
        jumps: Option<(u16, u16)>,
    },
}

/// A rate of a [`Choice`], that goes beside a count too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RateChoice {
    /// [`FailuresPerPeriod`].
    FailuresPerPeriod {
        /// How many open it at once.
        n: u16,
        /// For how many.
        period: Duration,
    },
    /// [`CountWindow`](super::CountWindow).
    CountWindow {
        /// How many calls it holds, 1 to 1,024.
        calls: u16,
        /// The rate.
        percent: u8,
        /// The fewest calls that tell.
        minimum: u16,
    },
    /// [`TimeWindow`](super::TimeWindow).
    TimeWindow {
        /// Of how many buckets, 1 to 1,024; 1 to 63 beside a count.
        buckets: u16,
        /// All of them.
        window: Duration,
        /// The rate.
        percent: u8,
        /// The fewest calls that tell.
        minimum: u16,
    },
}

/// Any strategy, chosen by value at run time: one type for breakers of settings that a file says; what
/// [`Config::chosen`](crate::Config::chosen) makes. Needs the feature `std`.
///
/// It does what the strategy of the name does, at some nanoseconds more for what is not healthy. A window of more than
/// 32 calls, or of time, allocates its memory once, when the first outcome is recorded in it. The first success after a
/// closing writes the word, whatever the strategy.
///
/// The error threshold is 1 to 4,095. Beside a rate a count stops at what that leaves: 4,095 with
/// `FailuresPerPeriod`, 63 with a window of up to 32 calls, 2,047 with a larger one, and with a window of time 2,047 for
/// one bucket, 255 for 10, 63 for 63. A threshold above that counts as that.
///
/// ```
/// use mcb::strategy::{AnyStrategy, Choice, CountChoice, RateChoice};
/// use mcb::{CircuitBreaker, Config, State, StdClock};
///
/// // As read from a file.
/// let window = RateChoice::CountWindow { calls: 100, percent: 50, minimum: 20 };
/// let choice = Choice::Either(CountChoice::Consecutive, window);
/// let config = Config::new("db").error_threshold(5).chosen(choice);
/// let db: CircuitBreaker<StdClock, AnyStrategy> = CircuitBreaker::from_config(config, StdClock)?;
/// for _ in 0..5 {
///     let _ = db.call(|| Err::<(), _>("refused"));
/// }
/// assert_eq!(db.state(), State::Open);
/// # Ok::<(), mcb::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnyStrategy {
    pub(crate) count: Count,
    pub(crate) rate: AnyRate,
    /// In ticks; none if 0.
    pub(crate) slow_call: u32,
    pub(crate) observes_only: bool,
    /// Of one step of a slow start, in ticks; none if 0.
    pub(crate) ramp: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    None,
    Steps(Debounce),
    Timed(TimedConsecutive),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnyRate {
    None,
    Period(FailuresPerPeriod),
    Calls(u32, Rate),
    Time(Window),
    Decaying(DecayingRate),
}

impl AnyRate {
    /// Of the count's twelve bits it needs so many.
    fn bits(self) -> u32 {
        match self {
            AnyRate::None | AnyRate::Period(_) => 0,
            AnyRate::Calls(calls, _) if bits::hold(calls as usize) => bits::NEEDED,
            AnyRate::Calls(..) => 1,
            AnyRate::Time(window) => u32::BITS - window.buckets.leading_zeros(),
            AnyRate::Decaying(_) => 12,
        }
    }
}

/// What lies beside the word, if anything does: allocated when it is written to.
#[derive(Debug)]
pub struct AnyMemory {
    beside: OnceLock<Beside>,
    opener: Opener,
    ramp: Ramp,
}

#[derive(Debug)]
enum Beside {
    Ring(Box<[Cell32]>),
    Buckets(Box<[Cell64]>),
}

impl AnyMemory {
    fn ring(&self) -> &[Cell32] {
        match self.beside.get() {
            Some(Beside::Ring(ring)) => ring,
            _ => &[],
        }
    }

    fn buckets(&self) -> &[Cell64] {
        match self.beside.get() {
            Some(Beside::Buckets(buckets)) => buckets,
            _ => &[],
        }
    }
}

/// The count of a breaker that has just closed, which none of the strategies reaches: what it is to each of them is not
/// known to the type.
const FRESH: u16 = 0xFFF;

// Out of line, so that a healthy call without a limit saves no register for them (peers, mcb-server).
#[inline(never)]
fn now(time: &impl Time) -> u32 {
    time.now()
}

#[inline(never)]
fn age(time: &impl Time, started: u32) -> u32 {
    time.age(started)
}

fn is_asked(kept: Kept, failed: bool) -> bool {
    failed || kept.count != 0
}

impl AnyStrategy {
    /// Neither a count nor a rate.
    pub(crate) const NONE: AnyStrategy = AnyStrategy {
        count: Count::None,
        rate: AnyRate::None,
        slow_call: 0,
        observes_only: false,
        ramp: 0,
    };

    /// What the count and the rate have kept.
    fn parts(&self, kept: Kept) -> (Kept, Kept) {
        if kept.count == FRESH {
            let count = u16::from(matches!(self.rate, AnyRate::Calls(..)));
            return (Kept::default(), Kept { count, stamp: 0 });
        }
        let bits = self.count_bits();
        let Kept { count, stamp } = kept;
        (Kept { count: count & ((1 << bits) - 1), stamp }, Kept { count: count >> bits, stamp })
    }

    fn count_bits(&self) -> u32 {
        12 - self.rate.bits()
    }

    fn count(&self, kept: Kept, failed: bool, threshold: u16, time: &impl Time) -> Step {
        if !is_asked(kept, failed) {
            return Step::Keep(kept);
        }
        let threshold = threshold.min((1 << self.count_bits()) - 1);
        match self.count {
            Count::None => Step::Keep(kept),
            Count::Steps(steps) => steps.record(&(), kept, failed, threshold, time),
            Count::Timed(timed) => timed.record(&(), kept, failed, threshold, time),
        }
    }

    fn rate(&self, memory: &AnyMemory, kept: Kept, failed: bool, time: &impl Time) -> Step {
        if !is_asked(kept, failed) {
            return Step::Keep(kept);
        }
        match self.rate {
            AnyRate::None => Step::Keep(kept),
            AnyRate::Period(period) => period.record(&(), kept, failed, 0, time),
            AnyRate::Calls(calls, rate) if bits::hold(calls as usize) => {
                bits::record(calls, rate, kept, failed)
            }
            AnyRate::Calls(calls, rate) => ring::record(memory.ring(), calls, rate, kept, failed),
            AnyRate::Time(window) => window.record(memory.buckets(), kept, failed, time),
            AnyRate::Decaying(decaying) => decaying.record(&(), kept, failed, 0, time),
        }
    }
}

impl Strategy for AnyStrategy {
    type Memory = AnyMemory;
    const MEMORY: AnyMemory =
        AnyMemory { beside: OnceLock::new(), opener: Opener::none(), ramp: Ramp::NEW };
    const FRESH: u16 = FRESH;
    const MAX_THRESHOLD: u16 = 4095;
    const RECORDS: bool = true;
    const NOTES_OPENINGS: bool = true;
    const TELLS_OWNER: bool = true;
    const RAMPS: bool = true;

    fn record(
        &self,
        memory: &AnyMemory,
        kept: Kept,
        failed: bool,
        threshold: u16,
        time: &impl Time,
    ) -> Step {
        let (count, rate) = self.parts(kept);
        let Step::Keep(count) = self.count(count, failed, threshold, time) else {
            return Step::Trip;
        };
        let Step::Keep(rate) = self.rate(memory, rate, failed, time) else { return Step::Trip };
        // One of them keeps the stamp, and the other leaves it as it was.
        let stamp = if matches!(self.rate, AnyRate::None) { count.stamp } else { rate.stamp };
        Step::Keep(Kept { count: count.count | rate.count << self.count_bits(), stamp })
    }

    fn recorded(&self, memory: &AnyMemory, before: Kept, now: Kept, failed: bool) {
        let ((_, before), (_, now)) = (self.parts(before), self.parts(now));
        if !is_asked(before, failed) {
            return;
        }
        match self.rate {
            AnyRate::Calls(calls, _) if !bits::hold(calls as usize) => {
                let words = || (0..calls.div_ceil(u32::BITS)).map(|_| Cell32::new(0)).collect();
                memory.beside.get_or_init(|| Beside::Ring(words()));
                ring::recorded(memory.ring(), before, failed);
            }
            AnyRate::Time(window) => {
                let buckets = || (0..window.buckets).map(|_| Cell64::new(0)).collect();
                memory.beside.get_or_init(|| Beside::Buckets(buckets()));
                window.recorded(memory.buckets(), before, now, failed);
            }
            _ => {}
        }
    }

    fn opened(
        &self,
        memory: &AnyMemory,
        kept: Kept,
        failed: bool,
        threshold: u16,
        time: &impl Time,
    ) {
        let (count, _) = self.parts(kept);
        if !matches!((self.count, self.rate), (Count::None, _) | (_, AnyRate::None)) {
            let first = self.count(count, failed, threshold, time) == Step::Trip;
            memory.opener.is(if first { Which::First } else { Which::Second });
        }
    }

    fn opened_by(&self, memory: &AnyMemory) -> Option<Which> {
        memory.opener.last()
    }

    fn fingerprint(&self) -> u32 {
        let print = Fingerprint::NEW.with(18);
        let print = match self.count {
            Count::None => print.with(0),
            Count::Steps(steps) => print.with(steps.fingerprint()),
            Count::Timed(timed) => print.with(timed.fingerprint()),
        };
        let of = |rate: Rate| u32::from(rate.percent) << 16 | u32::from(rate.minimum);
        let print = match self.rate {
            AnyRate::None => print.with(0),
            AnyRate::Period(period) => print.with(period.fingerprint()),
            AnyRate::Calls(calls, rate) => print.with(1).with(calls).with(of(rate)),
            AnyRate::Time(Window { length, buckets, rate }) => {
                print.with(2).with(length).with(buckets).with(of(rate))
            }
            AnyRate::Decaying(decaying) => print.with(decaying.fingerprint()),
        };
        print.with(self.slow_call).with(self.observes_only.into()).with(self.ramp).number()
    }

    /// Those of the count, or of the window where it counts none.
    fn error_count(&self, memory: &AnyMemory, kept: Kept, time: &impl Time) -> u16 {
        let (count, rate) = self.parts(kept);
        if !matches!(self.count, Count::None) && count.count > 0 {
            return count.count;
        }
        match self.rate {
            AnyRate::Calls(calls, _) if bits::hold(calls as usize) => bits::failures(rate),
            AnyRate::Calls(calls, _) => ring::failures(memory.ring(), calls, rate),
            AnyRate::Time(window) => window.failures(memory.buckets(), rate, time),
            _ => 0,
        }
    }

    /// When it began, where slow calls are failures.
    type Started = u32;

    #[inline]
    fn started(&self, time: &impl Time) -> u32 {
        if self.slow_call > 0 { now(time) } else { 0 }
    }

    #[inline]
    fn is_slow(&self, started: u32, time: &impl Time) -> bool {
        self.slow_call > 0 && age(time, started) > self.slow_call
    }

    fn observes_only(&self) -> bool {
        self.observes_only
    }

    fn ramps(&self) -> bool {
        self.ramp > 0
    }

    fn ramp_begins(&self, memory: &AnyMemory, time: &impl Time) {
        memory.ramp.begins(time);
    }

    fn ramp_left(&self, memory: &AnyMemory, time: &impl Time) -> u32 {
        memory.ramp.left(self.ramp, time)
    }

    fn ramp_passes(&self, memory: &AnyMemory, time: &impl Time) -> u32 {
        memory.ramp.passes(self.ramp, time)
    }
}
