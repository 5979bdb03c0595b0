//! One call: the way in, the function, the end.

use super::CircuitBreaker;
use crate::clock::Clock;
use crate::engine::{self, Admission, unwind};
use crate::error::{Error, Rejected};
use crate::machine::{Answer, Control, Ticket};
use crate::rules::Rules;
use crate::state::Cause;
use crate::strategy::Strategy;
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
            Ok(ticket) => self.run(ticket, f),
            Err(rejected) => Err(Error::Rejected(rejected)),
        }
    }

    /// The way in, the same for calls, permits and futures.
    #[inline(always)]
    #[allow(clippy::inline_always)] // as `call`
    pub(super) fn admit(&self) -> Result<Ticket, Rejected> {
        let control = self.head.storage.control();
        if control.is_clean() {
            return Ok(Ticket::clean(control));
        }
        if let Some(answer) = self.admit_soon(control) {
            return answer;
        }
        loop {
            let Admission { control, answer } = self.head.enter();
            if answer.is(Answer::AS_IT_IS) {
                return Ok(Ticket::marked(control));
            }
            if !answer.is(Answer::LOST) {
                return Err(self.rejected(control, answer));
            }
        }
    }

    /// The rest of a call, once it is admitted.
    #[inline(always)]
    #[allow(clippy::inline_always)] // as `call`
    pub(super) fn run<T, E>(
        &self,
        ticket: Ticket,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, Error<E>>
    where
        R: Rules<T, E>,
    {
        let (result, verdict) = self.judged(ticket, f);
        self.finish(result, ticket, verdict)
    }

    /// Runs the function and the rules, in which an unwinding is a failure.
    #[inline(always)]
    #[allow(clippy::inline_always)] // as `call`
    pub(super) fn judged<T, E>(
        &self,
        ticket: Ticket,
        f: impl FnOnce() -> Result<T, E>,
    ) -> (Result<T, E>, Verdict)
    where
        R: Rules<T, E>,
    {
        unwind::guarded(
            || self.fail(ticket, Cause::Panic),
            || {
                let result = f();
                let verdict = self.rules.judge(&result);
                (result, verdict)
            },
        )
    }

    /// The end of a call that was judged.
    #[inline(always)]
    #[allow(clippy::inline_always)] // as `call`
    pub(super) fn finish<T, E>(
        &self,
        result: Result<T, E>,
        ticket: Ticket,
        verdict: Verdict,
    ) -> Result<T, Error<E>>
    where
        R: Rules<T, E>,
    {
        match verdict {
            Verdict::Success if ticket.is_still(self.head.storage.present()) => {
                return passed_on(result);
            }
            Verdict::Failure if self.count_soon(ticket) => return passed_on(result),
            _ => {}
        }
        if in_registers::<T, E>() {
            return passed_on(Self::settle_result(result, self, ticket, verdict));
        }
        if self.settle(cause(&result), ticket, verdict) {
            self.rules.opened_by(self.head.fixed().id, &result);
        }
        passed_on(result)
    }

    /// The result comes first and by value so that it can stay in the registers it is in: budgets, failing.
    #[cold]
    #[inline(never)]
    fn settle_result<T, E>(
        result: Result<T, E>,
        breaker: &Self,
        ticket: Ticket,
        verdict: Verdict,
    ) -> Result<T, E>
    where
        R: Rules<T, E>,
    {
        if breaker.settle(cause(&result), ticket, verdict) {
            breaker.rules.opened_by(breaker.head.fixed().id, &result);
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
pub(super) const fn cause<T, E>(result: &Result<T, E>) -> Cause {
    if result.is_ok() { Cause::Output } else { Cause::Error }
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
