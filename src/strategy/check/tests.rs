//! Every strategy of the crate keeps its contract, and the check finds those that do not.

use core::time::Duration;
use std::string::ToString;

use super::{Checked, check};
use crate::clock::ManualClock;
use crate::config::Config;
use crate::strategy::{Consecutive, Kept, NetError, Step, Strategy, Time};

type Builder<S = Consecutive> = Config<&'static ManualClock, S>;

const SECOND: Duration = Duration::from_secs(1);

fn new() -> Builder {
    Config::new("b")
}

#[track_caller]
fn checked<S: Strategy>(config: Builder<S>, threshold: u16) -> Checked {
    assert!(config.settings.fixed.limits.refusal().is_none());
    let checked = check(&config.settings.strategy, threshold);
    checked.unwrap_or_else(|breach| panic!("{breach}"))
}

/// Opens, heals, and tells whether successes open it too.
#[track_caller]
fn holds<S: Strategy>(config: Builder<S>) -> bool {
    let checked = checked(config, 4);
    assert!(checked.heals && checked.openings > 20, "{checked:?}");
    checked.opened_by_success
}

#[test]
fn counts_hold() {
    assert!(!holds(new()));
    assert!(!holds(new().strategy(NetError)));
    for (up, down) in [(1, 1), (2, 1), (8, 1), (1, 4_095), (4_096, 1), (4, 3)] {
        assert!(!holds(new().debounce(up, down)));
        assert!(!holds(new().debounce(up, down).jumps(3, 2)));
        assert!(!holds(new().debounce(up, down).jumps(0, 4_095)));
    }
    assert!(!holds(new().quiet(SECOND)));
    assert!(!holds(new().lump(SECOND)));
    assert!(!holds(new().quiet(SECOND).lump(SECOND / 2)));
    // What no success lowers never heals.
    assert!(!checked(new().debounce(1, 0), 4).heals);
}

#[test]
fn failures_per_period_hold() {
    for (n, period) in [(1, 1), (1, 1 << 31), (3, 3), (5, 60_000), (7, 1 << 31)] {
        let period = Duration::from_millis(period);
        assert!(!holds(new().failures_per_period(n, period)), "{n} {period:?}");
    }
    assert!(checked(new().failures_per_period(4_096, SECOND * 5), 4).heals);
}

#[test]
fn windows_of_calls_hold() {
    assert!(!holds(new().count_window::<1>(100, 1)));
    assert!(holds(new().count_window::<2>(50, 2)));
    assert!(holds(new().count_window::<31>(30, 10)));
    assert!(holds(new().count_window::<32>(50, 32)));
    assert!(holds(new().count_window::<33>(50, 20)));
    assert!(holds(new().count_window::<64>(50, 64)));
    assert!(holds(new().count_window::<100>(20, 50)));
    assert!(!holds(new().count_window::<1_000>(1, 1)));
    assert!(!holds(new().count_window::<1_024>(90, 9)));
}

#[test]
fn windows_of_time_hold() {
    assert!(!holds(new().time_window::<1>(SECOND, 50, 1)));
    assert!(holds(new().time_window::<2>(Duration::from_millis(2), 50, 2)));
    assert!(holds(new().time_window::<10>(SECOND * 10, 20, 50)));
    assert!(holds(new().time_window::<10>(Duration::from_millis(1 << 31), 50, 10)));
    assert!(holds(new().time_window::<100>(SECOND * 10, 20, 50)));
    assert!(holds(new().time_window::<99>(SECOND * 1_024, 60, 30)));
}

#[test]
fn decaying_rates_hold() {
    for (k, percent) in [(1, 99), (2, 75), (3, 50), (4, 20), (11, 1)] {
        for half_life in [1, 1_000, 1 << 31] {
            let half_life = Duration::from_millis(half_life);
            assert!(
                !holds(new().decaying_rate(k, percent, half_life)),
                "{k} {percent} {half_life:?}"
            );
        }
    }
    for (k, percent) in [(6, 98), (11, 50)] {
        assert!(checked(new().decaying_rate(k, percent, SECOND * 9_999), 4).heals);
    }
}

