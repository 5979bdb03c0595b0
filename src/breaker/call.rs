use super::CircuitBreaker;
use super::permit::Running;
use crate::cell::Cell;
use crate::clock::{Clock, Ticks};
use crate::config::Settings;
use crate::error::Error;
use crate::hooks::{Cause, Observer};
use crate::rules::{Rules, Verdict};
use crate::state::{self, Control, Word};
use crate::strategy::Strategy;

/// Says that the branch it is called in is seldom taken.
#[cold]
#[inline]
fn cold() {}

#[inline]
pub(super) fn cause<T, E>(result: &Result<T, E>) -> Cause<'_, T, E> {
    match result {
        Ok(output) => Cause::Output(output),
        Err(error) => Cause::Error(error),
    }
}

/// `map_err(Error::Inner)`, but each path keeps its own return: joined, the discriminants are computed.
#[inline(always)]
#[allow(clippy::inline_always, clippy::manual_map)]
pub(super) fn outcome<T, E>(result: Result<T, E>) -> Result<T, Error<E>> {
    match result {
        Ok(output) => Ok(output),
        Err(error) => Err(Error::Inner(error)),
    }
}

impl<C: Clock, S: Strategy, R: Observer> CircuitBreaker<C, S, R> {
    /// Runs `f` if the breaker admits it, and counts its result.
    ///
    /// # Errors
    ///
    /// [`Error::Inner`] with the error of `f`; [`Error::Rejected`] when `f` did not run.
    ///
    /// # Panics
    ///
    /// Only when `f`, a rule or a hook does. A panic of `f` or a rule counts as a failure first.
    #[inline(always)]
    #[allow(clippy::inline_always)] // else the healthy path is a call of its own: 49 instead of 18 instructions
    pub fn call<T, E>(&self, f: impl FnOnce() -> Result<T, E>) -> Result<T, Error<E>>
    where
        R: Rules<T, E>,
    {
        let control = self.cell.control();
        let carried = if control.is_clean() {
            control
        } else if Cell::ROOMY && control.is_closed() {
            cold();
            control.marked()
        } else {
            cold();
            if Cell::ROOMY {
                if let Some(rejected) = self.refuse() {
                    return Err(Error::Rejected(rejected));
                }
            }
            let admission = self.enter();
            if admission.wait != 0 {
                return Err(Error::Rejected(self.rejected(admission)));
            }
            admission.control
        };
        self.run(carried, f)
    }

    /// The second half of a call, once it is admitted.
    #[inline(always)]
    #[allow(clippy::inline_always)] // as `call`
    pub(super) fn run<T, E>(
        &self,
        carried: Control,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, Error<E>>
    where
        R: Rules<T, E>,
    {
        let running = Running::new(self, carried);
        let result = f();
        let verdict = self.settings().rules.judge(&result);
        core::mem::forget(running);
        self.finish(result, carried, verdict)
    }

    /// The end of a call that was judged.
    #[inline(always)]
    #[allow(clippy::inline_always)] // as `call`
    pub(super) fn finish<T, E>(
        &self,
        result: Result<T, E>,
        carried: Control,
        verdict: Verdict,
    ) -> Result<T, Error<E>>
    where
        R: Rules<T, E>,
    {
        match verdict {
            // Clean and still the same: a success changes nothing. Not clean: carried with a mark.
            Verdict::Success if self.cell.control() == carried => return outcome(result),
            Verdict::Failure if Cell::ROOMY => {
                cold();
                if self.count(carried) {
                    return outcome(result);
                }
            }
            _ => {}
        }
        outcome(Self::after(result, self, carried, verdict))
    }

    /// The result comes first and by value so that it can stay in the registers it is in.
    #[cold]
    #[inline(never)]
    pub(super) fn after<T, E>(
        result: Result<T, E>,
        breaker: &Self,
        carried: Control,
        verdict: Verdict,
    ) -> Result<T, E>
    where
        R: Rules<T, E>,
    {
        if breaker.settle(carried, verdict) {
            breaker.settings().rules.opened_by(breaker, cause(&result));
        }
        result
    }

    /// [`call`](Self::call) for who holds the breaker exclusively: plain loads and stores, no lock, no
    /// atomic read-modify-write.
    ///
    /// ```
    /// # use mcb::{CircuitBreaker, Config, ManualClock};
    /// # static CLOCK: ManualClock = ManualClock::new();
    /// # static CONFIG: Config<&ManualClock> = Config::new("adc");
    /// let mut adc = CircuitBreaker::try_new(&CONFIG, &CLOCK).unwrap();
    /// assert_eq!(adc.call_mut(|| Ok::<_, ()>(7)), Ok(7));
    /// ```
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    #[inline(always)]
    #[allow(clippy::inline_always)] // as `call`
    pub fn call_mut<T, E>(&mut self, f: impl FnOnce() -> Result<T, E>) -> Result<T, Error<E>>
    where
        R: Rules<T, E>,
    {
        let word = self.cell.load_mut();
        let mut control = word.control;
        if !control.is_closed() {
            cold();
            // The shared way in, which the exclusive reference includes. Written out again: a function
            // that both call would hand the rejection over through memory, at several times its cost.
            if Cell::ROOMY {
                if let Some(rejected) = self.refuse() {
                    return Err(Error::Rejected(rejected));
                }
            }
            let admission = self.enter();
            if admission.wait != 0 {
                return Err(Error::Rejected(self.rejected(admission)));
            }
            control = admission.control;
        }
        let running = Running::new(self, control);
        let result = f();
        let verdict = self.settings().rules.judge(&result);
        core::mem::forget(running);
        match verdict {
            Verdict::Success if control.is_clean() => return outcome(result),
            Verdict::Failure if Cell::ROOMY && self.count_mut(word) => return outcome(result),
            _ => {}
        }
        if self.settle_mut(control, verdict) {
            self.settings().rules.opened_by(self, cause(&result));
        }
        outcome(result)
    }

    /// The first attempt at a failure that only counts, inlined.
    #[inline]
    fn count(&self, carried: Control) -> bool {
        let Settings { limits, strategy, .. } = self.settings();
        let old = self.cell.load();
        let counted =
            state::only_counts(old, carried, || self.now(), limits, strategy, &self.memory)
                && self.cell.count(old);
        if counted {
            strategy.settled(&self.memory, old.kept(), old.one_more().kept(), true);
        }
        counted
    }

    /// `count` through a plain addition. A word that was found closed is what its call carries, and
    /// nobody else can have moved it.
    #[inline]
    fn count_mut(&mut self, old: Word) -> bool {
        let (settings, clock) = (self.held.settings(), &self.clock);
        let (limits, strategy) = (&settings.limits, &settings.strategy);
        let now = || clock.now().low();
        if !state::only_counts(old, old.control, now, limits, strategy, &self.memory) {
            return false;
        }
        self.cell.count_mut();
        strategy.settled(&self.memory, old.kept(), old.one_more().kept(), true);
        true
    }

    /// `settle` through plain loads and stores.
    #[cold]
    #[inline(never)]
    fn settle_mut(&mut self, carried: Control, verdict: Verdict) -> bool {
        let old = self.cell.load_mut();
        let (settings, clock) = (self.held.settings(), &self.clock);
        let (limits, strategy) = (&settings.limits, &settings.strategy);
        let now = || clock.now().low();
        let new = state::settle(old, carried, verdict, now, limits, strategy, &self.memory);
        if new == old {
            return false;
        }
        self.cell.store_mut(old, new);
        self.told(old, new, verdict)
    }
}
