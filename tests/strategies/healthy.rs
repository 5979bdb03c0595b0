//! Health costs nothing, whatever the strategy: no clock, nothing written.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use mcb::strategy::Strategy;
use mcb::{CircuitBreaker, Config, FnClock, NetError, State};

use super::millis;

static READS: AtomicU32 = AtomicU32::new(0);

fn tick() -> u32 {
    READS.fetch_add(1, Relaxed)
}

type Counted = FnClock<u32, 1_000>;

/// Once clean, it reads no clock; and one failure later it is clean again after so many successes, with time.
fn stays_clean<S: Strategy>(make: impl Fn(Config<Counted>) -> Config<Counted, S>) {
    let config = Box::leak(Box::new(make(Config::new("b").error_threshold(5))));
    let b = CircuitBreaker::try_new(config, FnClock::new(tick)).unwrap();
    for _ in 0..2 {
        for _ in 0..1_024 {
            assert!(b.call(|| Ok::<_, ()>(())).is_ok()); // what is new fills its window
        }
        let reads_nothing = (0..200_000).any(|_| {
            READS.fetch_add(1, Relaxed); // time goes on
            let before = READS.load(Relaxed);
            for _ in 0..3 {
                assert!(b.call(|| Ok::<_, ()>(())).is_ok());
            }
            before == READS.load(Relaxed)
        });
        assert!(reads_nothing, "it never stops");
        // Nothing is kept of what succeeds: each call carries the very control that is there.
        assert_eq!((b.state(), b.error_count()), (State::Closed, 0));
        let _ = b.call(|| Err::<(), _>(()));
        assert_eq!(b.state(), State::Closed);
    }
}

#[test]
fn a_success_on_a_clean_breaker_reads_no_clock() {
    // One test, since they share the clock.
    stays_clean(|c| c);
    stays_clean(|c| c.strategy(NetError));
    stays_clean(|c| c.debounce(2, 1).jumps(2, 1));
    stays_clean(|c| c.quiet(millis(9)).lump(millis(2)));
    stays_clean(|c| c.failures_per_period(3, millis(1_000)));
    stays_clean(|c| c.count_window::<20>(50, 5));
    stays_clean(|c| c.count_window::<500>(50, 50));
    stays_clean(|c| c.time_window::<10>(millis(1_000), 50, 9_999));
    stays_clean(|c| c.decaying_rate(5, 50, millis(100)));
    stays_clean(|c| c.or_time_window::<10>(millis(1_000), 50, 9_999));
    stays_clean(|c| c.or_count_window::<20>(50, 5));
}
