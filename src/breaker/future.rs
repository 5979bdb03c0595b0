//! A guarded future.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::CircuitBreaker;
use crate::clock::Clock;
use crate::engine::unwind;
use crate::error::{Error, Rejected};
use crate::machine::Ticket;
use crate::rules::{EveryError, Rules};
use crate::strategy::{Consecutive, Strategy};

impl<C: Clock, S: Strategy, R> CircuitBreaker<C, S, R> {
    /// Awaits `future` if the breaker admits it, and counts its output. Admission is asked for at the
    /// first poll, and a rejected `future` is never polled. No allocation, no executor of its own.
    ///
    /// ```
    /// # use mcb::{CircuitBreaker, Config, ManualClock};
    /// # use core::{future::Future, pin::pin, task::{Context, Poll, Waker}};
    /// # static CLOCK: ManualClock = ManualClock::new();
    /// # static IMU: CircuitBreaker<&ManualClock> = CircuitBreaker::new(&Config::new("imu"), &CLOCK);
    /// async fn read() -> Result<u16, &'static str> { Ok(7) }
    ///
    /// let guarded = async { IMU.call_async(read()).await };
    /// # let poll = pin!(guarded).poll(&mut Context::from_waker(Waker::noop()));
    /// # assert_eq!(poll, Poll::Ready(Ok(7)));
    /// ```
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    ///
    /// # Cancellation
    ///
    /// Dropped before its end it gives its slot back and means what
    /// [`Config::dropped`](crate::Config::dropped) says. A panic while it is polled is a failure.
    /// A time limit belongs inside, with its result made flat, `call_async(async { timeout(f).await? })`
    /// where `?` turns its error into that of `f`: a bare `call_async(timeout(f))` takes `Ok(Err(…))` for a
    /// success. Around it, `timeout(call_async(f))`, it only drops.
    #[inline]
    pub fn call_async<F, T, E>(&self, future: F) -> CallAsync<'_, F, C, S, R>
    where
        F: Future<Output = Result<T, E>>,
        R: Rules<T, E>,
    {
        CallAsync { future, slot: Slot::new(self) }
    }
}

pin_project! {
    /// What [`CircuitBreaker::call_async`] returns: the future and, beside it, its way through the breaker.
    ///
    /// It can be named where `F` can, and stored: `F` stands in it once, with a reference and a word beside it.
    /// Polled again after a rejection it asks anew; after its end too, and then it is for `F` to say what that does.
    #[must_use = "a future does nothing until it is polled"]
    pub struct CallAsync<'a, F, C, S = Consecutive, R = EveryError>
    where
        C: Clock,
        S: Strategy,
    {
        // Before the slot, so that it goes first: a transfer that it aborts in its destructor has ended when
        // the slot is free again.
        #[pin]
        future: F,
        slot: Slot<'a, C, S, R>,
    }
}

impl<F, T, E, C, S, R> Future for CallAsync<'_, F, C, S, R>
where
    F: Future<Output = Result<T, E>>,
    C: Clock,
    S: Strategy,
    R: Rules<T, E>,
{
    type Output = Result<T, Error<E>>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let breaker = this.slot.breaker;
        let mut ticket = this.slot.ticket;
        if ticket == Ticket::NONE {
            ticket = match this.slot.admit() {
                Ok(ticket) => ticket,
                Err(rejected) => return Poll::Ready(Err(Error::Rejected(rejected))),
            };
        }
        let poll = this.slot.guarded(ticket, || {
            this.future.poll(context).map(|result| {
                let verdict = breaker.rules.judge(&result);
                (result, verdict)
            })
        });
        let Poll::Ready((result, verdict)) = poll else {
            return Poll::Pending;
        };
        let result = breaker.finish(&breaker.rules, result, ticket, this.slot.started, verdict);
        // After it, on every path, so that no drop has to ask (peers, async ready_instr). A hook that unwinds out of
        // it has been told of a new generation, in which a drop of this ticket changes nothing.
        this.slot.ticket = Ticket::NONE;
        Poll::Ready(result)
    }
}

impl<F, C: Clock, S: Strategy, R> CallAsync<'_, F, C, S, R> {
    /// What it shows of itself.
    pub(crate) fn id(&self) -> &'static str {
        self.slot.breaker.id()
    }
}

impl<F, C: Clock, S: Strategy, R> core::fmt::Debug for CallAsync<'_, F, C, S, R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CallAsync").field("id", &self.id()).finish_non_exhaustive()
    }
}

/// The way of a future through a breaker. Dropped while it is admitted it is a permit that is dropped.
pub(super) struct Slot<'a, C: Clock, S: Strategy, R> {
    breaker: &'a CircuitBreaker<C, S, R>,
    pub(super) ticket: Ticket,
    pub(super) started: S::Started,
}

impl<'a, C: Clock, S: Strategy, R> Slot<'a, C, S, R> {
    #[inline]
    pub(super) fn new(breaker: &'a CircuitBreaker<C, S, R>) -> Self {
        Slot { breaker, ticket: Ticket::NONE, started: S::Started::default() }
    }

    /// Asks for admission, at the first poll.
    #[inline(always)]
    #[allow(clippy::inline_always)] // else a rejection goes through memory: peers, async ready_instr
    pub(super) fn admit(&mut self) -> Result<Ticket, Rejected> {
        let control = self.breaker.head.storage.control();
        self.ticket = if control.is_clean() {
            Ticket::clean(control)
        } else {
            // Out of line: what it needs would be saved in every poll (peers, async ready_instr).
            self.admit_otherwise()?
        };
        self.started = self.breaker.strategy.started(&self.breaker.head);
        Ok(self.ticket)
    }

    #[cold]
    #[inline(never)]
    fn admit_otherwise(&self) -> Result<Ticket, Rejected> {
        self.breaker.admit()
    }

    /// Runs user code, in which an unwinding is a failure; between polls a drop is a cancellation.
    #[inline]
    pub(super) fn guarded<T>(&mut self, ticket: Ticket, poll: impl FnOnce() -> T) -> T {
        let panicked = || {
            self.ticket = Ticket::NONE;
            self.breaker.panicked(ticket);
        };
        unwind::guarded(panicked, poll)
    }
}

impl<C: Clock, S: Strategy, R> Drop for Slot<'_, C, S, R> {
    #[inline]
    fn drop(&mut self) {
        if self.ticket != Ticket::NONE {
            self.breaker.drop_ticket(self.ticket, self.started);
        }
    }
}
