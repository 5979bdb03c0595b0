//! A strategy from its settings, with what is refused of them.

use core::time::Duration;

use super::{ConfigErrorKind as Kind, at_least};
use crate::clock::Clock;
use crate::machine::{Limits, Refusal};
use crate::strategy::{
    CountWindow, Debounce, DecayingRate, FailuresPerPeriod, TimeWindow, TimedConsecutive,
};
use crate::ticks::ticks;

#[derive(Clone, Copy)]
pub(super) struct Made<S> {
    pub(super) strategy: S,
    pub(super) refusal: Option<Refusal>,
}

impl<S: Copy> Made<S> {
    pub(super) const fn new(strategy: S) -> Self {
        Made { strategy, refusal: None }
    }

    /// Refuses a value out of range, unless something was refused before.
    pub(super) const fn unless(self, kind: Kind, value: u32, least: u32, most: u32) -> Self {
        let refusal = match self.refusal {
            None => kind.unless(value, least, most),
            refused => refused,
        };
        Made { refusal, ..self }
    }

    pub(super) const fn rate(self, percent: u8, most: u32) -> Self {
        self.unless(Kind::Rate, percent as u32, 1, most)
    }
}

pub(super) const fn debounce(up: u16, down: u16) -> Made<Debounce> {
    Made::new(Debounce::new(up, down))
        .unless(Kind::StepUp, up as u32, 1, Debounce::MOST_UP as u32)
        .unless(Kind::StepDown, down as u32, 0, Debounce::MOST as u32)
}

pub(super) const fn jumps(debounce: Debounce, up_to: u16, down_to: u16) -> Made<Debounce> {
    Made::new(debounce.jumping(up_to, down_to))
        .unless(Kind::Jump, up_to as u32, 0, Debounce::MOST as u32)
        .unless(Kind::Jump, down_to as u32, 0, Debounce::MOST as u32)
}

pub(super) const fn quiet<C: Clock>(
    timed: TimedConsecutive,
    time: Duration,
) -> Made<TimedConsecutive> {
    let ticks = at_least::<C>(time);
    let made = Made::new(timed.quiet(ticks)).unless(Kind::Quiet, ticks, 1, Limits::LONGEST);
    lump_below_quiet(made)
}

pub(super) const fn lump<C: Clock>(
    timed: TimedConsecutive,
    time: Duration,
) -> Made<TimedConsecutive> {
    lump_below_quiet(Made::new(timed.lump(at_least::<C>(time))))
}

const fn lump_below_quiet(made: Made<TimedConsecutive>) -> Made<TimedConsecutive> {
    let (quiet, lump) = made.strategy.times();
    let most = if quiet > Limits::LONGEST { Limits::LONGEST } else { quiet.saturating_sub(1) };
    made.unless(Kind::Lump, lump, 0, most)
}

pub(super) const fn failures_per_period<C: Clock>(
    n: u16,
    period: Duration,
) -> Made<FailuresPerPeriod> {
    let ticks = ticks(period, C::HZ);
    Made::new(FailuresPerPeriod::new(n, ticks))
        .unless(Kind::Failures, n as u32, 1, Limits::MOST_ERRORS as u32)
        .unless(Kind::Period, ticks, n as u32, Limits::LONGEST)
}

pub(super) const fn count_window<const N: usize>(
    percent: u8,
    minimum: u16,
) -> Made<CountWindow<N>> {
    Made::new(CountWindow::new(percent, minimum)).rate(percent, 100).unless(
        Kind::Minimum,
        minimum as u32,
        1,
        N as u32,
    )
}

pub(super) const fn time_window<C: Clock, const B: usize>(
    window: Duration,
    percent: u8,
    minimum: u16,
) -> Made<TimeWindow<B>> {
    let ticks = ticks(window, C::HZ);
    Made::new(TimeWindow::new(ticks, percent, minimum))
        .unless(Kind::Window, ticks, B as u32, Limits::LONGEST)
        .rate(percent, 100)
        .unless(Kind::Minimum, minimum as u32, 1, u16::MAX as u32)
}

pub(super) const fn decaying_rate<C: Clock>(
    k: u8,
    percent: u8,
    half_life: Duration,
) -> Made<DecayingRate> {
    let ticks = ticks(half_life, C::HZ);
    Made::new(DecayingRate::new(k, percent, ticks))
        .unless(Kind::Weight, k as u32, 1, DecayingRate::MOST_K as u32)
        .rate(percent, DecayingRate::most_percent(k))
        .unless(Kind::HalfLife, ticks, 1, Limits::LONGEST)
}
