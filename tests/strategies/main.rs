//! Each strategy by its meaning: when it opens, what it keeps, what it refuses.
#![cfg(not(loom))]

#[cfg(feature = "std")]
mod any;
mod counts;
mod either;
mod healthy;
mod own;
mod rates;
mod refused;
mod windows;

use core::time::Duration;

use mcb::strategy::Strategy;
use mcb::{CircuitBreaker, Config, Consecutive, ManualClock, State};

type Clock = &'static ManualClock;
type Builder<S = Consecutive> = Config<Clock, S>;
type Breaker<S> = CircuitBreaker<Clock, S>;

fn clock(tick: u32) -> Clock {
    Box::leak(Box::new(ManualClock::at(tick)))
}

fn new() -> Builder {
    Config::new("b")
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn made<S: Strategy>(config: Builder<S>, clock: Clock) -> Breaker<S> {
    CircuitBreaker::try_new(Box::leak(Box::new(config)), clock).unwrap()
}

/// A call with that result; whether the breaker is still closed.
fn tell<S: Strategy>(breaker: &Breaker<S>, failed: bool) -> bool {
    assert_eq!(breaker.state(), State::Closed);
    let _ = breaker.call(|| if failed { Err(()) } else { Ok(()) });
    breaker.state() == State::Closed
}

fn fails<S: Strategy>(breaker: &Breaker<S>) -> bool {
    tell(breaker, true)
}

fn succeeds<S: Strategy>(breaker: &Breaker<S>) -> bool {
    tell(breaker, false)
}

/// How many failures in a row open it.
fn failures_to_open<S: Strategy>(breaker: &Breaker<S>) -> u32 {
    let mut failures = 1;
    while fails(breaker) {
        failures += 1;
    }
    failures
}

/// Numbers by chance: xorshift, by Marsaglia.
struct Chance(u32);

impl Chance {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 8) % limit
    }
}
