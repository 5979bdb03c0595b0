//! What the shipped statistics count, and what of it belongs together.
#![cfg(not(loom))]

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;

use mcb::observe::{Counts, Statistics, Told};
use mcb::strategy::ObserveOnly;
use mcb::{
    CircuitBreaker, Clock as _, Config, Consecutive, FnClock, ManualClock, Observer, Reason,
    Recovery, State, Transition, Verdict,
};

type Clock = &'static ManualClock;
type Counting = Told<Consecutive, Statistics<Clock>>;

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn counted(
    config: Config<Clock>,
) -> (CircuitBreaker<Clock, Counting>, &'static Statistics<Clock>, Clock) {
    let clock: Clock = leak(ManualClock::at(u32::MAX - 7));
    let statistics = leak(Statistics::new(clock));
    let config = leak(config.recovery_timeout_ticks(10).observer(statistics));
    (CircuitBreaker::try_new(config, clock).unwrap(), statistics, clock)
}

#[test]
fn each_call_counts_once_by_its_outcome_and_probes_apart_too() {
    let (b, statistics, clock) = counted(Config::new("b").error_threshold(2).max_probes(3));
    assert_eq!(statistics.snapshot(), Counts::default());
    for _ in 0..3 {
        assert!(b.call(|| Ok::<_, ()>(1)).is_ok());
    }
    drop(b.try_acquire().unwrap());
    let _ = b.call(|| Err::<(), _>(7));
    b.try_acquire().unwrap().record(Verdict::Fatal);
    for _ in 0..4 {
        assert!(b.call(|| Ok::<_, ()>(1)).is_err());
    }
    clock.advance_ticks(10);
    let (one, two) = (b.try_acquire().unwrap(), b.try_acquire().unwrap());
    drop(one);
    two.failure();
    clock.advance_ticks(10);
    assert!(b.call(|| Ok::<_, ()>(1)).is_ok());

    let counts = statistics.snapshot();
    assert_eq!((counts.successes, counts.failures, counts.ignored), (4, 3, 2));
    assert_eq!((counts.calls(), counts.probes()), (9, 3));
    assert_eq!((counts.probe_successes, counts.probe_failures, counts.probe_ignored), (1, 1, 1));
    assert_eq!((counts.rejected, counts.passed), (4, 0));
    assert_eq!((counts.openings, counts.reopenings, counts.closings), (1, 1, 1));
    assert_eq!(counts.time_open, 20);
}

#[test]
fn one_that_only_observes_counts_what_it_would_have_rejected() {
    let clock: Clock = leak(ManualClock::new());
    let statistics = leak(Statistics::new(clock));
    let config = leak(Config::new("b").error_threshold(1).observer(statistics).observe_only());
    let b: CircuitBreaker<Clock, ObserveOnly<Counting>> =
        CircuitBreaker::try_new(config, clock).unwrap();
    let _ = b.call(|| Err::<(), _>(7));
    assert!(b.call(|| Ok::<_, ()>(1)).is_ok());
    let counts = statistics.snapshot();
    assert_eq!((counts.calls(), counts.rejected, counts.passed), (1, 0, 1));
}

#[test]
fn the_time_open_goes_on_while_it_is_open_and_over_the_wrap_of_the_clock() {
    let (b, statistics, clock) = counted(Config::new("b").error_threshold(1));
    let time = || statistics.snapshot().time_open;
    let _ = b.call(|| Err::<(), _>(7));
    assert_eq!((clock.now(), time()), (u32::MAX - 7, 0));
    clock.advance_ticks(9);
    assert_eq!((clock.now(), time()), (1, 9));
    clock.advance_ticks(91);
    assert!(b.call(|| Ok::<_, ()>(1)).is_ok());
    clock.advance_ticks(1_000);
    assert_eq!(time(), 100);
    b.force_open();
    clock.advance_ticks(5);
    assert_eq!(time(), 105);
    b.force_closed();
    b.reset();
    clock.advance_ticks(5);
    assert_eq!(time(), 105);
    let counts = statistics.snapshot();
    assert_eq!((counts.openings, counts.closings, counts.reopenings), (2, 2, 0));

    // All of the time wraps with the clock.
    b.force_open();
    clock.advance_ticks(u32::MAX - 5);
    b.reset();
    assert_eq!(time(), 99);
    assert_eq!(statistics.snapshot().since(&counts).time_open, u64::from(u32::MAX) - 5);
}

#[test]
fn wide_ticks_tell_an_outage_that_is_longer_than_the_range_of_narrow_ones() {
    static NOW: AtomicU64 = AtomicU64::new(u64::MAX - 3);
    type Wide = FnClock<u64, 1_000_000>;
    let clock = Wide::new(|| NOW.load(Relaxed));
    let statistics = leak(Statistics::new(clock));
    let config = leak(Config::new("b").error_threshold(1).observer(statistics));
    let b = CircuitBreaker::try_new(config, clock).unwrap();
    for outages in 1..=3 {
        let _ = b.call(|| Err::<(), _>(7));
        NOW.fetch_add(5 << 32, Relaxed);
        assert!(b.call(|| Ok::<_, ()>(1)).is_ok());
        assert_eq!(statistics.snapshot().time_open, outages * (5 << 32));
    }
    let (mut earlier, mut later) = (Counts::default(), Counts::default());
    (earlier.time_open, later.time_open) = ((1 << 56) - 1, 4);
    assert_eq!(later.since(&earlier).time_open, 5);
}