#[test]
fn two_at_once_hold() {
    assert!(!holds(new().or(NetError)));
    assert!(!holds(new().debounce(4, 1).or(Consecutive)));
    assert!(!holds(new().or_failures_per_period(5, SECOND)));
    assert!(!holds(new().quiet(SECOND).or(NetError)));
    assert!(!holds(new().failures_per_period(5, SECOND).or(NetError)));
    assert!(holds(new().strategy(NetError).or_count_window::<20>(50, 10)));
    assert!(holds(new().strategy(NetError).or_count_window::<99>(50, 10)));
    assert!(holds(new().count_window::<99>(50, 10).or(Consecutive)));
    assert!(holds(new().or_time_window::<10>(SECOND * 10, 20, 50)));
    assert!(holds(new().time_window::<10>(SECOND * 10, 20, 50).or(NetError)));
    assert!(!holds(new().or(NetError).or_failures_per_period(5, SECOND)));
}

#[test]
fn what_stands_around_a_strategy_holds() {
    assert!(holds(new().count_window::<20>(50, 10).slow_call(SECOND).observe_only()));
    assert!(!holds(new().quiet(SECOND).slow_start(SECOND)));
}

#[cfg(feature = "std")]
#[test]
fn strategies_by_value_hold() {
    use crate::strategy::Choice::{Count, DecayingRate, Either, Rate, TimedConsecutive};
    use crate::strategy::CountChoice::{Consecutive, Debounce, NetError};
    use crate::strategy::RateChoice::{CountWindow, FailuresPerPeriod, TimeWindow};
    let window = TimeWindow { buckets: 15, window: SECOND, percent: 50, minimum: 9 };
    let calls = |calls| CountWindow { calls, percent: 50, minimum: 9 };
    for (choice, by_success) in [
        (Count(Consecutive), false),
        (Count(NetError), false),
        (Count(Debounce { up: 3, down: 1, jumps: Some((1, 2)) }), false),
        (TimedConsecutive { quiet: Some(SECOND), lump: None }, false),
        (Rate(window), true),
        (Rate(calls(20)), true),
        (Rate(calls(50)), true),
        (Rate(FailuresPerPeriod { n: 9, period: SECOND }), false),
        (DecayingRate { k: 1, percent: 99, half_life: SECOND }, false),
        (Either(Consecutive, window), true),
        (Either(NetError, calls(32)), true),
        (Either(Consecutive, calls(1_000)), true),
        (Either(NetError, FailuresPerPeriod { n: 9, period: SECOND }), false),
    ] {
        assert_eq!(holds(new().chosen(choice)), by_success, "{choice:?}");
    }
}

/// A strategy by a function, and nothing else.
macro_rules! strategy {
    ($name:ident { $($item:tt)* } $record:expr) => {
        #[derive(Clone, Copy)]
        struct $name;
        impl Strategy for $name {
            type Memory = core::sync::atomic::AtomicU32;
            type Started = ();
            #[allow(clippy::declare_interior_mutable_const)]
            const MEMORY: Self::Memory = core::sync::atomic::AtomicU32::new(0);
            $($item)*
            fn record(
                &self,
                memory: &Self::Memory,
                kept: Kept,
                failed: bool,
                threshold: u16,
                time: &impl Time,
            ) -> Step {
                let record: fn(&Self::Memory, Kept, bool, u16, &dyn Fn() -> u32, &dyn Fn(u32) -> u32) -> Step = $record;
                record(memory, kept, failed, threshold, &|| time.now(), &|stamp| time.age(stamp))
            }
            fn error_count(&self, _: &Self::Memory, kept: Kept, _: &impl Time) -> u16 {
                kept.count - Self::FRESH
            }
        }
    };
}

fn keep(count: u16, stamp: u32) -> Step {
    Step::Keep(Kept { count, stamp })
}

#[track_caller]
fn breaks<S: Strategy>(strategy: S, rule: &str) {
    let breach = check(&strategy, 4).unwrap_err();
    assert_eq!(breach.rule, rule, "{breach}");
}

