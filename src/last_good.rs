//! The last good value, for as long as its breaker rejects.

use core::fmt;
use core::marker::PhantomData;
use core::time::Duration;

use crate::breaker::{CircuitBreaker, RecoveryOutcome};
use crate::clock::Clock;
use crate::error::Error;
use crate::lock::Lock;
use crate::rules::Rules;
use crate::strategy::Strategy;
use crate::ticks::Ticks;
use crate::verdict::Verdict;
use crate::wait::Wait;

/// The longest maximum age, in ticks: half the range, so that a value is found too old before its age comes round.
const OLDEST: u32 = 1 << 31;

/// The last good value of what a breaker guards, and its age: what a caller may go on with while calls are rejected.
///
/// A value is good when the breaker's rules judge it a success. A rejected call is answered with the last one, unless
/// there was none or it is older than the maximum age; with [`covering_errors`](Self::covering_errors) a call that
/// fails is too.
///
/// ```
/// use core::time::Duration;
/// use mcb::{CircuitBreaker, Config, LastGood, ManualClock};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static LEVEL: CircuitBreaker<&ManualClock> =
///     CircuitBreaker::new(&Config::new("level").error_threshold(1), &CLOCK);
/// static LAST: LastGood<u16, &ManualClock> = LastGood::new(Duration::from_secs(10));
///
/// fn read(sensor: Result<u16, &'static str>) -> Result<mcb::Reading<u16>, mcb::Error<&'static str>> {
///     LAST.call(&LEVEL, || sensor)
/// }
///
/// assert!(read(Ok(42)).unwrap().fresh);
/// assert!(read(Err("nack")).is_err()); // opens
/// CLOCK.advance(Duration::from_secs(4));
/// let reading = read(Ok(43)).unwrap(); // rejected: the sensor is not asked
/// assert_eq!((reading.value, reading.fresh), (42, false));
/// assert_eq!(reading.age.as_duration(), Duration::from_secs(4));
/// CLOCK.advance(Duration::from_secs(7));
/// assert!(read(Ok(43)).unwrap_err().is_rejected()); // too old to be of use
/// ```
///
/// # Age
///
/// It counts from the beginning of the call that read the value, and is never told shorter than it is, nor is a value
/// given that is older than the maximum age: a tick in doubt makes it older. The maximum age is at most 2³¹ ticks.
///
/// # Interrupts
///
/// It is shared through `&self`, in a `static` say. With the feature `std` a mutex guards the value, else a critical
/// section, as long as it takes to copy it: keep `T` small. No user code runs inside.
///
/// # Wraparound
///
/// Every call and [`read`](Self::read) that finds the value too old forgets it. With `u32` ticks the age of a value that
/// nobody asked about comes round after 2³² ticks, and it may be given as a young one; ask once in 2³¹ ticks, 24.8 days
/// at 1 kHz, 35.7 minutes at 1 MHz. `u64` ticks know better.
pub struct LastGood<T, C: Clock> {
    kept: Lock<Option<Kept<T, C::Ticks>>>,
    max_age: u32,
    covers_errors: bool,
    // Nothing of the clock's is in here, so that it has no say in which threads may share it.
    clock: PhantomData<fn() -> C>,
}

#[derive(Clone, Copy)]
struct Kept<T, K> {
    value: T,
    stamp: K,
}

/// A value, and how old it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reading<T> {
    /// The value.
    pub value: T,
    /// The time since the beginning of the call that read it; zero where it is fresh.
    pub age: Wait,
    /// Whether this very call has read it.
    pub fresh: bool,
}

impl<T: Copy, C: Clock> LastGood<T, C> {
    /// Nothing yet, and nothing older than `max_age`, ever.
    #[must_use]
    pub const fn new(max_age: Duration) -> Self {
        LastGood {
            kept: Lock::new(None),
            max_age: whole_ticks(max_age, C::HZ),
            covers_errors: false,
            clock: PhantomData,
        }
    }

    /// Calls that fail are answered with the last good value too, not only those that are rejected.
    ///
    /// The breaker counts the error as ever; the caller does not see it.
    #[must_use]
    pub const fn covering_errors(mut self) -> Self {
        self.covers_errors = true;
        self
    }

    /// [`CircuitBreaker::call`], with the last good value as the answer to a rejection.
    ///
    /// An `Ok` that the rules do not judge a success comes through, as from any guarded call, but is not kept. Of two
    /// calls at once the value of the one that ends last is kept. The clock is read in each call, for the stamp.
    ///
    /// # Errors
    ///
    /// The error of the call, where there is no value, or it is too old, or does not
    /// [cover errors](Self::covering_errors).
    pub fn call<S, R, E>(
        &self,
        breaker: &CircuitBreaker<C, S, R>,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<Reading<T>, Error<E>>
    where
        S: Strategy,
        R: Rules<T, E>,
    {
        self.call_on(breaker, &mut (), |()| (), |()| f())
    }

    /// [`CircuitBreaker::call_on`], likewise.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub fn call_on<D, X, S, R, E>(
        &self,
        breaker: &CircuitBreaker<C, S, R>,
        device: &mut D,
        recover: impl FnOnce(&mut D) -> X,
        f: impl FnOnce(&mut D) -> Result<T, E>,
    ) -> Result<Reading<T>, Error<E>>
    where
        D: ?Sized,
        X: RecoveryOutcome,
        S: Strategy,
        R: Rules<T, E>,
    {
        let stamp = breaker.now();
        let result = breaker.call_on_by(device, recover, |device, rules| {
            let result = f(device);
            self.judge(breaker, stamp, rules, result)
        });
        self.answer(breaker, result)
    }

