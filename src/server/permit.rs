//! Admission that is kept.

use std::sync::Arc;

use super::shared::{Inner, Shared};
use crate::clock::{Clock, StdClock};
use crate::engine::unwind;
use crate::error::Rejected;
use crate::machine::Ticket;
use crate::verdict::Verdict;

/// One admitted call of a [`Breaker`](super::Breaker), until its outcome is known: a [`Permit`](crate::Permit) that
/// holds a handle.
///
/// Dropped without an outcome it gives its slot back, and means what
/// [`Config::dropped`](crate::Config::dropped) says.
///
/// ```
/// use mcb::Config;
/// use mcb::server::Breaker;
///
/// let db = Breaker::new(Config::new("db"))?;
/// let permit = db.try_acquire_owned()?;
/// std::thread::spawn(move || permit.failure()).join().unwrap();
/// assert_eq!(db.error_count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a dropped permit is a call without an outcome"]
pub struct OwnedPermit<C: Clock = StdClock> {
    slot: Slot<C>,
}

impl<C: Clock> OwnedPermit<C> {
    pub(super) fn admitted(shared: &Arc<Shared<C>>) -> Result<Self, Rejected> {
        let mut slot = Slot::new(Arc::clone(shared));
        slot.admit()?;
        Ok(OwnedPermit { slot })
    }

    /// The guarded thing worked.
    pub fn success(self) {
        self.record(Verdict::Success);
    }

    /// The guarded thing did not work.
    pub fn failure(self) {
        self.record(Verdict::Failure);
    }

    /// It says nothing: the slot is given back, nothing is counted.
    pub fn ignore(self) {
        self.record(Verdict::Ignore);
    }

    /// Finishes it with any verdict.
    pub fn record(mut self, verdict: Verdict) {
        let (ticket, started) = self.slot.take();
        self.slot.breaker().report_ticket(ticket, started, verdict);
    }

    /// Whether it was admitted as a probe, in `HalfOpen`.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        self.slot.ticket.is_probe()
    }
}

impl<C: Clock> core::fmt::Debug for OwnedPermit<C> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("OwnedPermit")
            .field("id", &self.slot.breaker().id())
            .field("probe", &self.is_probe())
            .finish()
    }
}

/// The way of a call through the breaker of one version. Dropped while it is admitted it is a permit that is dropped.
pub(super) struct Slot<C: Clock> {
    pub(super) shared: Arc<Shared<C>>,
    version: usize,
    pub(super) ticket: Ticket,
    pub(super) started: u32,
}

impl<C: Clock> Slot<C> {
    pub(super) fn new(shared: Arc<Shared<C>>) -> Self {
        Slot { shared, version: 0, ticket: Ticket::NONE, started: 0 }
    }

    #[inline]
    pub(super) fn breaker(&self) -> &Inner<C> {
        self.shared.of(self.version)
    }

    #[inline]
    pub(super) fn admit(&mut self) -> Result<Ticket, Rejected> {
        self.version = self.shared.version();
        let breaker = self.breaker();
        let ticket = breaker.admit_lean()?;
        // A clock that unwinds keeps no probe's slot, and there is no beginning by which the call could be slow.
        let unbegun = || breaker.report_ticket(ticket, 0, Verdict::Ignore);
        let started = unwind::guarded(unbegun, || breaker.begin());
        (self.ticket, self.started) = (ticket, started);
        Ok(ticket)
    }

    /// Runs user code, in which an unwinding is a failure; between two runs a drop is a cancellation.
    #[inline]
    pub(super) fn guarded<T>(&mut self, code: impl FnOnce() -> T) -> T {
        let panicked = || {
            let (ticket, _) = self.take();
            self.breaker().panicked(ticket);
        };
        unwind::guarded(panicked, code)
    }

    /// Its admission, which is over for whoever drops it now.
    #[inline]
    pub(super) fn take(&mut self) -> (Ticket, u32) {
        (core::mem::replace(&mut self.ticket, Ticket::NONE), self.started)
    }
}

impl<C: Clock> Drop for Slot<C> {
    fn drop(&mut self) {
        let (ticket, started) = self.take();
        if ticket != Ticket::NONE {
            self.breaker().drop_ticket(ticket, started);
        }
    }
}
