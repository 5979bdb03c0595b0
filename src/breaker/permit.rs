//! Admission without a function.

use super::CircuitBreaker;
use crate::clock::Clock;
use crate::error::Rejected;
use crate::machine::Ticket;
use crate::rules::EveryError;
use crate::state::Cause;
use crate::strategy::{Consecutive, Strategy};
use crate::verdict::Verdict;

impl<C: Clock, S: Strategy, R> CircuitBreaker<C, S, R> {
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
        let ticket = self.admit()?;
        Ok(Permit { breaker: self, ticket, started: self.strategy.started(&self.head) })
    }

    /// As in a call: a success of a clean breaker that is still the same, and what says nothing and holds
    /// no slot.
    #[inline]
    fn nothing_to_settle(&self, ticket: Ticket, verdict: Verdict) -> bool {
        match verdict {
            Verdict::Success => ticket.is_still(self.head.storage.present()),
            Verdict::Ignore => !ticket.is_probe(),
            Verdict::Failure | Verdict::Fatal => false,
        }
    }

    /// An outcome that was not judged.
    #[inline]
    fn report(&self, ticket: Ticket, started: S::Started, verdict: Verdict, cause: Cause) {
        let may_be_slow = matches!(cause, Cause::Dropped) || matches!(verdict, Verdict::Success);
        let (verdict, cause) = if may_be_slow && self.strategy.is_slow(started, &self.head) {
            (Verdict::Failure, Cause::Slow)
        } else {
            (verdict, cause)
        };
        self.tell_result(ticket, verdict);
        if !self.nothing_to_settle(ticket, verdict) {
            self.settle(cause, ticket, verdict);
        }
    }

    /// What a permit reports that somebody else keeps.
    #[cfg(feature = "server")]
    pub(crate) fn report_ticket(&self, ticket: Ticket, started: S::Started, verdict: Verdict) {
        self.report(ticket, started, verdict, Cause::Reported);
    }

    /// When an admitted call began, as far as the strategy wants to know.
    #[cfg(feature = "server")]
    #[inline]
    pub(crate) fn begin(&self) -> S::Started {
        self.strategy.started(&self.head)
    }

    /// The caller went away; what that means is the configuration's to say.
    pub(crate) fn drop_ticket(&self, ticket: Ticket, started: S::Started) {
        self.report(ticket, started, self.head.fixed().limits.dropped, Cause::Dropped);
    }
}

/// One admitted call, until its outcome is known.
///
/// Dropped without an outcome it gives its slot back, and means what the configuration says
/// ([`Config::dropped`](crate::Config::dropped)). Kept for ever, or forgotten, it holds a probe's
/// slot for the probe timeout only. It may be finished in another task or in an interrupt.
#[must_use = "a dropped permit is a call without an outcome"]
pub struct Permit<'a, C: Clock, S: Strategy = Consecutive, R = EveryError> {
    pub(crate) breaker: &'a CircuitBreaker<C, S, R>,
    ticket: Ticket,
    started: S::Started,
}

impl<C: Clock, S: Strategy, R> Permit<'_, C, S, R> {
    /// The guarded thing worked.
    #[inline]
    pub fn success(self) {
        self.record(Verdict::Success);
    }

    /// The guarded thing did not work.
    #[inline]
    pub fn failure(self) {
        self.record(Verdict::Failure);
    }

    /// It says nothing: the slot is given back, nothing is counted.
    #[inline]
    pub fn ignore(self) {
        self.record(Verdict::Ignore);
    }

    /// Finishes it with any verdict.
    #[inline]
    pub fn record(self, verdict: Verdict) {
        let Permit { breaker, ticket, started } = self;
        core::mem::forget(self);
        breaker.report(ticket, started, verdict, Cause::Reported);
    }

    /// Whether it was admitted as a probe, in `HalfOpen`.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        self.ticket.is_probe()
    }
}

impl<C: Clock, S: Strategy, R> Drop for Permit<'_, C, S, R> {
    fn drop(&mut self) {
        self.breaker.drop_ticket(self.ticket, self.started);
    }
}

impl<C: Clock, S: Strategy, R> core::fmt::Debug for Permit<'_, C, S, R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Permit")
            .field("id", &self.breaker.id())
            .field("probe", &self.is_probe())
            .finish()
    }
}
