//! `CountWindow` and `TimeWindow`, against lists of outcomes.

use std::collections::VecDeque;

use mcb::strategy::Strategy;
use mcb::{Cause, Config, Hooks, State, Transition};

use super::{Breaker, Chance, Clock, clock, fails, made, millis, new, succeeds, tell};

/// Outcomes by chance, in phases of more failures and of fewer, each with a step of time. `opens` says whether it opens
/// by an outcome at a tick, and is told when a breaker begins anew; `errors` what is counted then.
fn against<S: Strategy>(
    b: &Breaker<S>,
    clock: Clock,
    steps: u32,
    pace: u32,
    mut opens: impl FnMut(u64, Option<bool>) -> (bool, u16),
) {
    let (mut chance, mut now, mut failing, mut openings) = (Chance(0x1357_9BDF), 0, 0, 0);
    for _ in 0..steps {
        if chance.below(40) == 0 {
            failing = [0, 10, 45, 55, 100][chance.below(5) as usize];
        }
        let step = if chance.below(300) == 0 { pace * 99 } else { chance.below(pace + 1) };
        clock.advance_ticks(step);
        now += u64::from(step);
        let failed = chance.below(100) < failing;
        let (opens, errors) = opens(now, Some(failed));
        assert_eq!(tell(b, failed), !opens, "at {now}");
        if opens {
            openings += 1;
            b.reset();
            clock.advance_ticks(1); // else its window begins a tick before now
            now += 1;
        } else {
            assert_eq!(b.error_count(), errors, "at {now}");
        }
    }
    assert!(openings > 5, "{openings}");
}

macro_rules! windows_of_calls {
    ($($calls:literal: $percent:literal $minimum:literal,)*) => {$({
        let clock = clock(0);
        let b = made(new().count_window::<$calls>($percent, $minimum), clock);
        let mut window = VecDeque::new();
        against(&b, clock, 20_000, 0, |_, failed| {
            window.extend(failed);
            if window.len() > $calls {
                window.pop_front();
            }
            let failures = window.iter().filter(|&&failed| failed).count();
            let opens = window.len() >= $minimum && failures * 100 >= window.len() * $percent;
            if opens {
                window.clear();
            }
            (opens, failures as u16)
        });
    })*};
}

#[test]
fn a_window_of_calls_is_exact_over_its_full_history() {
    windows_of_calls! {
        1: 100 1,
        2: 100 2,
        7: 50 3,
        31: 40 31,
        32: 50 1,
        32: 60 32,
        33: 50 33,
        63: 55 20,
        64: 55 64,
        65: 50 65,
        100: 50 100,
        500: 40 300,
        1_023: 45 1_023,
        1_024: 45 1_000,
    }
}

#[test]
fn after_a_long_health_one_failure_is_one_of_all() {
    let b = made(new().count_window::<10>(20, 1), clock(0));
    for _ in 0..10 {
        succeeds(&b);
    }
    assert!(fails(&b)); // one of ten; one of one would open
    assert!(!fails(&b));
    let b = made(new().count_window::<10>(20, 1), clock(0));
    assert!(!fails(&b));
    let b = made(new().count_window::<40>(5, 1), clock(0));
    for _ in 0..100 {
        succeeds(&b);
    }
    assert!(fails(&b));
    assert!(!fails(&b));
}

#[test]
fn a_success_that_makes_up_the_minimum_opens_and_says_so() {
    use std::sync::Mutex;
    static CAUSES: Mutex<Vec<Cause>> = Mutex::new(Vec::new());
    fn told(_: &Transition, cause: Cause) {
        CAUSES.lock().unwrap().push(cause);
    }
    fn opens_by_the_third<S: Strategy>(config: Config<Clock, S>) {
        let b = made(config.hooks(Box::leak(Box::new(Hooks::new().on_open(told)))), clock(0));
        assert!(fails(&b) && fails(&b) && !succeeds(&b));
        assert_eq!(*CAUSES.lock().unwrap(), [Cause::Output]);
        CAUSES.lock().unwrap().clear();
    }
    opens_by_the_third(new().count_window::<10>(50, 3));
    opens_by_the_third(new().count_window::<99>(50, 3));
    opens_by_the_third(new().time_window::<4>(millis(100), 50, 3));
}

