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

/// One whose ticks do not wrap.
struct Long;
impl Clock for Long {
    type Ticks = u64;
    const HZ: u32 = 1_000;
    fn now(&self) -> u64 {
        0
    }
}

const REFERENCE: usize = size_of::<usize>();
/// The word and the tick of the last opening.
const MUTABLE: usize = 16;

#[test]
fn a_breaker_is_its_word_the_last_opening_and_a_reference() {
    // With `std` the configuration, and an observer, may be its own.
    let held = if cfg!(feature = "std") { 3 * REFERENCE } else { REFERENCE };
    assert_eq!(size_of::<CircuitBreaker<NoSize>>(), MUTABLE + held);
    // The epoch of the last stamp stands beside it, in what is left of a word of the processor.
    assert!(size_of::<CircuitBreaker<Long>>() <= MUTABLE + held + REFERENCE);
}

#[test]
fn a_permit_is_a_reference_and_the_control_half() {
    assert!(size_of::<Permit<'_, NoSize>>() <= 2 * REFERENCE);
}
