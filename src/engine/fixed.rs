//! What is fixed when a breaker is made, whatever its type.

use crate::machine::{self, Control, Limits};
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
    // What tells the observer, by way of a pointer that only `observed_by` sets: a program without hooks does
    // not even contain it (growth, second_type and eight).
    tell: Option<Tell>,
}

type Tell = fn(&Fixed, Control, Control, Reason);

impl Fixed {
    pub(crate) const fn new(id: &'static str) -> Self {
        let tell: Option<Tell> = if observe::LOGS { Some(Fixed::announce) } else { None };
        Fixed { id, limits: Limits::DEFAULT, before_probe: None, observer: None, tell }
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
