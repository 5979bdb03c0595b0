//! How long openings last, and how a breaker comes back.
#![cfg(all(feature = "std", not(loom)))]

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use State::SlowStart as Slow;
use State::{Closed, ForcedClosed, ForcedOpen, HalfOpen, LockedOut, Open};
use mcb::strategy::{ObserveOnly, SlowCalls, SlowStart};
use mcb::{
    Cause, Circuit, CircuitBreaker, Config, ConfigErrorKind, Consecutive, Error, EveryError,
    FnClock, Hooks, ManualClock, Reason, Recovery, RetryAfter, Rules, State, Transition, Verdict,
};

type Clock = &'static ManualClock;

fn clock_at(tick: u32) -> Clock {
    Box::leak(Box::new(ManualClock::at(tick)))
}

fn ms(ticks: u32) -> Duration {
    Duration::from_millis(ticks.into())
}

/// Opens at the first error, for a second.
fn breaker(recovery: Recovery<Clock>, clock: Clock) -> CircuitBreaker<Clock> {
    let config = Config::new("b").error_threshold(1).recovery_timeout(ms(1_000));
    CircuitBreaker::from_config(config.with_recovery(recovery), clock).unwrap()
}

fn fail<R: Rules<u8, u8>, S: mcb::Strategy>(b: &CircuitBreaker<Clock, S, R>) -> bool {
    matches!(b.call(|| Err::<u8, u8>(7)), Err(Error::Inner(7)))
}

fn succeed<R: Rules<u8, u8>, S: mcb::Strategy>(b: &CircuitBreaker<Clock, S, R>) -> bool {
    b.call(|| Ok::<u8, u8>(7)).is_ok()
}

/// The ticks that it tells to wait, once it is seen that they are exact: a tick sooner a call is rejected.
fn waited(b: &CircuitBreaker<Clock>, clock: Clock) -> u32 {
    let told = b.retry_after().unwrap();
    let ticks = told.ticks();
    clock.advance_ticks(ticks - 1);
    assert_eq!(b.state(), Open);
    assert!(!succeed(b), "a tick too soon");
    clock.advance_ticks(1);
    assert_eq!(b.state(), HalfOpen);
    ticks
}

fn is_about(ticks: u32, wanted: u32) -> bool {
    wanted <= ticks && u64::from(ticks - wanted) * 128 <= u64::from(wanted)
}

/// At every place of a counter that wraps.
fn at_every_place(test: impl Fn(Clock)) {
    for tick in [0, 1, 12_345, u32::MAX - 1_500, u32::MAX] {
        test(clock_at(tick));
    }
}

#[test]
fn openings_grow_up_to_the_cap_and_begin_anew_after_a_closing() {
    at_every_place(|clock| {
        let b = breaker(Recovery::new().doubling(ms(10_000)), clock);
        for _ in 0..2 {
            for wanted in [1_000, 2_000, 4_000, 8_000, 10_000, 10_000] {
                assert!(fail(&b));
                let ticks = waited(&b, clock);
                assert!(is_about(ticks, wanted), "{ticks} for {wanted}");
            }
            assert!(succeed(&b));
        }
    });
}

#[test]
fn the_first_of_growing_openings_is_the_recovery_timeout_to_the_tick() {
    let clock = clock_at(5);
    let config = Config::new("b").error_threshold(1).recovery_timeout(ms(12_347));
    let recovery = Recovery::new().growing(150, ms(100_000));
    let b = CircuitBreaker::from_config(config.with_recovery(recovery), clock).unwrap();
    assert!(fail(&b));
    assert_eq!(waited(&b, clock), 12_347);
    assert!(fail(&b));
    assert!(is_about(waited(&b, clock), 18_520));
}

#[test]
fn each_opening_has_its_own_duration_and_the_last_repeats() {
    at_every_place(|clock| {
        let b = breaker(Recovery::new().each(&[ms(500), ms(15_000), ms(45_000)]), clock);
        for wanted in [500, 15_000, 45_000, 45_000] {
            assert!(fail(&b));
            assert!(is_about(waited(&b, clock), wanted));
        }
        assert!(succeed(&b));
        assert!(fail(&b));
        assert!(is_about(waited(&b, clock), 500));
    });
}

