//! Guarded futures with a step that brings the device back first.

use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::CircuitBreaker;
use super::future::Slot;
use super::recover::RecoveryOutcome;
use crate::clock::Clock;
use crate::error::Error;
use crate::machine::Ticket;
use crate::rules::Rules;
use crate::strategy::Strategy;
use crate::verdict::Verdict;

impl<C: Clock, S: Strategy, R> CircuitBreaker<C, S, R> {
    /// [`call_on`](Self::call_on) for futures.
    ///
    /// ```
    /// # use mcb::{CircuitBreaker, Config, ManualClock};
    /// # use core::{future::Future, pin::pin, task::{Context, Poll, Waker}};
    /// # static CLOCK: ManualClock = ManualClock::new();
    /// # static IMU: CircuitBreaker<&ManualClock> = CircuitBreaker::new(&Config::new("imu"), &CLOCK);
    /// # struct Bus;
    /// # impl Bus {
    /// #     async fn clear(&mut self) {}
    /// #     async fn read(&mut self, _register: u8) -> Result<u16, &'static str> { Ok(7) }
    /// # }
    /// # let mut bus = Bus;
    /// let guarded = IMU.call_async_on(&mut bus, Bus::clear, async |bus| bus.read(0x0F).await);
    /// # let poll = pin!(guarded).poll(&mut Context::from_waker(Waker::noop()));
    /// # assert_eq!(poll, Poll::Ready(Ok(7)));
    /// ```
    ///
    /// # Errors
    ///
    /// As [`call_on`](Self::call_on).
    ///
    /// # Cancellation
    ///
    /// As [`call_async`](Self::call_async), also while it recovers.
    pub fn call_async_on<D: ?Sized, X, T, E>(
        &self,
        device: &mut D,
        recover: impl AsyncFnOnce(&mut D) -> X,
        f: impl AsyncFnOnce(&mut D) -> Result<T, E>,
    ) -> CallAsyncOn<impl Future<Output = Result<T, Error<E>>>>
    where
        R: Rules<T, E>,
        X: RecoveryOutcome,
    {
        CallAsyncOn::new(self.steps(device, recover, f, |rules, result| {
            let verdict = rules.judge(&result);
            (result, verdict)
        }))
    }

    /// Admission, the step where a recovery begins, and the call, of whose outcome `judge` makes a result and a verdict.
    pub(crate) async fn steps<D: ?Sized, X, O, T, E>(
        &self,
        device: &mut D,
        recover: impl AsyncFnOnce(&mut D) -> X,
        f: impl AsyncFnOnce(&mut D) -> O,
        judge: impl FnOnce(&R, O) -> (Result<T, E>, Verdict),
    ) -> Result<T, Error<E>>
    where
        R: Rules<T, E>,
        X: RecoveryOutcome,
    {
        // Before the futures, so that it goes last: see `CallAsync`.
        let mut slot = Slot::new(self);
        let mut ticket = slot.admit().map_err(Error::Rejected)?;
        // Both futures are made under the guard too, so that a panic before their first await counts, and where they stay:
        // each move of a closure in here would be room for it once more.
        if ticket.begins_recovery() {
            let step = pin!(slot.guarded(ticket, || recover(device)));
            let outcome = slot.drive(ticket, step).await;
            if !slot.guarded(ticket, move || outcome.succeeded()) {
                slot.ticket = Ticket::NONE;
                ticket = self.unrecovered(ticket).map_err(Error::Rejected)?;
                slot.ticket = ticket;
            }
        }
        let call = pin!(slot.guarded(ticket, || f(device)));
        let outcome = slot.drive(ticket, call).await;
        let (result, verdict) = slot.guarded(ticket, || judge(&self.rules, outcome));
        let result = self.finish(&self.rules, result, ticket, slot.started, verdict);
        slot.ticket = Ticket::NONE; // see `CallAsync`
        result
    }
}

impl<C: Clock, S: Strategy, R> Slot<'_, C, S, R> {
    /// Polls a future to its end while the slot is held; see [`Slot::guarded`].
    fn drive<F: Future>(
        &mut self,
        ticket: Ticket,
        mut future: Pin<&mut F>,
    ) -> impl Future<Output = F::Output> {
        poll_fn(move |context| self.guarded(ticket, || future.as_mut().poll(context)))
    }
}

pin_project! {
    /// What [`CircuitBreaker::call_async_on`] returns. Its steps are made of async closures, whose futures have no
    /// names; where the name of all of it is wanted, box it.
    #[must_use = "a future does nothing until it is polled"]
    pub struct CallAsyncOn<F> {
        #[pin]
        steps: F,
    }
}

impl<F> CallAsyncOn<F> {
    #[inline]
    pub(crate) const fn new(steps: F) -> Self {
        CallAsyncOn { steps }
    }
}

impl<F: Future> Future for CallAsyncOn<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.project().steps.poll(context)
    }
}

impl<F> core::fmt::Debug for CallAsyncOn<F> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CallAsyncOn").finish_non_exhaustive()
    }
}
