use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::Poll;

use super::CircuitBreaker;
use super::permit::{Permit, Running};
use crate::clock::Clock;
use crate::error::Error;
use crate::hooks::Observer;
use crate::rules::Rules;
use crate::state::Control;
use crate::strategy::Strategy;

impl<C: Clock, S: Strategy, R: Observer> CircuitBreaker<C, S, R> {
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
    /// Dropped before its end it gives its place back and means what
    /// [`Config::dropped`](crate::Config::dropped) says. A panic while it is polled is a failure.
    /// A time limit belongs inside, with its result made flat, `call_async(async { timeout(f).await? })`
    /// where `?` turns its error into that of `f`: a bare `call_async(timeout(f))` takes `Ok(Err(…))` for a
    /// success. Around it, `timeout(call_async(f))`, it only drops.
    pub async fn call_async<T, E>(
        &self,
        future: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Error<E>>
    where
        R: Rules<T, E>,
    {
        // The future stands after the permit, so that it goes first: a transfer that it aborts in its
        // destructor has ended when the place is free again.
        let mut permit = Some(self.try_acquire().map_err(Error::Rejected)?);
        let future = pin!(future);
        self.run_async(&mut permit, future).await
    }

    /// The second half of a guarded future, once it is admitted. By reference, since a future that is
    /// passed on by value is kept twice in each `async fn` that it passes.
    pub(super) async fn run_async<'a, T, E>(
        &'a self,
        permit: &mut Option<Permit<'a, C, S, R>>,
        mut future: Pin<&mut impl Future<Output = Result<T, E>>>,
    ) -> Result<T, Error<E>>
    where
        R: Rules<T, E>,
    {
        let judged = poll_fn(|context| {
            future.as_mut().poll(context).map(|result| {
                let verdict = self.settings().rules.judge(&result);
                (result, verdict)
            })
        });
        let (carried, (result, verdict)) = self.drive(permit, pin!(judged)).await;
        self.finish(result, carried, verdict)
    }

    /// Awaits `future` while `permit` holds the place, and takes the place over at its end. Dropped
    /// between two polls it is a permit that is dropped; a panic while `future` is polled is a failure.
    pub(super) async fn drive<'a, F: Future>(
        &'a self,
        permit: &mut Option<Permit<'a, C, S, R>>,
        mut future: Pin<&mut F>,
    ) -> (Control, F::Output) {
        poll_fn(|context| {
            // While user code runs the place belongs to the guard that takes unwinding for a failure;
            // between polls to the permit, whose drop is a cancellation.
            let Some((_, carried)) = permit.take().map(Permit::take) else {
                return Poll::Pending;
            };
            let running = Running::new(self, carried);
            let poll = future.as_mut().poll(context);
            core::mem::forget(running);
            if poll.is_pending() {
                *permit = Some(self.carry_on(carried));
            }
            poll.map(|output| (carried, output))
        })
        .await
    }
}
