//! Any strategy from one of a type.

use super::{AnyRate, AnyStrategy, Count};
use crate::strategy::{
    Consecutive, CountWindow, Debounce, DecayingRate, FailuresPerPeriod, NetError, ObserveOnly,
    SlowCalls, SlowStart, TimeWindow, TimedConsecutive,
};

impl From<Count> for AnyStrategy {
    fn from(count: Count) -> Self {
        AnyStrategy { count, ..AnyStrategy::NONE }
    }
}

impl From<AnyRate> for AnyStrategy {
    fn from(rate: AnyRate) -> Self {
        AnyStrategy { rate, ..AnyStrategy::NONE }
    }
}

impl From<Consecutive> for AnyStrategy {
    fn from(_: Consecutive) -> Self {
        Debounce::new(1, u16::MAX).into()
    }
}

impl From<NetError> for AnyStrategy {
    fn from(_: NetError) -> Self {
        Debounce::new(1, 1).into()
    }
}

impl From<Debounce> for AnyStrategy {
    fn from(debounce: Debounce) -> Self {
        Count::Steps(debounce).into()
    }
}

impl From<TimedConsecutive> for AnyStrategy {
    fn from(timed: TimedConsecutive) -> Self {
        Count::Timed(timed).into()
    }
}

impl From<FailuresPerPeriod> for AnyStrategy {
    fn from(period: FailuresPerPeriod) -> Self {
        AnyRate::Period(period).into()
    }
}

impl<const N: usize> From<CountWindow<N>> for AnyStrategy {
    fn from(window: CountWindow<N>) -> Self {
        AnyRate::Calls(N as u32, window.rate).into()
    }
}

impl<const B: usize> From<TimeWindow<B>> for AnyStrategy {
    fn from(window: TimeWindow<B>) -> Self {
        AnyRate::Time(window.window).into()
    }
}

impl From<DecayingRate> for AnyStrategy {
    fn from(decaying: DecayingRate) -> Self {
        AnyRate::Decaying(decaying).into()
    }
}

impl<S: Into<AnyStrategy>> From<SlowCalls<S>> for AnyStrategy {
    fn from(around: SlowCalls<S>) -> Self {
        AnyStrategy { slow_call: around.limit, ..around.strategy.into() }
    }
}

impl<S: Into<AnyStrategy>> From<SlowStart<S>> for AnyStrategy {
    fn from(around: SlowStart<S>) -> Self {
        AnyStrategy { ramp: around.step, ..around.strategy.into() }
    }
}

impl<S: Into<AnyStrategy>> From<ObserveOnly<S>> for AnyStrategy {
    fn from(around: ObserveOnly<S>) -> Self {
        AnyStrategy { observes_only: true, ..around.strategy.into() }
    }
}
