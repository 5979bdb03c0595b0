//! The breakers of [`breakers`](crate::breakers), with a hook.

use mcb::{Cause, CircuitBreaker, Consecutive, Hooks, NetError, Transition};

use crate::breakers::config;
use crate::work::{Ticks, device, keep, see};

/// The type of a breaker that has hooks, which is that of one without.
pub type Hooked<S = Consecutive> = CircuitBreaker<Ticks, S>;

/// As [`breakers::A`](crate::breakers::A).
pub static A: Hooked = CircuitBreaker::new(&config("a").hooks(&Hooks::new().on_open(report)), Ticks);
/// As [`breakers::B`](crate::breakers::B).
pub static B: Hooked<NetError> =
    CircuitBreaker::new(&config("b").strategy(NetError).hooks(&Hooks::new().on_open(report)), Ticks);

fn report(opening: &Transition, _: Cause) {
    see(opening.error_count.into());
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
