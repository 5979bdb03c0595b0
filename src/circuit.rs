//! The view of a breaker that has no type parameters.

use crate::error::Wait;
use crate::state::State;

/// A breaker of whatever type: what hooks are given and what a registry holds.
///
/// The methods are those of [`CircuitBreaker`](crate::CircuitBreaker), where they are described.
/// Sealed: a breaker is the only circuit.
pub trait Circuit: sealed::Sealed {
    /// The id that it was given.
    fn id(&self) -> &'static str;
    /// The state now; a pure read.
    fn state(&self) -> State;
    /// The errors counted.
    fn error_count(&self) -> u16;
    /// The successes of the present recovery.
    fn success_count(&self) -> u16;
    /// When a call may pass: zero for now, `None` for not before somebody resets it.
    fn retry_after(&self) -> Option<Wait>;
    /// Closed and clean, whatever it was.
    fn reset(&self);
    /// Rejects every call from now on.
    fn force_open(&self);
    /// Passes every call from now on and judges none.
    fn force_closed(&self);
}

impl core::fmt::Debug for dyn Circuit + '_ {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        debug(self, f)
    }
}

impl core::fmt::Debug for dyn Circuit + Sync + '_ {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        debug(self, f)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for dyn Circuit + '_ {
    fn format(&self, f: defmt::Formatter<'_>) {
        format(self, f);
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for dyn Circuit + Sync + '_ {
    fn format(&self, f: defmt::Formatter<'_>) {
        format(self, f);
    }
}

#[cfg(feature = "defmt")]
pub(crate) fn format<C: Circuit + ?Sized>(circuit: &C, f: defmt::Formatter<'_>) {
    let (id, state) = (circuit.id(), circuit.state());
    let (errors, successes) = (circuit.error_count(), circuit.success_count());
    defmt::write!(
        f,
        "Circuit({=str}, {}, {=u16} errors, {=u16} successes)",
        id,
        state,
        errors,
        successes
    );
}

pub(crate) fn debug<C: Circuit + ?Sized>(
    circuit: &C,
    f: &mut core::fmt::Formatter<'_>,
) -> core::fmt::Result {
    f.debug_struct("Circuit")
        .field("id", &circuit.id())
        .field("state", &circuit.state())
        .field("error_count", &circuit.error_count())
        .field("success_count", &circuit.success_count())
        .finish()
}

pub(crate) mod sealed {
    pub trait Sealed {}
}
