//! A breaker without its strategy and rules: the word, what is fixed, and the time.

use super::{Admission, Fixed, Place, unwind};
use crate::clock::Clock;
use crate::machine::{self, Answer, Control, Ticket, Word};
use crate::state::{Cause, Reason, State};
use crate::storage::Storage;
use crate::strategy::{Kept, Step, plain};
use crate::ticks::Ticks;
use crate::verdict::Verdict;

/// A breaker without its strategy and rules. All breakers of a clock share its code, whatever they guard; with one
/// breaker in the program the compiler takes it apart all the same.
pub(crate) struct Head<C: Clock> {
    pub(crate) storage: Storage,
    place: Place,
    epoch: <C::Ticks as Ticks>::Epoch,
    pub(crate) clock: C,
}

impl<C: Clock> Head<C> {
    pub(crate) const fn new(storage: Storage, place: Place, clock: C) -> Self {
        Head { storage, place, epoch: C::Ticks::EPOCH, clock }
    }

    #[inline]
    pub(crate) fn fixed(&self) -> &Fixed {
        self.place.fixed()
    }

    /// The age of a stamp.
    #[inline]
    pub(crate) fn age(&self, stamp: u32) -> u32 {
        self.clock.now().age(stamp, &self.epoch)
    }

    /// The present tick, for a stamp that is about to be written.
    #[inline]
    fn new_stamp(&self) -> u32 {
        let now = self.clock.now();
        now.mark(&self.epoch);
        now.low()
    }

    /// Tells the observers.
    #[inline]
    pub(crate) fn changed(&self, from: Control, to: Control, reason: Reason) {
        self.fixed().changed(from, to, reason);
        #[cfg(feature = "std")]
        if let Some(observer) = self.place.own_observer() {
            self.fixed().tell(observer, from, to, reason);
        }
    }

    #[cfg(feature = "std")]
    pub(crate) fn observe(
        &mut self,
        observer: std::boxed::Box<dyn crate::observe::Observer + Send + Sync>,
    ) {
        self.place.observe(observer);
    }
}

/// The way in where it is not closed and clean.
impl<C: Clock> Head<C> {
    /// Asks for admission, once: where somebody else writes the word meanwhile the answer is [`Answer::LOST`], and the
    /// caller asks again. The loop is the caller's, and what only a probe needs is out of line, so that a rejection
    /// saves no register and pays for no constant of theirs (budgets, rejected).
    #[cold]
    #[inline(never)]
    pub(crate) fn enter(&self) -> Admission {
        let old = self.storage.load();
        let answer = machine::admit(old, |stamp| self.age(stamp), &self.fixed().limits);
        if answer.is(Answer::PROBE) {
            return self.enter_as_probe(old);
        }
        Admission { control: old.control, answer }
    }

    #[cold]
    #[inline(never)]
    fn enter_as_probe(&self, old: Word) -> Admission {
        let control = machine::probe(old.control, &self.fixed().limits);
        let new = Word { control, stamp: self.new_stamp() };
        if !self.storage.replace(old, new) {
            return Admission { control: old.control, answer: Answer::LOST };
        }
        if control.same_phase(old.control) || self.begin_recovery(old.control, control) {
            Admission { control, answer: Answer::AS_IT_IS }
        } else {
            self.unprepared(Ticket::marked(control))
        }
    }

    /// The first probe of a recovery: tells the observers, and prepares.
    #[inline]
    fn begin_recovery(&self, from: Control, to: Control) -> bool {
        let fixed = self.fixed();
        let ticket = Ticket::marked(to);
        // A hook that panics neither keeps the probe's slot nor takes the recovery its preparation. A slot given
        // back rather than a failure: that would be a transition, and the same hook could panic again while it
        // unwinds, which aborts.
        let told = || {
            let verdict = if fixed.prepare() { Verdict::Ignore } else { Verdict::Failure };
            self.settle(Cause::Recovery, ticket, verdict);
        };
        unwind::guarded(told, || self.changed(from, to, Reason::Time));
        unwind::guarded(|| self.fail(ticket, Cause::Panic), || fixed.prepare())
    }

