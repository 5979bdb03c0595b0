//! The public types, each by itself. What they do together stands in the files beside this folder.
#![cfg(not(loom))]

mod breaker;
mod calls;
mod circuit;
mod config;
mod error;
mod permit;
mod registry;
mod rules;
mod state;
mod wait;

type Clock = &'static mcb::ManualClock;
type Breaker<S = mcb::Consecutive, R = mcb::EveryError> = mcb::CircuitBreaker<Clock, S, R>;

/// A failure with the error 7, whatever the rules make of it.
fn fails<R: mcb::Rules<u8, u8>>(breaker: &Breaker<mcb::Consecutive, R>) {
    assert_eq!(breaker.call(|| Err(7)), Err(mcb::Error::Inner(7)));
}
