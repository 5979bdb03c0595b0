//! The registry's places: the one place where a hosted system and a microcontroller differ there. With
//! `std` a host needs no critical-section implementation to link.

use super::Entry;

/// Filled from the first one on, and never emptied.
#[cfg(feature = "std")]
pub(super) struct Places<const N: usize>(std::sync::Mutex<[Option<Entry>; N]>);

#[cfg(feature = "std")]
impl<const N: usize> Places<N> {
    pub(super) const fn new() -> Self {
        Places(std::sync::Mutex::new([None; N]))
    }

    /// What is in a place. Where that is nothing, and there is one to be put in, it is in there from now on.
    pub(super) fn look(&self, place: usize, new: Option<Entry>) -> Option<Entry> {
        // No user code runs inside, so a poisoned value is whole all the same.
        let mut places = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let present = places.get_mut(place)?;
        let before = *present;
        *present = before.or(new);
        before
    }
}

#[cfg(not(feature = "std"))]
pub(super) struct Places<const N: usize>(
    critical_section::Mutex<[core::cell::Cell<Option<Entry>>; N]>,
);

#[cfg(not(feature = "std"))]
impl<const N: usize> Places<N> {
    pub(super) const fn new() -> Self {
        Places(critical_section::Mutex::new([const { core::cell::Cell::new(None) }; N]))
    }

    /// What is in a place. Where that is nothing, and there is one to be put in, it is in there from now on.
    pub(super) fn look(&self, place: usize, new: Option<Entry>) -> Option<Entry> {
        critical_section::with(|token| {
            let place = self.0.borrow(token).get(place)?;
            let before = place.get();
            place.set(before.or(new));
            before
        })
    }
}

// As of the standard library's mutex: what is inside is whole wherever something unwinds.
#[cfg(not(feature = "std"))]
impl<const N: usize> core::panic::UnwindSafe for Places<N> {}
#[cfg(not(feature = "std"))]
impl<const N: usize> core::panic::RefUnwindSafe for Places<N> {}
