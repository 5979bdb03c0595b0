/// A step that brings a bus or a device back before a probe.
///
/// Functions and closures `FnMut(&mut B) -> Result<(), X>` are recovery steps, of whatever error.
pub trait Recovery<B: ?Sized> {
    /// Why it did not help.
    type Error;

    /// Brings `bus` back; an error is a failed probe.
    ///
    /// # Errors
    ///
    /// Whatever says that a probe would be in vain.
    fn recover(&mut self, bus: &mut B) -> Result<(), Self::Error>;
}

impl<B: ?Sized, X, F: FnMut(&mut B) -> Result<(), X>> Recovery<B> for F {
    type Error = X;

    fn recover(&mut self, bus: &mut B) -> Result<(), X> {
        self(bus)
    }
}

/// [`Recovery`] for the async traits.
///
/// Functions and closures `AsyncFnMut(&mut B) -> Result<(), X>` are recovery steps, of whatever error.
#[cfg(any(feature = "embedded-hal-async", feature = "embedded-io-async"))]
pub trait AsyncRecovery<B: ?Sized> {
    /// Why it did not help.
    type Error;

    /// Brings `bus` back; an error is a failed probe.
    ///
    /// # Errors
    ///
    /// Whatever says that a probe would be in vain.
    // Executors for microcontrollers ask for no `Send`, and the traits of the buses do not either.
    #[allow(async_fn_in_trait)]
    async fn recover(&mut self, bus: &mut B) -> Result<(), Self::Error>;
}

#[cfg(any(feature = "embedded-hal-async", feature = "embedded-io-async"))]
impl<B: ?Sized, X, F: AsyncFnMut(&mut B) -> Result<(), X>> AsyncRecovery<B> for F {
    type Error = X;

    async fn recover(&mut self, bus: &mut B) -> Result<(), X> {
        self(bus).await
    }
}

/// A probe needs no preparation: the bus is asked, and that is all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct NoRecovery;

impl<B: ?Sized> Recovery<B> for NoRecovery {
    type Error = core::convert::Infallible;

    #[inline]
    fn recover(&mut self, _: &mut B) -> Result<(), Self::Error> {
        Ok(())
    }
}

#[cfg(any(feature = "embedded-hal-async", feature = "embedded-io-async"))]
impl<B: ?Sized> AsyncRecovery<B> for NoRecovery {
    type Error = core::convert::Infallible;

    async fn recover(&mut self, _: &mut B) -> Result<(), Self::Error> {
        Ok(())
    }
}
