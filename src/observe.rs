//! Who is told when the state changes, and of each call.
//!
//! An observer is a value in the configuration. [`Config::hooks`](crate::Config::hooks) tells it of transitions, and is
//! no part of the breaker's type; [`Config::observer`](crate::Config::observer) tells it of results and rejections too,
//! which runs in each call and so is part of the type ([`Told`]). [`Hooks`] takes functions and closures; [`Statistics`]
//! counts; `LogObserver`, `TracingObserver` and `MetricsObserver` tell the crates `log`, `tracing` and `metrics`
//! (features of these names); for anything else implement [`Observer`]. Observers compose: a pair is one, an `Option`, an
//! array and a slice of them too, and with `std` a `Vec`.
//!
//! # When they run
//!
//! Outside any lock or critical section, and they may call the breaker, which they know by its name, or find by its id.
//! They return nothing, so they cannot replace the caller's result. In an interrupt that finishes a permit, they run in
//! that interrupt.
//!
//! - *Of a transition* after the state is settled, exactly once: whoever wrote the word calls them. The calls for two
//!   transitions may overlap when two threads make them.
//! - *Of a result* once for each admitted call, when it ends and before it is settled: an opening is told after the
//!   failure that made it. (Of a call whose future or permit is forgotten nothing is told, and of one that
//!   [passed only since nobody is rejected](crate::Config::observe_only) its rejection alone.)
//! - *Of a rejection* once for each call that was refused, when the refusal is settled.
//!
//! One that panics unwinds to whoever made the call, and keeps those after it from running; the state is settled all the
//! same. (One that panics while it is told of a panic or of a drop during unwinding ends the program, as any second
//! panic does.)

mod counts;
#[cfg(feature = "tracing")]
mod events;
mod hooks;
#[cfg(feature = "log")]
mod lines;
mod log;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(any(feature = "log", feature = "tracing"))]
mod rejections;
mod several;
mod statistics;
mod told;

pub(crate) use self::log::{LOGS, transition as log};
#[cfg(feature = "metrics")]
pub use self::metrics::MetricsObserver;
pub use counts::Counts;
#[cfg(feature = "tracing")]
pub use events::TracingObserver;
pub use hooks::Hooks;
#[cfg(feature = "log")]
pub use lines::LogObserver;
pub use statistics::Statistics;
pub use told::Told;

use crate::state::{Cause, Reason, Transition};
use crate::verdict::Verdict;

/// Watches a breaker. Every method does nothing by default.
///
/// ```
/// use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
/// use mcb::{Cause, CircuitBreaker, Config, ManualClock, Observer, Transition};
///
/// /// Counts openings.
/// struct Openings(AtomicU32);
/// impl Observer for Openings {
///     fn on_open(&self, _: &Transition, _: Cause) {
///         self.0.fetch_add(1, Relaxed);
///     }
/// }
///
/// static OPENINGS: Openings = Openings(AtomicU32::new(0));
/// static CLOCK: ManualClock = ManualClock::new();
/// static IMU: CircuitBreaker<&ManualClock> =
///     CircuitBreaker::new(&Config::new("imu").error_threshold(1).hooks(&OPENINGS), &CLOCK);
/// let _ = IMU.call(|| Err::<(), _>("nack"));
/// assert_eq!(OPENINGS.0.load(Relaxed), 1);
/// ```
pub trait Observer {
    /// A failure opened the breaker, from `Closed` or again from `HalfOpen`. Not called by
    /// [`force_open`](crate::CircuitBreaker::force_open).
    fn on_open(&self, opening: &Transition, cause: Cause) {
        let _ = (opening, cause);
    }

    /// Successful probes closed the breaker. Not called by [`reset`](crate::CircuitBreaker::reset) and
    /// [`force_closed`](crate::CircuitBreaker::force_closed).
    fn on_close(&self, closing: &Transition) {
        let _ = closing;
    }

    /// The state changed, by results, by time or by hand; runs before the other two.
    fn on_transition(&self, change: &Transition) {
        let _ = change;
    }

    /// An admitted call ended with this verdict, as a probe or not. A success that was
    /// [too slow](crate::Config::slow_call) is told as a failure, a drop as what
    /// [`Config::dropped`](crate::Config::dropped) says, a panic as a failure. Whether it still counted for
    /// the breaker is not told: a late one counts for nothing.
    ///
    /// Only for an observer that was given by [`Config::observer`](crate::Config::observer), or is a server breaker's.
    fn on_result(&self, id: &'static str, verdict: Verdict, probe: bool) {
        let _ = (id, verdict, probe);
    }

    /// A call was refused; `passed` where it ran all the same, since the breaker
    /// [only observes](crate::Config::observe_only).
    ///
    /// Only for an observer that was given by [`Config::observer`](crate::Config::observer), or is a server breaker's.
    fn on_rejected(&self, id: &'static str, passed: bool) {
        let _ = (id, passed);
    }
}

/// Nobody is told.
impl Observer for () {}

/// What points to an observer is one. Clippy refuses a method that is forgotten here: its default would swallow
/// what it should pass on.
macro_rules! pointer {
    ($($(#[$meta:meta])* $pointer:ty),*) => {$(
        $(#[$meta])*
        #[deny(clippy::missing_trait_methods)]
        impl<O: Observer + ?Sized> Observer for $pointer {
            fn on_open(&self, opening: &Transition, cause: Cause) {
                (**self).on_open(opening, cause);
            }

            fn on_close(&self, closing: &Transition) {
                (**self).on_close(closing);
            }

            fn on_transition(&self, change: &Transition) {
                (**self).on_transition(change);
            }

            fn on_result(&self, id: &'static str, verdict: Verdict, probe: bool) {
                (**self).on_result(id, verdict, probe);
            }

            fn on_rejected(&self, id: &'static str, passed: bool) {
                (**self).on_rejected(id, passed);
            }
        }
    )*};
}

pointer!(
    &O,
    #[cfg(feature = "std")]
    std::boxed::Box<O>,
    #[cfg(feature = "std")]
    std::sync::Arc<O>
);

/// Both, one after the other.
#[deny(clippy::missing_trait_methods)]
impl<A: Observer, B: Observer> Observer for (A, B) {
    fn on_open(&self, opening: &Transition, cause: Cause) {
        self.0.on_open(opening, cause);
        self.1.on_open(opening, cause);
    }

    fn on_close(&self, closing: &Transition) {
        self.0.on_close(closing);
        self.1.on_close(closing);
    }

    fn on_transition(&self, change: &Transition) {
        self.0.on_transition(change);
        self.1.on_transition(change);
    }

    fn on_result(&self, id: &'static str, verdict: Verdict, probe: bool) {
        self.0.on_result(id, verdict, probe);
        self.1.on_result(id, verdict, probe);
    }

    fn on_rejected(&self, id: &'static str, passed: bool) {
        self.0.on_rejected(id, passed);
        self.1.on_rejected(id, passed);
    }
}

/// Tells one change, in the order that [`Observer`] describes.
pub(crate) fn tell(observer: &dyn Observer, change: &Transition) {
    observer.on_transition(change);
    // A failure does nothing but open, and a success but close: the state need not be asked (growth, hook).
    if let Reason::Failure(cause) = change.reason {
        observer.on_open(change, cause);
    }
    if change.reason == Reason::Success {
        observer.on_close(change);
    }
}
