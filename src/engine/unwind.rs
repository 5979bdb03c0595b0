//! User code that may unwind.

/// Runs user code; if it unwinds, `on_unwind` runs while it does. Where a panic aborts, nothing is left of it.
#[inline]
pub(crate) fn guarded<T>(on_unwind: impl FnMut(), user_code: impl FnOnce() -> T) -> T {
    let armed = OnUnwind(on_unwind);
    let value = user_code();
    core::mem::forget(armed);
    value
}

struct OnUnwind<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnUnwind<F> {
    #[cold]
    fn drop(&mut self) {
        (self.0)();
    }
}
