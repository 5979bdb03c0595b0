//! A guarded future that holds a handle.

use std::sync::Arc;

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::permit::Slot;
use super::shared::Shared;
use crate::clock::{Clock, StdClock};
use crate::error::Error;
#[cfg(feature = "tower")]
use crate::error::Rejected;
use crate::machine::Ticket;
use crate::rules::{EveryError, Rules};

pin_project! {
    /// What [`Breaker::call_async`](super::Breaker::call_async) returns: the future and, beside it, a handle of the
    /// breaker and its rules.
    ///
    /// It can be named where `F` can, stored, and spawned where `F` can. Admission is asked for at the first poll; polled again
    /// after a rejection it asks anew.
    #[must_use = "a future does nothing until it is polled"]
    pub struct CallAsync<F, R = EveryError, C = StdClock>
    where
        C: Clock,
    {
        // Before the slot, so that it goes first: what it aborts in its destructor has ended when the slot is free again.
        #[pin]
        future: F,
        slot: Slot<C>,
        rules: R,
    }
}

impl<F, R, C: Clock> CallAsync<F, R, C> {
    pub(super) fn new(future: F, shared: Arc<Shared<C>>, rules: R) -> Self {
        CallAsync { future, slot: Slot::new(shared), rules }
    }

    /// One that is admitted before its future is made, in which a panic is a failure already.
    #[cfg(feature = "tower")]
    pub(super) fn admitted(
        shared: Arc<Shared<C>>,
        rules: R,
        make: impl FnOnce() -> F,
    ) -> Result<Self, Rejected> {
        let mut slot = Slot::new(shared);
        slot.admit()?;
        let future = slot.guarded(make);
        Ok(CallAsync { future, slot, rules })
    }
}

impl<F, T, E, R, C> Future for CallAsync<F, R, C>
where
    F: Future<Output = Result<T, E>>,
    R: Rules<T, E>,
    C: Clock,
{
    type Output = Result<T, Error<E>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let (slot, rules) = (this.slot, &*this.rules);
        if slot.ticket == Ticket::NONE {
            if let Err(rejected) = slot.admit() {
                return Poll::Ready(Err(Error::Rejected(rejected)));
            }
        }
        let poll = slot.guarded(|| {
            this.future.poll(context).map(|result| {
                let verdict = rules.judge(&result);
                (result, verdict)
            })
        });
        let Poll::Ready((result, verdict)) = poll else {
            return Poll::Pending;
        };
        let (ticket, started) = slot.take();
        Poll::Ready(slot.breaker().finish(rules, result, ticket, started, verdict))
    }
}

impl<F, R, C: Clock> core::fmt::Debug for CallAsync<F, R, C> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CallAsync").field("id", &self.slot.breaker().id()).finish_non_exhaustive()
    }
}
