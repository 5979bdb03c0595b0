//! Two strategies at once.

use mcb::strategy::Strategy;
use mcb::{CircuitBreaker, Config, ConfigErrorKind, Consecutive, Either, NetError, State};

use super::{Clock, clock, fails, failures_to_open, made, millis, new, succeeds, tell};

#[test]
fn whichever_opens_first_opens_it() {
    let clock = clock(0);
    let b = made(new().error_threshold(5).or_time_window::<10>(millis(10_000), 20, 50), clock);
    assert_eq!(failures_to_open(&b), 5);
    b.reset();
    let calls = (0..50).take_while(|call| tell(&b, call % 4 == 0)).count();
    assert_eq!(calls, 49);
    b.reset();
    clock.advance_ticks(1);
    let calls = (0..500).take_while(|call| tell(&b, call % 6 == 0)).count();
    assert_eq!(calls, 500, "one in six is neither");
    assert_eq!(b.error_count(), 84, "those of the window");
}

/// Each of the two is asked what it would be asked alone, and opens when it alone would.
fn as_alone<A: Strategy, B: Strategy>(
    both: Config<Clock, Either<A, B>>,
    a: Config<Clock, A>,
    b: Config<Clock, B>,
) {
    let clock = clock(u32::MAX - 99_999);
    let (both, a, b) = (made(both, clock), made(a, clock), made(b, clock));
    let (mut chance, mut opened, mut failing) = (super::Chance(77), [0, 0, 0], 0);
    for _ in 0..30_000 {
        if chance.below(30) == 0 {
            failing = [0, 10, 30, 60, 100][chance.below(5) as usize];
        }
        clock.advance_ticks(chance.below(30));
        let failed = chance.below(100) < failing;
        let (by_a, by_b) = (!tell(&a, failed), !tell(&b, failed));
        assert_eq!(tell(&both, failed), !(by_a || by_b), "{failed}");
        if by_a || by_b {
            opened[usize::from(by_a) + 2 * usize::from(by_b) - 1] += 1;
            a.reset();
            b.reset();
            both.reset();
            clock.advance_ticks(1);
        }
    }
    let [by_a, by_b, by_both] = opened;
    assert!(by_a + by_both > 5 && by_b + by_both > 5, "{opened:?}");
}

#[test]
fn each_strategy_goes_on_as_if_it_were_alone() {
    let new = || new().error_threshold(4);
    let net = || new().strategy(NetError);
    as_alone(new().or_count_window::<20>(50, 10), new(), new().count_window(50, 10));
    as_alone(new().count_window::<99>(30, 20).or(Consecutive), new().count_window(30, 20), new());
    as_alone(
        new().or_time_window::<15>(millis(500), 40, 9),
        new(),
        new().time_window(millis(500), 40, 9),
    );
    as_alone(
        new().or_failures_per_period(6, millis(200)),
        new(),
        new().failures_per_period(6, millis(200)),
    );
    as_alone(new().quiet(millis(20)).or(NetError), new().quiet(millis(20)), net());
    as_alone(
        net().or_time_window::<3>(millis(300), 50, 6),
        net(),
        new().time_window(millis(300), 50, 6),
    );
}

#[test]
fn observers_learn_which_of_two_opened_it() {
    use mcb::strategy::Which::{self, First, Second};
    use mcb::{Cause, Observer, Transition};
    use std::sync::Mutex;

    static DB: CircuitBreaker<Clock, Either<Consecutive, mcb::FailuresPerPeriod>> =
        CircuitBreaker::new(
            &Config::new("db")
                .error_threshold(2)
                .or_failures_per_period(3, millis(60_000))
                .recovery_timeout_ticks(1)
                .hooks(&Watch),
            &CLOCK,
        );
    static CLOCK: mcb::ManualClock = mcb::ManualClock::new();
    static TOLD: Mutex<Vec<Option<Which>>> = Mutex::new(Vec::new());
    struct Watch;
    impl Observer for Watch {
        fn on_open(&self, _: &Transition, _: Cause) {
            TOLD.lock().unwrap().push(DB.opened_by());
        }
    }
    assert_eq!(DB.opened_by(), None);
    DB.trip();
    DB.reset();
    assert!(fails(&DB) && !fails(&DB));
    CLOCK.advance_ticks(1);
    assert!(DB.call(|| Err::<(), _>(())).is_err()); // a failed probe
    DB.reset();
    assert!(fails(&DB) && succeeds(&DB) && fails(&DB) && succeeds(&DB) && !fails(&DB));
    assert_eq!(*TOLD.lock().unwrap(), [Some(First), Some(First), Some(Second)]);
    // Both at once: the first.
    DB.reset();
    let both = made(new().error_threshold(1).or_failures_per_period(1, millis(9)), clock(0));
    assert!(!fails(&both));
    assert_eq!(both.opened_by(), Some(First));
    assert_eq!(made(new(), clock(0)).opened_by(), None);
}

#[test]
fn three_go_where_they_fit() {
    let config = new().error_threshold(9).or(NetError).or_failures_per_period(5, millis(1_000));
    assert_eq!(failures_to_open(&made(config, clock(0))), 5);
}

#[test]
fn the_threshold_is_limited_by_the_bits_that_are_left() {
    fn most<S: Strategy>(config: Config<Clock, S>, most: u16) {
        let clock = clock(0);
        let b = made(config.error_threshold(most), clock);
        assert_eq!(failures_to_open(&b), most.into());
        let config = Box::leak(Box::new(config.error_threshold(most + 1)));
        let error = CircuitBreaker::try_new(config, clock).unwrap_err();
        let message = format!("circuit b: error_threshold is {}, must be 1 to {most}", most + 1);
        assert_eq!(error.kind(), ConfigErrorKind::ErrorThreshold);
        assert_eq!(error.to_string(), message);
    }
    most(new().debounce(1, 1).or(Consecutive), 64);
    most(new().or_time_window::<15>(millis(99), 100, 9_999), 256);
    most(new().or_time_window::<1_024>(millis(1_024), 100, 9_999), 2);
    most(new().or_failures_per_period(4_096, millis(9_999)), 4_096);
}

#[test]
fn the_errors_told_are_those_of_the_first_that_counts_any() {
    let b = made(new().or_count_window::<8>(100, 8), clock(0));
    fails(&b);
    fails(&b);
    assert_eq!(b.error_count(), 2);
    succeeds(&b);
    assert_eq!(b.error_count(), 2, "of the window: there are none in a row");
    fails(&b);
    assert_eq!(b.error_count(), 1);
}

/// What stands around one of two is not lost.
#[test]
fn what_stands_around_the_first_stands_around_both() {
    let clock = clock(0);
    let config = new().error_threshold(1).slow_call(millis(5)).observe_only();
    let b = made(config.or_failures_per_period(9, millis(99)), clock);
    let slow = || {
        clock.advance_ticks(6);
        Ok::<_, ()>(7)
    };
    assert_eq!(b.call(slow), Ok(7));
    assert_eq!(b.state(), State::Open);
    assert_eq!(b.call(|| Ok::<_, ()>(8)), Ok(8));
    let b = made(new().error_threshold(1).slow_start(millis(160)).or(NetError), clock);
    assert!(!fails(&b));
    clock.advance_ticks(30_000);
    assert!(b.call(|| Ok::<_, ()>(())).is_ok());
    assert_eq!(b.state(), State::SlowStart);
}
