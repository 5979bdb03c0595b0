//! A breaker by handles.

use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

use core::future::Future;
use core::ops::Deref;

use super::shared::Shared;
use super::{Builder, CallAsync, OwnedPermit};
use crate::circuit::Circuit;
use crate::clock::{Clock, StdClock};
use crate::config::{Config, ConfigError};
use crate::error::{Error, Rejected};
use crate::rules::{EveryError, Rules};
use crate::strategy::{AnyStrategy, Strategy};

/// A breaker of a server: one type, whatever its settings choose, and a handle that is cheap to clone. All clones are
/// the same breaker.
///
/// Strategy and recovery are values ([`Config`], [`Recovery`](crate::Recovery)), and so that they may come from a file;
/// they can be [changed](Self::reconfigure) while it runs. Rules belong to the handle ([`with_rules`](Self::with_rules)),
/// since one breaker may guard calls of several types. Observers, given to the [builder](Self::builder), are told of
/// transitions, results and rejections, and may hold anything.
///
/// What can be read and done by hand (`state`, `retry_after`, `reset`, `force_open`, `trip`…) are the methods of
/// [`dyn Circuit`](trait@Circuit), to which it dereferences.
///
/// ```
/// use std::time::Duration;
/// use mcb::server::Breaker;
/// use mcb::{Config, Recovery, State};
///
/// // Half of the calls of the last 10 s, if there were 20; a minute at most between two attempts.
/// let config = Config::new("db")
///     .time_window::<10>(Duration::from_secs(10), 50, 20)
///     .recovery_timeout(Duration::from_secs(1))
///     .with_recovery(Recovery::new().doubling(Duration::from_secs(60)).jitter(20));
/// let db = Breaker::new(config)?;
///
/// let rows: Result<u32, mcb::Error<std::io::Error>> = db.call(|| Ok(42));
/// assert_eq!(rows.unwrap(), 42);
/// db.force_open(); // by an operator
/// assert_eq!(db.clone().state(), State::ForcedOpen);
/// # Ok::<(), mcb::ConfigError>(())
/// ```
///
/// # Costs
///
/// A healthy call costs a few loads and branches more than that of a [`CircuitBreaker`](crate::CircuitBreaker)
/// (`benches/peers`, the row of the server's breaker). No call allocates; a window of more than 32 calls, or of time,
/// does once.
pub struct Breaker<R = EveryError, C: Clock = StdClock> {
    shared: Arc<Shared<C>>,
    rules: R,
}

impl Breaker {
    /// A breaker on the operating system's clock, for which every error is a failure.
    ///
    /// # Errors
    ///
    /// The first setting that is out of range.
    pub fn new<S>(config: Config<StdClock, S>) -> Result<Self, ConfigError>
    where
        S: Strategy + Into<AnyStrategy>,
    {
        Breaker::builder(config, StdClock).build()
    }
}

impl<C: Clock + Clone> Breaker<EveryError, C> {
    /// Makes one on a clock of one's own: in tests an `Arc<ManualClock>`.
    pub fn builder<S>(config: Config<C, S>, clock: C) -> Builder<EveryError, C>
    where
        S: Strategy + Into<AnyStrategy>,
    {
        Builder::new(config.into_any(), clock)
    }
}

impl<R, C: Clock> Breaker<R, C> {
    pub(super) const fn of(shared: Arc<Shared<C>>, rules: R) -> Self {
        Breaker { shared, rules }
    }

    /// The same breaker under other rules: one that guards queries and transactions, say, whose results are of two
    /// types.
    pub fn with_rules<R2>(&self, rules: R2) -> Breaker<R2, C> {
        Breaker { shared: Arc::clone(&self.shared), rules }
    }

    /// Runs `f` if the breaker admits it, and counts its result; as [`CircuitBreaker::call`](crate::CircuitBreaker::call).
    ///
    /// # Errors
    ///
    /// [`Error::Inner`] with the error of `f`; [`Error::Rejected`] when `f` did not run.
    ///
    /// # Panics
    ///
    /// Only when `f`, a rule or an observer does. A panic of `f` or a rule counts as a failure first.
    #[inline]
    pub fn call<T, E>(&self, f: impl FnOnce() -> Result<T, E>) -> Result<T, Error<E>>
    where
        R: Rules<T, E>,
    {
        self.shared.present().call_lean(&self.rules, f)
    }

    /// Awaits `future` if the breaker admits it, and counts its output; as
    /// [`CircuitBreaker::call_async`](crate::CircuitBreaker::call_async), where cancellation and time limits are
    /// described. The future that it returns holds a handle of its own, so that it can be spawned.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    #[inline]
    pub fn call_async<F, T, E>(&self, future: F) -> CallAsync<F, R, C>
    where
        F: Future<Output = Result<T, E>>,
        R: Rules<T, E> + Clone,
    {
        CallAsync::new(future, Arc::clone(&self.shared), self.rules.clone())
    }

