//! Every log call of the crate.
//!
//! With the feature `defmt` one line for each transition: `warn` for an opening, by results or by
//! hand, `info` for the rest. `DEFMT_LOG` chooses what is compiled in. Nothing is logged inside a
//! critical section, and a call that changes no state logs nothing.

use crate::state::Transition;

#[cfg(not(feature = "defmt"))]
#[inline(always)]
#[allow(clippy::inline_always)] // nothing to call
pub(crate) fn transition(
    _id: &'static str,
    _transition: Transition,
    _errors: impl FnOnce() -> u16,
) {
}

#[cfg(feature = "defmt")]
pub(crate) fn transition(id: &'static str, transition: Transition, errors: impl FnOnce() -> u16) {
    use crate::state::State;

    let Transition { from, to, .. } = transition;
    let (from, errors) = (from.as_str(), errors());
    match to {
        State::Open | State::ForcedOpen => {
            defmt::warn!(
                "circuit {=str}: {=str} -> {=str}, {=u16} errors",
                id,
                from,
                to.as_str(),
                errors
            );
        }
        State::Closed | State::HalfOpen | State::ForcedClosed => {
            defmt::info!(
                "circuit {=str}: {=str} -> {=str}, {=u16} errors",
                id,
                from,
                to.as_str(),
                errors
            );
        }
    }
}
