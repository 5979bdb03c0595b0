//! A call by whoever holds the breaker exclusively.

use core::cell::Cell;

use super::CircuitBreaker;
use super::call::{cause, passed_on};
use crate::clock::Clock;
use crate::error::Error;
use crate::machine::{self, Ticket, cold};
use crate::rules::Rules;
use crate::state::Cause;
use crate::strategy::Strategy;
use crate::ticks::ticks_at_run_time;
use crate::verdict::Verdict;

impl<C: Clock, S: Strategy, R> CircuitBreaker<C, S, R> {
    /// [`call`](Self::call) for whoever holds the breaker exclusively: while closed plain loads and stores, no lock, no
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
    #[allow(clippy::inline_always)] // as `call`: peers, mcb-mut
    pub fn call_mut<T, E>(&mut self, f: impl FnOnce() -> Result<T, E>) -> Result<T, Error<E>>
    where
        R: Rules<T, E>,
    {
        let word = self.head.storage.load_mut();
        if !word.control.is_closed() {
            cold();
            // The shared way, which the exclusive reference includes. Apart, so that what follows need not ask
            // again whether it is closed (peers, mcb-mut failing_ns).
            return self.call(f);
        }
        let ticket = Ticket::clean(word.control);
        let started = self.strategy.started(&self.head);
        let (result, verdict) = self.judged(&self.rules, ticket, f);
        let (verdict, slow) = self.timed(verdict, started);
        self.tell_result(ticket, verdict);
        let (mut verdict, mut asked) = (verdict, 0);
        match verdict {
            Verdict::Success if word.control.is_clean() => return passed_on(result),
            Verdict::Failure | Verdict::Fatal => {
                if let Some(wait) = self.rules.open_for(&result) {
                    (verdict, asked) =
                        (Verdict::Fatal, ticks_at_run_time(wait, C::HZ, C::RESOLUTION));
                } else if matches!(verdict, Verdict::Failure) && self.count_mut(word) {
                    return passed_on(result);
                }
            }
            _ => {}
        }
        if self.settle_mut(ticket, verdict, cause(&result, slow), asked) {
            self.rules.opened_by(self.head.fixed().id, &result);
        }
        passed_on(result)
    }

    /// [`settle`](Self::settle) through plain loads and stores.
    #[cold]
    #[inline(never)]
    fn settle_mut(&mut self, ticket: Ticket, verdict: Verdict, cause: Cause, asked: u32) -> bool {
        let old = self.head.storage.load_mut();
        let epochs = Cell::new(0);
        let new = self.head.settled(self, old, ticket, verdict, &epochs);
        if new != old {
            let new = self.head.shaped(self, old, new, epochs.get(), asked);
            self.head.storage.store_mut(old, new);
            return self.head.follow(self, old, new, verdict, cause);
        }
        if S::RECORDS && machine::is_recorded(old, ticket, verdict) {
            let kept = old.kept();
            self.strategy.recorded(&self.memory, kept, kept, matches!(verdict, Verdict::Failure));
        }
        false
    }
}