#[test]
fn jitter_comes_on_top_of_the_cap_and_differs_from_opening_to_opening() {
    let clock = clock_at(u32::MAX - 9_000);
    let b = breaker(Recovery::new().doubling(ms(2_000)).jitter(50), clock);
    let mut seen = Vec::new();
    for opening in 0..40 {
        assert!(fail(&b));
        let ticks = waited(&b, clock);
        let least = if opening == 0 { 1_000 } else { 2_000 };
        assert!((least..=least * 3 / 2 + least / 64).contains(&ticks), "{ticks}");
        seen.push(ticks);
    }
    seen.sort_unstable();
    seen.dedup();
    assert!(seen.len() > 20, "{seen:?}");
}

/// What fails together asks apart: the probes of a thousand breakers that open in one tick, by ids and by seeds.
#[test]
fn a_thousand_breakers_that_open_within_one_tick_spread_their_probes() {
    for by_seed in [false, true] {
        let clock = clock_at(77);
        let mut histogram = [0_u32; 10];
        for n in 0..1_000_u32 {
            let id: &str =
                if by_seed { "modem" } else { Box::leak(format!("node-{n}").into_boxed_str()) };
            let recovery = Recovery::new().jitter(50).seed(if by_seed { n } else { 0 });
            let config = Config::new(id).error_threshold(1).recovery_timeout(ms(10_000));
            let b = CircuitBreaker::from_config(config.with_recovery(recovery), clock).unwrap();
            assert!(fail(&b));
            let ticks = b.retry_after().unwrap().ticks();
            assert!((10_000..=15_100).contains(&ticks), "{ticks}");
            histogram[((ticks - 10_000) / 500).min(9) as usize] += 1;
        }
        println!("spread by {} {histogram:?}", if by_seed { "seed" } else { "id" });
        // 100 each on average; 4.5 standard deviations of a binomial around it.
        assert!(histogram.iter().all(|&n| (57..=143).contains(&n)), "{histogram:?}");
    }
}

#[test]
fn a_seed_can_come_from_a_function() {
    static SERIAL: AtomicU32 = AtomicU32::new(1);
    let drawn = |serial| {
        SERIAL.store(serial, Relaxed);
        let b = breaker(Recovery::new().jitter(99).seed_from(|| SERIAL.load(Relaxed)), clock_at(9));
        assert!(fail(&b));
        b.retry_after().unwrap().ticks()
    };
    assert_eq!(drawn(1), drawn(1), "the same draw for the same device");
    assert_ne!(drawn(1), drawn(2));
}

#[test]
fn with_a_reset_time_the_level_survives_closings_and_falls_by_one_for_each_time_closed() {
    at_every_place(|clock| {
        let recovery = Recovery::new().doubling(ms(64_000)).reset_time(ms(30_000));
        let b = breaker(recovery, clock);
        let opens_for = |wanted| {
            assert!(fail(&b));
            let ticks = waited(&b, clock);
            assert!(is_about(ticks, wanted), "{ticks} for {wanted}");
            assert!(succeed(&b));
        };
        opens_for(1_000);
        opens_for(2_000); // flapping
        opens_for(4_000);
        clock.advance_ticks(30_000);
        opens_for(4_000); // one less and one more
        clock.advance_ticks(29_000);
        opens_for(8_000); // not long enough
        clock.advance_ticks(30_000 * 3);
        opens_for(2_000);
        clock.advance_ticks(1_000_000);
        opens_for(1_000);
    });
}

/// The healthy path is the same whatever level is kept.
#[test]
fn a_kept_level_is_no_error_and_a_reset_clears_it() {
    let clock = clock_at(1);
    let b = breaker(Recovery::new().doubling(ms(64_000)).reset_time(ms(30_000)), clock);
    for wanted in [1_000, 2_000] {
        assert!(fail(&b));
        assert!(is_about(waited(&b, clock), wanted));
        assert!(succeed(&b));
        assert_eq!((b.state(), b.error_count()), (Closed, 0));
    }
    b.reset();
    assert!(fail(&b));
    assert!(is_about(waited(&b, clock), 1_000));
}

