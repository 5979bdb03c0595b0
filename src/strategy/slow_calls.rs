//! Calls that take too long.

use super::around::as_inside;
use super::{Strategy, Time};

/// A strategy for which a call that took too long is a failure; what
/// [`Config::slow_call`](crate::Config::slow_call) makes.
///
/// A success that took longer than the limit counts as a failure, and so does a call that is *dropped* later than
/// that; dropped sooner it means what [`Config::dropped`](crate::Config::dropped) says. The caller gets his result all
/// the same, and the [cause](crate::Cause::Slow) says that it was slow. The clock is read once before and once after each
/// call, also of a healthy breaker, and here alone.
///
/// ```
/// use core::time::Duration;
/// use mcb::{strategy::SlowCalls, CircuitBreaker, Config, Consecutive, ManualClock, State};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static DB: CircuitBreaker<&ManualClock, SlowCalls<Consecutive>> = CircuitBreaker::new(
///     &Config::new("db").error_threshold(1).slow_call(Duration::from_millis(200)),
///     &CLOCK,
/// );
///
/// let query = |takes| DB.call(|| { CLOCK.advance(Duration::from_millis(takes)); Ok::<_, ()>(7) });
/// assert_eq!(query(200), Ok(7));
/// assert_eq!(DB.state(), State::Closed);
/// assert_eq!(query(201), Ok(7)); // too late
/// assert_eq!(DB.state(), State::Open);
/// ```
///
/// # Wraparound
///
/// With `u32` ticks a call that takes a whole range of 2³² ticks seems to have taken none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlowCalls<S> {
    pub(super) strategy: S,
    pub(super) limit: u32,
}

impl<S: Strategy> SlowCalls<S> {
    pub(crate) const fn new(strategy: S, limit: u32) -> Self {
        SlowCalls { strategy, limit }
    }
}

#[deny(clippy::missing_trait_methods)]
impl<S: Strategy> Strategy for SlowCalls<S> {
    as_inside!(limits);
    as_inside!(record);
    as_inside!(observes);
    as_inside!(told);
    as_inside!(ramp);
    as_inside!(fingerprint 1 limit);

    /// The low 32 bits of the tick at which it began.
    type Started = u32;

    #[inline]
    fn started(&self, time: &impl Time) -> u32 {
        time.now()
    }

    #[inline]
    fn is_slow(&self, started: u32, time: &impl Time) -> bool {
        time.age(started) > self.limit
    }
}
