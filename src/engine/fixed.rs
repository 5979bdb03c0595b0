//! What is fixed when a breaker is made, whatever its type.

use super::recover::Recover;
use crate::machine::{self, Answer, Control, Limits, Word};
use crate::observe::{self, Observer};
use crate::state::{Reason, Transition};
use crate::storage::Storage;
use crate::ticks::OLDEST;

/// What is fixed when a breaker is made, whatever its type.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations)] // nobody outside sees one
pub struct Fixed {
    pub(crate) id: &'static str,
    pub(crate) limits: Limits,
    pub(crate) before_probe: Option<fn(&'static str) -> bool>,
    observer: Option<&'static (dyn Observer + Sync)>,
    // By reference where there is little flash, so that a breaker without one pays for a pointer.
    #[cfg(not(feature = "std"))]
    recovery: Option<&'static Recover>,
    #[cfg(feature = "std")]
    recovery: Option<Recover>,
    // What tells the observer, by way of a pointer that only `observed_by` sets: a program without hooks does
    // not even contain it (growth, second_type and eight).
    tell: Option<Tell>,
}

type Tell = fn(&Fixed, Control, Control, Reason);

impl Fixed {
    pub(crate) const fn new(id: &'static str) -> Self {
        let tell: Option<Tell> = if observe::LOGS { Some(Fixed::announce) } else { None };
        Fixed {
            id,
            limits: Limits::DEFAULT,
            before_probe: None,
            observer: None,
            recovery: None,
            tell,
        }
    }

    pub(crate) const fn recovers_by(&mut self, recover: &'static Recover) {
        #[cfg(not(feature = "std"))]
        let recover = Some(recover);
        #[cfg(feature = "std")]
        let recover = Some(*recover);
        self.recovery = recover;
    }

    #[cfg(feature = "std")]
    pub(crate) const fn owns_recovery(&mut self, recover: Recover) {
        self.recovery = Some(recover);
    }

    #[inline]
    pub(crate) const fn recover(&self) -> Option<&Recover> {
        #[cfg(not(feature = "std"))]
        return self.recovery;
        #[cfg(feature = "std")]
        return self.recovery.as_ref();
    }

    /// How long an open word lasts.
    #[inline]
    pub(crate) fn open_duration(&self, control: Control) -> u32 {
        match self.recover() {
            None => self.limits.recovery_timeout,
            Some(recover) => (recover.open_duration)(self, control),
        }
    }

    /// How long the last opening lasted, or lasts.
    pub(crate) fn last_duration(&self, control: Control) -> u32 {
        match self.recover() {
            Some(recover) if !control.is_open() => (recover.duration)(self, control.openings()),
            _ => self.open_duration(control),
        }
    }

    /// Asks for admission; see [`machine::admit`].
    #[inline]
    pub(crate) fn admit(&self, word: Word, age: impl FnOnce(u32) -> u32) -> Option<Answer> {
        let open_duration = |control| self.open_duration(control);
        machine::admit(word, age, open_duration, self.recover().is_some(), &self.limits)
    }

    /// What a transition becomes by a plan, if there is one.
    #[inline(always)]
    #[allow(clippy::inline_always)] // else the word's address escapes: budgets, ram
    pub(super) fn shaped(&self, storage: &Storage, old: Control, new: Word, epochs: u32) -> Word {
        let Some(recover) = self.recover() else { return new };
        let last = storage.saved_opening();
        let since_opening = match epochs {
            0 => new.stamp.wrapping_sub(last),
            1 if new.stamp < last => new.stamp.wrapping_sub(last),
            _ => OLDEST,
        };
        Word { control: (recover.shape)(self, old, new, since_opening), ..new }
    }

    /// An open word that is asked to stay open from this age on, as far as a plan allows.
    pub(super) fn lengthened(&self, word: Word, age: u32, asked: u32) -> Word {
        match self.recover() {
            Some(recover) if word.control.is_open() => (recover.lengthened)(self, word, age, asked),
            _ => word,
        }
    }

    /// What a slow start that is over becomes.
    pub(super) fn after_slow_start(&self, word: Word) -> Word {
        let keeps_level = self.recover().is_some_and(|recover| recover.plan.keeps_level());
        machine::after_slow_start(word, keeps_level)
    }

    /// The word of a new breaker.
    pub(crate) const fn first_word(&self, fresh: u16) -> Word {
        match self.recover() {
            Some(recover) if recover.plan.start_by_probing => Word::UNTRIED,
            _ => Word::new(fresh),
        }
    }

    pub(crate) const fn observed_by(&mut self, observer: &'static (dyn Observer + Sync)) {
        self.observer = Some(observer);
        self.tell = Some(Fixed::announce);
    }

    /// With the hooks and the step of another one, where it has none.
    #[cfg(feature = "server")]
    pub(crate) fn with_hooks_of(mut self, other: &Fixed) -> Fixed {
        if self.observer.is_none() {
            (self.observer, self.tell) = (other.observer, other.tell);
        }
        self.before_probe = self.before_probe.or(other.before_probe);
        self
    }

    pub(crate) const fn is_observed(&self) -> bool {
        self.observer.is_some()
    }

    /// Tells of a change.
    #[inline]
    pub(crate) fn changed(&self, from: Control, to: Control, reason: Reason) {
        if let Some(tell) = self.tell {
            tell(self, from, to, reason);
        }
    }

    fn announce(&self, from: Control, to: Control, reason: Reason) {
        observe::log(&self.transition(from, to, reason));
        if let Some(observer) = self.observer {
            self.tell(observer, from, to, reason);
        }
    }

    /// Tells one observer.
    #[inline]
    pub(crate) fn tell(&self, observer: &dyn Observer, from: Control, to: Control, reason: Reason) {
        observe::tell(observer, &self.transition(from, to, reason));
    }

    /// The step before the first probe of a recovery; whether it helped.
    #[inline]
    pub(crate) fn prepare(&self) -> bool {
        match self.before_probe {
            Some(step) => step(self.id),
            None => true,
        }
    }

    fn transition(&self, from: Control, to: Control, reason: Reason) -> Transition {
        let errors = if to.has_opened() { machine::rejected_count(to, &self.limits) } else { 0 };
        Transition::new(self.id, from.phase(), to.phase(), reason, errors)
    }
}