#[test]
fn what_an_opening_lasted_longer_counts_as_closed() {
    let clock = clock_at(1);
    let b = breaker(Recovery::new().doubling(ms(64_000)).reset_time(ms(30_000)), clock);
    for _ in 0..3 {
        assert!(fail(&b));
        waited(&b, clock);
    }
    clock.advance_ticks(60_000); // nobody asked
    assert!(succeed(&b));
    assert!(fail(&b));
    assert!(is_about(waited(&b, clock), 2_000), "three, less two, and one");
}

/// A clock of a microsecond counts beyond its low half in an hour and a half.
#[test]
fn the_level_of_a_u64_clock_falls_after_more_than_a_range_too() {
    static NOW: Mutex<u64> = Mutex::new(0xF_FFFF_0000);
    let clock = FnClock::<u64, 1_000_000>::new(|| *NOW.lock().unwrap());
    let config = Config::new("b").error_threshold(1).recovery_timeout_ticks(1_000);
    let recovery = Recovery::new().doubling(ms(60_000)).reset_time(ms(1_000));
    let b = CircuitBreaker::from_config(config.with_recovery(recovery), clock).unwrap();
    let advance = |ticks: u64| *NOW.lock().unwrap() += ticks;
    for ticks in [1_000, 2_100, 4_100] {
        let _ = b.call(|| Err::<(), _>(7));
        advance(ticks);
        assert_eq!(b.call(|| Ok::<_, ()>(7)), Ok(7));
    }
    advance((1 << 32) + 500);
    let _ = b.call(|| Err::<(), _>(7));
    assert_eq!(b.retry_after().unwrap().ticks(), 1_000);
}

#[test]
fn the_opening_of_that_number_locks_out_until_a_hand_ends_it() {
    at_every_place(|clock| {
        static CHANGES: Mutex<Vec<Transition>> = Mutex::new(Vec::new());
        let config = Config::new("b").error_threshold(1).recovery_timeout(ms(1_000));
        let config = config.with_recovery(Recovery::new().lockout(3));
        let b = CircuitBreaker::from_config(config, clock)
            .unwrap()
            .with_hooks(Hooks::new().on_transition(|change| CHANGES.lock().unwrap().push(*change)));
        for by_hand in [0, 1, 2] {
            CHANGES.lock().unwrap().clear();
            for _ in 0..2 {
                assert!(fail(&b));
                waited(&b, clock);
            }
            let locked = if mcb::Clock::now(clock) == 0 { 1 } else { mcb::Clock::now(clock) };
            assert!(fail(&b));
            assert_eq!((b.state(), b.retry_after(), b.error_count()), (LockedOut, None, 3));
            assert_eq!((b.open_time(), b.recovery_start_time()), (Some(locked), None));
            let last = *CHANGES.lock().unwrap().last().unwrap();
            assert_eq!((last.from, last.to, last.error_count), (HalfOpen, LockedOut, 3));
            assert_eq!(last.reason, Reason::Failure(Cause::Error));
            clock.advance_ticks(1_000_000);
            let rejected = b.call(|| Ok::<_, ()>(7)).unwrap_err();
            let rejected = rejected.rejected().unwrap();
            assert_eq!((rejected.state, rejected.retry_after), (LockedOut, None));
            assert_eq!(rejected.to_string(), "circuit b is locked-out");
            assert!(b.check().is_err());
            b.trip();
            b.open_for(ms(1));
            assert_eq!(b.state(), LockedOut, "no opening leaves it");
            match by_hand {
                0 => b.reset(),
                1 => {
                    b.force_closed();
                    assert_eq!(b.state(), ForcedClosed);
                    b.reset();
                }
                _ => {
                    b.force_open();
                    assert_eq!(b.state(), ForcedOpen);
                    b.reset();
                }
            }
            assert_eq!((b.state(), b.open_time()), (Closed, Some(locked)));
            assert!(succeed(&b));
        }
    });
}

#[test]
fn what_flaps_is_locked_out_where_a_reset_time_keeps_the_level() {
    let clock = clock_at(3);
    let b = breaker(Recovery::new().lockout(3).reset_time(ms(60_000)), clock);
    for _ in 0..2 {
        assert!(fail(&b));
        waited(&b, clock);
        assert!(succeed(&b));
        assert_eq!(b.state(), Closed);
    }
    assert!(fail(&b));
    assert_eq!(b.state(), LockedOut);
}