    /// [`call`](Self::call) for what is awaited: `f` is an async closure or function, `async || imu.read().await`.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    ///
    /// # Cancellation
    ///
    /// As [`CircuitBreaker::call_async`]; the value stays what it was.
    pub async fn call_async<S, R, E>(
        &self,
        breaker: &CircuitBreaker<C, S, R>,
        f: impl AsyncFnOnce() -> Result<T, E>,
    ) -> Result<Reading<T>, Error<E>>
    where
        S: Strategy,
        R: Rules<T, E>,
    {
        self.call_async_on(breaker, &mut (), async |()| (), async |()| f().await).await
    }

    /// [`CircuitBreaker::call_async_on`], likewise.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    ///
    /// # Cancellation
    ///
    /// As [`call_async`](Self::call_async).
    pub async fn call_async_on<D, X, S, R, E>(
        &self,
        breaker: &CircuitBreaker<C, S, R>,
        device: &mut D,
        recover: impl AsyncFnOnce(&mut D) -> X,
        f: impl AsyncFnOnce(&mut D) -> Result<T, E>,
    ) -> Result<Reading<T>, Error<E>>
    where
        D: ?Sized,
        X: RecoveryOutcome,
        S: Strategy,
        R: Rules<T, E>,
    {
        let stamp = breaker.now();
        let judge = |rules: &R, result| self.judge(breaker, stamp, rules, result);
        let result = breaker.steps(device, recover, f, judge).await;
        self.answer(breaker, result)
    }

    /// The last good value, if it is not too old by the clock of `breaker`.
    pub fn read<S: Strategy, R>(&self, breaker: &CircuitBreaker<C, S, R>) -> Option<Reading<T>> {
        // The clock after the value: whoever stores meanwhile stores a later one.
        let Kept { value, stamp } = self.kept.with(|kept| *kept)??;
        let age = breaker.now().since(stamp).saturating_add(C::RESOLUTION);
        if age > self.max_age {
            self.kept.with(|kept| kept.take_if(|kept| kept.stamp == stamp));
            return None;
        }
        Some(Reading { value, age: Wait::new(age, C::HZ), fresh: false })
    }

    /// Keeps a value that is good now, by the clock of `breaker`: one that came by another way than a call of this.
    pub fn store<S: Strategy, R>(&self, breaker: &CircuitBreaker<C, S, R>, value: T) {
        self.keep(value, breaker.now());
    }

    /// Forgets the value.
    pub fn forget(&self) {
        self.kept.with(|kept| *kept = None);
    }

    fn keep(&self, value: T, stamp: C::Ticks) {
        self.kept.with(|kept| *kept = Some(Kept { value, stamp }));
    }

    /// Judges the result of a call, and keeps what is good.
    fn judge<S: Strategy, R: Rules<T, E>, E>(
        &self,
        breaker: &CircuitBreaker<C, S, R>,
        stamp: C::Ticks,
        rules: &R,
        result: Result<T, E>,
    ) -> (Result<T, E>, Verdict) {
        let verdict = rules.judge(&result);
        match &result {
            Ok(value) if verdict == Verdict::Success => self.keep(*value, stamp),
            // Whoever keeps nothing looks whether what there is has become too old.
            Ok(_) => drop(self.read(breaker)),
            Err(_) => {}
        }
        (result, verdict)
    }

    fn answer<S: Strategy, R, E>(
        &self,
        breaker: &CircuitBreaker<C, S, R>,
        result: Result<T, Error<E>>,
    ) -> Result<Reading<T>, Error<E>> {
        let error = match result {
            Ok(value) => return Ok(Reading { value, age: Wait::new(0, C::HZ), fresh: true }),
            Err(error) => error,
        };
        let last = self.read(breaker);
        let covered = self.covers_errors || error.is_rejected();
        last.filter(|_| covered).ok_or(error)
    }
}

/// Rounded down, where a timeout is rounded up: a value must not be older than asked.
const fn whole_ticks(age: Duration, hz: u32) -> u32 {
    let whole = age.as_secs().saturating_mul(hz as u64);
    let part = age.subsec_nanos() as u64 * hz as u64 / 1_000_000_000;
    let ticks = whole.saturating_add(part);
    if ticks > OLDEST as u64 { OLDEST } else { ticks as u32 }
}

// The value stands behind a lock, and may change meanwhile.
impl<T, C: Clock> fmt::Debug for LastGood<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LastGood")
            .field("max_age", &Wait::new(self.max_age, C::HZ))
            .field("covers_errors", &self.covers_errors)
            .finish_non_exhaustive()
    }
}
