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
    super::is_a_clock::<mcb::StdClock>();
    super::is_a_clock::<CachedClock<mcb::StdClock>>();
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

/// Over the mock of quanta, and over the wrap of the low half.
#[cfg(feature = "quanta")]
#[test]
fn a_quanta_clock_counts_microseconds_and_recovers() {
    use mcb::{QuantaClock, Wait};
    use std::sync::Arc;

    super::is_a_clock::<QuantaClock>();
    let (source, time) = quanta::Clock::mock();
    time.increment(7_999_u64); // nanoseconds: its origin is no whole tick
    let clock = Arc::new(QuantaClock::new(source));
    assert_eq!((QuantaClock::HZ, QuantaClock::RESOLUTION, clock.now()), (1_000_000, 1, 0));
    time.increment(999_u64);
    assert_eq!(clock.now(), 0);
    time.increment(1_u64);
    assert_eq!(clock.now(), 1);
    time.decrement(8_000_u64);
    assert_eq!(clock.now(), 0, "before its origin nothing has passed");

    let config = Config::new("b").error_threshold(1).recovery_timeout(Duration::from_millis(20));
    let b = CircuitBreaker::from_config(config, clock.clone()).unwrap();
    time.increment(Duration::from_micros((1 << 32) - 100 + 7) + Duration::from_nanos(999));
    let opened = (1 << 32) - 100;
    assert_eq!(clock.now(), opened);
    let _ = b.call(|| Err::<(), _>("refused"));
    assert_eq!(b.open_time(), Some(opened));
    time.increment(Duration::from_millis(20));
    assert_eq!((b.state(), b.retry_after().map(Wait::ticks)), (State::Open, Some(1)));
    time.increment(Duration::from_micros(1));
    assert_eq!((b.state(), b.open_time()), (State::HalfOpen, Some(opened)));
    assert_eq!(b.call(|| Ok::<_, ()>(7)), Ok(7));
    assert_eq!(b.state(), State::Closed);
}

/// The real one: it moves, and not back.
#[cfg(feature = "quanta")]
#[test]
fn a_quanta_clock_goes_on() {
    let clock = mcb::QuantaClock::default();
    let copy = clock.clone();
    let first = clock.now();
    while copy.now() == first {
        core::hint::spin_loop();
    }
    assert!(clock.now() > first);
}
