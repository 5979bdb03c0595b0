//! Random histories: breakers against their oracles, and the oracles against what the specification says about them.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed, TestRunner};
use strategies::compare::{Call, compare, gaps, traffic};
use strategies::oracles::{DecayingRate, FailuresPerPeriod};
use strategies::settings::{COUNT_WINDOWS, Setting, TIME_WINDOWS};
use strategies::{Judge, real};

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(0x6D63_6220),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../proptest-regressions/strategies.txt"
        )))),
        ..ProptestConfig::default()
    })
}

fn check<S: Strategy>(cases: u32, given: &S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    if let Err(error) = runner(cases).run(given, test) {
        panic!("{error}");
    }
}

/// Far from the wrap, at its edge, and where differences change their sign.
fn start() -> impl Strategy<Value = u32> {
    prop_oneof![
        2 => Just(0_u32),
        2 => any::<u32>(),
        4 => (u32::MAX - 400)..=u32::MAX,
        1 => (u32::MAX - (1 << 16) - 50)..=(u32::MAX - (1 << 16) + 50),
        1 => (1_u32 << 31) - 100..=(1 << 31) + 100,
    ]
}

/// Each history has a share of failing calls of its own.
fn history(setting: &Setting, calls: usize) -> impl Strategy<Value = Vec<Call>> + use<> {
    let gap = prop_oneof![
        6 => Just(0_u32),
        6 => 0..4_u32,
        4 => 0..100_u32,
        6 => proptest::sample::select(gaps(setting)),
    ];
    let share = proptest::sample::select(vec![5_u8, 20, 40, 60, 80, 95, 100]);
    (share, vec((gap, 0..100_u8), 1..calls))
        .prop_map(|(share, calls)| calls.into_iter().map(|(gap, die)| (gap, die < share)).collect())
}

fn plain() -> impl Strategy<Value = Setting> {
    prop_oneof![
        (1..8_u16).prop_map(|n| Setting::Consecutive { n }),
        (1..8_u16).prop_map(|n| Setting::NetError { n }),
        debounce().prop_map(|(up, down, threshold)| {
            Setting::Debounce { up, down, jumps: None, threshold }
        }),
    ]
}

/// Steps up and down, neither above the threshold, which comes last.
fn debounce() -> impl Strategy<Value = (u16, u16, u16)> {
    (2..60_u16)
        .prop_flat_map(|threshold| (1..=threshold.min(12), 1..=threshold.min(9), Just(threshold)))
}

fn jumping() -> impl Strategy<Value = Setting> {
    debounce().prop_flat_map(|(up, down, threshold)| {
        (0..threshold, 0..threshold).prop_map(move |jumps| Setting::Debounce {
            up,
            down,
            jumps: Some(jumps),
            threshold,
        })
    })
}

fn timed() -> impl Strategy<Value = Setting> {
    (1..6_u16, 2..60_u32, 1..60_u32, 0..3_u8).prop_map(|(n, quiet, lump, which)| {
        // Lumps are shorter than what is quiet.
        let short = 1 + lump % (quiet - 1);
        let (quiet, lump) = match which {
            0 => (Some(quiet), None),
            1 => (None, Some(lump)),
            _ => (Some(quiet), Some(short)),
        };
        Setting::Timed { n, quiet, lump }
    })
}

fn per_period() -> impl Strategy<Value = Setting> {
    (1..9_u16, 0..200_u32)
        .prop_map(|(n, more)| Setting::FailuresPerPeriod { n, period: u32::from(n) + more })
}

fn count_window(sizes: &'static [u16]) -> impl Strategy<Value = Setting> {
    (proptest::sample::select(sizes), 1..=100_u8, any::<u16>(), any::<bool>()).prop_map(
        |(n, percent, minimum, small)| {
            let minimum = 1 + minimum % if small { n.min(6) } else { n };
            Setting::CountWindow { n, percent, minimum }
        },
    )
}

fn time_window(numbers: &'static [u8]) -> impl Strategy<Value = Setting> {
    (proptest::sample::select(numbers), 1..20_u32, 1..=100_u8, 1..20_u16).prop_map(
        |(buckets, ticks, percent, minimum)| {
            let window = ticks * u32::from(buckets);
            Setting::TimeWindow { buckets, window, percent, minimum }
        },
    )
}

fn decaying_rate() -> impl Strategy<Value = Setting> {
    (2..=7_u8, any::<u8>(), 1..50_u32).prop_map(|(k, percent, half_life)| {
        let highest = (4097 - (1_u32 << k)) * 100 / 4096;
        Setting::DecayingRate { k, percent: 1 + percent % highest as u8, half_life }
    })
}

