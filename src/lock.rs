//! The lock of what is more than a word: the registry's list, a last good value. Here alone a hosted system and a
//! microcontroller differ in it: with `std` a host needs no critical-section implementation to link.

#[cfg(feature = "std")]
pub(crate) struct Lock<T>(std::sync::Mutex<T>);

#[cfg(feature = "std")]
impl<T> Lock<T> {
    pub(crate) const fn new(value: T) -> Self {
        Lock(std::sync::Mutex::new(value))
    }

    #[allow(clippy::unnecessary_wraps)] // the other lock may be in use
    pub(crate) fn with<U>(&self, f: impl FnOnce(&mut T) -> U) -> Option<U> {
        // No user code runs inside, so a poisoned value is whole all the same.
        Some(f(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)))
    }
}

#[cfg(not(feature = "std"))]
pub(crate) struct Lock<T>(critical_section::Mutex<core::cell::RefCell<T>>);

#[cfg(not(feature = "std"))]
impl<T> Lock<T> {
    pub(crate) const fn new(value: T) -> Self {
        Lock(critical_section::Mutex::new(core::cell::RefCell::new(value)))
    }

    /// `None` where it is in use already. It never is: no user code runs inside, and interrupts are masked. To ask
    /// costs less than a panic that nothing reaches (growth, registry).
    pub(crate) fn with<U>(&self, f: impl FnOnce(&mut T) -> U) -> Option<U> {
        critical_section::with(|token| Some(f(&mut *self.0.borrow(token).try_borrow_mut().ok()?)))
    }
}

// As of the standard library's mutex: what is inside is whole wherever something unwinds.
#[cfg(not(feature = "std"))]
impl<T> core::panic::UnwindSafe for Lock<T> {}
#[cfg(not(feature = "std"))]
impl<T> core::panic::RefUnwindSafe for Lock<T> {}
