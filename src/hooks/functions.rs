use super::{Cause, Observer, Opened, Transition};
use crate::circuit::Circuit;

/// Hooks as plain functions, for a breaker that any functions share.
///
/// ```
/// use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
/// use mcb::{Cause, Circuit, CircuitBreaker, Config, Consecutive, Hooked, Hooks, ManualClock};
///
/// static OPENED: AtomicU32 = AtomicU32::new(0);
/// fn count(circuit: &dyn Circuit, cause: Cause<'_>) {
///     assert_eq!((circuit.id(), cause), ("imu", Cause::Error(&())));
///     OPENED.fetch_add(1, Relaxed);
/// }
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static IMU: CircuitBreaker<&ManualClock, Consecutive, Hooked> = CircuitBreaker::new(
///     &Config::new("imu").error_threshold(1).hooks(Hooks::new().on_open(count)),
///     &CLOCK,
/// );
/// let _ = IMU.call(|| Err::<(), _>("nack"));
/// assert_eq!(OPENED.load(Relaxed), 1);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Hooks {
    on_open: Option<fn(&dyn Circuit, Cause<'_>)>,
    watch: Watch,
}

/// Hooks as plain functions, of which `on_open` is shown the very error or output that opened the
/// breaker. A breaker with these guards only calls that return `Result<T, E>`.
///
/// ```
/// use mcb::{Cause, Circuit, CircuitBreaker, Config, Consecutive, EveryError, Hooked, ManualClock, TypedHooks};
///
/// fn show(circuit: &dyn Circuit, cause: Cause<'_, u16, &str>) {
///     println!("{}: {cause:?}", circuit.id());
/// }
///
/// type Watched = Hooked<EveryError, TypedHooks<u16, &'static str>>;
/// static CLOCK: ManualClock = ManualClock::new();
/// static IMU: CircuitBreaker<&ManualClock, Consecutive, Watched> = CircuitBreaker::new(
///     &Config::new("imu").error_threshold(1).hooks(TypedHooks::new().on_open(show)),
///     &CLOCK,
/// );
/// let _ = IMU.call(|| Err("nack"));
/// ```
#[derive(Debug)]
pub struct TypedHooks<T, E> {
    on_open: Option<OnOpen<T, E>>,
    watch: Watch,
}

type OnOpen<T, E> = fn(&dyn Circuit, Cause<'_, T, E>);

/// The hooks that are the same for both.
#[derive(Clone, Copy, Debug, Default)]
struct Watch {
    on_close: Option<fn(&dyn Circuit)>,
    on_transition: Option<fn(&dyn Circuit, Transition)>,
    before_probe: Option<fn(&dyn Circuit) -> bool>,
}

impl Watch {
    const NONE: Watch = Watch { on_close: None, on_transition: None, before_probe: None };

    #[inline]
    fn on_close(&self, circuit: &dyn Circuit) {
        if let Some(hook) = self.on_close {
            hook(circuit);
        }
    }

    #[inline]
    fn on_transition(&self, circuit: &dyn Circuit, transition: Transition) {
        if let Some(hook) = self.on_transition {
            hook(circuit, transition);
        }
    }

    #[inline]
    fn before_probe(&self, circuit: &dyn Circuit) -> bool {
        self.before_probe.is_none_or(|hook| hook(circuit))
    }
}

impl Hooks {
    /// No hooks.
    #[must_use]
    pub const fn new() -> Self {
        Hooks { on_open: None, watch: Watch::NONE }
    }

    /// Runs when failures open the breaker; see [`Observer::on_open`]. The cause tells its kind alone, with
    /// `()` for a value: [`TypedHooks`] show the error itself.
    #[must_use]
    pub const fn on_open(mut self, hook: fn(&dyn Circuit, Cause<'_>)) -> Self {
        self.on_open = Some(hook);
        self
    }
}

impl<T, E> TypedHooks<T, E> {
    /// No hooks.
    #[must_use]
    pub const fn new() -> Self {
        TypedHooks { on_open: None, watch: Watch::NONE }
    }

    /// Runs when failures open the breaker, with the value that did; see [`Observer::on_open`].
    #[must_use]
    pub const fn on_open(mut self, hook: fn(&dyn Circuit, Cause<'_, T, E>)) -> Self {
        self.on_open = Some(hook);
        self
    }
}

/// The builder methods and forwarding that both kinds of hooks have.
macro_rules! watch {
    ($hooks:ty $(, $generic:ident)*) => {
        impl<$($generic),*> $hooks {
            /// Runs when probes close the breaker; see [`Observer::on_close`].
            #[must_use]
            pub const fn on_close(mut self, hook: fn(&dyn Circuit)) -> Self {
                self.watch.on_close = Some(hook);
                self
            }

            /// Runs at every change of state; see [`Observer::on_transition`].
            #[must_use]
            pub const fn on_transition(mut self, hook: fn(&dyn Circuit, Transition)) -> Self {
                self.watch.on_transition = Some(hook);
                self
            }

            /// Runs before the first probe of each recovery; see [`Observer::before_probe`].
            #[must_use]
            pub const fn before_probe(mut self, hook: fn(&dyn Circuit) -> bool) -> Self {
                self.watch.before_probe = Some(hook);
                self
            }
        }

        impl<$($generic),*> Observer for $hooks {
            #[inline]
            fn on_open(&self, circuit: &dyn Circuit, cause: Cause<'_>) {
                if let Some(hook) = self.on_open {
                    <$hooks>::tell(hook, circuit, cause);
                }
            }

            #[inline]
            fn on_close(&self, circuit: &dyn Circuit) {
                self.watch.on_close(circuit);
            }

            #[inline]
            fn on_transition(&self, circuit: &dyn Circuit, transition: Transition) {
                self.watch.on_transition(circuit, transition);
            }

            #[inline]
            fn before_probe(&self, circuit: &dyn Circuit) -> bool {
                self.watch.before_probe(circuit)
            }
        }

        #[cfg(feature = "defmt")]
        impl<$($generic),*> defmt::Format for $hooks {
            fn format(&self, f: defmt::Formatter<'_>) {
                defmt::write!(f, "hooks");
            }
        }
    };
}

watch!(Hooks);
watch!(TypedHooks<T, E>, T, E);

impl Hooks {
    #[inline]
    fn tell(hook: fn(&dyn Circuit, Cause<'_>), circuit: &dyn Circuit, cause: Cause<'_>) {
        hook(circuit, cause);
    }
}

impl<T, E> TypedHooks<T, E> {
    /// Causes without a value: what happens to permits and to calls that never returned.
    #[inline]
    fn tell(hook: fn(&dyn Circuit, Cause<'_, T, E>), circuit: &dyn Circuit, cause: Cause<'_>) {
        hook(
            circuit,
            match cause {
                Cause::Panic => Cause::Panic,
                Cause::Dropped => Cause::Dropped,
                Cause::Recovery => Cause::Recovery,
                // A value comes by `opened_by`; a rule of the user's that tells of one without it has
                // nothing to show, and what is left is a report.
                Cause::Reported | Cause::Error(()) | Cause::Output(()) => Cause::Reported,
            },
        );
    }
}

impl<T, E> Opened<T, E> for Hooks {}

impl<T, E> Opened<T, E> for TypedHooks<T, E> {
    #[inline]
    fn opened_by(&self, circuit: &dyn Circuit, cause: Cause<'_, T, E>) {
        if let Some(hook) = self.on_open {
            hook(circuit, cause);
        }
    }
}

impl<T, E> Default for TypedHooks<T, E> {
    fn default() -> Self {
        TypedHooks::new()
    }
}

// Derives would ask the same of `T` and `E`, which are behind a function pointer.
impl<T, E> Clone for TypedHooks<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T, E> Copy for TypedHooks<T, E> {}