#[test]
fn a_lockout_is_listed_as_open() {
    static CLOCK: ManualClock = ManualClock::new();
    static B: CircuitBreaker<&ManualClock> = CircuitBreaker::new(
        &Config::new("b").error_threshold(1).recovery(&Recovery::new().lockout(1)),
        &CLOCK,
    );
    let circuits: [&(dyn Circuit + Sync); 1] = [&B];
    let view = mcb::View::new(&circuits);
    assert_eq!(view.open_circuits().count(), 0);
    let _ = B.call(|| Err::<(), _>(7));
    assert_eq!((B.state(), view.open_circuits().count()), (LockedOut, 1));
}

#[test]
fn a_hand_trips_it_and_it_recovers_by_itself() {
    at_every_place(|clock| {
        let b = breaker(Recovery::new(), clock);
        b.trip();
        assert_eq!(b.state(), Open);
        b.trip(); // open already
        assert_eq!(waited(&b, clock), 1_000);
        let probe = b.try_acquire().unwrap();
        b.trip(); // an opening out of half-open
        probe.success(); // of a recovery that is over
        assert_eq!((b.state(), b.error_count()), (Open, 2));
        assert_eq!(waited(&b, clock), 1_000);
        assert!(succeed(&b));
        for forced in [ForcedOpen, ForcedClosed] {
            if forced == ForcedOpen {
                b.force_open();
            } else {
                b.force_closed();
            }
            b.trip();
            assert_eq!(b.state(), forced);
        }
    });
}

#[test]
fn a_trip_is_told_as_by_hand_once() {
    let (told, changes) = std::sync::mpsc::channel();
    let b = breaker(Recovery::new(), clock_at(5))
        .with_hooks(Hooks::new().on_transition(move |change| told.send(*change).unwrap()));
    b.trip();
    b.open_for(ms(1));
    let changes: Vec<_> = changes.try_iter().collect();
    assert_eq!(changes, [Transition::new("b", Closed, Open, Reason::ByHand, 1)]);
}

#[test]
fn an_opening_that_is_asked_for_lasts_as_long_within_the_longest_wait() {
    at_every_place(|clock| {
        let recovery = Recovery::new().max_wait(ms(60_000));
        for (asked, wanted) in [(0, 1_000), (500, 1_000), (20_000, 20_000), (3_000_000, 60_000)] {
            let b = breaker(recovery, clock);
            b.open_for(ms(asked));
            let ticks = waited(&b, clock);
            assert!(is_about(ticks, wanted), "{ticks} for {wanted}");
        }
        let b = breaker(recovery, clock);
        b.open_for(Duration::MAX);
        assert!(is_about(waited(&b, clock), 60_000));
        // Without the setting it is a plain opening.
        let b = breaker(Recovery::new(), clock);
        b.open_for(ms(20_000));
        assert_eq!(waited(&b, clock), 1_000);
    });
}

#[test]
fn an_opening_under_way_is_lengthened_never_shortened_and_not_counted_again() {
    at_every_place(|clock| {
        let b = breaker(Recovery::new().max_wait(ms(60_000)), clock);
        assert!(fail(&b));
        clock.advance_ticks(400);
        b.open_for(ms(100));
        assert_eq!(b.retry_after().unwrap().ticks(), 600, "long enough as it is");
        b.open_for(ms(5_000));
        let left = b.retry_after().unwrap().ticks();
        assert!((5_000..=5_043).contains(&left), "{left}");
        assert_eq!(b.error_count(), 1);
        assert_eq!(b.recovery_start_time(), b.open_time().map(|t| t.wrapping_add(left + 400)));
        clock.advance_ticks(left);
        assert!(succeed(&b));
    });
}

type Answer = Result<u8, Option<u32>>;

fn wait(answer: &Answer) -> Option<Duration> {
    answer.err()?.map(ms)
}

