//! Every log call of the crate.
//!
//! With the feature `defmt` one line for each transition: `warn` for an opening, by results or by
//! hand, `info` for the rest. `DEFMT_LOG` chooses what is compiled in. Nothing is logged inside a
//! critical section, and a call that changes no state logs nothing.

use crate::state::Transition;

/// Whether there is anything to log to.
pub(crate) const LOGS: bool = cfg!(feature = "defmt");

#[cfg(not(feature = "defmt"))]
#[inline(always)]
#[allow(clippy::inline_always)] // nothing to call
pub(crate) fn transition(_: &Transition) {}

#[cfg(feature = "defmt")]
pub(crate) fn transition(change: &Transition) {
    use crate::state::State;

    let Transition { id, from, to, error_count, .. } = *change;
    let (opens, from, to) =
        (matches!(to, State::Open | State::ForcedOpen), from.as_str(), to.as_str());
    if opens {
        defmt::warn!("circuit {=str}: {=str} -> {=str}, {=u16} errors", id, from, to, error_count);
    } else {
        defmt::info!("circuit {=str}: {=str} -> {=str}, {=u16} errors", id, from, to, error_count);
    }
}
