//! A task that sleeps until there is something to try.

use embedded_hal_async::delay::DelayNs;

use super::CircuitBreaker;
use crate::clock::Clock;
use crate::engine::Admission;
use crate::error::Rejected;
use crate::strategy::Strategy;
use crate::wait::Wait;

impl<C: Clock, S: Strategy, R> CircuitBreaker<C, S, R> {
    /// Sleeps, by any delay, until a call may pass: at once where one may now, else until the open duration is over, or
    /// a probe's slot is free. Needs the feature `embedded-hal-async`.
    ///
    /// It asks anew after each sleep, takes no slot and judges nothing: the call that follows is the probe, unless
    /// somebody was faster, and then it is rejected like any other. Sleeps are rounded up to whole milliseconds. One that
    /// has begun goes on, also when the breaker is reset or a probe ends sooner.
    ///
    /// ```
    /// # use core::{future::Future, pin::pin, task::{Context, Poll, Waker}};
    /// use mcb::{CircuitBreaker, Config, ManualClock, Rejected};
    /// # static CLOCK: ManualClock = ManualClock::new();
    /// # struct Delay;
    /// # impl embedded_hal_async::delay::DelayNs for Delay {
    /// #     async fn delay_ns(&mut self, ns: u32) { CLOCK.advance(core::time::Duration::from_nanos(ns.into())) }
    /// # }
    ///
    /// static GPS: CircuitBreaker<&ManualClock> =
    ///     CircuitBreaker::new(&Config::new("gps").error_threshold(1), &CLOCK);
    ///
    /// /// Tries once more as soon as that makes sense.
    /// async fn reconnect(delay: &mut Delay) -> Result<bool, Rejected> {
    ///     GPS.next_probe(delay).await?;
    ///     Ok(GPS.call_async(async { Ok::<_, ()>(()) /* connect */ }).await.is_ok())
    /// }
    ///
    /// let _ = GPS.call(|| Err::<(), _>("no answer"));
    /// # let Poll::Ready(result) = pin!(reconnect(&mut Delay)).poll(&mut Context::from_waker(Waker::noop())) else { panic!() };
    /// # /* awaited:
    /// let result = reconnect(&mut delay).await;
    /// # */
    /// assert_eq!(result, Ok(true));
    /// ```
    ///
    /// # Errors
    ///
    /// [`Rejected`], without a sleep, where only a hand can tell when ([`State::ForcedOpen`](crate::State::ForcedOpen),
    /// [`State::LockedOut`](crate::State::LockedOut)): whoever waits for that hand knows a better way than to ask again and again.
    ///
    /// # Cancellation
    ///
    /// May be dropped at any time; nothing is held.
    pub async fn next_probe(&self, delay: &mut impl DelayNs) -> Result<(), Rejected> {
        loop {
            let Admission { control, answer } = self.head.look();
            match answer.ticks() {
                None => return Err(self.rejected(control, answer)),
                Some(0) => return Ok(()),
                // In milliseconds, of which 32 bits hold more than any wait; a delay cuts them up as it must.
                Some(ticks) => delay.delay_ms(Wait::new(ticks, C::HZ).as_millis()).await,
            }
        }
    }
}
