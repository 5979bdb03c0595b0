//! What a recovery wrote is seen by every call that the closed breaker then admits. On x86-64 it would be anyway;
//! Miri tries what weaker processors may do: `MIRIFLAGS=-Zmiri-many-seeds cargo +nightly miri test --test publish`.
#![cfg(not(loom))]

use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::thread;

use mcb::{CircuitBreaker, Config, ManualClock};

// Relaxed, so that nobody but the breaker publishes anything.
static PROBING: AtomicBool = AtomicBool::new(false);
static DEVICE: AtomicU32 = AtomicU32::new(0);
static CLOCK: ManualClock = ManualClock::new();
static B: CircuitBreaker<&ManualClock> =
    CircuitBreaker::new(&Config::new("b").error_threshold(1).recovery_timeout_ticks(5), &CLOCK);

#[test]
fn a_call_sees_what_the_recovery_before_it_wrote() {
    let _ = B.call(|| Err::<(), _>("down"));
    CLOCK.advance_ticks(5);
    thread::scope(|scope| {
        scope.spawn(|| {
            let set_up = |(): &mut ()| {
                PROBING.store(true, Relaxed);
                DEVICE.store(7, Relaxed);
            };
            B.call_on(&mut (), set_up, |()| Ok::<_, ()>(())).expect("the probe");
        });
        scope.spawn(|| {
            while !PROBING.load(Relaxed) {
                thread::yield_now();
            }
            // Rejected while the only probe's slot is taken.
            let seen = loop {
                match B.call(|| Ok::<_, ()>(DEVICE.load(Relaxed))) {
                    Ok(seen) => break seen,
                    Err(_) => thread::yield_now(),
                }
            };
            assert_eq!(seen, 7);
        });
    });
}
