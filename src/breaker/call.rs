//! One call: the way in, the function, the end.

use super::CircuitBreaker;
use crate::clock::Clock;
use crate::engine::{self, Admission, unwind};
use crate::error::{Error, Rejected};
use crate::machine::{Answer, Control, Ticket};
#[cfg(feature = "std")]
use crate::observe::Observer;
use crate::rules::Rules;
use crate::state::{Cause, State};
use crate::strategy::Strategy;
use crate::ticks::ticks_at_run_time;
use crate::verdict::Verdict;

impl<C: Clock, S: Strategy, R> CircuitBreaker<C, S, R> {
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
    #[allow(clippy::inline_always)] // else a call of its own: 49 instead of 18 instructions; peers, instr_ok
    pub fn call<T, E>(&self, f: impl FnOnce() -> Result<T, E>) -> Result<T, Error<E>>
    where
        R: Rules<T, E>,
    {
        match self.admit() {
            Ok(ticket) => self.run(&self.rules, ticket, f),
            Err(rejected) => Err(Error::Rejected(rejected)),
        }
    }

    /// The way in, the same for calls, permits and futures.
    #[inline(always)]
    #[allow(clippy::inline_always)] // as `call`
    pub(crate) fn admit(&self) -> Result<Ticket, Rejected> {
        match self.ask() {
            Err(rejected) => self.refuse(rejected),
            admitted => admitted,
        }
    }

    /// A call that is refused may pass all the same.
    #[inline(always)]
    #[allow(clippy::inline_always)] // as `call`
    pub(super) fn refuse(&self, rejected: Rejected) -> Result<Ticket, Rejected> {
        if self.refuses() { Err(rejected) } else { Ok(Ticket::VOID) }
    }

    /// Tells of a refusal; whether it is one.
    #[inline(always)]
    #[allow(clippy::inline_always)] // as `call`
    pub(crate) fn refuses(&self) -> bool {
        let passes = self.strategy.observes_only();
        self.strategy.on_rejected(self.head.fixed().id, passes);
        #[cfg(feature = "std")]
        if let Some(observer) = self.owner() {
            observer.on_rejected(self.head.fixed().id, passes);
        }
        !passes
    }

    /// The observer that it owns, where that is told of each call.
    #[cfg(feature = "std")]
    #[inline]
    pub(super) fn owner(&self) -> Option<&dyn Observer> {
        if S::TELLS_OWNER { self.head.own_observer() } else { None }
    }

    /// How a call would be refused now, if it would.
    #[cfg(feature = "tower")]
    pub(crate) fn refusal(&self) -> Option<Rejected> {
        let Admission { control, answer } = self.head.look();
        let passes = answer.ticks() == Some(0) || self.strategy.observes_only();
        if passes { None } else { Some(self.rejected(control, answer)) }
    }

    #[inline(always)]
    #[allow(clippy::inline_always)] // as `call`
    fn ask(&self) -> Result<Ticket, Rejected> {
        let control = self.head.storage.control();
        if control.is_clean() {
            return Ok(Ticket::clean(control));
        }
        if let Some(answer) = self.admit_soon(control) {
            return answer;
        }
        loop {
            let Admission { control, answer } = self.head.enter();
            // In a slow start nothing else is refused, and of an opening before it there is nothing to tell.
            let (told, answer) = if S::RAMPS && control.is(State::SlowStart) {
                (control.unopened(), self.ramp())
            } else {
                (control, answer)
            };
            if answer.is(Answer::AS_IT_IS) {
                return Ok(Ticket::marked(control));
            }
            if !answer.is(Answer::LOST) {
                return Err(self.rejected(told, answer));
            }
        }
    }

    /// Asks a slow start: [`Answer::LOST`] if that is over, and the next question another one.
    #[cold]
    fn ramp(&self) -> Answer {
        if self.strategy.ramp_left(&self.memory, &self.head) == 0 {
            self.head.end_ramp();
            return Answer::LOST;
        }
        let wait = self.strategy.ramp_passes(&self.memory, &self.head);
        Answer::wait(0, wait).unwrap_or(Answer::AS_IT_IS)
    }

