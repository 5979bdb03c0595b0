//! The breaker: configuration, clock, strategy and rules around the engine.
//!
//! One call, from admission to result: [`CircuitBreaker::call`] asks for [admission](call), runs the function
//! and the rules under a guard for unwinding, and [finishes](call). Closed and clean it is admitted by one load, and
//! a success that finds the control as it was is done. Anything else goes to the [engine](crate::engine), by way of
//! the [short cuts](shortcuts) of large processors.

mod by_hand;
mod call;
mod call_mut;
mod declare;
mod future;
#[cfg(feature = "server")]
mod lean;
#[cfg(feature = "embedded-hal-async")]
mod next_probe;
mod parts;
mod permit;
mod reads;
mod recover;
mod recover_async;
mod shortcuts;
mod snapshot;
mod wrap;

#[doc(hidden)]
pub use declare::Fallible;
pub use future::CallAsync;
pub use permit::Permit;
pub use recover::RecoveryOutcome;
pub use recover_async::CallAsyncOn;
pub use wrap::Wrap;

use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::engine::{Head, Place};
use crate::rules::EveryError;
use crate::storage::Storage;
use crate::strategy::{Consecutive, Strategy};

/// A circuit breaker: it counts failures of what it guards, and rejects calls for a while when there
/// are too many.
///
/// Any functions can share one; it lives in a `static` and is used through `&self` from tasks and
/// interrupts at once. A successful call on a clean closed breaker costs a load and a branch before
/// and a load and a compare after: no clock, no write, no lock.
///
/// `C` is the [clock](crate::Clock), `S` the [strategy](crate::strategy), `R` the [rules](crate::rules): what runs in
/// each call. Hooks and recovery are values in the configuration, so that `CircuitBreaker<MyClock>` is most often
/// all there is to write.
///
/// ```
/// use core::time::Duration;
/// use mcb::{CircuitBreaker, Config, Error, ManualClock, State};
///
/// static CLOCK: ManualClock = ManualClock::new(); // your own clock in real life
/// static IMU: CircuitBreaker<&ManualClock> = CircuitBreaker::new(
///     &Config::new("imu").error_threshold(2).recovery_timeout(Duration::from_millis(500)),
///     &CLOCK,
/// );
///
/// fn read() -> Result<u16, &'static str> { Err("nack") }
///
/// assert_eq!(IMU.call(read), Err(Error::Inner("nack")));
/// assert_eq!(IMU.call(read), Err(Error::Inner("nack")));
/// assert_eq!(IMU.state(), State::Open);
/// assert!(IMU.call(read).unwrap_err().is_rejected()); // read() did not run
///
/// CLOCK.advance(Duration::from_millis(500));
/// assert_eq!(IMU.call(|| Ok::<_, ()>(42)), Ok(42)); // the probe
/// assert_eq!(IMU.state(), State::Closed);
/// ```
///
/// # Invariants
///
/// Each is checked on every edge between the reachable states of small breakers (`src/machine/enumeration.rs`).
///
/// - *Nothing wedges it.* Whoever waits as told, calls and succeeds closes it in
///   [`recovery_threshold`](Config::recovery_threshold) calls, whatever else is under way and never
///   ends; after [`force_open`](Self::force_open) and [`force_closed`](Self::force_closed) a reset does.
/// - *Probes are limited.* At most [`max_probes`](Config::max_probes) hold a slot at a time. Only when all
///   slots are taken and the last admission is a probe timeout ago do they pass on, to one call.
///   (A probe that is eight such passings late gives back a slot that is no longer its own.)
/// - *A stale result changes nothing.* A result counts only in the phase and the generation that admitted
///   it; the generation moves by one where `Closed` or `HalfOpen` is left and by hand, nowhere else.
/// - *One opening a trip.* The result that opens it counts one opening, moves the generation and stamps the
///   time, all in one write; nothing else opens it.
/// - *Counts stay in their range*: errors below the threshold while closed, successes below theirs, slots
///   within their limit, openings at 15 at the most.
/// - *Reads tell what the next call finds*, and change nothing. A wait is exact: a tick earlier the next call
///   is rejected, then it is admitted, unless something else happens meanwhile (or the clock has stepped back).
/// - *Health writes nothing*: a success on a clean closed breaker, an ignored result of a closed one, any
///   result of one that is forced closed, and admission to either. None of these reads the clock.
/// - *Only differences decide.* The same happens at every point of a clock that wraps.
///
/// # Interrupts
///
/// Every `&self` method may be called from an interrupt. Where the processor has no 64-bit atomics, a
/// change of the word and a read of all of it mask interrupts for a few loads and stores, never while
/// user code runs. A healthy call masks none. Several cores without 64-bit atomics, as of an RP2040, need the feature
/// `multi-core` besides a critical section that holds the other core off.
///
/// # Panics
///
/// No method but the `const` constructor panics by itself. A panic in the guarded function or in a
/// rule counts as a failure, where unwinding exists, and goes on to the caller.
///
/// # Wraparound
///
/// See [`clock`](crate::clock#wraparound). A result counts only in the generation that admitted it;
/// the 13-bit generation comes round after 8,192 moves, 4,096 cycles of opening and closing within one
/// single call.
pub struct CircuitBreaker<C, S = Consecutive, R = EveryError>
where
    C: Clock,
    S: Strategy,
{
    head: Head<C>,
    memory: S::Memory,
    strategy: S,
    rules: R,
}

