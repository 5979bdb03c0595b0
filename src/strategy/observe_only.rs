//! A breaker that rejects nothing.

use super::Strategy;
use super::around::as_inside;

/// A strategy whose breaker only observes; what [`Config::observe_only`](crate::Config::observe_only) makes.
///
/// Everything is judged, told and counted as without it. A call that would be rejected passes all the same, is counted
/// as one that would have been rejected (see [`Observer::on_rejected`](crate::Observer::on_rejected)), and its result
/// counts for nothing. To see on a running system what a breaker would do, before it does it. A call that a hand has
/// refused, by `force_open`, passes too.
///
/// ```
/// use mcb::{strategy::ObserveOnly, CircuitBreaker, Config, Consecutive, ManualClock, State};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static DB: CircuitBreaker<&ManualClock, ObserveOnly<Consecutive>> =
///     CircuitBreaker::new(&Config::new("db").error_threshold(1).observe_only(), &CLOCK);
///
/// let _ = DB.call(|| Err::<(), _>("down"));
/// assert_eq!(DB.state(), State::Open);
/// assert_eq!(DB.call(|| Ok::<_, ()>(7)), Ok(7)); // would have been rejected
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObserveOnly<S> {
    pub(super) strategy: S,
}

impl<S: Strategy> ObserveOnly<S> {
    pub(crate) const fn new(strategy: S) -> Self {
        ObserveOnly { strategy }
    }
}

#[deny(clippy::missing_trait_methods)]
impl<S: Strategy> Strategy for ObserveOnly<S> {
    as_inside!(limits);
    as_inside!(record);
    as_inside!(started);
    as_inside!(told);
    as_inside!(ramp);
    as_inside!(fingerprint 3);

    #[inline]
    fn observes_only(&self) -> bool {
        true
    }
}