fn either() -> impl Strategy<Value = Setting> {
    let second = prop_oneof![count_window(&[5, 10, 20, 32]), time_window(&[2, 10]), per_period()];
    (plain(), second).prop_map(|(a, b)| Setting::Either(Box::new(a), Box::new(b)))
}

fn any_setting() -> impl Strategy<Value = Setting> {
    prop_oneof![
        plain(),
        jumping(),
        timed(),
        per_period(),
        count_window(&COUNT_WINDOWS),
        time_window(&TIME_WINDOWS),
        decaying_rate(),
        either(),
    ]
}

fn meets_its_oracle<S: Strategy<Value = Setting>>(settings: S) {
    let cases = settings.prop_flat_map(|setting| {
        let history = history(&setting, 200);
        (Just(setting), start(), history)
    });
    check(400, &cases, |(setting, start, history)| {
        compare(&setting, start, history).map(|_| ()).map_err(TestCaseError::fail)
    });
}

#[test]
fn plain_counts_open_as_their_oracles() {
    meets_its_oracle(plain());
}

#[test]
fn counts_that_jump_open_as_their_oracle() {
    meets_its_oracle(jumping());
}

#[test]
fn timed_rows_open_as_their_oracle() {
    meets_its_oracle(timed());
}

#[test]
fn failures_per_period_open_as_their_oracle() {
    meets_its_oracle(per_period());
}

#[test]
fn count_windows_open_as_their_oracle() {
    meets_its_oracle(count_window(&COUNT_WINDOWS));
}

#[test]
fn time_windows_open_as_their_oracle() {
    meets_its_oracle(time_window(&TIME_WINDOWS));
}

#[test]
fn decaying_rates_open_as_their_oracle() {
    meets_its_oracle(decaying_rate());
}

#[test]
fn one_or_the_other_opens_as_its_oracle() {
    meets_its_oracle(either());
}

/// Large windows fill, rings come round, and clocks wrap many times.
#[test]
fn long_traffic_opens_breakers_as_their_oracles() {
    let or = |first, second| Setting::Either(Box::new(first), Box::new(second));
    let window = |n, percent, minimum| Setting::CountWindow { n, percent, minimum };
    let time = |buckets, window| Setting::TimeWindow { buckets, window, percent: 50, minimum: 20 };
    let settings = [
        Setting::Consecutive { n: 4096 },
        Setting::NetError { n: 100 },
        Setting::Debounce { up: 8, down: 1, jumps: None, threshold: 256 },
        Setting::Debounce { up: 1, down: 1, jumps: Some((20, 30)), threshold: 50 },
        Setting::Timed { n: 20, quiet: Some(40), lump: Some(2) },
        Setting::FailuresPerPeriod { n: 50, period: 400 },
        Setting::FailuresPerPeriod { n: 3, period: 10 },
        window(10, 70, 10),
        window(20, 50, 10),
        window(31, 90, 20),
        window(32, 80, 20),
        window(33, 80, 33),
        window(100, 70, 50),
        window(1024, 45, 1000),
        time(10, 1000),
        time(16, 32),
        time(2, 400),
        Setting::DecayingRate { k: 3, percent: 90, half_life: 1000 },
        Setting::DecayingRate { k: 6, percent: 60, half_life: 300 },
        or(Setting::Consecutive { n: 30 }, window(20, 80, 20)),
        or(Setting::NetError { n: 60 }, time(10, 100)),
        or(Setting::Consecutive { n: 40 }, Setting::FailuresPerPeriod { n: 50, period: 200 }),
    ];
    for (seed, setting) in settings.iter().enumerate() {
        let traffic = traffic(setting, 40_000, seed as u64);
        let ran =
            compare(setting, u32::MAX - 9_000, traffic).unwrap_or_else(|error| panic!("{error}"));
        println!("{setting}: {ran:?}");
        assert_eq!(ran.real, real::judge(setting).is_some());
        let rare = matches!(setting, Setting::Consecutive { .. });
        assert!(rare || (3..4_000).contains(&ran.openings), "{setting}: {ran:?}");
    }
}

#[test]
fn each_strategy_has_a_breaker_to_compare_with() {
    check(200, &any_setting(), |setting| {
        prop_assert!(real::judge(&setting).is_some());
        Ok(())
    });
}

