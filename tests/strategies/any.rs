//! A strategy that is chosen by value does what the one of its type does.

use mcb::strategy::{AnyStrategy, Choice, CountChoice, RateChoice, Strategy};
use mcb::{CircuitBreaker, Config, State};

use super::{Builder, Chance, Clock, clock, fails, made, millis, new, succeeds, tell};

use CountChoice::{Consecutive, Debounce, NetError};
use RateChoice::{CountWindow, FailuresPerPeriod, TimeWindow};

/// The same outcomes at the same time.
fn does_the_same<S: Strategy>(choice: Choice, as_typed: Builder<S>) {
    let clock = clock(u32::MAX - 50_000);
    let by_value: Config<Clock, AnyStrategy> = new().error_threshold(4).chosen(choice);
    let (by_value, typed) = (made(by_value, clock), made(as_typed.error_threshold(4), clock));
    let (mut chance, mut failing, mut openings) = (Chance(4_711), 0, 0);
    for _ in 0..20_000 {
        if chance.below(30) == 0 {
            failing = [0, 10, 30, 60, 100][chance.below(5) as usize];
        }
        clock.advance_ticks(chance.below(30));
        let failed = chance.below(100) < failing;
        let (a, b) = (tell(&by_value, failed), tell(&typed, failed));
        assert_eq!((a, by_value.error_count()), (b, typed.error_count()), "{choice:?}");
        assert_eq!(by_value.opened_by(), typed.opened_by(), "{choice:?}");
        if !a {
            openings += 1;
            by_value.reset();
            typed.reset();
            clock.advance_ticks(1);
        }
    }
    assert!(openings > 10, "{choice:?}: {openings}");
}

#[test]
fn each_choice_does_what_its_type_does() {
    let calls = |calls, percent, minimum| CountWindow { calls, percent, minimum };
    does_the_same(Choice::Count(Consecutive), new());
    does_the_same(Choice::Count(NetError), new().strategy(mcb::NetError));
    does_the_same(
        Choice::Count(Debounce { up: 2, down: 1, jumps: Some((1, 2)) }),
        new().debounce(2, 1).jumps(1, 2),
    );
    does_the_same(
        Choice::TimedConsecutive { quiet: Some(millis(25)), lump: Some(millis(3)) },
        new().quiet(millis(25)).lump(millis(3)),
    );
    does_the_same(
        Choice::TimedConsecutive { quiet: None, lump: Some(millis(3)) },
        new().lump(millis(3)),
    );
    does_the_same(
        Choice::Rate(FailuresPerPeriod { n: 6, period: millis(200) }),
        new().failures_per_period(6, millis(200)),
    );
    does_the_same(Choice::Rate(calls(20, 50, 10)), new().count_window::<20>(50, 10));
    does_the_same(Choice::Rate(calls(32, 60, 32)), new().count_window::<32>(60, 32));
    does_the_same(Choice::Rate(calls(99, 50, 30)), new().count_window::<99>(50, 30));
    let window = TimeWindow { buckets: 10, window: millis(500), percent: 50, minimum: 9 };
    does_the_same(Choice::Rate(window), new().time_window::<10>(millis(500), 50, 9));
    does_the_same(
        Choice::DecayingRate { k: 4, percent: 50, half_life: millis(700) },
        new().decaying_rate(4, 50, millis(700)),
    );
    does_the_same(
        Choice::Either(Consecutive, window),
        new().or_time_window::<10>(millis(500), 50, 9),
    );
    does_the_same(
        Choice::Either(NetError, calls(99, 30, 40)),
        new().strategy(mcb::NetError).or_count_window::<99>(30, 40),
    );
    does_the_same(
        Choice::Either(Consecutive, FailuresPerPeriod { n: 6, period: millis(200) }),
        new().or_failures_per_period(6, millis(200)),
    );
}

