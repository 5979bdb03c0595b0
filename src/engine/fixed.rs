//! What is fixed when a breaker is made, whatever its type.

use crate::machine::{self, Control, Limits};
use crate::observe::{self, Observer};
use crate::state::{Reason, Transition};

/// What is fixed when a breaker is made, whatever its type.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations)] // nobody outside sees one
pub struct Fixed {
    pub(crate) id: &'static str,
    pub(crate) hz: u32,
    pub(crate) limits: Limits,
    pub(crate) observer: Option<&'static (dyn Observer + Sync)>,
    pub(crate) before_probe: Option<fn(&Transition) -> bool>,
}

impl Fixed {
    pub(super) fn transition(&self, from: Control, to: Control, reason: Reason) -> Transition {
        let errors = machine::rejected_count(to, &self.limits);
        Transition::new(self.id, from.phase(), to.phase(), reason, errors)
    }

    /// One for all that change a word (growth, second_type).
    #[cold]
    pub(super) fn tell(&self, from: Control, to: Control, reason: Reason) {
        let change = self.transition(from, to, reason);
        observe::log(&change);
        if let Some(observer) = self.observer {
            observe::tell(observer, &change);
        }
    }

    /// The step before the first probe of a recovery, which this change has begun; whether it helped.
    #[inline]
    pub(super) fn prepare(&self, from: Control, to: Control) -> bool {
        match self.before_probe {
            Some(step) => step(&self.transition(from, to, Reason::Time)),
            None => true,
        }
    }
}
