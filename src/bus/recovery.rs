//! The step that brings a bus back.

use crate::breaker::RecoveryOutcome;

/// A step that brings a bus or a device back before a probe.
///
/// Functions and closures `FnMut(&mut B) -> X` are recovery steps, for every address; what they return
/// says whether they [succeeded](RecoveryOutcome). Implement it for a type of your own that wants to know the
/// address `A` of the operation (`()` on buses without), or that must have a name.
///
/// ```
/// use mcb::bus::Recovery;
/// # struct Bus;
/// # impl Bus { fn power_cycle(&mut self, _: u8) -> bool { true } }
///
/// /// Each sensor has a power switch of its own.
/// struct Power;
///
/// impl Recovery<Bus, u8> for Power {
///     fn recover(&mut self, bus: &mut Bus, address: &u8) -> bool {
///         bus.power_cycle(*address)
///     }
/// }
/// # assert!(Power.recover(&mut Bus, &0x48));
/// ```
pub trait Recovery<B: ?Sized, A> {
    /// Brings back what is at `address`; `false` is a failed probe.
    fn recover(&mut self, bus: &mut B, address: &A) -> bool;
}

impl<B: ?Sized, A, X: RecoveryOutcome, F: FnMut(&mut B) -> X> Recovery<B, A> for F {
    #[inline]
    fn recover(&mut self, bus: &mut B, _: &A) -> bool {
        self(bus).succeeded()
    }
}

/// A probe needs no preparation: the bus is asked, and that is all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoRecovery;

impl<B: ?Sized, A> Recovery<B, A> for NoRecovery {
    #[inline]
    fn recover(&mut self, _: &mut B, _: &A) -> bool {
        true
    }
}