impl<C: Clock, S: Strategy, R> CircuitBreaker<C, S, R> {
    /// A breaker with a configuration in flash, for a `static`.
    ///
    /// # Panics
    ///
    /// When a setting is out of range: in const evaluation that is a compile error which names the
    /// field. At run time use [`try_new`](Self::try_new) instead.
    #[cfg(not(loom))]
    #[must_use]
    #[allow(clippy::missing_panics_doc)]
    pub const fn new(config: &'static Config<C, S, R>, clock: C) -> Self
    where
        R: Copy,
    {
        if let Err(error) = config.settings.check::<C>() {
            panic!("{}", error.message().as_str());
        }
        let storage =
            Storage::new(config.settings.fixed.first_word(S::FRESH), &config.settings.fixed.limits);
        let head = Head::new(storage, Place::borrowed(&config.settings.fixed), clock);
        Self::build(head, config.settings.strategy, config.settings.rules)
    }

    /// A breaker with a configuration that lives as long as the program, checked at run time: one in a
    /// `static`, or in a `StaticCell`. A configuration that was just computed does not live so long (E0716);
    /// `from_config` (feature `std`) takes it by value.
    ///
    /// # Errors
    ///
    /// The first setting that is out of range.
    pub fn try_new(config: &'static Config<C, S, R>, clock: C) -> Result<Self, ConfigError>
    where
        R: Copy,
    {
        config.settings.check::<C>()?;
        let storage =
            Storage::new(config.settings.fixed.first_word(S::FRESH), &config.settings.fixed.limits);
        let head = Head::new(storage, Place::borrowed(&config.settings.fixed), clock);
        Ok(Self::build(head, config.settings.strategy, config.settings.rules))
    }

    /// A breaker that owns its configuration, which may come from wherever: a file, a command line; rules may hold
    /// anything. It allocates once, here. Needs the feature `std`.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use mcb::{CircuitBreaker, Config, StdClock};
    ///
    /// # fn main() -> Result<(), mcb::ConfigError> {
    /// let threshold = "7".parse().unwrap();
    /// let config = Config::new("db").error_threshold(threshold);
    /// let db = Arc::new(CircuitBreaker::from_config(config, StdClock)?);
    /// # assert!(db.call(|| Ok::<_, ()>(())).is_ok());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The first setting that is out of range.
    #[cfg(feature = "std")]
    pub fn from_config(config: Config<C, S, R>, clock: C) -> Result<Self, ConfigError> {
        config.settings.check::<C>()?;
        let storage =
            Storage::new(config.settings.fixed.first_word(S::FRESH), &config.settings.fixed.limits);
        let head = Head::new(storage, Place::owned(config.settings.fixed), clock);
        Ok(Self::build(head, config.settings.strategy, config.settings.rules))
    }

    /// With an observer that it owns, beside the one of its configuration, if any, and in place of one that it owned
    /// already. It is told of transitions; with [`AnyStrategy`](crate::AnyStrategy) of results and rejections too. Needs
    /// the feature `std`.
    ///
    /// ```
    /// use std::sync::mpsc::channel;
    /// use mcb::{CircuitBreaker, Config, Hooks, StdClock};
    ///
    /// let (openings, opened) = channel();
    /// let db = CircuitBreaker::from_config(Config::new("db").error_threshold(1), StdClock)?
    ///     .with_hooks(Hooks::new().on_open(move |opening, _| drop(openings.send(opening.id))));
    /// let _ = db.call(|| Err::<(), _>("refused"));
    /// assert_eq!(opened.recv(), Ok("db"));
    /// # Ok::<(), mcb::ConfigError>(())
    /// ```
    #[cfg(feature = "std")]
    #[must_use]
    pub fn with_hooks(mut self, observer: impl crate::Observer + Send + Sync + 'static) -> Self {
        self.head.observe(std::boxed::Box::new(observer));
        self
    }

    const fn build(head: Head<C>, strategy: S, rules: R) -> Self {
        CircuitBreaker { head, memory: S::MEMORY, strategy, rules }
    }
}

// The state is settled whenever user code runs, so that unwinding leaves nothing half done.
impl<C: Clock, S: Strategy, R> core::panic::UnwindSafe for CircuitBreaker<C, S, R> {}
impl<C, S, R> core::panic::RefUnwindSafe for CircuitBreaker<C, S, R>
where
    C: Clock + core::panic::RefUnwindSafe,
    S: Strategy,
    R: core::panic::RefUnwindSafe,
{
}