    /// Admission without a function, by a permit that holds a handle: it can be kept, sent to another thread and finished
    /// there. As [`CircuitBreaker::try_acquire`](crate::CircuitBreaker::try_acquire).
    ///
    /// # Errors
    ///
    /// [`Rejected`], with the time left.
    pub fn try_acquire_owned(&self) -> Result<OwnedPermit<C>, Rejected> {
        OwnedPermit::admitted(&self.shared)
    }

    /// The breaker without its rules, as what can be read and done by hand; also under settings that come later.
    #[must_use]
    pub fn circuit(&self) -> &(dyn Circuit + Send + Sync + 'static)
    where
        C: Send + Sync + 'static,
    {
        &*self.shared
    }

    /// Whether there is another handle of it, or a permit, or a call under way in a future. Who finds that there is none
    /// has seen what they did.
    pub(super) fn is_held(&self) -> bool {
        let held = Arc::strong_count(&self.shared) > 1;
        // The count is read without an order, and was given back with one.
        fence(Ordering::Acquire);
        held
    }

    /// Whether both are handles of the same breaker.
    #[must_use]
    pub fn is_same<R2>(&self, other: &Breaker<R2, C>) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

/// For services, which are ready before they are called.
#[cfg(feature = "tower")]
impl<R, C: Clock> Breaker<R, C> {
    /// How a call would be refused now.
    pub(super) fn refusal(&self) -> Option<Rejected> {
        self.shared.present().refusal()
    }

    /// A call was refused as was found out before.
    pub(super) fn rejected_by<E>(&self, rejected: Rejected) -> Error<E> {
        self.shared.present().refuses();
        Error::Rejected(rejected)
    }

    /// Passes on an error that came without a call, and counts it if the breaker admits one.
    pub(super) fn failed<T, E>(&self, error: E) -> Result<(), Error<E>>
    where
        R: Rules<T, E>,
    {
        let breaker = self.shared.present();
        match breaker.admit() {
            Ok(ticket) => breaker.run(&self.rules, ticket, || Err(error)).map(drop),
            Err(_) => Err(Error::Inner(error)),
        }
    }

    /// A future that is admitted before it is made.
    pub(super) fn begin<F>(self, make: impl FnOnce() -> F) -> Result<CallAsync<F, R, C>, Rejected> {
        CallAsync::admitted(self.shared, self.rules, make)
    }
}

impl<R, C: Clock + Clone> Breaker<R, C> {
    /// Goes on under other settings, for all handles; whether they are others than before.
    ///
    /// The state stays, and so do the level, the time that an opening has left (rounded up by at most 0.5 % of the
    /// opening), and who is told; a closed breaker begins to count anew. The id stays as well, whatever the configuration
    /// says. Results of calls that were under way count for nothing, and where one of them was a probe, the next call is
    /// one. Settings that equal those before change nothing at all: hooks, a step before probes and a function for the
    /// seed are not compared, and are taken over only with settings that differ.
    ///
    /// The settings of before stay in memory, some 400 bytes each time, for as long as the breaker does.
    ///
    /// ```
    /// use mcb::server::Breaker;
    /// use mcb::{Config, State};
    ///
    /// let db = Breaker::new(Config::new("db").error_threshold(5))?;
    /// let handle = db.clone();
    /// db.trip();
    /// assert!(db.reconfigure(Config::new("db").error_threshold(50))?);
    /// assert_eq!(handle.state(), State::Open); // as before
    /// assert!(!db.reconfigure(Config::new("db").error_threshold(50))?);
    /// assert!(db.reconfigure(Config::new("db").error_threshold(0)).is_err()); // and stays as it was
    /// # Ok::<(), mcb::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first setting that is out of range; nothing has changed then.
    pub fn reconfigure<S>(&self, config: Config<C, S>) -> Result<bool, ConfigError>
    where
        S: Strategy + Into<AnyStrategy>,
    {
        self.shared.change(config.into_any())
    }
}

impl<R: Clone, C: Clock> Clone for Breaker<R, C> {
    fn clone(&self) -> Self {
        self.with_rules(self.rules.clone())
    }
}

impl<R, C: Clock + Send + Sync + 'static> Deref for Breaker<R, C> {
    type Target = dyn Circuit + Send + Sync;

    fn deref(&self) -> &Self::Target {
        self.circuit()
    }
}

impl<R, C: Clock> core::fmt::Debug for Breaker<R, C> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let circuit: &dyn Circuit = self.shared.present();
        circuit.fmt(f)
    }
}
