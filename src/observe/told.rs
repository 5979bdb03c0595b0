//! Telling of each call.

use core::fmt;

use super::Observer;
use crate::strategy::Strategy;
use crate::strategy::around::as_inside;
use crate::verdict::Verdict;

/// A strategy whose breaker tells an observer of each result and each rejection; what
/// [`Config::observer`](crate::Config::observer) makes.
///
/// It decides nothing. The observer is a type parameter and no `dyn`, since it runs in each call: a method that is
/// empty is nothing there, and of one that adds to a counter there is the addition.
pub struct Told<S, O: 'static> {
    pub(crate) strategy: S,
    observer: &'static O,
}

impl<S: Strategy, O: Observer + Sync + 'static> Told<S, O> {
    pub(crate) const fn new(strategy: S, observer: &'static O) -> Self {
        Told { strategy, observer }
    }
}

#[deny(clippy::missing_trait_methods)]
impl<S: Strategy, O: Observer + Sync + 'static> Strategy for Told<S, O> {
    as_inside!(limits);
    as_inside!(record);
    as_inside!(started);
    as_inside!(observes);
    as_inside!(ramp);
    as_inside!(fingerprint);

    #[inline]
    fn on_result(&self, id: &'static str, verdict: Verdict, probe: bool) {
        self.strategy.on_result(id, verdict, probe);
        self.observer.on_result(id, verdict, probe);
    }

    #[inline]
    fn on_rejected(&self, id: &'static str, passed: bool) {
        self.strategy.on_rejected(id, passed);
        self.observer.on_rejected(id, passed);
    }
}

impl<S: Copy, O> Clone for Told<S, O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Copy, O> Copy for Told<S, O> {}

// An observer need not show itself.
impl<S: fmt::Debug, O> fmt::Debug for Told<S, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Told").field("strategy", &self.strategy).finish_non_exhaustive()
    }
}