#[test]
fn a_result_that_tells_how_long_opens_it_at_once_for_so_long() {
    type R = RetryAfter<fn(&Answer) -> Option<Duration>>;
    let clock = clock_at(u32::MAX - 3);
    let rules: R = EveryError.retry_after(wait as fn(&Answer) -> _);
    let config = Config::new("b").error_threshold(5).recovery_timeout(ms(1_000));
    let config = config.with_recovery(Recovery::new().max_wait(ms(60_000))).rules(rules);
    let mut b = CircuitBreaker::from_config(config, clock).unwrap();
    let call = |b: &CircuitBreaker<Clock, Consecutive, R>, wait| b.call(|| Err::<u8, _>(wait));
    assert_eq!(call(&b, None), Err(Error::Inner(None)));
    assert_eq!((b.state(), b.error_count()), (Closed, 1));
    for (asked, wanted) in [(20_000, 20_000), (0, 1_000), (u32::MAX, 60_000)] {
        assert_eq!(call(&b, Some(asked)), Err(Error::Inner(Some(asked))));
        let left = b.retry_after().unwrap().ticks();
        assert!(is_about(left, wanted), "{left}");
        b.reset();
        // By the exclusive way too.
        assert_eq!(b.call_mut(|| Err::<u8, _>(Some(asked))), Err(Error::Inner(Some(asked))));
        assert_eq!(b.retry_after().unwrap().ticks(), left);
        b.reset();
    }
    // A success says nothing of it, and one in half-open is a probe as any other.
    assert_eq!(call(&b, Some(1)), Err(Error::Inner(Some(1))));
    clock.advance_ticks(1_000);
    assert_eq!(call(&b, Some(9_000)), Err(Error::Inner(Some(9_000))));
    assert!(is_about(b.retry_after().unwrap().ticks(), 9_000));
}

#[test]
fn it_starts_by_probing_and_what_is_dead_at_boot_is_an_opening_as_any_other() {
    static STEPS: AtomicU32 = AtomicU32::new(0);
    fn step(_: &'static str) -> bool {
        STEPS.fetch_add(1, Relaxed);
        true
    }
    at_every_place(|clock| {
        STEPS.store(0, Relaxed);
        let (told, changes) = std::sync::mpsc::channel();
        let config = Config::new("b").error_threshold(3).recovery_timeout(ms(1_000));
        let config = config.before_probe(step).with_recovery(Recovery::new().start_by_probing());
        let b = CircuitBreaker::from_config(config, clock).unwrap();
        let b = b.with_hooks(Hooks::new().on_transition(move |change| told.send(*change).unwrap()));
        assert_eq!((b.state(), b.error_count(), b.success_count()), (HalfOpen, 0, 0));
        assert_eq!((b.open_time(), b.recovery_start_time()), (None, None));
        assert!(b.retry_after().unwrap().is_zero() && b.check().is_ok());
        let probe = b.try_acquire().unwrap();
        assert!(probe.is_probe());
        let rejected = b.try_acquire().unwrap_err();
        assert_eq!((rejected.state, rejected.error_count), (HalfOpen, 0));
        probe.failure();
        assert_eq!((b.state(), b.error_count(), STEPS.load(Relaxed)), (Open, 3, 1));
        assert!(b.open_time().is_some());
        assert_eq!(waited(&b, clock), 1_000);
        assert!(succeed(&b));
        assert_eq!((b.state(), STEPS.load(Relaxed)), (Closed, 2));
        let changes: Vec<_> = changes.try_iter().map(|c| (c.from, c.to, c.error_count)).collect();
        let wanted =
            [(Open, HalfOpen, 0), (HalfOpen, Open, 3), (Open, HalfOpen, 3), (HalfOpen, Closed, 0)];
        assert_eq!(changes, wanted);
    });
}

#[test]
fn one_that_starts_by_probing_can_be_reset_forced_and_tripped_before_the_first_call() {
    let b = || breaker(Recovery::new().start_by_probing(), clock_at(0));
    let (reset, forced, tripped) = (b(), b(), b());
    reset.reset();
    assert_eq!(reset.state(), Closed);
    forced.force_open();
    assert_eq!((forced.state(), forced.open_time()), (ForcedOpen, None));
    tripped.trip();
    assert_eq!((tripped.state(), tripped.error_count()), (Open, 1));
    // An opening is told from what it read, as that of one whose time is over is.
    let (told, changes) = std::sync::mpsc::channel();
    let config = Config::new("b").with_recovery(Recovery::new().start_by_probing());
    let b = CircuitBreaker::from_config(config, clock_at(0)).unwrap();
    let b = b.with_hooks(Hooks::new().on_transition(move |change| told.send(*change).unwrap()));
    b.trip();
    let changes: Vec<_> = changes.try_iter().map(|change| (change.from, change.to)).collect();
    assert_eq!(changes, [(HalfOpen, Open)]);
}

