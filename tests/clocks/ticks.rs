//! Ticks of either width, by the clocks that anyone can turn, and the standard library's.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use core::time::Duration;

use mcb::{CachedClock, CircuitBreaker, Clock, Config, FnClock, ManualClock, State};

#[test]
fn clocks_for_everybody_are_clocks() {
    super::is_a_clock::<ManualClock>();
    super::is_a_clock::<FnClock<u32, 1_000>>();
    super::is_a_clock::<FnClock<u64, 1_000, 8>>();
    super::is_a_clock::<CachedClock<&'static ManualClock>>();
}

#[test]
fn a_manual_clock_rounds_up_to_whole_ticks_and_wraps() {
    let clock = ManualClock::at(u32::MAX);
    clock.advance(Duration::from_micros(1));
    assert_eq!(clock.now(), 0);
    clock.set(7);
    clock.advance_ticks(u32::MAX);
    assert_eq!(clock.now(), 6);
}

#[test]
#[should_panic(expected = "the manual clock wraps within")]
fn a_manual_clock_refuses_more_than_its_range() {
    ManualClock::new().advance(Duration::from_secs(1 << 32));
}

#[test]
fn u64_ticks_keep_their_high_half_across_the_wrap_of_the_low_one() {
    static NOW: AtomicU64 = AtomicU64::new(0);
    static B: CircuitBreaker<FnClock<u64, 1_000>> = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).recovery_timeout(Duration::from_secs(1)),
        FnClock::new(|| NOW.load(Relaxed)),
    );
    let opened = (7 << 32) - 10;
    NOW.store(opened, Relaxed);
    let _ = B.call(|| Err::<(), _>(()));
    // One tick more than a second, as its reading may be that much behind.
    NOW.store(opened + 1_000, Relaxed);
    assert_eq!((B.state(), B.open_time()), (State::Open, Some(opened)));
    assert_eq!(B.recovery_start_time(), Some(opened + 1_001));
    NOW.store(opened + 1_001, Relaxed);
    assert_eq!((B.state(), B.open_time()), (State::HalfOpen, Some(opened)));
}

#[test]
fn u64_ticks_of_an_opening_slightly_newer_than_the_reader_are_told_right() {
    // An opening at tick 0 is kept as 1, which is newer than now; so is one by an interrupt that came
    // between the reader's sample and its load.
    fn zero() -> u64 {
        0
    }
    static B: CircuitBreaker<FnClock<u64, 1_000>> =
        CircuitBreaker::new(&Config::new("b").error_threshold(1), FnClock::new(zero));
    let _ = B.call(|| Err::<(), _>(()));
    assert_eq!(B.open_time(), Some(1));
    assert_eq!(B.recovery_start_time(), Some(30_002));
}

#[test]
fn timeouts_round_up_to_whole_ticks() {
    static CLOCK: ManualClock<100> = ManualClock::with_rate(0);
    static B: CircuitBreaker<&ManualClock<100>> = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).recovery_timeout(Duration::from_millis(11)),
        &CLOCK,
    );
    let _ = B.call(|| Err::<(), _>(()));
    assert_eq!(B.retry_after().map(mcb::Wait::ticks), Some(2));
    assert_eq!(B.retry_after().map(mcb::Wait::as_duration), Some(Duration::from_millis(20)));
}

/// The range of a stamp.
const RANGE: u64 = 1 << 32;

