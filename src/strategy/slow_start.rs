//! A recovery that ends by degrees.

use super::around::as_inside;
use super::{Kept, Step, Strategy, Time, Which};
use crate::sync::cells::Cell32;

/// Into how many steps a slow start is divided; the first admits one call in so many.
const STEPS: u32 = 16;

/// A strategy whose breaker starts slowly after a recovery; what
/// [`Config::slow_start`](crate::Config::slow_start) makes.
///
/// After the last probe the share of calls that pass grows over that time from one in sixteen to all, in sixteen steps
/// of time; what passes is judged by the strategy inside, so that one failure in a thousand does not reopen it. A
/// rejection tells the time to the next step. An opening out of a slow start is a
/// reopening, as one out of `HalfOpen` is. The state is [`State::SlowStart`](crate::State::SlowStart); when its time is
/// over it reads `Closed`, and the next call tells of that transition. Of the calls that a slow start admitted the
/// results that come after that transition count for nothing.
///
/// ```
/// use core::time::Duration;
/// use mcb::{strategy::SlowStart, CircuitBreaker, Config, Consecutive, ManualClock, State};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static DB: CircuitBreaker<&ManualClock, SlowStart<Consecutive>> = CircuitBreaker::new(
///     &Config::new("db").error_threshold(1).slow_start(Duration::from_secs(16)),
///     &CLOCK,
/// );
///
/// let _ = DB.call(|| Err::<(), _>("down"));
/// CLOCK.advance(Duration::from_secs(30));
/// assert!(DB.call(|| Ok::<_, ()>(7)).is_ok()); // the probe
/// assert_eq!(DB.state(), State::SlowStart);
/// let passed = (0..160).filter(|_| DB.call(|| Ok::<_, ()>(7)).is_ok()).count();
/// assert_eq!(passed, 10);
/// CLOCK.advance(Duration::from_secs(8));
/// let passed = (0..160).filter(|_| DB.call(|| Ok::<_, ()>(7)).is_ok()).count();
/// assert_eq!(passed, 90); // nine in sixteen
/// CLOCK.advance(Duration::from_secs(8));
/// assert_eq!(DB.state(), State::Closed);
/// ```
///
/// It keeps 8 bytes beside the breaker.
///
/// # Wraparound
///
/// With `u32` ticks a slow start that nobody asked about for a whole range of 2³² ticks goes on once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlowStart<S> {
    pub(super) strategy: S,
    /// Of one step, in ticks.
    pub(super) step: u32,
}

impl<S: Strategy> SlowStart<S> {
    /// The length of a step, where there are at least that many ticks in all.
    pub(crate) const fn step(ticks: u32) -> u32 {
        ticks.div_ceil(STEPS)
    }

    /// Over at least that many ticks, of which there are some.
    pub(crate) const fn new(strategy: S, ticks: u32) -> Self {
        SlowStart { strategy, step: Self::step(ticks) }
    }
}

/// What a slow start keeps beside the word.
#[derive(Debug)]
pub struct Ramp {
    began: Cell32,
    calls: Cell32,
}

impl Ramp {
    #[allow(clippy::declare_interior_mutable_const)] // a breaker's own copy is what changes
    pub(super) const NEW: Ramp = Ramp { began: Cell32::new(0), calls: Cell32::new(0) };

    pub(super) fn begins(&self, time: &impl Time) {
        self.began.set(time.now());
        self.calls.set(0);
    }

    /// What is left of one whose steps are that long.
    pub(super) fn left(&self, step: u32, time: &impl Time) -> u32 {
        (step * STEPS).saturating_sub(time.age(self.began.get()))
    }

    /// The ticks that a call has to wait, none if it passes.
    pub(super) fn passes(&self, step: u32, time: &impl Time) -> u32 {
        let Some((share, next)) = self.share(step, time) else { return 0 };
        // Spread evenly: a call passes where the share of all calls so far reaches a further whole one.
        let call = self.calls.change(|calls| calls.wrapping_add(1)) % STEPS;
        if (call + 1) * share / STEPS > call * share / STEPS { 0 } else { next }
    }

    /// How many in [`STEPS`] calls pass now, and the ticks to the next step; nothing once it is over.
    fn share(&self, step: u32, time: &impl Time) -> Option<(u32, u32)> {
        let age = time.age(self.began.get());
        // Counted rather than divided, which is a call of its own on small processors.
        let (mut share, mut end) = (1, step);
        while age >= end {
            share += 1;
            if share > STEPS {
                return None;
            }
            end += step;
        }
        Some((share, end - age))
    }
}

#[deny(clippy::missing_trait_methods)]
impl<S: Strategy> Strategy for SlowStart<S> {
    as_inside!(limits);
    as_inside!(started);
    as_inside!(observes);
    as_inside!(told);
    as_inside!(fingerprint 2 step);

    type Memory = (Ramp, S::Memory);
    #[allow(clippy::declare_interior_mutable_const)] // a breaker's own copy is what changes
    const MEMORY: Self::Memory = (Ramp::NEW, S::MEMORY);

    #[inline]
    fn record(
        &self,
        (_, memory): &Self::Memory,
        kept: Kept,
        failed: bool,
        threshold: u16,
        time: &impl Time,
    ) -> Step {
        self.strategy.record(memory, kept, failed, threshold, time)
    }

    #[inline]
    fn recorded(&self, (_, memory): &Self::Memory, before: Kept, now: Kept, failed: bool) {
        self.strategy.recorded(memory, before, now, failed);
    }

    #[inline]
    fn opened(
        &self,
        (_, memory): &Self::Memory,
        kept: Kept,
        failed: bool,
        threshold: u16,
        time: &impl Time,
    ) {
        self.strategy.opened(memory, kept, failed, threshold, time);
    }

    #[inline]
    fn opened_by(&self, (_, memory): &Self::Memory) -> Option<Which> {
        self.strategy.opened_by(memory)
    }

    #[inline]
    fn error_count(&self, (_, memory): &Self::Memory, kept: Kept, time: &impl Time) -> u16 {
        self.strategy.error_count(memory, kept, time)
    }

    const RAMPS: bool = true;

    #[inline]
    fn ramps(&self) -> bool {
        true
    }

    fn ramp_begins(&self, (ramp, _): &Self::Memory, time: &impl Time) {
        ramp.begins(time);
    }

    fn ramp_left(&self, (ramp, _): &Self::Memory, time: &impl Time) -> u32 {
        ramp.left(self.step, time)
    }

    fn ramp_passes(&self, (ramp, _): &Self::Memory, time: &impl Time) -> u32 {
        ramp.passes(self.step, time)
    }
}
