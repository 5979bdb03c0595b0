//! An observer that notes how it is called.

use std::sync::{Mutex, MutexGuard, PoisonError};

use mcb::{Cause, Observer, Reason, Transition};

/// What it was told since somebody took it.
pub(crate) static TOLD: Mutex<Vec<Told>> = Mutex::new(Vec::new());

pub(crate) fn lock<T>(mutex: &'static Mutex<T>) -> MutexGuard<'static, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A method of an observer, as it was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Changed(Transition),
    Opened(Transition, Cause),
    Closed(Transition),
}

pub(crate) struct Watch;

impl Observer for Watch {
    fn on_open(&self, opening: &Transition, cause: Cause) {
        lock(&TOLD).push(Told::Opened(*opening, cause));
    }
    fn on_close(&self, closing: &Transition) {
        lock(&TOLD).push(Told::Closed(*closing));
    }
    fn on_transition(&self, change: &Transition) {
        lock(&TOLD).push(Told::Changed(*change));
    }
}

/// What an observer is told of these changes, in this order.
pub(crate) fn told(changes: Vec<Transition>) -> Vec<Told> {
    let told = |change: Transition| {
        let more = match change.reason {
            Reason::Failure(cause) => Some(Told::Opened(change, cause)),
            Reason::Success => Some(Told::Closed(change)),
            _ => None,
        };
        [Some(Told::Changed(change)), more].into_iter().flatten()
    };
    changes.into_iter().flat_map(told).collect()
}