#[test]
fn u64_ticks_do_not_wrap_however_late_somebody_asks() {
    static NOW: AtomicU64 = AtomicU64::new(0);
    static CONFIG: Config<FnClock<u64, 1_000>> =
        Config::new("b").error_threshold(1).recovery_timeout_ticks(100);
    let late = [100, RANGE - 1, RANGE, RANGE + 50, RANGE + 100, 3 * RANGE + 1, 1 << 50];
    for opened in [0, 5, RANGE - 5, RANGE + 5] {
        for late in late {
            // Another one each time: the clock of one would go back here.
            let b = CircuitBreaker::try_new(&CONFIG, FnClock::new(|| NOW.load(Relaxed))).unwrap();
            NOW.store(opened, Relaxed);
            b.try_acquire().unwrap().failure();
            NOW.store(opened + 99, Relaxed);
            assert_eq!(b.state(), State::Open);
            NOW.store(opened + late, Relaxed);
            assert_eq!(b.state(), State::HalfOpen, "{late} ticks after {opened}");
            // A probe's slot likewise: it has passed on, however long ago.
            core::mem::forget(b.try_acquire().unwrap());
            assert!(b.try_acquire().is_err());
            NOW.store(opened + late + late, Relaxed);
            assert!(b.try_acquire().is_ok(), "{late} ticks after the probe");
        }
    }
}

/// A node that reports once a day, with a timeout of half an hour: each day is a new attempt, whatever the hour at which
/// it was started, and whether yesterday's failed, or hung and never came back.
#[test]
fn a_call_a_day_is_let_through_every_day_of_a_week() {
    const HZ: u64 = 1_000_000;
    const DAY: u64 = 24 * 60 * 60 * HZ;
    const HALF_AN_HOUR: Duration = Duration::from_secs(30 * 60);
    type Micros = FnClock<u64, { HZ as u32 }>;
    static NOW: AtomicU64 = AtomicU64::new(0);
    static CONFIG: Config<Micros> =
        Config::new("uplink").error_threshold(1).recovery_timeout(HALF_AN_HOUR);
    for hour in 0..24 {
        let b = CircuitBreaker::try_new(&CONFIG, FnClock::new(|| NOW.load(Relaxed))).unwrap();
        let day = |day: u64| NOW.store(DAY / 24 * hour + DAY * day, Relaxed);
        day(0);
        let _ = b.call(|| Err::<(), _>("no carrier"));
        for n in 1..=7 {
            day(n);
            assert_eq!(b.state(), State::HalfOpen, "day {n}, started at {hour}");
            assert!(b.retry_after().is_some_and(mcb::Wait::is_zero));
            if n % 2 == 1 {
                let failed = b.call(|| Err::<(), _>("no carrier"));
                assert_eq!(failed, Err(mcb::Error::Inner("no carrier")), "day {n}");
                assert_eq!(b.state(), State::Open);
            } else {
                core::mem::forget(b.try_acquire().expect("a probe"));
                assert!(b.call(|| Ok::<_, ()>(())).is_err(), "it holds the only slot");
            }
        }
        // After a month of silence too.
        day(37);
        assert_eq!(b.call(|| Ok::<_, ()>(7)), Ok(7));
        assert_eq!(b.state(), State::Closed);
    }
}

#[test]
fn u32_ticks_wrap_with_the_stamp() {
    static CLOCK: ManualClock = ManualClock::at(5);
    static B: CircuitBreaker<&ManualClock> = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).recovery_timeout_ticks(100),
        &CLOCK,
    );
    let _ = B.call(|| Err::<(), _>(()));
    CLOCK.set(105);
    assert_eq!(B.state(), State::HalfOpen);
    CLOCK.set(104); // nobody asked for a whole range
    assert_eq!(B.state(), State::Open);
}

