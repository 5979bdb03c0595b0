//! What runs when the state changes.
//!
//! Hooks run after the state is settled, outside any lock or critical section, exactly once for each
//! transition: whoever wrote the word calls them. They may call the breaker. They return nothing, so
//! they cannot replace the caller's result; a hook that panics unwinds to whoever made the call, with
//! the state already settled, and keeps those after it from running. (One that panics while it is told
//! of a panic or of a drop during unwinding ends the program, as any second panic does.) Hooks of two
//! transitions may overlap when two threads make them. In an interrupt that finishes a permit, the hook runs in that interrupt.
//!
//! [`Hooks`] takes plain functions and suits a breaker that is shared by any functions; [`TypedHooks`]
//! also shows the error or output that opened it. For anything else implement [`Observer`].

use crate::circuit::Circuit;
use crate::rules::{EveryError, Rules, Verdict};
use crate::state::State;

/// Why a breaker opened.
///
/// Without type arguments it tells the kind of cause only.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause<'a, T = (), E = ()> {
    /// The guarded call returned this error, and the rules counted it.
    Error(&'a E),
    /// The guarded call returned this output, and the rules (or a window that it completed) counted it.
    Output(&'a T),
    /// A permit was told of a failure.
    Reported,
    /// The guarded call, a rule, `before_probe` or a recovery step panicked.
    Panic,
    /// A permit or a guarded future was dropped, and the configuration counts that as a failure.
    Dropped,
    /// The recovery step before a probe failed.
    Recovery,
}

impl<T, E> Cause<'_, T, E> {
    /// The same cause without its value.
    #[inline]
    #[must_use]
    pub const fn kind(self) -> Cause<'static> {
        match self {
            Cause::Error(_) => Cause::Error(&()),
            Cause::Output(_) => Cause::Output(&()),
            Cause::Reported => Cause::Reported,
            Cause::Panic => Cause::Panic,
            Cause::Dropped => Cause::Dropped,
            Cause::Recovery => Cause::Recovery,
        }
    }
}

impl<T, E> Clone for Cause<'_, T, E> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T, E> Copy for Cause<'_, T, E> {}

#[cfg(feature = "defmt")]
impl<T, E> defmt::Format for Cause<'_, T, E> {
    fn format(&self, f: defmt::Formatter<'_>) {
        let kind = match self {
            Cause::Error(_) => "error",
            Cause::Output(_) => "output",
            Cause::Reported => "reported",
            Cause::Panic => "panic",
            Cause::Dropped => "dropped",
            Cause::Recovery => "recovery",
        };
        defmt::write!(f, "{=str}", kind);
    }
}

/// A change of the stored state. A breaker whose timeout has run out *reads* half-open before the
/// first probe makes it so; the transition is the probe's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Transition {
    /// The state before.
    pub from: State,
    /// The state after.
    pub to: State,
}

/// Watches a breaker. Every method does nothing by default and costs nothing then.
pub trait Observer {
    /// A judged failure opened the breaker, from `Closed` or again from `HalfOpen`. Not called by
    /// [`force_open`](Circuit::force_open).
    #[inline]
    fn on_open(&self, circuit: &dyn Circuit, cause: Cause<'_>) {
        let _ = (circuit, cause);
    }

    /// Successful probes closed the breaker. Not called by [`reset`](Circuit::reset) and
    /// [`force_closed`](Circuit::force_closed).
    #[inline]
    fn on_close(&self, circuit: &dyn Circuit) {
        let _ = circuit;
    }

    /// The state changed, by results, by time or by hand; runs before the other two.
    #[inline]
    fn on_transition(&self, circuit: &dyn Circuit, transition: Transition) {
        let _ = (circuit, transition);
    }

    /// Runs before the first probe of each recovery, in the call that will be that probe: the moment
    /// to free a bus or to power-cycle a sensor. With `max_probes` above 1 other probes may run meanwhile,
    /// and after a probe timeout in any case. `false` means that it did not help: that is a failed
    /// probe, with [`Cause::Recovery`], and the call is rejected.
    #[inline]
    #[must_use]
    fn before_probe(&self, circuit: &dyn Circuit) -> bool {
        let _ = circuit;
        true
    }
}

/// Rules, and an observer beside them: what [`Config::hooks`](crate::Config::hooks) makes of the rules.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Hooked<R = EveryError, H = Hooks> {
    rules: R,
    hooks: H,
}

impl<R, H> Hooked<R, H> {
    /// `rules` judge, `hooks` watch.
    #[must_use]
    pub const fn new(rules: R, hooks: H) -> Self {
        Hooked { rules, hooks }
    }
}

impl<R: Observer, H: Observer> Observer for Hooked<R, H> {
    #[inline]
    fn on_open(&self, circuit: &dyn Circuit, cause: Cause<'_>) {
        self.rules.on_open(circuit, cause);
        self.hooks.on_open(circuit, cause);
    }

    #[inline]
    fn on_close(&self, circuit: &dyn Circuit) {
        self.rules.on_close(circuit);
        self.hooks.on_close(circuit);
    }

    #[inline]
    fn on_transition(&self, circuit: &dyn Circuit, transition: Transition) {
        self.rules.on_transition(circuit, transition);
        self.hooks.on_transition(circuit, transition);
    }

    #[inline]
    fn before_probe(&self, circuit: &dyn Circuit) -> bool {
        self.rules.before_probe(circuit) && self.hooks.before_probe(circuit)
    }
}

impl<T, E, R: Rules<T, E>, H: Opened<T, E>> Rules<T, E> for Hooked<R, H> {
    #[inline]
    fn judge(&self, result: &Result<T, E>) -> Verdict {
        self.rules.judge(result)
    }

    #[inline]
    fn opened_by(&self, circuit: &dyn Circuit, cause: Cause<'_, T, E>) {
        self.rules.opened_by(circuit, cause);
        self.hooks.opened_by(circuit, cause);
    }
}

/// An observer that is told the value which opened the breaker.
///
/// One line, `impl<T, E> Opened<T, E> for MyObserver {}`, suits an observer that does not care.
///
/// ```
/// use core::fmt::Debug;
/// use mcb::{Cause, Circuit, CircuitBreaker, Config, Consecutive, EveryError, Hooked, ManualClock, Observer, Opened};
///
/// /// Prints the error, of whatever type.
/// #[derive(Clone, Copy)]
/// struct Print;
/// impl Observer for Print {}
/// impl<T, E: Debug> Opened<T, E> for Print {
///     fn opened_by(&self, circuit: &dyn Circuit, cause: Cause<'_, T, E>) {
///         if let Cause::Error(error) = cause {
///             println!("{} opened: {error:?}", circuit.id());
///         }
///     }
/// }
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static DB: CircuitBreaker<&ManualClock, Consecutive, Hooked<EveryError, Print>> =
///     CircuitBreaker::new(&Config::new("db").error_threshold(1).hooks(Print), &CLOCK);
/// let _ = DB.call(|| Err::<u8, _>("refused"));
/// ```
pub trait Opened<T, E>: Observer {
    /// A judged result opened the breaker. By default it tells [`Observer::on_open`].
    #[inline]
    fn opened_by(&self, circuit: &dyn Circuit, cause: Cause<'_, T, E>) {
        self.on_open(circuit, cause.kind());
    }
}

mod functions;
pub use functions::{Hooks, TypedHooks};
