//! Calls with a step that brings the device back first.

use super::CircuitBreaker;
use crate::clock::Clock;
use crate::engine::{Admission, unwind};
use crate::error::{Error, Rejected};
use crate::machine::Ticket;
use crate::rules::Rules;
use crate::strategy::Strategy;
use crate::verdict::Verdict;

/// How a recovery step ended: `()` always succeeds, `bool` and `Result` say it. An error's
/// value goes no further: a step that has something to tell tells it itself.
#[diagnostic::on_unimplemented(
    message = "a recovery step returns `()`, `bool` or `Result<(), E>`, not `{Self}`"
)]
pub trait RecoveryOutcome {
    /// `false` is a failed probe.
    fn succeeded(&self) -> bool;
}

impl RecoveryOutcome for () {
    #[inline]
    fn succeeded(&self) -> bool {
        true
    }
}

impl RecoveryOutcome for bool {
    #[inline]
    fn succeeded(&self) -> bool {
        *self
    }
}

impl<E> RecoveryOutcome for Result<(), E> {
    #[inline]
    fn succeeded(&self) -> bool {
        self.is_ok()
    }
}

/// Calls with a step that runs before a probe, with the guarded device in hand.
impl<C: Clock, S: Strategy, R> CircuitBreaker<C, S, R> {
    /// [`call`](Self::call) for a device that may have to be brought back first: `recover` clears the
    /// bus, power-cycles the sensor, sets it up anew or connects again, and then `f` is the probe.
    ///
    /// It runs in the call that is a probe, until a probe of that recovery has succeeded: with one
    /// probe at a time, once for each recovery. When it [did not succeed](RecoveryOutcome), that is a failed probe,
    /// with [`Cause::Recovery`](crate::Cause::Recovery); `f` does not run then and the call is rejected.
    /// [`Config::before_probe`](crate::Config::before_probe) has run already.
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
    /// # Dead at boot
    ///
    /// An `Option` of a driver is a device too: `None` is an error, and the step connects. What was never there and
    /// what went away are then one path.
    ///
    /// ```
    /// # use mcb::{CircuitBreaker, Config, ManualClock};
    /// # static CLOCK: ManualClock = ManualClock::new();
    /// # static LEVEL: CircuitBreaker<&ManualClock> =
    /// #     CircuitBreaker::new(&Config::new("level").error_threshold(1), &CLOCK);
    /// # struct Sensor;
    /// # impl Sensor { fn new() -> Result<Self, &'static str> { Ok(Sensor) } fn read(&mut self) -> Result<u16, &'static str> { Ok(42) } }
    /// let mut sensor: Option<Sensor> = None; // its set-up failed at boot
    ///
    /// fn connect(sensor: &mut Option<Sensor>) -> Result<(), &'static str> {
    ///     *sensor = Some(Sensor::new()?);
    ///     Ok(())
    /// }
    /// let mut read =
    ///     || LEVEL.call_on(&mut sensor, connect, |sensor| sensor.as_mut().ok_or("absent")?.read());
    /// assert!(read().is_err());
    /// CLOCK.advance(core::time::Duration::from_secs(30));
    /// assert_eq!(read(), Ok(42));
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
        X: RecoveryOutcome,
    {
        let ticket = self.admit_on(device, recover).map_err(Error::Rejected)?;
        self.run(&self.rules, ticket, || f(device))
    }

    /// [`call_on`](Self::call_on) whose verdict is `f`'s to give, by the rules that it is handed: for what sees more
    /// than the result, or wants to see the verdict.
    #[inline]
    pub(crate) fn call_on_by<D: ?Sized, X, T, E>(
        &self,
        device: &mut D,
        recover: impl FnOnce(&mut D) -> X,
        f: impl FnOnce(&mut D, &R) -> (Result<T, E>, Verdict),
    ) -> Result<T, Error<E>>
    where
        R: Rules<T, E>,
        X: RecoveryOutcome,
    {
        let ticket = self.admit_on(device, recover).map_err(Error::Rejected)?;
        let started = self.strategy.started(&self.head);
        let judged = || f(device, &self.rules);
        let (result, verdict) = unwind::guarded(|| self.panicked(ticket), judged);
        self.finish(&self.rules, result, ticket, started, verdict)
    }

    /// The way in, and the step where a recovery begins.
    #[inline(always)]
    #[allow(clippy::inline_always)] // as `admit`
    fn admit_on<D: ?Sized, X: RecoveryOutcome>(
        &self,
        device: &mut D,
        recover: impl FnOnce(&mut D) -> X,
    ) -> Result<Ticket, Rejected> {
        let ticket = self.admit()?;
        if ticket.begins_recovery() && !self.recovered(ticket, || recover(device).succeeded()) {
            return self.unrecovered(ticket);
        }
        Ok(ticket)
    }

    /// Runs the step; a panic in it, or in what it returns, must not keep the probe's slot.
    #[cold]
    fn recovered(&self, ticket: Ticket, step: impl FnOnce() -> bool) -> bool {
        unwind::guarded(|| self.panicked(ticket), step)
    }

    /// Ends a recovery whose step failed.
    #[cold]
    pub(super) fn unrecovered(&self, ticket: Ticket) -> Result<Ticket, Rejected> {
        let Admission { control, answer } = self.head.unprepared(ticket);
        self.refuse(self.rejected(control, answer))
    }
}
