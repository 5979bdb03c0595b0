//! The device, the clock, and the one call that is guarded.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::steps::{FAILS, Nested, Step, TIMEOUT};

static NOW: AtomicU32 = AtomicU32::new(0);
static ANSWER: AtomicU32 = AtomicU32::new(0);
static NESTED: AtomicU32 = AtomicU32::new(0);
static VALUE: AtomicU32 = AtomicU32::new(0);

/// What the guarded call returns when it was rejected.
#[cfg(any(feature = "guarded", feature = "by-hand"))]
const REJECTED: u32 = 0xEEEE;

#[cfg(not(feature = "small"))]
mod fault {
    /// The device's error.
    pub(super) type Fault = u32;

    pub(super) fn of(answer: u32) -> Fault {
        answer
    }

    pub(super) fn word(fault: Fault) -> u32 {
        fault
    }
}

#[cfg(feature = "small")]
mod fault {
    /// The device's error: less than a word, so that a `Result` is put together and taken apart by bytes.
    pub(super) type Fault = u8;

    pub(super) fn of(answer: u32) -> Fault {
        answer.to_le_bytes()[0]
    }

    pub(super) fn word(fault: Fault) -> u32 {
        crate::steps::FAILS | u32::from(fault)
    }
}

/// Sets the scene of a step.
pub(crate) fn prepare(step: &Step) {
    NOW.store(NOW.load(Relaxed).wrapping_add(step.wait), Relaxed);
    ANSWER.store(step.answer, Relaxed);
    NESTED.store(step.nested as u32, Relaxed);
}

#[cfg(feature = "guarded")]
mod guard {
    use core::time::Duration;

    use mcb::{CircuitBreaker, Clock, Config};

    /// Milliseconds that an interrupt would count.
    pub(super) struct Ticks;

    impl Clock for Ticks {
        type Ticks = u32;
        const HZ: u32 = 1_000;
        // It moves by hand, and stands still in between.
        const RESOLUTION: u32 = 0;

        #[inline(always)]
        fn now(&self) -> u32 {
            super::now()
        }
    }

    pub(super) static BREAKER: CircuitBreaker<Ticks> = CircuitBreaker::new(
        &Config::new("sensor").error_threshold(3).recovery_timeout(Duration::from_millis(super::TIMEOUT as u64)),
        Ticks,
    );
}

/// The call, and a use of its value.
#[inline(never)]
pub(crate) fn call() {
    VALUE.store(value(), Relaxed);
}

#[cfg(feature = "guarded")]
#[inline(always)]
fn value() -> u32 {
    match guard::BREAKER.call(device) {
        Ok(value) => value,
        Err(mcb::Error::Inner(fault)) => fault::word(fault),
        Err(mcb::Error::Rejected(_)) => REJECTED,
    }
}

#[cfg(feature = "by-hand")]
static BY_HAND: crate::by_hand::ByHand = crate::by_hand::ByHand::new();

/// The same work, guarded by hand.
#[cfg(feature = "by-hand")]
#[inline(always)]
fn value() -> u32 {
    match BY_HAND.call(device) {
        Some(Ok(value)) => value,
        Some(Err(fault)) => fault::word(fault),
        None => REJECTED,
    }
}

/// The same work, unguarded.
#[cfg(not(any(feature = "guarded", feature = "by-hand")))]
#[inline(always)]
fn value() -> u32 {
    match device() {
        Ok(value) => value,
        Err(fault) => fault::word(fault),
    }
}

/// Answers as the step says, at once.
#[inline(never)]
fn device() -> Result<u32, fault::Fault> {
    if NESTED.load(Relaxed) != 0 {
        meanwhile();
    }
    let answer = ANSWER.load(Relaxed);
    if answer & FAILS == 0 { Ok(answer) } else { Err(fault::of(answer)) }
}

/// Another call comes while this one is out.
#[cold]
#[inline(never)]
fn meanwhile() {
    let nested = NESTED.load(Relaxed);
    NESTED.store(Nested::No as u32, Relaxed);
    if nested == Nested::AfterTheLease as u32 {
        NOW.store(NOW.load(Relaxed).wrapping_add(TIMEOUT), Relaxed);
    }
    call();
}

/// A clock that is as cheap as a clock can be.
#[inline(always)]
pub(crate) fn now() -> u32 {
    NOW.load(Relaxed)
}

/// What calling and returning takes, and one instruction for the value.
#[inline(never)]
pub(crate) fn nothing() {
    VALUE.store(1, Relaxed);
}

/// What reading the clock takes, beyond that.
#[inline(never)]
pub(crate) fn clock() {
    VALUE.store(now(), Relaxed);
}

/// The value that was used last: which way the call went.
pub(crate) fn outcome() -> u32 {
    VALUE.load(Relaxed)
}
