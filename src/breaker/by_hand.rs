//! Resetting and forcing, by hand.

use core::time::Duration;

use super::CircuitBreaker;
use crate::clock::Clock;
use crate::engine;
use crate::state::State;
use crate::strategy::Strategy;

/// By hand. Each moves the generation, so that results of calls admitted before are ignored.
impl<C: Clock, S: Strategy, R> CircuitBreaker<C, S, R> {
    /// Closed and clean, whatever it was.
    pub fn reset(&self) {
        engine::force(self.parts(), State::Closed);
    }

    /// Opens it now, to recover by itself: for whoever knows of an outage before any call does. It is an opening as any
    /// other, told with the reason [`ByHand`](crate::Reason::ByHand). Nothing happens where it is open, locked out or
    /// forced.
    ///
    /// ```
    /// # use mcb::{CircuitBreaker, Config, ManualClock, State};
    /// # static CLOCK: ManualClock = ManualClock::new();
    /// static RADIO: CircuitBreaker<&ManualClock> = CircuitBreaker::new(&Config::new("radio"), &CLOCK);
    /// RADIO.trip(); // its supply has browned out
    /// assert_eq!(RADIO.state(), State::Open);
    /// CLOCK.advance(core::time::Duration::from_secs(30));
    /// assert_eq!(RADIO.state(), State::HalfOpen);
    /// ```
    pub fn trip(&self) {
        engine::trip(self.parts(), 0);
    }

    /// As [`trip`](Self::trip), for at least that long, within [`Recovery::max_wait`](crate::Recovery::max_wait): without
    /// that setting for no longer than `trip`. An opening that is under way is lengthened, never shortened, and not
    /// counted once more.
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use mcb::{CircuitBreaker, Config, ManualClock, Recovery, State};
    /// # static CLOCK: ManualClock = ManualClock::new();
    /// static API: CircuitBreaker<&ManualClock> = CircuitBreaker::new(
    ///     &Config::new("api").recovery(&Recovery::new().max_wait(Duration::from_secs(600))),
    ///     &CLOCK,
    /// );
    /// API.open_for(Duration::from_secs(300)); // it has announced its maintenance
    /// CLOCK.advance(Duration::from_secs(299));
    /// assert_eq!(API.state(), State::Open);
    /// ```
    pub fn open_for(&self, duration: Duration) {
        engine::open_for(self.parts(), duration);
    }

    /// Rejects every call until it is reset or forced the other way.
    pub fn force_open(&self) {
        engine::force(self.parts(), State::ForcedOpen);
    }

    /// Passes every call and judges none until it is reset or forced the other way.
    pub fn force_closed(&self) {
        engine::force(self.parts(), State::ForcedClosed);
    }
}