/// n at once open it; 2n inside n times tau always do; and none does with fewer than n.
#[test]
fn failures_per_period_open_with_n_to_2n_failures_in_their_time() {
    let cases = per_period().prop_flat_map(|setting| {
        let history = history(&setting, 300);
        (Just(setting), history)
    });
    check(1_000, &cases, |(setting, history)| {
        let Setting::FailuresPerPeriod { n, period } = setting else { unreachable!() };
        let (n, period) = (u64::from(n), u64::from(period));
        let mut oracle = FailuresPerPeriod::new(n, period);
        let (mut now, mut failures) = (0, Vec::new());
        for (gap, failed) in history {
            now += u64::from(gap);
            failures.extend(failed.then_some(now));
            let inside = |tick: &&u64| now - **tick <= oracle.window();
            let inside = failures.iter().filter(inside).count() as u64;
            if oracle.outcome(now, failed) {
                prop_assert!((n..=2 * n).contains(&inside), "opened with {}", inside);
                oracle.reset();
                failures.clear();
            } else {
                prop_assert!(inside < 2 * n, "closed with {}", inside);
            }
        }
        Ok(())
    });
}

/// Both ends of the range are met: n at once open it, and 2n - 1 inside n times tau need not.
#[test]
fn failures_per_period_open_at_both_ends() {
    let (n, tau) = (5, 10);
    let mut oracle = FailuresPerPeriod::new(n, n * tau);
    let opened: Vec<bool> = (0..5).map(|_| oracle.outcome(1_000, true)).collect();
    assert_eq!(opened, [false, false, false, false, true]);
    oracle.reset();
    let spread = (0..n).flat_map(|step| vec![step * tau; if step == 0 { 4 } else { 1 }]);
    for tick in spread.chain([n * tau]) {
        assert!(!oracle.outcome(tick, true), "tick {tick}");
    }
    assert!(oracle.outcome(n * tau, true), "the tenth within 50 ticks");
}

/// Whole numbers never open earlier than the ideal, and at most 2^k - 1 of 4,096 later.
#[test]
fn a_decaying_rate_stays_within_its_bound_of_the_ideal() {
    let cases = decaying_rate().prop_flat_map(|setting| {
        let history = history(&setting, 300);
        (Just(setting), history)
    });
    check(1_000, &cases, |(setting, history)| {
        let Setting::DecayingRate { k, percent, half_life } = setting else { unreachable!() };
        let mut oracle = DecayingRate::new(k.into(), percent.into(), half_life.into());
        let mut now = 0;
        for (gap, failed) in history {
            now += u64::from(gap);
            let opened = oracle.outcome(now, failed);
            let above = oracle.ideal() - oracle.rate() as f64;
            prop_assert!((-1e-6..=oracle.bound() + 1e-6).contains(&above), "{} above", above);
            prop_assert_eq!(opened, oracle.rate() >= oracle.limit());
            if opened {
                oracle.reset();
            }
        }
        Ok(())
    });
}

/// The bound is no larger than it must be: failures for ever end just as far below the ideal.
#[test]
fn failing_for_ever_comes_as_close_to_all_as_the_bound() {
    for k in 1..=7 {
        let mut oracle = DecayingRate::new(k, 101, 1 << 30);
        for now in 0..20_000 {
            assert!(!oracle.outcome(now, true));
        }
        assert_eq!(oracle.rate(), 4097 - (1 << k), "k {k}: a rate above is never reached");
        assert!((oracle.ideal() - 4096.0).abs() < 1e-3);
        assert!((oracle.ideal() - oracle.rate() as f64 - oracle.bound()).abs() < 1e-3);
    }
}

#[test]
fn some_settings_are_the_same_thing() {
    let same = |a: Setting, b: Setting, start: u32, history: &[Call]| {
        let (mut one, mut other) = (a.oracle(), b.oracle());
        let mut now = u64::from(start);
        for (gap, failed) in history {
            now += u64::from(*gap);
            let opened = one.outcome(now, *failed);
            prop_assert_eq!(opened, other.outcome(now, *failed));
            prop_assert_eq!(one.errors(), other.errors());
            if opened {
                one.reset();
                other.reset();
            }
        }
        Ok(())
    };
    let any = Setting::Consecutive { n: 1 };
    check(300, &(1..9_u16, start(), history(&any, 200)), |(n, start, history)| {
        let debounce = |down, jumps| Setting::Debounce { up: 1, down, jumps, threshold: n };
        let row = || Setting::Consecutive { n };
        same(row(), debounce(n, None), start, &history)?;
        same(row(), debounce(1, Some((0, 0))), start, &history)?;
        same(row(), Setting::Timed { n, quiet: None, lump: None }, start, &history)?;
        same(Setting::NetError { n }, debounce(1, None), start, &history)?;
        let window = Setting::CountWindow { n: 1, percent: 1, minimum: 1 };
        same(window, Setting::Consecutive { n: 1 }, start, &history)
    });
}
