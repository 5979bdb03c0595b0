//! The breakers of [`breakers`](crate::breakers), with a hook.

use mcb::{Cause, Circuit, CircuitBreaker, Consecutive, Hooks, NetError};

use crate::breakers::config;
use crate::work::{Ticks, device, keep, see};

/// The type of a breaker that has hooks.
pub type Hooked<S = Consecutive> = CircuitBreaker<Ticks, S, mcb::Hooked>;

/// As [`breakers::A`](crate::breakers::A).
pub static A: Hooked = CircuitBreaker::new(&config("a").hooks(Hooks::new().on_open(report)), Ticks);
/// As [`breakers::B`](crate::breakers::B).
pub static B: Hooked<NetError> =
    CircuitBreaker::new(&config("b").strategy(NetError).hooks(Hooks::new().on_open(report)), Ticks);

fn report(circuit: &dyn Circuit, _: Cause<'_>) {
    see(circuit.error_count().into());
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