#[test]
fn durations_become_as_many_ticks_more_as_a_reading_may_be_behind() {
    type Step = FnClock<u32, 1_000>;
    type Coarse = FnClock<u32, { 32_768 << 8 }, { 1 << 8 }>;
    static CLOCK: ManualClock = ManualClock::new();
    static NOW: AtomicU32 = AtomicU32::new(0);
    static PROBED: Config<Step> = Config::new("b")
        .error_threshold(1)
        .recovery_timeout_ticks(1)
        .probe_timeout(Duration::from_millis(500));
    fn timeout<C: Clock + 'static>(clock: C, config: fn() -> Config<C>) -> u32 {
        // Leaked: a configuration lives as long as its breaker.
        let b = CircuitBreaker::try_new(Box::leak(Box::new(config())), clock).unwrap();
        b.try_acquire().unwrap().failure();
        b.retry_after().unwrap().ticks()
    }
    fn half_a_second<C: Clock>() -> Config<C> {
        Config::new("b").error_threshold(1).recovery_timeout(Duration::from_millis(500))
    }
    assert_eq!(timeout(Step::new(|| 7), half_a_second), 501);
    assert_eq!(timeout(Coarse::new(|| 0), half_a_second), (32_768 / 2 + 1) << 8);
    assert_eq!(timeout(&CLOCK, half_a_second), 500, "it stands still between two moves");
    assert_eq!(timeout(CachedClock::new(&CLOCK), half_a_second), 500, "as the clock inside");
    assert_eq!(timeout(CachedClock::new(Step::new(|| 7)), half_a_second), 501);

    // A number of ticks is that number.
    let ticks = || Config::new("b").error_threshold(1).recovery_timeout_ticks(500);
    assert_eq!(timeout(Step::new(|| 7), ticks), 500);

    let b = CircuitBreaker::try_new(&PROBED, Step::new(|| NOW.load(Relaxed))).unwrap();
    b.try_acquire().unwrap().failure();
    NOW.store(1, Relaxed);
    let _probe = b.try_acquire().unwrap();
    assert_eq!(b.retry_after().map(mcb::Wait::ticks), Some(501), "a probe's slot too");
}

/// Ten moments to a tick: whatever the moment of the opening, no wait is shorter than the timeout, and none longer by
/// more than a tick.
#[test]
fn nothing_is_shorter_than_asked_for() {
    static MOMENT: AtomicU32 = AtomicU32::new(0);
    static CONFIG: Config<FnClock<u32, 1_000>> =
        Config::new("b").error_threshold(1).recovery_timeout(Duration::from_millis(3));
    for opened in 0..20 {
        MOMENT.store(opened, Relaxed);
        let clock = FnClock::new(|| MOMENT.load(Relaxed) / 10);
        let b = CircuitBreaker::try_new(&CONFIG, clock).unwrap();
        b.try_acquire().unwrap().failure();
        let waited = (0..100).find(|later| {
            MOMENT.store(opened + later, Relaxed);
            b.state() == State::HalfOpen
        });
        assert!((30..=40).contains(&waited.unwrap()), "{waited:?} moments after {opened}");
    }
}

#[test]
fn a_narrow_counter_is_shifted_up_and_wraps_with_its_range() {
    static COUNTER: AtomicU32 = AtomicU32::new(0xFF_FFF0); // of 24 bits
    static B: CircuitBreaker<FnClock<u32, { 32_768 << 8 }, { 1 << 8 }>> = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).recovery_timeout(Duration::from_secs(1)),
        FnClock::new(|| COUNTER.load(Relaxed) << 8),
    );
    let _ = B.call(|| Err::<(), _>(()));
    COUNTER.store((0xFF_FFF0 + 32_768) & 0xFF_FFFF, Relaxed);
    assert_eq!(B.state(), State::Open);
    COUNTER.store((0xFF_FFF0 + 32_769) & 0xFF_FFFF, Relaxed);
    assert_eq!(B.state(), State::HalfOpen);
}

#[cfg(feature = "std")]
#[test]
fn the_std_clock_does_not_go_back() {
    let first = mcb::StdClock.now();
    assert!(mcb::StdClock.now() >= first);
}

#[cfg(feature = "std")]
#[test]
fn threads_own_a_manual_clock_together() {
    let clock = std::sync::Arc::new(ManualClock::new());
    let config = Config::new("b").error_threshold(1).recovery_timeout(Duration::from_secs(1));
    let breaker = CircuitBreaker::from_config(config, clock.clone()).unwrap();
    let _ = breaker.call(|| Err::<(), _>(()));
    std::thread::scope(|scope| {
        scope.spawn(|| clock.advance(Duration::from_secs(1)));
    });
    assert_eq!(breaker.state(), State::HalfOpen);
}
