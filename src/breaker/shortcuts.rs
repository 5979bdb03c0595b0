//! Short cuts beside the healthy path, inlined into every call where a processor has room for them
//! ([`Storage::ROOMY`]), and nothing elsewhere.
//!
//! Each gives what the engine would give (`shortcuts/tests.rs` holds them against it, and the enumeration what they
//! are made of), or says that it does not know, which is always right: the call goes the long way then.

use super::CircuitBreaker;
use crate::clock::Clock;
use crate::error::Rejected;
use crate::machine::{self, Answer, Control, Ticket, Word, cold};
use crate::storage::Storage;
use crate::strategy::Strategy;

impl<C: Clock, S: Strategy, R> CircuitBreaker<C, S, R> {
    /// Closed with something against it, or open and still waiting. The rejection is built where it is wanted:
    /// 2.4 instead of 4 ns; peers, `rejected_ns`.
    #[inline(always)]
    #[allow(clippy::inline_always)] // else the rejection goes through memory
    pub(super) fn admit_soon(&self, control: Control) -> Option<Result<Ticket, Rejected>> {
        cold();
        if !Storage::ROOMY {
            return None;
        }
        if control.is_closed() {
            return Some(Ok(Ticket::marked(control)));
        }
        let word = self.head.storage.load();
        // Of its own duration the engine knows; asked here it would be 0.4 ns more (peers, rejected_ns).
        if !word.control.is_open() || word.control.has_own_duration() {
            return None;
        }
        let timeout = self.head.fixed().limits.recovery_timeout;
        let refusal = Answer::wait(self.head.age(word.stamp), timeout)?;
        Some(Err(self.rejected(word.control, refusal)))
    }

    /// The first attempt at a failure that only counts: 1.25 times a bare compare-and-swap; peers, `failing_ns`.
    #[inline(always)]
    #[allow(clippy::inline_always)] // as above
    pub(super) fn count_soon(&self, ticket: Ticket) -> bool {
        if S::PLAIN.is_none() {
            return self.keep_soon(ticket, true);
        }
        if !Storage::ROOMY {
            return false;
        }
        cold();
        let old = self.head.storage.load();
        let counts =
            machine::only_counts(old, ticket, |kept, failed| self.ask_strategy(kept, failed));
        counts && self.head.storage.count(old) && self.has_counted(old)
    }

    /// The first attempt at an outcome that a strategy with more than a count keeps, success or failure, and that does
    /// not open: the strategy is asked once, and what only an opening needs is elsewhere; peers, windows.
    #[inline(always)]
    #[allow(clippy::inline_always)] // as above
    pub(super) fn keep_soon(&self, ticket: Ticket, failed: bool) -> bool {
        if !Storage::ROOMY || S::PLAIN.is_some() {
            return false;
        }
        cold();
        let old = self.head.storage.load();
        let ask = |kept, failed| self.ask_strategy(kept, failed);
        let Some(new) = machine::kept_closed(old, ticket, failed, ask) else { return false };
        if new != old && !self.head.storage.replace(old, new) {
            return false;
        }
        if S::RECORDS && (failed || !old.control.is_clean()) {
            self.strategy.recorded(&self.memory, old.kept(), new.kept(), failed);
        }
        true
    }

    /// [`count_soon`](Self::count_soon) through a plain addition. A word that was found closed is what its call carries, and
    /// nobody else can have moved it.
    #[inline]
    pub(super) fn count_mut(&mut self, old: Word) -> bool {
        let ticket = Ticket::clean(old.control);
        let ask = |kept, failed| self.ask_strategy(kept, failed);
        if !Storage::ROOMY || S::PLAIN.is_none() || !machine::only_counts(old, ticket, ask) {
            return false;
        }
        self.head.storage.count_mut();
        self.has_counted(old)
    }

    #[inline]
    fn has_counted(&self, old: Word) -> bool {
        self.strategy.recorded(&self.memory, old.kept(), old.one_more().kept(), true);
        true
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