#[test]
fn a_slow_start_lets_a_growing_share_pass_and_ends_by_itself() {
    at_every_place(|clock| {
        let config = Config::new("b").error_threshold(3).recovery_timeout(ms(1_000));
        let b = CircuitBreaker::from_config(config.slow_start(ms(16_000)), clock).unwrap();
        for _ in 0..3 {
            assert!(fail(&b));
        }
        clock.advance_ticks(1_000);
        assert!(succeed(&b));
        assert_eq!((b.state(), b.error_count()), (State::SlowStart, 0));
        let passed = |calls: u32| (0..calls).filter(|_| succeed(&b)).count() as u32;
        for share in 1..=16 {
            assert_eq!(passed(160), share * 10);
            clock.advance_ticks(500);
            if share < 16 {
                let told = (0..16).find_map(|_| b.call(|| Ok::<u8, u8>(7)).err());
                let told = told.unwrap().rejected().unwrap().retry_after.unwrap();
                assert_eq!(told.ticks(), 500, "to the next step");
            }
            clock.advance_ticks(500);
        }
        assert_eq!(b.state(), Closed);
        assert_eq!(passed(100), 100);
        assert_eq!(b.state(), Closed);
    });
}

#[test]
fn what_passes_a_slow_start_is_judged_by_the_strategy_and_an_opening_out_of_it_is_a_further_one() {
    let clock = clock_at(9);
    let (told, changes) = std::sync::mpsc::channel();
    let config = Config::new("b").error_threshold(2).recovery_timeout(ms(1_000));
    let config = config.with_recovery(Recovery::new().doubling(ms(60_000)));
    let b: CircuitBreaker<Clock, SlowStart<Consecutive>> =
        CircuitBreaker::from_config(config.slow_start(ms(1_600)), clock).unwrap();
    let b = b.with_hooks(Hooks::new().on_transition(move |change| told.send(*change).unwrap()));
    let _ = (fail(&b), fail(&b));
    clock.advance_ticks(1_000);
    assert!(succeed(&b));
    while !fail(&b) {}
    assert_eq!(
        (b.state(), b.error_count()),
        (State::SlowStart, 1),
        "one failure does not reopen it"
    );
    while !succeed(&b) {}
    assert_eq!(b.error_count(), 0);
    for _ in 0..2 {
        while !fail(&b) {}
    }
    assert_eq!((b.state(), b.error_count()), (Open, 3));
    assert!(is_about(b.retry_after().unwrap().ticks(), 2_000), "the second in a row");
    clock.advance_ticks(2_100);
    assert!(succeed(&b));
    let late = loop {
        if let Ok(permit) = b.try_acquire() {
            break permit;
        }
    };
    clock.advance_ticks(1_600);
    assert_eq!(b.state(), Closed, "unwritten");
    assert!(succeed(&b));
    late.failure(); // of a slow start that is over
    assert_eq!((b.state(), b.error_count()), (Closed, 0));
    assert!(fail(&b) && fail(&b));
    assert_eq!((b.state(), b.error_count()), (Open, 2), "the first in a row");
    let changes: Vec<_> = changes.try_iter().map(|c| (c.from, c.to)).collect();
    let wanted = [
        (Closed, Open),
        (Open, HalfOpen),
        (HalfOpen, Slow),
        (Slow, Open),
        (Open, HalfOpen),
        (HalfOpen, Slow),
        (Slow, Closed),
        (Closed, Open),
    ];
    assert_eq!(changes, wanted);
}

/// Also where no plan puts its own number in the place of the openings.
#[test]
fn an_opening_after_a_slow_start_is_the_first_in_a_row() {
    for by_hand in [false, true] {
        let clock = clock_at(9);
        let config = Config::new("b").error_threshold(2).recovery_timeout(ms(1_000));
        let b = CircuitBreaker::from_config(config.slow_start(ms(1_600)), clock).unwrap();
        assert!(fail(&b) && fail(&b));
        clock.advance_ticks(1_000);
        assert!(succeed(&b));
        clock.advance_ticks(1_600);
        assert_eq!((b.state(), b.openings()), (Closed, 0));
        if by_hand {
            b.trip(); // the end of the slow start is not written yet
        } else {
            assert!(succeed(&b));
            assert_eq!((b.state(), b.openings()), (Closed, 0));
            assert!(fail(&b) && fail(&b));
        }
        assert_eq!((b.state(), b.error_count(), b.openings()), (Open, 2, 1));
    }
}

