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
use crate::state::Cause;
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
    /// It can be named where `F` can, and stored: `F` stands in it once, with a reference and two words beside it.
    /// Polled again after its end it is pending for ever: a panic is nothing that this crate does.
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
        let ticket = match this.slot.ticket() {
            Ok(Some(ticket)) => ticket,
            Ok(None) => return Poll::Pending,
            Err(rejected) => return Poll::Ready(Err(Error::Rejected(rejected))),
        };
        let poll = this.slot.while_polled(ticket, || {
            this.future.poll(context).map(|result| {
                let verdict = breaker.rules.judge(&result);
                (result, verdict)
            })
        });
        match poll {
            Poll::Pending => Poll::Pending,
            Poll::Ready((result, verdict)) => Poll::Ready(breaker.finish(result, ticket, verdict)),
        }
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

/// The way of a future through a breaker: not yet asked, admitted, over. Dropped while it is admitted it is a
/// permit that is dropped.
pub(super) struct Slot<'a, C: Clock, S: Strategy, R> {
    breaker: &'a CircuitBreaker<C, S, R>,
    stage: Stage,
}

#[derive(Clone, Copy)]
enum Stage {
    New,
    Admitted(Ticket),
    Over,
}

impl<'a, C: Clock, S: Strategy, R> Slot<'a, C, S, R> {
    #[inline]
    pub(super) const fn new(breaker: &'a CircuitBreaker<C, S, R>) -> Self {
        Slot { breaker, stage: Stage::New }
    }

    /// Asks for admission at the first poll; `None` where it is over.
    #[inline]
    pub(super) fn ticket(&mut self) -> Result<Option<Ticket>, Rejected> {
        match self.stage {
            Stage::Admitted(ticket) => Ok(Some(ticket)),
            Stage::Over => Ok(None),
            Stage::New => {
                self.stage = Stage::Over;
                let ticket = self.breaker.admit()?;
                self.stage = Stage::Admitted(ticket);
                Ok(Some(ticket))
            }
        }
    }

    /// Polls. While user code runs an unwinding is a failure; between polls a drop is a cancellation. Whoever is
    /// ready holds the slot no longer: its ticket is to be finished.
    #[inline]
    pub(super) fn while_polled<T>(
        &mut self,
        ticket: Ticket,
        poll: impl FnOnce() -> Poll<T>,
    ) -> Poll<T> {
        let Slot { breaker, stage } = self;
        let panicked = || {
            *stage = Stage::Over;
            breaker.fail(ticket, Cause::Panic);
        };
        let poll = unwind::guarded(panicked, poll);
        if poll.is_ready() {
            self.stage = Stage::Over;
        }
        poll
    }

    /// Ready, and yet there is more to do in this slot.
    #[inline]
    pub(super) fn keep(&mut self, ticket: Ticket) {
        self.stage = Stage::Admitted(ticket);
    }
}

impl<C: Clock, S: Strategy, R> Drop for Slot<'_, C, S, R> {
    #[inline]
    fn drop(&mut self) {
        if let Stage::Admitted(ticket) = self.stage {
            self.breaker.drop_ticket(ticket);
        }
    }
}
