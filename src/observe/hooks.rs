//! Functions and closures as observers.

use core::fmt;

use super::Observer;
use crate::state::{Cause, Transition};
use crate::verdict::Verdict;

/// Hooks as functions or closures.
///
/// Each method adds one; several of a kind run in the order in which they were given. What is left out costs
/// nothing, and the type, which grows with each, need not be named anywhere.
///
/// ```
/// use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
/// use mcb::{Cause, CircuitBreaker, Config, Hooks, ManualClock, Transition};
///
/// static OPENED: AtomicU32 = AtomicU32::new(0);
/// fn count(opening: &Transition, cause: Cause) {
///     assert_eq!((opening.id, cause), ("imu", Cause::Error));
///     OPENED.fetch_add(1, Relaxed);
/// }
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static IMU: CircuitBreaker<&ManualClock> = CircuitBreaker::new(
///     &Config::new("imu")
///         .error_threshold(1)
///         .hooks(&Hooks::new().on_open(count).on_close(|closing| println!("{} works", closing.id))),
///     &CLOCK,
/// );
/// let _ = IMU.call(|| Err::<(), _>("nack"));
/// assert_eq!(OPENED.load(Relaxed), 1);
/// ```
///
/// A closure may hold things where the breaker is made at run time; see
/// `CircuitBreaker::with_hooks` (feature `std`).
#[derive(Clone, Copy, Default)]
pub struct Hooks<O = ()> {
    observer: O,
}

impl Hooks {
    /// No hooks.
    #[must_use]
    pub const fn new() -> Self {
        Hooks { observer: () }
    }
}

// Each takes `self` whole: a constant function may move nothing out of what could have a destructor.
impl<O> Hooks<O> {
    /// Runs when failures open the breaker; see [`Observer::on_open`].
    #[must_use]
    pub const fn on_open<F>(self, hook: F) -> Hooks<OnOpen<Self, F>>
    where
        F: Fn(&Transition, Cause),
    {
        Hooks { observer: OnOpen { before: self, hook } }
    }

    /// Runs when probes close the breaker; see [`Observer::on_close`].
    #[must_use]
    pub const fn on_close<F>(self, hook: F) -> Hooks<OnClose<Self, F>>
    where
        F: Fn(&Transition),
    {
        Hooks { observer: OnClose { before: self, hook } }
    }

    /// Runs when the state changes, by results, by time or by hand; see [`Observer::on_transition`].
    #[must_use]
    pub const fn on_transition<F>(self, hook: F) -> Hooks<OnTransition<Self, F>>
    where
        F: Fn(&Transition),
    {
        Hooks { observer: OnTransition { before: self, hook } }
    }

    /// Runs when an admitted call ends, with the breaker's id, the verdict, and whether it was a probe; see
    /// [`Observer::on_result`]. Only [`Config::observer`](crate::Config::observer) makes a breaker tell.
    #[must_use]
    pub const fn on_result<F>(self, hook: F) -> Hooks<OnResult<Self, F>>
    where
        F: Fn(&'static str, Verdict, bool),
    {
        Hooks { observer: OnResult { before: self, hook } }
    }

    /// Runs when a call is refused, with the breaker's id and whether it passed all the same; see
    /// [`Observer::on_rejected`]. Only [`Config::observer`](crate::Config::observer) makes a breaker tell.
    #[must_use]
    pub const fn on_rejected<F>(self, hook: F) -> Hooks<OnRejected<Self, F>>
    where
        F: Fn(&'static str, bool),
    {
        Hooks { observer: OnRejected { before: self, hook } }
    }
}

/// What [`Hooks::on_open`] adds.
#[derive(Clone, Copy)]
pub struct OnOpen<O, F> {
    before: O,
    hook: F,
}

/// What [`Hooks::on_close`] adds.
#[derive(Clone, Copy)]
pub struct OnClose<O, F> {
    before: O,
    hook: F,
}

/// What [`Hooks::on_transition`] adds.
#[derive(Clone, Copy)]
pub struct OnTransition<O, F> {
    before: O,
    hook: F,
}

/// What [`Hooks::on_result`] adds.
#[derive(Clone, Copy)]
pub struct OnResult<O, F> {
    before: O,
    hook: F,
}

/// What [`Hooks::on_rejected`] adds.
#[derive(Clone, Copy)]
pub struct OnRejected<O, F> {
    before: O,
    hook: F,
}

/// A method that what it stands around is told first, and then the hook, where there is one of this kind.
macro_rules! passes_on {
    (open $field:ident $($hook:ident)?) => {
        fn on_open(&self, opening: &Transition, cause: Cause) {
            self.$field.on_open(opening, cause);
            $((self.$hook)(opening, cause);)?
        }
    };
    (close $field:ident $($hook:ident)?) => {
        fn on_close(&self, closing: &Transition) {
            self.$field.on_close(closing);
            $((self.$hook)(closing);)?
        }
    };
    (transition $field:ident $($hook:ident)?) => {
        fn on_transition(&self, change: &Transition) {
            self.$field.on_transition(change);
            $((self.$hook)(change);)?
        }
    };
    (result $field:ident $($hook:ident)?) => {
        fn on_result(&self, id: &'static str, verdict: Verdict, probe: bool) {
            self.$field.on_result(id, verdict, probe);
            $((self.$hook)(id, verdict, probe);)?
        }
    };
    (rejected $field:ident $($hook:ident)?) => {
        fn on_rejected(&self, id: &'static str, passed: bool) {
            self.$field.on_rejected(id, passed);
            $((self.$hook)(id, passed);)?
        }
    };
}

#[deny(clippy::missing_trait_methods)]
impl<O: Observer> Observer for Hooks<O> {
    passes_on!(open observer);
    passes_on!(close observer);
    passes_on!(transition observer);
    passes_on!(result observer);
    passes_on!(rejected observer);
}

#[deny(clippy::missing_trait_methods)]
impl<O: Observer, F: Fn(&Transition, Cause)> Observer for OnOpen<O, F> {
    passes_on!(open before hook);
    passes_on!(close before);
    passes_on!(transition before);
    passes_on!(result before);
    passes_on!(rejected before);
}

#[deny(clippy::missing_trait_methods)]
impl<O: Observer, F: Fn(&Transition)> Observer for OnClose<O, F> {
    passes_on!(open before);
    passes_on!(close before hook);
    passes_on!(transition before);
    passes_on!(result before);
    passes_on!(rejected before);
}

#[deny(clippy::missing_trait_methods)]
impl<O: Observer, F: Fn(&Transition)> Observer for OnTransition<O, F> {
    passes_on!(open before);
    passes_on!(close before);
    passes_on!(transition before hook);
    passes_on!(result before);
    passes_on!(rejected before);
}

#[deny(clippy::missing_trait_methods)]
impl<O: Observer, F: Fn(&'static str, Verdict, bool)> Observer for OnResult<O, F> {
    passes_on!(open before);
    passes_on!(close before);
    passes_on!(transition before);
    passes_on!(result before hook);
    passes_on!(rejected before);
}

#[deny(clippy::missing_trait_methods)]
impl<O: Observer, F: Fn(&'static str, bool)> Observer for OnRejected<O, F> {
    passes_on!(open before);
    passes_on!(close before);
    passes_on!(transition before);
    passes_on!(result before);
    passes_on!(rejected before hook);
}

// Functions do not show themselves, and which there are is the type's to tell.
macro_rules! shows_its_name {
    ($($name:ident<$($parameter:ident),*>),*) => {$(
        impl<$($parameter),*> fmt::Debug for $name<$($parameter),*> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    )*};
}

shows_its_name!(Hooks<O>, OnOpen<O, F>, OnClose<O, F>, OnTransition<O, F>, OnResult<O, F>, OnRejected<O, F>);