#[test]
fn rules_around_rules_pass_on_for_how_long_a_failure_lasts() {
    type Asked = fn(&Answer) -> Option<Duration>;
    let clock = clock_at(2);
    let inner = EveryError.retry_after(wait as Asked);
    let rules = RetryAfter::new(inner, (|_| None) as Asked);
    let config = Config::new("b").error_threshold(5).recovery_timeout(ms(1_000));
    let config = config.with_recovery(Recovery::new().max_wait(ms(60_000))).rules(rules);
    let b = CircuitBreaker::from_config(config, clock).unwrap();
    let _ = b.call(|| Err::<u8, _>(Some(20_000)));
    assert_eq!(b.state(), Open);
}

#[test]
fn a_slow_success_and_a_late_drop_are_failures_and_nothing_else_changes() {
    at_every_place(|clock| {
        let (told, causes) = std::sync::mpsc::channel();
        let config = Config::new("b").error_threshold(2).slow_call(ms(200));
        let b: CircuitBreaker<Clock, SlowCalls<Consecutive>> =
            CircuitBreaker::from_config(config, clock).unwrap();
        let mut b = b.with_hooks(Hooks::new().on_open(move |_, cause| told.send(cause).unwrap()));
        let takes = |ticks, result: Result<u8, u8>| {
            move || {
                clock.advance_ticks(ticks);
                result
            }
        };
        assert_eq!(b.call(takes(200, Ok(1))), Ok(1));
        assert_eq!(b.error_count(), 0);
        assert_eq!(b.call(takes(201, Ok(1))), Ok(1), "the caller has it all the same");
        assert_eq!(b.error_count(), 1);
        assert_eq!(b.call_mut(takes(201, Ok(1))), Ok(1));
        assert_eq!(b.state(), Open);
        b.reset();
        // A failure is one, however long it took.
        assert!(b.call(takes(201, Err(1))).is_err());
        assert_eq!(b.error_count(), 1);
        b.reset();
        let permits =
            [b.try_acquire().unwrap(), b.try_acquire().unwrap(), b.try_acquire().unwrap()];
        let [dropped, ignored, succeeded] = permits;
        clock.advance_ticks(201);
        ignored.ignore();
        assert_eq!(b.error_count(), 0, "what says nothing says nothing late");
        drop(dropped);
        assert_eq!(b.error_count(), 1);
        succeeded.success();
        assert_eq!(b.state(), Open);
        b.reset();
        drop(b.try_acquire().unwrap());
        assert_eq!(b.error_count(), 0, "soon enough");
        let causes: Vec<_> = causes.try_iter().collect();
        assert_eq!(causes, [Cause::Slow, Cause::Slow]);
    });
}

#[test]
fn what_only_observes_rejects_nothing_and_is_in_the_states_that_it_would_be_in() {
    at_every_place(|clock| {
        let config = Config::new("b").error_threshold(2).recovery_timeout(ms(1_000));
        let b: CircuitBreaker<Clock, ObserveOnly<Consecutive>> =
            CircuitBreaker::from_config(config.observe_only(), clock).unwrap();
        assert!(fail(&b) && fail(&b));
        assert_eq!(b.state(), Open);
        for _ in 0..10 {
            assert!(fail(&b) && succeed(&b), "they pass, and count for nothing");
        }
        assert_eq!((b.state(), b.error_count()), (Open, 2));
        clock.advance_ticks(1_000);
        let probe = b.try_acquire().unwrap();
        assert!(probe.is_probe());
        let beside = b.try_acquire().unwrap();
        assert!(!beside.is_probe());
        beside.failure();
        assert_eq!(b.state(), HalfOpen);
        probe.success();
        assert_eq!(b.state(), Closed);
        b.force_open();
        assert!(succeed(&b) && b.check().is_ok());
        assert_eq!(b.state(), ForcedOpen);
    });
}