#[test]
fn one_that_starts_by_probing_is_open_from_its_first_probe() {
    let clock: Clock = leak(ManualClock::new());
    let statistics = leak(Statistics::new(clock));
    let config = leak(
        Config::new("b")
            .error_threshold(1)
            .recovery_timeout_ticks(10)
            .recovery(leak(Recovery::new().start_by_probing()))
            .observer(statistics),
    );
    let b = CircuitBreaker::try_new(config, clock).unwrap();
    let turns = || {
        let counts = statistics.snapshot();
        (counts.openings, counts.reopenings, counts.closings, counts.time_open)
    };
    clock.advance_ticks(50);
    assert_eq!(turns(), (0, 0, 0, 0));
    let _ = b.call(|| Err::<(), _>(7));
    clock.advance_ticks(10);
    assert_eq!(turns(), (1, 1, 0, 10));
    assert!(b.call(|| Ok::<_, ()>(7)).is_ok());
    assert_eq!(turns(), (1, 1, 1, 10));
    let _ = b.call(|| Err::<(), _>(7));
    clock.advance_ticks(7);
    assert_eq!(turns(), (2, 1, 1, 17));
}

/// Threads tell when the state is settled, so that the one that opens may be told of before the one that closed.
#[test]
fn turns_that_are_told_in_another_order_come_out_the_same() {
    use State::{Closed, HalfOpen, Open};
    let clock: Clock = leak(ManualClock::at(100));
    let statistics = Statistics::new(clock);
    let tell = |from, to, errors| {
        statistics.on_transition(&Transition::new("b", from, to, Reason::ByHand, errors));
    };
    let turns = || {
        let counts = statistics.snapshot();
        (counts.openings, counts.closings, counts.time_open)
    };
    tell(Closed, Open, 1);
    clock.advance_ticks(10);
    tell(Closed, Open, 1); // the next, before the closing
    assert_eq!(turns(), (2, 1, 10));
    tell(HalfOpen, Closed, 0);
    clock.advance_ticks(10);
    assert_eq!(turns(), (2, 1, 20));
    tell(HalfOpen, Closed, 0);
    clock.advance_ticks(10);
    assert_eq!(turns(), (2, 2, 20));
    tell(HalfOpen, Closed, 0); // of an opening that is told later
    assert_eq!(turns(), (3, 3, 20));
    clock.advance_ticks(10);
    tell(Closed, Open, 1);
    assert_eq!(turns(), (3, 3, 20));
    tell(Closed, Open, 1);
    clock.advance_ticks(10);
    assert_eq!(turns(), (4, 3, 30));
}

#[test]
fn what_a_snapshot_says_belongs_together_whatever_threads_do() {
    static DONE: AtomicBool = AtomicBool::new(false);
    static CLOCK: ManualClock = ManualClock::new();
    static STATISTICS: Statistics<Clock> = Statistics::new(&CLOCK);
    static B: CircuitBreaker<Clock, Counting> = CircuitBreaker::new(
        &Config::new("b").error_threshold(2).recovery_timeout_ticks(1).observer(&STATISTICS),
        &CLOCK,
    );
    const CALLS: u32 = if cfg!(miri) { 40 } else { 20_000 };
    let work = |seed: u32| {
        let mut noise = seed;
        let (mut ended, mut refused) = (0, 0);
        for _ in 0..CALLS {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            match B.call(|| if noise >> 30 == 0 { Err(()) } else { Ok(()) }) {
                Err(mcb::Error::Rejected(_)) => refused += 1,
                _ => ended += 1,
            }
            CLOCK.advance_ticks(noise >> 31);
        }
        (ended, refused)
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (1..=3).map(|seed| scope.spawn(move || work(seed))).collect();
        let reader = scope.spawn(|| {
            let mut before = Counts::default();
            while !DONE.load(Relaxed) {
                let counts = STATISTICS.snapshot();
                assert!(counts.openings - counts.closings <= 1, "{counts:?}");
                assert!(counts.closings <= counts.probe_successes, "{counts:?}");
                assert!(counts.openings * 2 <= counts.failures - counts.probe_failures);
                assert!(counts.probe_successes <= counts.successes);
                assert_eq!(counts.calls(), counts.successes + counts.failures);
                assert!(counts.calls() + counts.rejected <= 3 * CALLS);
                let since = counts.since(&before);
                assert!(since.calls() <= 3 * CALLS && since.openings <= 3 * CALLS, "{since:?}");
                before = counts;
            }
        });
        let told: Vec<_> = workers.into_iter().map(|worker| worker.join().unwrap()).collect();
        DONE.store(true, Relaxed);
        reader.join().unwrap();
        let (ended, refused) = told.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let counts = STATISTICS.snapshot();
        assert_eq!((counts.calls(), counts.rejected), (ended, refused));
        assert!(counts.openings > 0 || cfg!(miri), "{counts:?}");
        let is_open = u32::from(matches!(B.state(), State::Open | State::HalfOpen));
        assert_eq!(counts.openings - counts.closings, is_open);
        assert!(counts.time_open <= u64::from(CLOCK.now()));
    });
}

#[test]
fn statistics_are_few_bytes_and_show_what_they_counted() {
    let statistics = Statistics::new(ManualClock::new());
    assert!(size_of::<Statistics<ManualClock>>() <= 64);
    assert!(format!("{statistics:?}").starts_with("Statistics(Counts { successes: 0,"));
}
