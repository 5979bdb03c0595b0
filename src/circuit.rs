//! The view of a breaker that has no type parameters.

use core::fmt;
use core::ops::Deref;
use core::time::Duration;

use crate::engine::{self, Parts};
use crate::state::State;
use crate::wait::Wait;

/// A breaker of whatever type, as `&dyn Circuit`: what a registry holds and what a list of breakers is made of.
///
/// Its methods are those of [`CircuitBreaker`](crate::CircuitBreaker), where they are described. They stand on
/// `dyn Circuit` and not in the trait, so that a program has only those that it uses, and each once for all types of
/// breakers. Sealed: a breaker is the only circuit.
///
/// ```
/// use mcb::{Circuit, CircuitBreaker, Config, ManualClock, State};
///
/// fn show(circuit: &dyn Circuit) -> (&'static str, State) {
///     (circuit.id(), circuit.state())
/// }
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static IMU: CircuitBreaker<&ManualClock> = CircuitBreaker::new(&Config::new("imu"), &CLOCK);
/// assert_eq!(show(&IMU), ("imu", State::Closed));
/// ```
pub trait Circuit: Parts {}

impl dyn Circuit + '_ {
    /// The id that it was given.
    #[must_use]
    pub fn id(&self) -> &'static str {
        engine::id(self)
    }

    /// The state now; a pure read.
    #[must_use]
    pub fn state(&self) -> State {
        engine::state(self)
    }

    /// The errors counted.
    #[must_use]
    pub fn error_count(&self) -> u16 {
        engine::error_count(self)
    }

    /// The successes of the present recovery.
    #[must_use]
    pub fn success_count(&self) -> u16 {
        engine::success_count(self)
    }

    /// The tick of its last opening, `None` before the first: the low 32 bits, since the type of the clock's ticks is
    /// not known here. `since_opening` needs no clock to be understood.
    #[must_use]
    pub fn open_time(&self) -> Option<u32> {
        engine::open_time(self)
    }

    /// The time since its last opening, `None` before the first.
    #[must_use]
    pub fn since_opening(&self) -> Option<Wait> {
        engine::since_opening(self)
    }

    /// The openings in a row: 0 to 15.
    #[must_use]
    pub fn openings(&self) -> u8 {
        engine::openings(self)
    }

    /// What is left of a slow start; `None` in every other state.
    #[must_use]
    pub fn slow_start_left(&self) -> Option<Wait> {
        engine::slow_start_left(self)
    }

    /// When a call may pass: zero for now, `None` for not before somebody resets it. While open it is the time left.
    #[must_use]
    #[doc(alias = "time_left")]
    pub fn retry_after(&self) -> Option<Wait> {
        engine::retry_after(self)
    }

    /// Closed and clean, whatever it was.
    pub fn reset(&self) {
        engine::force(self, State::Closed);
    }

    /// Opens it now, to recover by itself.
    pub fn trip(&self) {
        engine::trip(self, 0);
    }

    /// As `trip`, for at least that long, within [`Recovery::max_wait`](crate::Recovery::max_wait).
    pub fn open_for(&self, duration: Duration) {
        engine::open_for(self, duration);
    }

    /// Rejects every call from now on.
    pub fn force_open(&self) {
        engine::force(self, State::ForcedOpen);
    }

    /// Passes every call from now on and judges none.
    pub fn force_closed(&self) {
        engine::force(self, State::ForcedClosed);
    }
}

/// The methods of `dyn Circuit`, on one that threads may share.
impl<'a> Deref for dyn Circuit + Sync + 'a {
    type Target = dyn Circuit + 'a;

    fn deref(&self) -> &Self::Target {
        self
    }
}

/// The same, on one that threads may also pass on.
impl<'a> Deref for dyn Circuit + Send + Sync + 'a {
    type Target = dyn Circuit + 'a;

    fn deref(&self) -> &Self::Target {
        self
    }
}

impl fmt::Debug for dyn Circuit + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Circuit")
            .field("id", &self.id())
            .field("state", &self.state())
            .field("error_count", &self.error_count())
            .field("success_count", &self.success_count())
            .finish()
    }
}

impl fmt::Debug for dyn Circuit + Sync + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl fmt::Debug for dyn Circuit + Send + Sync + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
