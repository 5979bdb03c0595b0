//! What a breaker costs in memory. The word and the tick of the last opening are also asserted in
//! the library itself, so that they hold wherever it builds.

use core::mem::size_of;

use mcb::{CircuitBreaker, Clock, Permit};

struct NoSize;
impl Clock for NoSize {
    type Ticks = u32;
    const HZ: u32 = 1_000;
    fn now(&self) -> u32 {
        0
    }
}

#[test]
fn a_breaker_is_its_word_the_last_opening_and_a_reference() {
    let reference = size_of::<usize>();
    let mutable = 16;
    if cfg!(feature = "std") {
        // The configuration may be inside.
        assert!(size_of::<CircuitBreaker<NoSize>>() <= mutable + 48);
    } else {
        assert!(size_of::<CircuitBreaker<NoSize>>() <= mutable + reference);
    }
}

#[test]
fn a_permit_is_a_reference_and_the_control_half() {
    assert!(size_of::<Permit<'_, NoSize>>() <= 2 * size_of::<usize>());
}