    /// The rest of a call, once it is admitted. By whose rules, its caller says: a breaker of a server leaves them to
    /// its handles.
    #[inline(always)]
    #[allow(clippy::inline_always)] // as `call`
    pub(crate) fn run<T, E, Q: Rules<T, E>>(
        &self,
        rules: &Q,
        ticket: Ticket,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, Error<E>> {
        let started = self.strategy.started(&self.head);
        let (result, verdict) = self.judged(rules, ticket, f);
        self.finish(rules, result, ticket, started, verdict)
    }

    /// Runs the function and the rules, in which an unwinding is a failure.
    #[inline(always)]
    #[allow(clippy::inline_always)] // as `call`
    pub(super) fn judged<T, E, Q: Rules<T, E>>(
        &self,
        rules: &Q,
        ticket: Ticket,
        f: impl FnOnce() -> Result<T, E>,
    ) -> (Result<T, E>, Verdict) {
        unwind::guarded(
            || self.panicked(ticket),
            || {
                let result = f();
                let verdict = rules.judge(&result);
                (result, verdict)
            },
        )
    }

    /// What its user code threw is a failure of the call.
    pub(crate) fn panicked(&self, ticket: Ticket) {
        self.tell_result(ticket, Verdict::Failure);
        self.fail(ticket, Cause::Panic);
    }

    /// Tells of a result, unless its call passed only since nobody was to be refused.
    #[inline]
    pub(super) fn tell_result(&self, ticket: Ticket, verdict: Verdict) {
        if !(self.strategy.observes_only() && ticket == Ticket::VOID) {
            // A panic of an observer neither keeps a probe's slot nor takes the result back.
            unwind::guarded(
                || _ = self.settle(Cause::Panic, ticket, verdict),
                || {
                    self.strategy.on_result(self.head.fixed().id, verdict, ticket.is_probe());
                    #[cfg(feature = "std")]
                    if let Some(observer) = self.owner() {
                        observer.on_result(self.head.fixed().id, verdict, ticket.is_probe());
                    }
                },
            );
        }
    }

    /// A success that took too long is a failure; whether it is one for that.
    #[inline(always)]
    #[allow(clippy::inline_always)] // as `call`
    pub(super) fn timed(&self, verdict: Verdict, started: S::Started) -> (Verdict, bool) {
        let success = matches!(verdict, Verdict::Success);
        let slow = success && self.strategy.is_slow(started, &self.head);
        (if slow { Verdict::Failure } else { verdict }, slow)
    }

    /// The end of a call that was judged.
    #[inline(always)]
    #[allow(clippy::inline_always)] // as `call`
    pub(crate) fn finish<T, E, Q: Rules<T, E>>(
        &self,
        rules: &Q,
        result: Result<T, E>,
        ticket: Ticket,
        started: S::Started,
        verdict: Verdict,
    ) -> Result<T, Error<E>> {
        let (verdict, slow) = self.timed(verdict, started);
        self.tell_result(ticket, verdict);
        match verdict {
            Verdict::Success if ticket.is_still(self.head.storage.present()) => {
                return passed_on(result);
            }
            Verdict::Success if self.keep_soon(ticket, false) => return passed_on(result),
            Verdict::Failure | Verdict::Fatal => {
                if let Some(asked) = rules.open_for(&result) {
                    let asked = ticks_at_run_time(asked, C::HZ, C::RESOLUTION);
                    if self.settle_strategy(cause(&result, slow), ticket, Verdict::Fatal, asked) {
                        rules.opened_by(self.head.fixed().id, &result);
                    }
                    return passed_on(result);
                }
                if matches!(verdict, Verdict::Failure) && self.count_soon(ticket) {
                    return passed_on(result);
                }
            }
            _ => {}
        }
        if in_registers::<T, E>() {
            return passed_on(Self::settle_result(result, self, rules, ticket, verdict, slow));
        }
        if self.settle(cause(&result, slow), ticket, verdict) {
            rules.opened_by(self.head.fixed().id, &result);
        }
        passed_on(result)
    }

    /// The result comes first and by value so that it can stay in the registers it is in: budgets, failing.
    #[cold]
    #[inline(never)]
    fn settle_result<T, E, Q: Rules<T, E>>(
        result: Result<T, E>,
        breaker: &Self,
        rules: &Q,
        ticket: Ticket,
        verdict: Verdict,
        slow: bool,
    ) -> Result<T, E> {
        if breaker.settle(cause(&result, slow), ticket, verdict) {
            rules.opened_by(breaker.head.fixed().id, &result);
        }
        // It returns what it was given. A compiler that knows keeps the result in a saved register instead, which
        // every healthy call then saves (budgets, healthy: 14 instead of 11 on thumbv7m).
        core::hint::black_box(result)
    }

    /// Inlined, so that a caller who only looks whether it was rejected does not pay for the
    /// fields.
    #[inline(always)]
    #[allow(clippy::inline_always)] // peers, rejected_ns
    pub(super) fn rejected(&self, control: Control, refusal: Answer) -> Rejected {
        engine::rejection(self.head.fixed(), control, refusal, C::HZ)
    }
}

/// Whether a result fits into two registers, as far as can be told: it is of two parts then, its discriminant and what
/// it holds. What lies in memory stays there, rather than to be copied (growth, `first_small`).
const fn in_registers<T, E>() -> bool {
    let (output, error) = (size_of::<T>(), size_of::<E>());
    size_of::<Result<T, E>>() <= 2 * size_of::<usize>()
        && (output == error || output == 0 || error == 0)
}

#[inline]
pub(super) const fn cause<T, E>(result: &Result<T, E>, slow: bool) -> Cause {
    if slow {
        Cause::Slow
    } else if result.is_ok() {
        Cause::Output
    } else {
        Cause::Error
    }
}

/// `map_err(Error::Inner)`, but each path keeps its own return: where they are joined, the discriminant is computed
/// again, at some instructions a call (peers, `instr_ok`).
#[inline(always)]
#[allow(clippy::inline_always, clippy::manual_map)]
pub(super) fn passed_on<T, E>(result: Result<T, E>) -> Result<T, Error<E>> {
    match result {
        Ok(output) => Ok(output),
        Err(error) => Err(Error::Inner(error)),
    }
}
