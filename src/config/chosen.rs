//! A strategy that is chosen by value.

use core::time::Duration;

use super::made::{self, Made};
use super::{Config, ConfigErrorKind as Kind, at_least};
use crate::clock::Clock;
use crate::machine::Limits;
use crate::strategy::{
    AnyRate, AnyStrategy, Choice, Count, CountChoice, Debounce, Rate, RateChoice, SlowStart,
    Strategy, TimedConsecutive, Window,
};
use crate::ticks::ticks;

impl<C: Clock, S: Strategy, R: Copy> Config<C, S, R> {
    /// A strategy by value, in place of the one that was there: one type for all of them. See [`AnyStrategy`]. Needs
    /// the feature `std`.
    #[must_use]
    pub const fn chosen(self, choice: Choice) -> Config<C, AnyStrategy, R> {
        self.made(any::<C>(choice))
    }
}

/// What stands around a strategy otherwise, by value. Needs the feature `std`.
impl<C: Clock, R: Copy> Config<C, AnyStrategy, R> {
    /// If there is a limit, a call that takes longer is a failure: 1 to 2³¹ ticks. As
    /// [`SlowCalls`](crate::strategy::SlowCalls).
    #[must_use]
    pub const fn slow_call_if(mut self, limit: Option<Duration>) -> Self {
        let Some(limit) = limit else {
            self.settings.strategy.slow_call = 0;
            return self;
        };
        let ticks = at_least::<C>(limit);
        self.settings.strategy.slow_call = ticks;
        self.unless(Kind::SlowCall, ticks, 1, Limits::LONGEST)
    }

    /// If there is a time, recoveries end in a slow start over it: 1 to 2³¹ ticks. As
    /// [`SlowStart`](crate::strategy::SlowStart).
    #[must_use]
    pub const fn slow_start_if(mut self, time: Option<Duration>) -> Self {
        let Some(time) = time else {
            self.settings.strategy.ramp = 0;
            return self;
        };
        let ticks = at_least::<C>(time);
        self.settings.strategy.ramp = SlowStart::<AnyStrategy>::step(ticks);
        self.unless(Kind::SlowStart, ticks, 1, Limits::LONGEST)
    }

    /// Whether nothing is rejected, as by [`ObserveOnly`](crate::strategy::ObserveOnly).
    #[must_use]
    pub const fn observe_only_if(mut self, observe_only: bool) -> Self {
        self.settings.strategy.observes_only = observe_only;
        self
    }
}

const fn any<C: Clock>(choice: Choice) -> Made<AnyStrategy> {
    match choice {
        Choice::Count(choice) => {
            let Made { strategy, refusal } = count(choice);
            Made { strategy: both(strategy, AnyRate::None), refusal }
        }
        Choice::TimedConsecutive { quiet, lump } => {
            let Made { strategy, refusal } = timed::<C>(quiet, lump);
            Made { strategy: both(Count::Timed(strategy), AnyRate::None), refusal }
        }
        Choice::Rate(choice) => {
            let Made { strategy, refusal } = rate::<C>(choice, Window::MOST);
            Made { strategy: both(Count::None, strategy), refusal }
        }
        Choice::DecayingRate { k, percent, half_life } => {
            let Made { strategy, refusal } = made::decaying_rate::<C>(k, percent, half_life);
            Made { strategy: both(Count::None, AnyRate::Decaying(strategy)), refusal }
        }
        Choice::Either(first, second) => {
            // Half of the bits for each, at least.
            let (count, rate) = (count(first), rate::<C>(second, 63));
            let refusal = if count.refusal.is_some() { count.refusal } else { rate.refusal };
            Made { strategy: both(count.strategy, rate.strategy), refusal }
        }
    }
}

const fn both(count: Count, rate: AnyRate) -> AnyStrategy {
    AnyStrategy { count, rate, ..AnyStrategy::NONE }
}

const fn count(choice: CountChoice) -> Made<Count> {
    let Made { strategy, refusal } = match choice {
        CountChoice::Consecutive => Made::new(Debounce::new(1, u16::MAX)),
        CountChoice::NetError => Made::new(Debounce::new(1, 1)),
        CountChoice::Debounce { up, down, jumps } => {
            let made = made::debounce(up, down);
            match (made.refusal, jumps) {
                (None, Some((up_to, down_to))) => made::jumps(made.strategy, up_to, down_to),
                _ => made,
            }
        }
    };
    Made { strategy: Count::Steps(strategy), refusal }
}

const fn timed<C: Clock>(
    quiet: Option<Duration>,
    lump: Option<Duration>,
) -> Made<TimedConsecutive> {
    let made = Made::new(TimedConsecutive::UNTIMED);
    let made = match quiet {
        Some(quiet) => made::quiet::<C>(made.strategy, quiet),
        None => made,
    };
    match (made.refusal, lump) {
        (None, Some(lump)) => made::lump::<C>(made.strategy, lump),
        _ => made,
    }
}

const fn rate<C: Clock>(choice: RateChoice, most_buckets: u32) -> Made<AnyRate> {
    match choice {
        RateChoice::FailuresPerPeriod { n, period } => {
            let Made { strategy, refusal } = made::failures_per_period::<C>(n, period);
            Made { strategy: AnyRate::Period(strategy), refusal }
        }
        RateChoice::CountWindow { calls, percent, minimum } => {
            Made::new(AnyRate::Calls(calls as u32, Rate { percent, minimum }))
                .unless(Kind::Calls, calls as u32, 1, 1_024)
                .rate(percent, 100)
                .unless(Kind::Minimum, minimum as u32, 1, calls as u32)
        }
        RateChoice::TimeWindow { buckets, window, percent, minimum } => {
            let ticks = ticks(window, C::HZ);
            let rate = Rate { percent, minimum };
            let of = if buckets == 0 { 1 } else { buckets as u32 };
            Made::new(AnyRate::Time(Window::new(ticks, of, rate)))
                .unless(Kind::Buckets, buckets as u32, 1, most_buckets)
                .unless(Kind::Window, ticks, of, Limits::LONGEST)
                .rate(percent, 100)
                .unless(Kind::Minimum, minimum as u32, 1, u16::MAX as u32)
        }
    }
}
