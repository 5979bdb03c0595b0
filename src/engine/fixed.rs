//! What is fixed when a breaker is made, whatever its type.

use crate::machine::{self, Answer, Control, Limits, Moment, Plan, Word};
use crate::observe::{self, Observer};
use crate::state::{Reason, Transition};

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
    recovery: Option<&'static Plan>,
    #[cfg(feature = "std")]
    recovery: Option<Plan>,
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

    pub(crate) const fn recovers_by(&mut self, plan: &'static Plan) {
        #[cfg(not(feature = "std"))]
        let plan = Some(plan);
        #[cfg(feature = "std")]
        let plan = Some(*plan);
        self.recovery = plan;
    }

    #[cfg(feature = "std")]
    pub(crate) const fn owns_plan(&mut self, plan: Plan) {
        self.recovery = Some(plan);
    }

    #[inline]
    pub(crate) const fn plan(&self) -> Option<&Plan> {
        #[cfg(not(feature = "std"))]
        return self.recovery;
        #[cfg(feature = "std")]
        return self.recovery.as_ref();
    }

    /// How long an open word lasts.
    #[inline]
    pub(crate) fn open_duration(&self, control: Control) -> u32 {
        let configured = self.limits.recovery_timeout;
        match self.plan() {
            None => configured,
            Some(plan) => (plan.code.open_duration)(plan, control, configured),
        }
    }

    /// How long the last opening lasted, or lasts.
    pub(crate) fn last_duration(&self, control: Control) -> u32 {
        let configured = self.limits.recovery_timeout;
        match self.plan() {
            Some(plan) if control.is_open() => (plan.code.open_duration)(plan, control, configured),
            Some(plan) => (plan.code.duration)(plan, control.openings(), configured),
            None => configured,
        }
    }

    /// Asks for admission; see [`machine::admit`].
    #[inline]
    pub(crate) fn admit(&self, word: Word, age: impl FnOnce(u32) -> u32) -> Answer {
        let open_duration = |control| self.open_duration(control);
        machine::admit(word, age, open_duration, self.plan().is_some(), &self.limits)
    }

    /// What a transition becomes by a plan.
    #[cold]
    #[inline(never)]
    pub(crate) fn shaped(
        &self,
        plan: &Plan,
        old: Word,
        new: Word,
        since_opening: u32,
        asked: u32,
    ) -> Word {
        if old.control.same_phase(new.control) {
            return new;
        }
        (plan.code.shape)(plan, old, new, &self.moment(new.stamp, since_opening, asked))
    }

    pub(crate) fn moment(&self, now: u32, since_opening: u32, asked: u32) -> Moment<'_> {
        let base = self.limits.recovery_timeout;
        Moment { id: self.id, now, since_opening, asked, base }
    }

    /// The word of a new breaker.
    pub(crate) const fn first_word(&self, fresh: u16) -> Word {
        match self.plan() {
            Some(plan) if plan.start_by_probing => Word::UNTRIED,
            _ => Word::new(fresh),
        }
    }

    pub(crate) const fn observed_by(&mut self, observer: &'static (dyn Observer + Sync)) {
        self.observer = Some(observer);
        self.tell = Some(Fixed::announce);
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
        let errors = machine::rejected_count(to, &self.limits);
        Transition::new(self.id, from.phase(), to.phase(), reason, errors)
    }
}