#[test]
fn what_is_ignored_is_no_call() {
    let b = made(new().count_window::<10>(100, 2), clock(0));
    fails(&b);
    b.try_acquire().unwrap().ignore();
    drop(b.try_acquire().unwrap());
    assert_eq!((b.state(), b.error_count()), (State::Closed, 1));
    assert!(!fails(&b));
}

#[test]
fn a_window_begins_anew_when_the_breaker_closes() {
    fn anew<S: Strategy>(config: Config<Clock, S>) {
        let clock = clock(9);
        let b = made(config.recovery_timeout_ticks(1), clock);
        for _ in 0..5 {
            assert!(fails(&b) && fails(&b) && !fails(&b));
            clock.advance_ticks(1);
            assert!(b.call(|| Ok::<_, ()>(())).is_ok());
            assert_eq!((b.state(), b.error_count()), (State::Closed, 0));
            assert!(fails(&b) && fails(&b));
            b.reset();
        }
    }
    anew(new().count_window::<10>(100, 3));
    anew(new().count_window::<99>(100, 3));
    anew(new().time_window::<4>(millis(1_000), 100, 3));
}

/// The window of time, by a list of its outcomes: those of the bucket of now and of the `B − 1` before it, from the first
/// failure on.
fn windows_of_time<const B: usize>(window: u32, percent: usize, minimum: u16, pace: u32) {
    let length = u64::from(window.div_ceil(B as u32));
    for start in [0, 1, u32::MAX - 9_999] {
        let clock = clock(start);
        let config = new().time_window::<B>(millis(window.into()), percent as u8, minimum);
        let b = made(config, clock);
        let (mut began, mut outcomes) = (None, VecDeque::<(u64, bool)>::new());
        against(&b, clock, 20_000, pace, |now, failed| {
            if let Some(start) = began {
                let bucket = |tick: u64| (tick - start) / length;
                while outcomes.front().is_some_and(|(at, _)| bucket(now) - bucket(*at) >= B as u64)
                {
                    outcomes.pop_front();
                }
                if !outcomes.iter().any(|outcome| outcome.1) {
                    outcomes.clear();
                    began = None;
                }
            }
            let failed = failed.unwrap();
            if began.is_none() && failed {
                began = Some(now);
            }
            if began.is_some() {
                outcomes.push_back((now, failed));
            }
            let failures = outcomes.iter().filter(|outcome| outcome.1).count();
            let opens =
                outcomes.len() >= minimum.into() && failures * 100 >= outcomes.len() * percent;
            if opens || failures == 0 {
                outcomes.clear();
                began = None;
            }
            (opens, failures as u16)
        });
    }
}

#[test]
fn a_window_of_time_is_exact_by_its_buckets() {
    windows_of_time::<1>(50, 50, 10, 3);
    windows_of_time::<2>(100, 50, 1, 20);
    windows_of_time::<3>(100, 60, 7, 5);
    windows_of_time::<10>(10_000, 50, 20, 400);
    windows_of_time::<10>(10, 40, 5, 1);
    windows_of_time::<60>(60, 50, 30, 0);
    windows_of_time::<200>(1_000, 50, 30, 20);
}

#[test]
fn a_bucket_with_more_calls_than_it_can_count_keeps_their_quotient() {
    let b = made(new().time_window::<2>(millis(1_000), 50, 1_000), clock(0));
    for call in 0..200_000_u32 {
        assert!(tell(&b, call % 4 == 0));
    }
    let errors = b.error_count();
    assert!((8_191..=16_385).contains(&errors), "{errors} of four times as many");
    // Failures alone from here on: from a quarter to a half takes half as many as there were.
    let most = super::failures_to_open(&b);
    assert!((16_000..34_000).contains(&most), "{most}");
}

/// Without an outcome for a whole range of ticks, as documented.
#[test]
fn an_old_window_is_forgotten() {
    let clock = clock(0);
    let b = made(new().time_window::<10>(millis(10_000), 100, 2), clock);
    fails(&b);
    clock.advance_ticks(10_000);
    assert_eq!(b.error_count(), 0);
    assert!(fails(&b));
    assert_eq!(b.error_count(), 1);
    clock.advance_ticks(9_999);
    assert_eq!(b.error_count(), 1);
    assert!(!fails(&b));
}
