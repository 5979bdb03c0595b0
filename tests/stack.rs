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
        let mut ran = 0_u32;
        while !STOP.load(Relaxed) {
            let failed = B.call(|| Err::<(), _>(()));
            ran += u32::from(failed.is_err_and(|error| !error.is_rejected()));
            if let Ok(permit) = B.try_acquire() {
                permit.failure();
                ran += 1;
            }
            let _ = (B.state(), B.retry_after());
        }
        ran
    };
    let threads: Vec<_> =
        (0..8).map(|_| Builder::new().stack_size(STACK).spawn(work).expect("a thread")).collect();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(300) {
        thread::yield_now();
    }
    STOP.store(true, Relaxed);
    let ran: Vec<u32> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert!(ran.iter().sum::<u32>() > 1_000, "{ran:?}");
    // The one who is patient gets through.
    let closed = (0..100).any(|_| B.call(|| Ok::<_, ()>(())).is_ok() && B.state() == State::Closed);
    assert!(closed, "{B:?}");
}
