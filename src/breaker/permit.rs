use super::CircuitBreaker;
use crate::clock::Clock;
use crate::error::Rejected;
use crate::hooks::{Cause, Observer};
use crate::rules::{EveryError, Verdict};
use crate::state::Control;
use crate::strategy::{Consecutive, Strategy};

impl<C: Clock, S: Strategy, R: Observer> CircuitBreaker<C, S, R> {
    /// Admission without a function: for DMA transfers, interrupts and adapters, which learn the
    /// outcome later.
    ///
    /// ```
    /// # use mcb::{CircuitBreaker, Config, ManualClock};
    /// # static CLOCK: ManualClock = ManualClock::new();
    /// # static IMU: CircuitBreaker<&ManualClock> = CircuitBreaker::new(&Config::new("imu"), &CLOCK);
    /// let permit = IMU.try_acquire()?; // start the transfer
    /// permit.failure();                // in its interrupt: it went wrong
    /// assert_eq!(IMU.error_count(), 1);
    /// # Ok::<(), mcb::Rejected>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Rejected`], with the time left.
    #[inline]
    pub fn try_acquire(&self) -> Result<Permit<'_, C, S, R>, Rejected> {
        let control = self.cell.control();
        if control.is_clean() {
            return Ok(Permit { breaker: self, carried: control });
        }
        let admission = self.enter();
        if admission.wait != 0 {
            return Err(self.rejected(admission));
        }
        Ok(Permit { breaker: self, carried: admission.control })
    }
}

/// One admitted call, until its outcome is known.
///
/// Dropped without an outcome it gives its place back, and means what the configuration says
/// ([`Config::dropped`](crate::Config::dropped)). Kept for ever, or forgotten, it holds a probe's
/// place for the probe timeout only. It may be finished in another task or in an interrupt.
#[must_use = "a dropped permit is a call without an outcome"]
pub struct Permit<'a, C: Clock, S = Consecutive, R = EveryError>
where
    S: Strategy + 'static,
    R: Observer + 'static,
{
    breaker: &'a CircuitBreaker<C, S, R>,
    carried: Control,
}

impl<'a, C: Clock, S: Strategy, R: Observer> Permit<'a, C, S, R> {
    /// The guarded thing worked.
    #[inline]
    pub fn success(self) {
        self.record(Verdict::Success);
    }

    /// It did not.
    #[inline]
    pub fn failure(self) {
        self.record(Verdict::Failure);
    }

    /// It says nothing: the place is given back, nothing is counted.
    #[inline]
    pub fn ignore(self) {
        self.record(Verdict::Ignore);
    }

    /// Any verdict.
    #[inline]
    pub fn record(self, verdict: Verdict) {
        let (breaker, carried) = self.take();
        if !breaker.nothing_to_settle(carried, verdict) && breaker.settle(carried, verdict) {
            breaker.settings().rules.on_open(breaker, Cause::Reported);
        }
    }

    /// Was it admitted as a probe, in `HalfOpen`?
    #[must_use]
    pub fn is_probe(&self) -> bool {
        self.carried.is_half_open()
    }

    /// A probe, and none of its recovery has succeeded before: the moment for a recovery step.
    #[inline]
    pub(super) fn begins_recovery(&self) -> bool {
        self.is_probe() && self.carried.successes() == 0
    }

    /// The breaker and what was carried; nobody drops it any more.
    pub(super) fn take(self) -> (&'a CircuitBreaker<C, S, R>, Control) {
        let parts = (self.breaker, self.carried);
        core::mem::forget(self);
        parts
    }
}

impl<C: Clock, S: Strategy, R: Observer> Drop for Permit<'_, C, S, R> {
    fn drop(&mut self) {
        let Permit { breaker, carried } = *self;
        let verdict = breaker.settings().limits.dropped;
        if !breaker.nothing_to_settle(carried, verdict) && breaker.settle(carried, verdict) {
            breaker.settings().rules.on_open(breaker, Cause::Dropped);
        }
    }
}

impl<C: Clock, S: Strategy, R: Observer> core::fmt::Debug for Permit<'_, C, S, R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Permit")
            .field("id", &self.breaker.id())
            .field("probe", &self.is_probe())
            .finish()
    }
}

#[cfg(feature = "defmt")]
impl<C: Clock, S: Strategy, R: Observer> defmt::Format for Permit<'_, C, S, R> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Permit({=str}, probe: {=bool})", self.breaker.id(), self.is_probe());
    }
}

/// User code is running: dropped by unwinding, it is a failure. Forgotten on every other way out.
pub(super) struct Running<'a, C: Clock, S: Strategy + 'static, R: Observer + 'static> {
    breaker: &'a CircuitBreaker<C, S, R>,
    carried: Control,
}

impl<'a, C: Clock, S: Strategy, R: Observer> Running<'a, C, S, R> {
    #[inline]
    pub(super) fn new(breaker: &'a CircuitBreaker<C, S, R>, carried: Control) -> Self {
        Running { breaker, carried }
    }
}

impl<C: Clock, S: Strategy, R: Observer> Drop for Running<'_, C, S, R> {
    #[cold]
    fn drop(&mut self) {
        self.breaker.fail(self.carried, Cause::Panic);
    }
}

impl<C: Clock, S: Strategy, R: Observer> CircuitBreaker<C, S, R> {
    /// As in a call: a success of a clean breaker that is still the same, and what says nothing and holds
    /// no place.
    #[inline]
    fn nothing_to_settle(&self, carried: Control, verdict: Verdict) -> bool {
        match verdict {
            Verdict::Success => self.cell.control() == carried,
            Verdict::Ignore => !carried.is_half_open(),
            Verdict::Failure => false,
        }
    }

    /// The permit again, after [`Permit::take`].
    #[inline]
    pub(super) fn carry_on(&self, carried: Control) -> Permit<'_, C, S, R> {
        Permit { breaker: self, carried }
    }
}

/// A hook is running: dropped by unwinding, the place is given back and no other hook runs.
pub(super) struct Place<'a, C: Clock, S: Strategy + 'static, R: Observer + 'static> {
    breaker: &'a CircuitBreaker<C, S, R>,
    carried: Control,
}

impl<'a, C: Clock, S: Strategy, R: Observer> Place<'a, C, S, R> {
    #[inline]
    pub(super) fn new(breaker: &'a CircuitBreaker<C, S, R>, carried: Control) -> Self {
        Place { breaker, carried }
    }
}

impl<C: Clock, S: Strategy, R: Observer> Drop for Place<'_, C, S, R> {
    #[cold]
    fn drop(&mut self) {
        self.breaker.settle(self.carried, Verdict::Ignore);
    }
}
