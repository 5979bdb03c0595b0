//! Functions and closures as observers.

use core::fmt;

use super::Observer;
use crate::state::{Cause, Transition};

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

#[deny(clippy::missing_trait_methods)]
impl<O: Observer> Observer for Hooks<O> {
    fn on_open(&self, opening: &Transition, cause: Cause) {
        self.observer.on_open(opening, cause);
    }

    fn on_close(&self, closing: &Transition) {
        self.observer.on_close(closing);
    }

    fn on_transition(&self, change: &Transition) {
        self.observer.on_transition(change);
    }
}

#[deny(clippy::missing_trait_methods)]
impl<O: Observer, F: Fn(&Transition, Cause)> Observer for OnOpen<O, F> {
    fn on_open(&self, opening: &Transition, cause: Cause) {
        self.before.on_open(opening, cause);
        (self.hook)(opening, cause);
    }

    fn on_close(&self, closing: &Transition) {
        self.before.on_close(closing);
    }

    fn on_transition(&self, change: &Transition) {
        self.before.on_transition(change);
    }
}

#[deny(clippy::missing_trait_methods)]
impl<O: Observer, F: Fn(&Transition)> Observer for OnClose<O, F> {
    fn on_open(&self, opening: &Transition, cause: Cause) {
        self.before.on_open(opening, cause);
    }

    fn on_close(&self, closing: &Transition) {
        self.before.on_close(closing);
        (self.hook)(closing);
    }

    fn on_transition(&self, change: &Transition) {
        self.before.on_transition(change);
    }
}

#[deny(clippy::missing_trait_methods)]
impl<O: Observer, F: Fn(&Transition)> Observer for OnTransition<O, F> {
    fn on_open(&self, opening: &Transition, cause: Cause) {
        self.before.on_open(opening, cause);
    }

    fn on_close(&self, closing: &Transition) {
        self.before.on_close(closing);
    }

    fn on_transition(&self, change: &Transition) {
        self.before.on_transition(change);
        (self.hook)(change);
    }
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

shows_its_name!(Hooks<O>, OnOpen<O, F>, OnClose<O, F>, OnTransition<O, F>);
