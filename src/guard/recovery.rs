use crate::breaker::Helped;

/// A step that brings a bus or a device back before a probe.
///
/// Functions and closures `FnMut(&mut B) -> X` are recovery steps, for every address; what they return
/// says whether they [helped](Helped). Implement it for a type of your own that wants to know the
/// address `A` of the operation (`()` on buses without), or that must have a name.
///
/// ```
/// use mcb::guard::Recovery;
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

impl<B: ?Sized, A, X: Helped, F: FnMut(&mut B) -> X> Recovery<B, A> for F {
    #[inline]
    fn recover(&mut self, bus: &mut B, _: &A) -> bool {
        self(bus).helped()
    }
}

/// [`Recovery`] for the async traits.
///
/// Functions and closures `AsyncFnMut(&mut B) -> X` are recovery steps, for every address.
#[cfg(any(feature = "embedded-hal-async", feature = "embedded-io-async"))]
pub trait AsyncRecovery<B: ?Sized, A> {
    /// Brings back what is at `address`; `false` is a failed probe.
    // Executors for microcontrollers ask for no `Send`, and the traits of the buses do not either.
    #[allow(async_fn_in_trait)]
    async fn recover(&mut self, bus: &mut B, address: &A) -> bool;
}

#[cfg(any(feature = "embedded-hal-async", feature = "embedded-io-async"))]
impl<B: ?Sized, A, X: Helped, F: AsyncFnMut(&mut B) -> X> AsyncRecovery<B, A> for F {
    async fn recover(&mut self, bus: &mut B, _: &A) -> bool {
        self(bus).await.helped()
    }
}

/// A probe needs no preparation: the bus is asked, and that is all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct NoRecovery;

impl<B: ?Sized, A> Recovery<B, A> for NoRecovery {
    #[inline]
    fn recover(&mut self, _: &mut B, _: &A) -> bool {
        true
    }
}

#[cfg(any(feature = "embedded-hal-async", feature = "embedded-io-async"))]
impl<B: ?Sized, A> AsyncRecovery<B, A> for NoRecovery {
    async fn recover(&mut self, _: &mut B, _: &A) -> bool {
        true
    }
}