    /// The recovery step of an admitted probe failed: what a rejection says of it. Open for a whole timeout, or for less
    /// where another probe has opened it during this step: to look at the clock once more costs 70 bytes (budgets,
    /// `second_type`). A hook may have moved it, and then the next call may pass.
    #[cold]
    pub(crate) fn unprepared(&self, ticket: Ticket) -> Admission {
        // A result that nobody takes would be taken from `settle`, which then is inlined: 30 bytes (budgets, hook).
        core::hint::black_box(self.settle(Cause::Recovery, ticket, Verdict::Failure));
        let timeout = self.fixed().limits.recovery_timeout;
        let control = self.storage.present();
        let answer = if control.is(State::ForcedOpen) {
            Answer::BY_HAND
        } else {
            Answer::wait(0, timeout).filter(|_| control.is_open()).unwrap_or(Answer::JUST_THIS)
        };
        Admission { control, answer }
    }

    /// What a call would be answered now.
    pub(crate) fn look(&self) -> Admission {
        let word = self.storage.load();
        let answer = machine::admit(word, |stamp| self.age(stamp), &self.fixed().limits);
        Admission { control: word.control, answer }
    }
}

/// The end of a call that changes something.
impl<C: Clock> Head<C> {
    /// Takes the verdict on an admitted call, and the cause of an opening by it; whether it has opened the breaker.
    ///
    /// For the plain counts; what concerns no closed breaker is the same for every strategy. The cause comes first, where
    /// a result has its discriminant (budgets, failing).
    #[inline(never)]
    pub(crate) fn settle(&self, cause: Cause, ticket: Ticket, verdict: Verdict) -> bool {
        self.settle_by(
            cause,
            ticket,
            verdict,
            0,
            |kept, failed| self.count(kept, failed),
            |_, _| {},
        )
    }

    /// What a plain count makes of an outcome.
    #[inline]
    pub(crate) fn count(&self, kept: Kept, failed: bool) -> Step {
        let (threshold, down) = self.storage.count_by(|| {
            let limits = &self.fixed().limits;
            (limits.error_threshold, limits.down)
        });
        plain(kept, failed, threshold, down)
    }

    /// [`settle`](Self::settle) with a strategy of any kind, which is told what it has recorded.
    #[inline]
    pub(crate) fn settle_by(
        &self,
        cause: Cause,
        ticket: Ticket,
        verdict: Verdict,
        fresh: u16,
        record: impl Fn(Kept, bool) -> Step,
        recorded: impl Fn(Kept, bool),
    ) -> bool {
        loop {
            let old = self.storage.load();
            let new = self.settled(old, ticket, verdict, fresh, &record);
            if new == old {
                return false;
            }
            if self.storage.replace(old, new) {
                return self.follow(old, new, verdict, cause, recorded);
            }
        }
    }

    /// A failure without a result to judge.
    pub(crate) fn fail(&self, ticket: Ticket, cause: Cause) {
        self.settle(cause, ticket, Verdict::Failure);
    }

    /// The word that a verdict makes of another one.
    #[inline]
    pub(crate) fn settled(
        &self,
        old: Word,
        ticket: Ticket,
        verdict: Verdict,
        fresh: u16,
        record: impl FnOnce(Kept, bool) -> Step,
    ) -> Word {
        let now = || self.new_stamp();
        machine::settle(old, ticket, verdict, record, now, fresh, &self.fixed().limits)
    }

    /// What follows a verdict that was written, through whatever reference; whether it has opened the breaker.
    #[inline]
    pub(crate) fn follow(
        &self,
        old: Word,
        new: Word,
        verdict: Verdict,
        cause: Cause,
        recorded: impl FnOnce(Kept, bool),
    ) -> bool {
        let (from, to) = (old.control, new.control);
        if from.same_phase(to) {
            if to.is_closed() {
                recorded(old.kept(), matches!(verdict, Verdict::Failure));
            }
            return false;
        }
        let opened = to.is_open();
        self.changed(from, to, if opened { Reason::Failure(cause) } else { Reason::Success });
        opened
    }
}