#[test]
fn what_is_fatal_opens_at_once_whatever_was_counted() {
    let clock = clock_at(2);
    let config = Config::new("b").error_threshold(100).rules(EveryError.fatal(|e: &u8| *e == 9));
    let mut b = CircuitBreaker::from_config(config, clock).unwrap();
    assert!(b.call(|| Err::<u8, _>(7)).is_err());
    assert_eq!(b.error_count(), 1);
    assert_eq!(b.call(|| Err::<u8, _>(9)), Err(Error::Inner(9)));
    assert_eq!(b.state(), Open);
    b.reset();
    assert_eq!(b.call_mut(|| Err::<u8, _>(9)), Err(Error::Inner(9)));
    assert_eq!(b.state(), Open);
    clock.advance_ticks(30_000);
    assert!(b.call(|| Err::<u8, _>(9)).is_err());
    assert_eq!((b.state(), b.error_count()), (Open, 101));
    b.reset();
    b.try_acquire().unwrap().record(Verdict::Fatal);
    assert_eq!(b.state(), Open);
}

#[test]
fn bad_numbers_are_refused_with_their_name_and_limits() {
    use ConfigErrorKind as Kind;
    let clock = clock_at(0);
    let longest = Duration::from_millis(1 << 31);
    let cases: [(Recovery<Clock>, Kind, &str); 12] = [
        (
            Recovery::new().growing(100, ms(5_000)),
            Kind::Growth,
            "growing: the factor is 100 percent, must be 101 to 1000",
        ),
        (
            Recovery::new().growing(1_001, ms(5_000)),
            Kind::Growth,
            "growing: the factor is 1001 percent, must be 101 to 1000",
        ),
        (
            Recovery::new().doubling(ms(999)),
            Kind::Cap,
            "growing: the cap is 999 ticks, must be 1000 to 2147483648",
        ),
        (
            Recovery::new().each(&[]),
            Kind::Shots,
            "the number of open durations is 0, must be 1 to 8",
        ),
        (
            Recovery::new().each(&[ms(1); 9]),
            Kind::Shots,
            "the number of open durations is 9, must be 1 to 8",
        ),
        (
            Recovery::new().each(&[ms(1), ms(0)]),
            Kind::OpenDuration,
            "an open duration is 0 ticks, must be 1 to 2147483648",
        ),
        (Recovery::new().jitter(100), Kind::Jitter, "jitter is 100 percent, must be 0 to 99"),
        (
            Recovery::new().reset_time(ms(0)),
            Kind::ResetTime,
            "reset_time is 0 ticks, must be 1 to 2147483648",
        ),
        (
            Recovery::new().reset_time(longest + ms(1)),
            Kind::ResetTime,
            "reset_time is 2147483649 ticks, must be 1 to 2147483648",
        ),
        (Recovery::new().lockout(0), Kind::Lockout, "lockout is 0 openings, must be 1 to 15"),
        (Recovery::new().lockout(16), Kind::Lockout, "lockout is 16 openings, must be 1 to 15"),
        (
            Recovery::new().max_wait(ms(999)),
            Kind::MaxWait,
            "max_wait is 999 ticks, must be 1000 to 2147483648",
        ),
    ];
    for (recovery, kind, message) in cases {
        let config = Config::new("b").recovery_timeout(ms(1_000)).with_recovery(recovery);
        // What is set afterwards hides nothing.
        let config = config.error_threshold(7).max_probes(2).recovery_timeout(ms(1_000));
        let error = CircuitBreaker::from_config(config, clock).unwrap_err();
        assert_eq!((error.id(), error.kind()), ("b", kind));
        assert_eq!(error.to_string(), format!("circuit b: {message}"));
    }
    let error = |config: Config<Clock, SlowCalls<Consecutive>>| {
        CircuitBreaker::from_config(config, clock).unwrap_err().to_string()
    };
    let told = error(Config::new("b").slow_call(ms(0)));
    assert_eq!(told, "circuit b: slow_call is 0 ticks, must be 1 to 2147483648");
    let told = error(Config::new("b").slow_call(Duration::MAX));
    assert_eq!(told, "circuit b: slow_call is 4294967295 ticks or more, must be 1 to 2147483648");
    let config = Config::<Clock>::new("b").slow_start(ms(0));
    let told = CircuitBreaker::from_config(config, clock).unwrap_err().to_string();
    assert_eq!(told, "circuit b: slow_start is 0 ticks, must be 1 to 2147483648");
}
