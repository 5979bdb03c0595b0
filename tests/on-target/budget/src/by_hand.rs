//! What one writes where there is no breaker at hand: a counter and a deadline.
//!
//! Any number of calls pass as soon as the deadline is over, a call from before an opening counts after it, a rejection
//! does not tell how long it lasts, and nobody can look at it, move it by hand or be told.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::steps::TIMEOUT;
use crate::work::now;

const THRESHOLD: u32 = 3;

/// Opens at the third error in a row, for a timeout.
pub struct ByHand {
    errors: AtomicU32,
    open_until: AtomicU32,
}

#[allow(clippy::new_without_default, reason = "nobody needs it")]
impl ByHand {
    /// Closed.
    #[must_use]
    pub const fn new() -> Self {
        ByHand { errors: AtomicU32::new(0), open_until: AtomicU32::new(0) }
    }

    /// What `f` returns; `None` while it is open.
    pub fn call<T, E>(&self, f: impl FnOnce() -> Result<T, E>) -> Option<Result<T, E>> {
        if self.errors.load(Relaxed) >= THRESHOLD && now().wrapping_sub(self.open_until.load(Relaxed)) >= 1 << 31 {
            return None;
        }
        let result = f();
        if result.is_ok() {
            self.errors.store(0, Relaxed);
        } else {
            // No read-modify-write on a Cortex-M0, and both values have to change together.
            critical_section::with(|_| {
                let errors = self.errors.load(Relaxed) + 1;
                if errors >= THRESHOLD {
                    self.open_until.store(now().wrapping_add(TIMEOUT), Relaxed);
                }
                self.errors.store(errors.min(THRESHOLD), Relaxed);
            });
        }
        Some(result)
    }
}
