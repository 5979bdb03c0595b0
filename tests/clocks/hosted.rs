//! The clock that remembers, and the standard library's against its own measure of time.

use core::time::Duration;

use mcb::{CachedClock, CircuitBreaker, Clock, Config, ManualClock, State};

type Cached = CachedClock<&'static ManualClock>;

#[test]
fn a_cached_clock_moves_when_it_is_updated_and_not_before() {
    static SOURCE: ManualClock = ManualClock::at(u32::MAX);
    let clock = CachedClock::new(&SOURCE);
    assert_eq!(clock.now(), 0);
    clock.update();
    assert_eq!(clock.now(), u32::MAX);
    SOURCE.advance_ticks(8);
    assert_eq!(clock.now(), u32::MAX);
    clock.update();
    assert_eq!(clock.now(), 7);
    assert_eq!(<CachedClock<ManualClock<50>> as Clock>::HZ, 50);
}

#[test]
fn updates_that_stop_only_delay_recovery() {
    static SOURCE: ManualClock = ManualClock::new();
    static CLOCK: Cached = CachedClock::new(&SOURCE);
    static B: CircuitBreaker<&Cached> = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).recovery_timeout(Duration::from_millis(100)),
        &CLOCK,
    );
    let _ = B.call(|| Err::<(), _>(()));
    SOURCE.advance_ticks(1_000_000);
    assert_eq!(B.state(), State::Open);
    assert!(B.call(|| Ok::<_, ()>(())).is_err());
    CLOCK.update();
    assert_eq!(B.state(), State::HalfOpen);
    assert_eq!(B.call(|| Ok::<_, ()>(7)), Ok(7));
    assert_eq!(B.state(), State::Closed);
}

#[cfg(feature = "std")]
#[test]
fn clocks_are_read_through_references_and_shares() {
    let clock = std::sync::Arc::new(ManualClock::at(9));
    assert_eq!((clock.now(), (&&*clock).now()), (9, 9));
    assert_eq!(Clock::now(&clock), 9);
    assert_eq!(mcb::FnClock::<u64, 5>::new(|| 1 << 40).now(), 1 << 40);
}

/// Each thread remembers the tick that it read last; they must agree all the same.
#[cfg(feature = "std")]
#[test]
fn the_std_clock_counts_milliseconds_alike_in_every_thread() {
    use mcb::StdClock;
    use std::thread;
    use std::time::Instant;

    let before = Instant::now();
    let first = StdClock.now();
    let after = Instant::now();
    let watch = move || {
        let mut last = first;
        while after.elapsed() < Duration::from_millis(20) {
            let at_least = after.elapsed();
            let tick = StdClock.now();
            let at_most = before.elapsed();
            assert!(tick >= last, "{tick} after {last}");
            last = tick;
            // Both ticks are rounded down.
            let passed = u128::from(tick - first);
            assert!(passed + 1 > at_least.as_millis(), "{passed} ms after {at_least:?}");
            assert!(passed <= at_most.as_millis() + 1, "{passed} ms within {at_most:?}");
        }
    };
    let threads: Vec<_> = (0..4).map(|_| thread::spawn(watch)).collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

/// By another measure of the same time: what is seen open lasts from before the failure to after the first look that
/// finds it over, and no scheduler makes that shorter.
#[cfg(feature = "std")]
#[test]
fn an_opening_by_the_std_clock_is_never_shorter_than_asked_for() {
    use mcb::StdClock;
    use std::time::Instant;

    const TIMEOUT: Duration = Duration::from_millis(1);
    static B: CircuitBreaker<StdClock> = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).recovery_timeout(TIMEOUT),
        StdClock,
    );
    // Eight moments of a millisecond.
    for _ in 0..8 {
        B.reset();
        let opens = Instant::now();
        B.try_acquire().unwrap().failure();
        while B.state() == State::Open {
            core::hint::spin_loop();
        }
        let lasted = opens.elapsed();
        assert!(lasted >= TIMEOUT, "{lasted:?}");
    }
}
