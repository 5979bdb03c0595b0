//! A breaker takes a bounded stack, however many lose the race for its word.
#![cfg(not(loom))]

use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

use mcb::{CircuitBreaker, Config, FnClock, State};

/// The least that a thread is given; what the system needs of it itself is in there.
const STACK: usize = 16 << 10;

static TICKS: AtomicU32 = AtomicU32::new(0);
static STOP: AtomicBool = AtomicBool::new(false);
static RAN: AtomicU32 = AtomicU32::new(0);

/// So many calls let through are enough races, and come within a moment even on a busy machine.
const ENOUGH: u32 = 1_000;

/// Time goes on with every look at it, so that an opening is over by the next call: nearly every call is a probe, which
/// fails. Whoever looks lets the others go first, which are then faster at the word, again and again.
fn tick() -> u32 {
    thread::yield_now();
    TICKS.fetch_add(1, Relaxed)
}

static B: CircuitBreaker<FnClock<u32, 1_000>> = CircuitBreaker::new(
    &Config::new("b").error_threshold(1).recovery_timeout_ticks(1).max_probes(3),
    FnClock::new(tick),
);

#[test]
fn eight_threads_on_small_stacks_share_a_breaker_that_opens_every_tick() {
    let work = || {
        while !STOP.load(Relaxed) {
            let failed = B.call(|| Err::<(), _>(()));
            RAN.fetch_add(u32::from(failed.is_err_and(|error| !error.is_rejected())), Relaxed);
            if let Ok(permit) = B.try_acquire() {
                permit.failure();
                RAN.fetch_add(1, Relaxed);
            }
            let _ = (B.state(), B.retry_after());
        }
    };
    let threads: Vec<_> =
        (0..8).map(|_| Builder::new().stack_size(STACK).spawn(work).expect("a thread")).collect();
    let begun = Instant::now();
    let goes_on = |elapsed: Duration| {
        elapsed < Duration::from_millis(300)
            || RAN.load(Relaxed) < ENOUGH && elapsed < Duration::from_secs(120)
    };
    while goes_on(begun.elapsed()) {
        thread::yield_now();
    }
    STOP.store(true, Relaxed);
    for thread in threads {
        thread.join().unwrap();
    }
    assert!(RAN.load(Relaxed) >= ENOUGH, "{RAN:?} in {:?}", begun.elapsed());
    // The one who is patient gets through.
    let closed = (0..100).any(|_| B.call(|| Ok::<_, ()>(())).is_ok() && B.state() == State::Closed);
    assert!(closed, "{B:?}");
}
