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
    /// Tells of a change. Whether there is anybody to tell is asked inline, where a program without hooks is known to
    /// have none; the rest is out of line, once for all that change a word (growth, second_type and hook).
    #[inline]
    pub(crate) fn changed(&self, from: Control, to: Control, reason: Reason) {
        if self.observer.is_some() || observe::LOGS {
            self.announce(from, to, reason);
        }
    }

    #[cold]
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

    /// The step before the first probe of a recovery, which this change has begun; whether it helped.
    #[inline]
    pub(crate) fn prepare(&self, from: Control, to: Control) -> bool {
        match self.before_probe {
            Some(step) => step(&self.transition(from, to, Reason::Time)),
            None => true,
        }
    }

    fn transition(&self, from: Control, to: Control, reason: Reason) -> Transition {
        let errors = machine::rejected_count(to, &self.limits);
        Transition::new(self.id, from.phase(), to.phase(), reason, errors)
    }
}