#[test]
fn each_breach_is_found() {
    strategy!(Eager {} | _, kept, _, _, _, _ | keep(kept.count.min(3) + 1, 0));
    breaks(Eager, "a success changes a clean breaker");
    strategy!(
        Fickle {} | memory,
        kept,
        _,
        _,
        _,
        _ | {
            use core::sync::atomic::Ordering::Relaxed;
            if memory.fetch_add(1, Relaxed) % 2 == 0 { Step::Keep(kept) } else { Step::Trip }
        }
    );
    breaks(Fickle, "asked again it answers something else");
    strategy!(Endless { const BITS: u32 = 6; } |_, kept, failed, _, _, _| {
        keep(if failed { kept.count + 1 } else { 0 }, 0)
    });
    breaks(Endless, "it counts beyond its bits");
    strategy!(Deaf { const FEWER_BITS_DO: bool = true; } |_, kept, failed, _, _, _| {
        keep(if failed { (kept.count + 1).min(99) } else { 0 }, 0)
    });
    breaks(Deaf, "it counts to the threshold and does not open");
    strategy!(Secret { const STAMPS: bool = false; } |_, kept, failed, _, _, _| {
        if failed && kept.stamp == 3 { return Step::Trip }
        keep(u16::from(failed), if failed { kept.stamp.wrapping_add(1) } else { kept.stamp })
    });
    breaks(Secret, "it uses the stamp");
    strategy!(Fancy { const PLAIN: Option<u16> = Some(1); } |_, kept, failed, threshold, _, _| {
        if failed && kept.count + 1 >= threshold { return Step::Trip }
        keep(if failed { kept.count + 1 } else { 0 }, 0)
    });
    breaks(Fancy, "it is no plain count");
    strategy!(
        Late {} | _,
        kept,
        failed,
        _,
        now,
        age | {
            let (now, _) = (now(), age(kept.stamp));
            keep(u16::from(failed), if failed { now } else { 0 })
        }
    );
    breaks(Late, "it asks for an age after it has asked for the present tick");
    strategy!(Wide { const FRESH: u16 = 4_096; } |_, kept, _, _, _, _| Step::Keep(kept));
    breaks(Wide, "the fresh count is beyond the bits");
    strategy!(Small { const MAX_THRESHOLD: u16 = 3; } |_, kept, _, _, _, _| Step::Keep(kept));
    breaks(Small, "the threshold is beyond the largest");
}

/// What it kept in its memory counts on after a closing.
#[test]
fn memory_that_is_taken_over_is_found() {
    #[derive(Clone, Copy)]
    struct Elephant;
    impl Strategy for Elephant {
        type Memory = core::sync::atomic::AtomicU32;
        type Started = ();
        #[allow(clippy::declare_interior_mutable_const)]
        const MEMORY: Self::Memory = core::sync::atomic::AtomicU32::new(0);
        const RECORDS: bool = true;
        fn record(
            &self,
            m: &Self::Memory,
            kept: Kept,
            failed: bool,
            t: u16,
            _: &impl Time,
        ) -> Step {
            let seen = m.load(core::sync::atomic::Ordering::Relaxed);
            if failed && seen + 1 >= u32::from(t) {
                return Step::Trip;
            }
            Step::Keep(Kept { count: if failed { 1 } else { kept.count }, stamp: 0 })
        }
        fn recorded(&self, memory: &Self::Memory, _: Kept, _: Kept, failed: bool) {
            memory.fetch_add(u32::from(failed), core::sync::atomic::Ordering::Relaxed);
        }
        fn error_count(&self, _: &Self::Memory, _: Kept, _: &impl Time) -> u16 {
            0
        }
    }
    breaks(Elephant, "a fresh breaker remembers what was before");
    let breach = check(&Elephant, 4).unwrap_err().to_string();
    assert!(
        breach.starts_with("a fresh breaker remembers what was before: a failure at count "),
        "{breach}"
    );
}
