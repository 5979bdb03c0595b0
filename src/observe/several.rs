//! Observers of which there are some number.

use super::Observer;
use crate::state::{Cause, Transition};
use crate::verdict::Verdict;

/// Each, one after the other.
#[deny(clippy::missing_trait_methods)]
impl<O: Observer> Observer for [O] {
    fn on_open(&self, opening: &Transition, cause: Cause) {
        for observer in self {
            observer.on_open(opening, cause);
        }
    }

    fn on_close(&self, closing: &Transition) {
        for observer in self {
            observer.on_close(closing);
        }
    }

    fn on_transition(&self, change: &Transition) {
        for observer in self {
            observer.on_transition(change);
        }
    }

    fn on_result(&self, id: &'static str, verdict: Verdict, probe: bool) {
        for observer in self {
            observer.on_result(id, verdict, probe);
        }
    }

    fn on_rejected(&self, id: &'static str, passed: bool) {
        for observer in self {
            observer.on_rejected(id, passed);
        }
    }
}

/// What is a slice of observers is one.
macro_rules! as_slice {
    ($($(#[$meta:meta])* $several:ty $(, $size:ident)?;)*) => {$(
        $(#[$meta])*
        #[deny(clippy::missing_trait_methods)]
        impl<O: Observer $(, const $size: usize)?> Observer for $several {
            fn on_open(&self, opening: &Transition, cause: Cause) {
                self.as_slice().on_open(opening, cause);
            }

            fn on_close(&self, closing: &Transition) {
                self.as_slice().on_close(closing);
            }

            fn on_transition(&self, change: &Transition) {
                self.as_slice().on_transition(change);
            }

            fn on_result(&self, id: &'static str, verdict: Verdict, probe: bool) {
                self.as_slice().on_result(id, verdict, probe);
            }

            fn on_rejected(&self, id: &'static str, passed: bool) {
                self.as_slice().on_rejected(id, passed);
            }
        }
    )*};
}

as_slice!(
    /// That one, or nobody.
    Option<O>;
    /// Each, one after the other.
    [O; N], N;
    /// Each, one after the other.
    #[cfg(feature = "std")]
    std::vec::Vec<O>;
);
