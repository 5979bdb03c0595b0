use core::pin::pin;

use super::CircuitBreaker;
use super::permit::Running;
use crate::clock::Clock;
use crate::error::Error;
use crate::hooks::Observer;
use crate::rules::Rules;
use crate::state::Control;
use crate::strategy::Strategy;

/// What a recovery step returns: did it help? `()` always did, `bool` and `Result` say it. An error's
/// value goes no further: a step that has something to tell tells it itself.
#[diagnostic::on_unimplemented(
    message = "a recovery step returns `()`, `bool` or `Result<(), E>`, not `{Self}`"
)]
pub trait Helped {
    /// `false` is a failed probe.
    fn helped(&self) -> bool;
}

impl Helped for () {
    #[inline]
    fn helped(&self) -> bool {
        true
    }
}

impl Helped for bool {
    #[inline]
    fn helped(&self) -> bool {
        *self
    }
}

impl<E> Helped for Result<(), E> {
    #[inline]
    fn helped(&self) -> bool {
        self.is_ok()
    }
}

/// Calls with a step that runs before a probe, with the guarded device in hand.
impl<C: Clock, S: Strategy, R: Observer> CircuitBreaker<C, S, R> {
    /// [`call`](Self::call) for a device that may have to be brought back first: `recover` clears the
    /// bus, power-cycles the sensor, sets it up anew or connects again, and then `f` is the probe.
    ///
    /// It runs in the call that is a probe, until a probe of that recovery has succeeded: with one
    /// probe at a time, once for each recovery. When it [did not help](Helped), that is a failed probe,
    /// with [`Cause::Recovery`](crate::Cause::Recovery); `f` does not run then and the call is rejected.
    /// [`Observer::before_probe`](crate::Observer::before_probe) has run already.
    ///
    /// Nothing is brought back before the breaker has opened, and the step's own error goes no further: a
    /// client that should connect anew at once wants an `error_threshold` of 1, a short `recovery_timeout`,
    /// and a step that logs.
    ///
    /// The step and `f` together take a probe's time: the
    /// [`probe_timeout`](crate::Config::probe_timeout) should be longer. What `f` returns cannot borrow
    /// from the device.
    ///
    /// ```
    /// use mcb::{CircuitBreaker, Config, ManualClock, State};
    ///
    /// static CLOCK: ManualClock = ManualClock::new();
    /// static LEVEL: CircuitBreaker<&ManualClock> =
    ///     CircuitBreaker::new(&Config::new("level").error_threshold(1), &CLOCK);
    ///
    /// struct Sensor { ready: bool }
    /// impl Sensor {
    ///     fn set_up(&mut self) { self.ready = true; }
    ///     fn read(&mut self) -> Result<u16, &'static str> {
    ///         if self.ready { Ok(42) } else { Err("not set up") }
    ///     }
    /// }
    ///
    /// let mut sensor = Sensor { ready: false };
    /// let mut read = || LEVEL.call_on(&mut sensor, Sensor::set_up, Sensor::read);
    /// assert!(read().is_err());
    /// assert_eq!(LEVEL.state(), State::Open);
    /// CLOCK.advance(core::time::Duration::from_secs(30));
    /// assert_eq!(read(), Ok(42)); // set up first, since this is the probe
    /// ```
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call); [`Error::Rejected`] also when `recover` fails.
    #[inline]
    pub fn call_on<D: ?Sized, X, T, E>(
        &self,
        device: &mut D,
        recover: impl FnOnce(&mut D) -> X,
        f: impl FnOnce(&mut D) -> Result<T, E>,
    ) -> Result<T, Error<E>>
    where
        R: Rules<T, E>,
        X: Helped,
    {
        let permit = self.try_acquire().map_err(Error::Rejected)?;
        let begins = permit.begins_recovery();
        let (_, carried) = permit.take();
        if begins && !self.recovered(carried, || recover(device).helped()) {
            return Err(Error::Rejected(self.rejected(self.unrecovered(carried))));
        }
        self.run(carried, || f(device))
    }

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
    pub async fn call_async_on<D: ?Sized, X, T, E>(
        &self,
        device: &mut D,
        recover: impl AsyncFnOnce(&mut D) -> X,
        f: impl AsyncFnOnce(&mut D) -> Result<T, E>,
    ) -> Result<T, Error<E>>
    where
        R: Rules<T, E>,
        X: Helped,
    {
        let permit = self.try_acquire().map_err(Error::Rejected)?;
        let begins = permit.begins_recovery();
        let mut permit = Some(permit);
        // Both are made within their first poll, so that a panic before their first await counts too.
        if begins {
            let step = pin!(async { recover(device).await });
            let (carried, recovered) = self.drive(&mut permit, step).await;
            if !recovered.helped() {
                return Err(Error::Rejected(self.rejected(self.unrecovered(carried))));
            }
            permit = Some(self.carry_on(carried));
        }
        let future = pin!(async { f(device).await });
        self.run_async(&mut permit, future).await
    }

    /// Runs the step; a panic in it must not keep the probe's place.
    #[cold]
    fn recovered(&self, carried: Control, step: impl FnOnce() -> bool) -> bool {
        let running = Running::new(self, carried);
        let recovered = step();
        core::mem::forget(running);
        recovered
    }
}
