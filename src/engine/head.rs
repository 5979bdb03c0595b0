//! A breaker without its strategy and rules: the word, what is fixed, and the time.

use core::cell::Cell;

use super::{Admission, Fixed, Place, unwind};
use crate::clock::Clock;
use crate::machine::{self, Answer, Control, Start, Ticket, Word};
use crate::state::{Cause, Reason, State};
use crate::storage::Storage;
use crate::strategy::{Kept, Step, Time, plain};
use crate::ticks::{OLDEST, Ticks};
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
        self.stamp_and_epochs().0
    }

    /// The same, and by how many epochs it is later than the latest stamp.
    #[inline]
    pub(crate) fn stamp_and_epochs(&self) -> (u32, u32) {
        let now = self.clock.now();
        let epochs = now.mark(&self.epoch);
        (now.low(), epochs)
    }

    /// Tells the observers.
    #[inline]
    pub(crate) fn changed(&self, from: Control, to: Control, reason: Reason) {
        self.fixed().changed(from, to, reason);
        #[cfg(feature = "std")]
        if let Some(observer) = self.own_observer() {
            self.fixed().tell(observer, from, to, reason);
        }
    }

    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn own_observer(&self) -> Option<&dyn crate::observe::Observer> {
        self.place.own_observer()
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
        match self.answer(old) {
            Some(answer) => Admission { control: old.control, answer },
            None => self.enter_as_probe(old),
        }
    }

    #[cold]
    #[inline(never)]
    fn enter_as_probe(&self, old: Word) -> Admission {
        let control = machine::probe(old.control, &self.fixed().limits);
        let new = Word { control, stamp: self.new_stamp() };
        if !self.storage.replace(old, new) {
            return Admission { control: old.control, answer: Answer::LOST };
        }
        if old.control.is_half_open() || self.begin_recovery(old.control, control) {
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
    pub(crate) fn unprepared(&self, ticket: Ticket) -> Admission {
        // A result that nobody takes would be taken from `settle`, which then is inlined: 30 bytes (budgets, hook).
        core::hint::black_box(self.settle(Cause::Recovery, ticket, Verdict::Failure));
        let control = self.storage.present();
        let answer = if control.is_open() {
            Answer::whole(self.fixed().open_duration(control))
        } else if control.needs_a_hand() {
            Answer::BY_HAND
        } else {
            Answer::JUST_THIS
        };
        Admission { control, answer }
    }

    /// What a call would be answered now.
    pub(crate) fn look(&self) -> Admission {
        let word = self.storage.load();
        let answer = self.answer(word).unwrap_or(Answer::PROBE);
        Admission { control: word.control, answer }
    }

    #[inline]
    fn answer(&self, word: Word) -> Option<Answer> {
        self.fixed().admit(word, |stamp| self.age(stamp))
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
        self.settle_by(&Plain(self), cause, ticket, verdict, 0)
    }

    /// [`settle`](Self::settle) with a strategy of any kind, for an opening of at least so many ticks.
    #[inline]
    pub(crate) fn settle_by<K: Counting>(
        &self,
        counting: &K,
        cause: Cause,
        ticket: Ticket,
        verdict: Verdict,
        asked: u32,
    ) -> bool {
        loop {
            let old = self.storage.load();
            let epochs = Cell::new(0);
            let new = self.settled(counting, old, ticket, verdict, &epochs);
            // Before a plan has its say, which has none on a word that stays: this way the compiler leaves at once
            // (budgets, failing).
            if new.control == old.control && (!K::STAMPS || new.stamp == old.stamp) {
                if K::RECORDS && machine::is_recorded(old, ticket, verdict) {
                    counting.recorded(old.kept(), old.kept(), matches!(verdict, Verdict::Failure));
                }
                return false;
            }
            let new = self.shaped(counting, old, new, epochs.get(), asked);
            // No result changes an open word.
            if self.storage.replace_unopened(old, new) {
                return self.follow(counting, old, new, verdict, cause);
            }
        }
    }

    /// A failure without a result to judge.
    pub(crate) fn fail(&self, ticket: Ticket, cause: Cause) {
        self.settle(cause, ticket, Verdict::Failure);
    }

    /// The word that a verdict makes of another one, and the epochs by which a stamp in it is later than those before.
    #[inline]
    pub(crate) fn settled<K: Counting>(
        &self,
        counting: &K,
        old: Word,
        ticket: Ticket,
        verdict: Verdict,
        epochs: &Cell<u32>,
    ) -> Word {
        let record = |kept, failed| counting.record(kept, failed);
        let now = || {
            let (now, later) = self.stamp_and_epochs();
            epochs.set(later);
            now
        };
        machine::settle(old, ticket, verdict, record, now, counting.start(), &self.fixed().limits)
    }

    /// The same by a plan, and where a slow start begins.
    #[inline]
    pub(crate) fn shaped<K: Counting>(
        &self,
        counting: &K,
        old: Word,
        new: Word,
        epochs: u32,
        asked: u32,
    ) -> Word {
        let starts = new.control.is(State::SlowStart) && !new.control.same_phase(old.control);
        if counting.start().slowly && starts {
            counting.ramp_begins();
        }
        let fixed = self.fixed();
        let new = fixed.shaped(&self.storage, old.control, new, epochs);
        if asked > 0 { fixed.lengthened(new, 0, asked) } else { new }
    }

    /// What follows a verdict that was written, through whatever reference; whether it has opened the breaker.
    #[inline]
    pub(crate) fn follow<K: Counting>(
        &self,
        counting: &K,
        old: Word,
        new: Word,
        verdict: Verdict,
        cause: Cause,
    ) -> bool {
        let (from, to) = (old.control, new.control);
        if from.same_phase(to) {
            if K::RECORDS && (to.is_closed() || to.is(State::SlowStart)) {
                counting.recorded(old.kept(), new.kept(), matches!(verdict, Verdict::Failure));
            }
            return false;
        }
        // Not closed rather than open: locked out is neither, and this way a plan costs nothing here.
        let opened = !(to.is_closed() || counting.start().slowly && to.is(State::SlowStart));
        let by_strategy = !matches!(verdict, Verdict::Fatal) && !from.is_half_open();
        if K::NOTES_OPENINGS && opened && by_strategy {
            counting.opened(old.kept(), matches!(verdict, Verdict::Failure));
        }
        self.changed(from, to, if opened { Reason::Failure(cause) } else { Reason::Success });
        opened
    }
}

/// What a strategy has to say of a breaker's outcomes.
pub(crate) trait Counting {
    fn start(&self) -> Start;
    const RECORDS: bool;
    const NOTES_OPENINGS: bool;
    /// Whether it may change the stamp of a word alone.
    const STAMPS: bool;
    fn record(&self, kept: Kept, failed: bool) -> Step;
    fn recorded(&self, before: Kept, now: Kept, failed: bool);
    /// An outcome has opened what was closed.
    fn opened(&self, before: Kept, failed: bool);
    fn ramp_begins(&self);
}

/// The plain counts, for which the breaker counts by itself.
struct Plain<'a, C: Clock>(&'a Head<C>);

