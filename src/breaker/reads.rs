use super::CircuitBreaker;
#[cfg(feature = "defmt")]
use crate::circuit::format;
use crate::circuit::{Circuit, debug, sealed};
use crate::clock::{Clock, Ticks};
use crate::error::Wait;
use crate::hooks::Observer;
use crate::state::{self, State};
use crate::strategy::Strategy;

/// Reads. Each is pure: reading the state does not change it.
impl<C: Clock, S: Strategy, R> CircuitBreaker<C, S, R> {
    /// The id that it was given.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.settings().id
    }

    /// The state now: an open breaker reads [`State::HalfOpen`] as soon as its recovery timeout is
    /// over (inclusive), before any probe.
    #[must_use]
    pub fn state(&self) -> State {
        state::state(self.cell.load(), || self.now(), &self.settings().limits)
    }

    /// The strategy's count while closed. From the first opening until it closes again: the threshold
    /// + openings − 1, stopping at the threshold + 14. 0 while forced.
    #[must_use]
    pub fn error_count(&self) -> u16 {
        let settings = self.settings();
        state::error_count(self.cell.load(), &settings.limits, &settings.strategy)
    }

    /// The successes of the present recovery, 0 in every other state.
    #[must_use]
    pub fn success_count(&self) -> u16 {
        state::success_count(self.cell.load())
    }

    /// The tick of its last opening, in every state; `None` before the first. Forcing and resetting
    /// leave it alone.
    ///
    /// # Wraparound
    ///
    /// Kept in 32 bits, where 0 means never: an opening at tick 0 reads 1. With `u64` ticks it is the
    /// last tick up to now with these low bits, so older than 2³² ticks it reads too late.
    #[must_use]
    pub fn open_time(&self) -> Option<C::Ticks> {
        self.cell.opened().map(|tick| self.clock.now().back_to(tick))
    }

    /// The tick until which the last opening lasts or lasted: [`open_time`](Self::open_time) and the
    /// recovery timeout. `None` before the first opening and in [`State::ForcedOpen`].
    #[must_use]
    pub fn recovery_start_time(&self) -> Option<C::Ticks> {
        if self.cell.control().phase() == State::ForcedOpen {
            return None;
        }
        self.open_time().map(|opened| opened.after(self.settings().limits.recovery_timeout))
    }

    /// When a call may pass: zero where it may now, `None` in [`State::ForcedOpen`], where only a hand
    /// can tell. Asking takes no probe's place.
    #[must_use]
    pub fn retry_after(&self) -> Option<Wait> {
        let admission = state::admit(self.cell.load(), || self.now(), &self.settings().limits);
        let ticks = match admission {
            Ok(_) => Some(0),
            Err(wait) => wait,
        };
        ticks.map(|ticks| Wait::new(ticks, C::HZ))
    }
}

/// By hand. Each moves the generation, so that results of calls admitted before are ignored.
impl<C: Clock, S: Strategy, R: Observer> CircuitBreaker<C, S, R> {
    /// Closed and clean, whatever it was.
    pub fn reset(&self) {
        self.force(State::Closed);
    }

    /// Rejects every call until it is reset or forced the other way.
    pub fn force_open(&self) {
        self.force(State::ForcedOpen);
    }

    /// Passes every call and judges none until it is reset or forced the other way.
    pub fn force_closed(&self) {
        self.force(State::ForcedClosed);
    }
}

impl<C, S: Strategy, R> sealed::Sealed for CircuitBreaker<C, S, R> {}

impl<C: Clock, S: Strategy, R: Observer> Circuit for CircuitBreaker<C, S, R> {
    fn id(&self) -> &'static str {
        self.id()
    }

    fn state(&self) -> State {
        self.state()
    }

    fn error_count(&self) -> u16 {
        self.error_count()
    }

    fn success_count(&self) -> u16 {
        self.success_count()
    }

    fn retry_after(&self) -> Option<Wait> {
        self.retry_after()
    }

    fn reset(&self) {
        self.reset();
    }

    fn force_open(&self) {
        self.force_open();
    }

    fn force_closed(&self) {
        self.force_closed();
    }
}

impl<C: Clock, S: Strategy, R: Observer> core::fmt::Debug for CircuitBreaker<C, S, R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        debug(self, f)
    }
}

#[cfg(feature = "defmt")]
impl<C: Clock, S: Strategy, R: Observer> defmt::Format for CircuitBreaker<C, S, R> {
    fn format(&self, f: defmt::Formatter<'_>) {
        format(self, f);
    }
}
