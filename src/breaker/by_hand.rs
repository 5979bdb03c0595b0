//! Resetting and forcing, by hand.

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

    /// Rejects every call until it is reset or forced the other way.
    pub fn force_open(&self) {
        engine::force(self.parts(), State::ForcedOpen);
    }

    /// Passes every call and judges none until it is reset or forced the other way.
    pub fn force_closed(&self) {
        engine::force(self.parts(), State::ForcedClosed);
    }
}