impl<C: Clock> Counting for Plain<'_, C> {
    const RECORDS: bool = false;
    const NOTES_OPENINGS: bool = false;
    const STAMPS: bool = false;

    #[inline]
    fn start(&self) -> Start {
        Start { fresh: 0, slowly: false, fatal: false }
    }

    #[inline]
    fn record(&self, kept: Kept, failed: bool) -> Step {
        self.0.count(kept, failed)
    }

    #[inline]
    fn recorded(&self, _: Kept, _: Kept, _: bool) {}

    #[inline]
    fn opened(&self, _: Kept, _: bool) {}

    #[inline]
    fn ramp_begins(&self) {}
}

impl<C: Clock> Head<C> {
    /// What a plain count makes of an outcome.
    #[inline]
    pub(crate) fn count(&self, kept: Kept, failed: bool) -> Step {
        let (threshold, down) = self.storage.count_by(|| {
            let limits = &self.fixed().limits;
            (limits.error_threshold, limits.down)
        });
        plain(kept, failed, threshold, down)
    }

    /// The end of a slow start, which the next call writes.
    pub(crate) fn end_ramp(&self) {
        let old = self.storage.load();
        let new = self.fixed().after_slow_start(old);
        if old.control.is(State::SlowStart) && self.storage.replace(old, new) {
            self.changed(old.control, new.control, Reason::Time);
        }
    }
}

/// The clock, as a strategy sees it.
impl<C: Clock> Time for Head<C> {
    #[inline]
    fn now(&self) -> u32 {
        self.new_stamp()
    }

    #[inline]
    fn age(&self, stamp: u32) -> u32 {
        let age = Head::age(self, stamp);
        if age > OLDEST { 0 } else { age }
    }
}
