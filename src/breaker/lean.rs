//! A call whose every way but the healthy one is out of line: for a breaker that is called from many places, each with
//! a type of its own, and whose strategy is a value (peers, mcb-server: 3.8 ns more than bare with all of it inlined).

use super::CircuitBreaker;
use crate::clock::Clock;
use crate::error::{Error, Rejected};
use crate::machine::Ticket;
use crate::rules::Rules;
use crate::strategy::{AnyStrategy, Strategy};
use crate::verdict::Verdict;

use super::call::passed_on;

// Of this strategy alone: another one may want to be told of results, which the healthy way leaves out.
impl<C: Clock, R> CircuitBreaker<C, AnyStrategy, R> {
    #[inline]
    pub(crate) fn call_lean<T, E, Q: Rules<T, E>>(
        &self,
        rules: &Q,
        f: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, Error<E>> {
        let ticket = self.admit_lean().map_err(Error::Rejected)?;
        let started = self.strategy.started(&self.head);
        let (result, verdict) = self.judged(rules, ticket, f);
        if matches!(verdict, Verdict::Success)
            && self.owner().is_none()
            && ticket.is_still(self.head.storage.present())
            && !self.strategy.is_slow(started, &self.head)
        {
            return passed_on(result);
        }
        self.finish_otherwise(rules, result, ticket, started, verdict)
    }

    #[inline]
    pub(crate) fn admit_lean(&self) -> Result<Ticket, Rejected> {
        let control = self.head.storage.control();
        if control.is_clean() { Ok(Ticket::clean(control)) } else { self.admit_otherwise() }
    }

    #[cold]
    #[inline(never)]
    fn admit_otherwise(&self) -> Result<Ticket, Rejected> {
        self.admit()
    }

    #[cold]
    #[inline(never)]
    fn finish_otherwise<T, E, Q: Rules<T, E>>(
        &self,
        rules: &Q,
        result: Result<T, E>,
        ticket: Ticket,
        started: u32,
        verdict: Verdict,
    ) -> Result<T, Error<E>> {
        self.finish(rules, result, ticket, started, verdict)
    }
}
