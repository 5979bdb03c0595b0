//! Breakers of different types, and calls with and without them.

use core::time::Duration;

use mcb::{CircuitBreaker, Clock, Config, Lists, NetError};

use crate::steps::TIMEOUT;
use crate::work::{Fault, Ticks, device, keep};

/// Like that of `budget`.
#[must_use]
pub const fn config(id: &'static str) -> Config<Ticks> {
    Config::new(id)
        .error_threshold(3)
        .recovery_timeout(Duration::from_millis(1_000 * TIMEOUT as u64 / Ticks::HZ as u64))
}

/// The first breaker.
pub static A: CircuitBreaker<Ticks> = CircuitBreaker::new(&config("a"), Ticks);
/// One of another type.
pub static B: CircuitBreaker<Ticks, NetError> = CircuitBreaker::new(&config("b").strategy(NetError), Ticks);
/// One of yet another type.
pub static B_LISTS: CircuitBreaker<Ticks, NetError, Lists<Fault, 1, 0>> =
    CircuitBreaker::new(&config("b").strategy(NetError).rules(Lists::new().blacklist([is_fault])), Ticks);

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as predicates are")]
fn is_fault(fault: &Fault) -> bool {
    *fault == Fault::Bus
}

/// Nothing guards it.
#[inline(never)]
pub fn unguarded<const ID: u32>() {
    keep(device::<ID>());
}

/// [`A`] guards device 1.
#[inline(never)]
pub fn a() {
    keep(A.call(device::<1>));
}

/// [`B`] guards device 2.
#[inline(never)]
pub fn b() {
    keep(B.call(device::<2>));
}

/// [`B_LISTS`] guards device 2.
#[inline(never)]
pub fn b_lists() {
    keep(B_LISTS.call(device::<2>));
}