#[test]
fn a_count_beside_a_window_stops_at_what_that_leaves() {
    let opens = |choice, threshold| {
        super::failures_to_open(&made(new().error_threshold(threshold).chosen(choice), clock(0)))
    };
    let calls = |calls| CountWindow { calls, percent: 100, minimum: calls };
    let time = |buckets| TimeWindow { buckets, window: millis(99), percent: 100, minimum: 9_999 };
    let by = |rate| opens(Choice::Either(Consecutive, rate), 4_095);
    assert_eq!(opens(Choice::Count(NetError), 4_095), 4_095);
    assert_eq!([by(time(1)), by(time(10)), by(time(63))], [2_047, 255, 63]);
    assert_eq!([by(calls(32)), by(calls(1_024))], [32, 1_024]);
    let period = FailuresPerPeriod { n: 4_096, period: millis(9_999) };
    assert_eq!(by(period), 4_095);
}

#[test]
fn bad_values_are_refused_as_elsewhere() {
    let refused = |choice| {
        let config = Box::leak(Box::new(new().chosen(choice)));
        CircuitBreaker::try_new(config, clock(0)).unwrap_err().to_string()
    };
    let calls = |calls, minimum| CountWindow { calls, percent: 50, minimum };
    let time = |buckets| TimeWindow { buckets, window: millis(2_000), percent: 50, minimum: 9 };
    for (choice, message) in [
        (
            Choice::Count(Debounce { up: 0, down: 1, jumps: None }),
            "debounce: the step up is 0, must be 1 to 4096",
        ),
        (
            Choice::Count(Debounce { up: 1, down: 1, jumps: Some((4_096, 0)) }),
            "debounce: a jump is 4096, must be 0 to 4095",
        ),
        (Choice::Rate(calls(0, 1)), "count_window: the calls is 0, must be 1 to 1024"),
        (Choice::Rate(calls(1_025, 1)), "count_window: the calls is 1025, must be 1 to 1024"),
        (Choice::Rate(calls(9, 10)), "the minimum number of calls is 10, must be 1 to 9"),
        (Choice::Rate(time(0)), "time_window: the buckets is 0, must be 1 to 1024"),
        (Choice::Rate(time(1_025)), "time_window: the buckets is 1025, must be 1 to 1024"),
        (Choice::Either(NetError, time(64)), "time_window: the buckets is 64, must be 1 to 63"),
        (
            Choice::TimedConsecutive { quiet: Some(millis(5)), lump: Some(millis(5)) },
            "lump is 5 ticks, must be 0 to 4",
        ),
        (
            Choice::TimedConsecutive { quiet: Some(millis(0)), lump: None },
            "quiet is 0 ticks, must be 1 to 2147483648",
        ),
        (
            Choice::DecayingRate { k: 11, percent: 51, half_life: millis(5) },
            "the failure rate is 51 percent, must be 1 to 50",
        ),
        (
            Choice::Rate(FailuresPerPeriod { n: 5, period: millis(4) }),
            "failures_per_period: the period is 4 ticks, must be 5 to 2147483648",
        ),
    ] {
        assert_eq!(refused(choice), format!("circuit b: {message}"));
    }
    let config = new().chosen(Choice::Count(Consecutive));
    for (config, message) in [
        (config.error_threshold(4_096), "error_threshold is 4096, must be 1 to 4095"),
        (config.slow_call_if(Some(millis(0))), "slow_call is 0 ticks, must be 1 to 2147483648"),
    ] {
        let config = Box::leak(Box::new(config));
        let error = CircuitBreaker::try_new(config, clock(0)).unwrap_err().to_string();
        assert_eq!(error, format!("circuit b: {message}"));
    }
}

#[test]
fn what_stands_around_it_is_a_value_too() {
    let clock = clock(0);
    let config = new().error_threshold(1).chosen(Choice::Count(Consecutive));
    let takes = |b: &super::Breaker<AnyStrategy>, ticks| {
        let _ = b.call(|| {
            clock.advance_ticks(ticks);
            Ok::<_, ()>(())
        });
        b.state()
    };
    assert_eq!(takes(&made(config.slow_call_if(None), clock), 99), State::Closed);
    let b = made(config.slow_call_if(Some(millis(9))), clock);
    assert_eq!((takes(&b, 9), takes(&b, 10)), (State::Closed, State::Open));
    let b = made(config.observe_only_if(true), clock);
    assert!(!fails(&b));
    assert_eq!(b.call(|| Ok::<_, ()>(7)), Ok(7));
    let b = made(config.observe_only_if(false), clock);
    assert!(succeeds(&b) && !fails(&b));
    assert!(b.call(|| Ok::<_, ()>(7)).is_err());
}
