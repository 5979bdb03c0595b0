//! What the strategies promise their users, by real breakers; an oracle stands in for one that is not there yet.

use strategies::measure::{Random, calls_until_open, mean_calls, share};
use strategies::oracles::{Consecutive, CountWindow, Either, Side, TimeWindow};
use strategies::settings::Setting;
use strategies::{Judge, chains, real};

fn breaker(setting: &Setting) -> Box<dyn Judge> {
    real::judge(setting).unwrap_or_else(|| setting.oracle())
}

fn count_window(n: u16, minimum: u16) -> Setting {
    Setting::CountWindow { n, percent: 50, minimum }
}

/// A call each tick makes it a window of as many calls as it has ticks.
fn time_window(window: u32, minimum: u16) -> Setting {
    Setting::TimeWindow { buckets: 10, window, percent: 50, minimum }
}

fn decaying_rate(k: u8) -> Setting {
    Setting::DecayingRate { k, percent: 50, half_life: 1 << 30 }
}

/// Exact rates are not diluted by a healthy past beyond their window, and counts not at all. A call each tick.
#[test]
fn ten_thousand_successes_then_an_outage_each_opens_within_its_own_definition() {
    let debounce = |up, down, threshold| Setting::Debounce { up, down, jumps: None, threshold };
    let or = |first, second| Setting::Either(Box::new(first), Box::new(second));
    let cases = [
        (Setting::Consecutive { n: 5 }, 5),
        (Setting::NetError { n: 5 }, 5),
        (debounce(2, 1, 10), 5),
        (debounce(8, 1, 256), 32),
        (Setting::Timed { n: 5, quiet: Some(10), lump: None }, 5),
        // The first and each third counts.
        (Setting::Timed { n: 5, quiet: Some(10), lump: Some(3) }, 13),
        // Each stands for ten ticks and one of them passes meanwhile: the sixth is 60 - 5 ahead.
        (Setting::FailuresPerPeriod { n: 5, period: 50 }, 6),
        // Half of it has to fail, whatever the minimum.
        (count_window(20, 10), 10),
        (count_window(100, 10), 50),
        (count_window(100, 50), 50),
        (Setting::CountWindow { n: 1024, percent: 75, minimum: 100 }, 768),
        // It knows of no success before the first failure.
        (time_window(100, 10), 10),
        (time_window(100, 50), 50),
        (decaying_rate(3), 6),
        (decaying_rate(4), 11),
        (decaying_rate(5), 22),
        (decaying_rate(6), 45),
        (or(Setting::Consecutive { n: 20 }, count_window(20, 10)), 10),
        (or(Setting::Consecutive { n: 5 }, count_window(20, 10)), 5),
    ];
    for (setting, expected) in cases {
        let mut breaker = breaker(&setting);
        for now in 0..10_000 {
            assert!(!breaker.outcome(now, false), "{setting} opened by success {now}");
        }
        let opened = (1..=2_000).find(|failure| breaker.outcome(9_999 + failure, true));
        println!("outage {setting} opened={}", opened.unwrap_or(0));
        assert_eq!(opened, Some(expected), "{setting}");
    }
}

#[test]
fn failing_by_20_percent_for_ever_opens_none_of_the_recommended_sizes_in_a_million_calls() {
    for (seed, setting) in
        [count_window(100, 50), time_window(100, 50), decaying_rate(6)].iter().enumerate()
    {
        let (mut now, mut random) = (0, Random(seed as u64));
        let mut breaker = breaker(setting);
        let opened = calls_until_open(&mut breaker, &mut now, 20, 1_000_000, &mut random);
        println!("brown-out {setting} p=20% mean>1000000");
        assert_eq!(opened, None, "{setting}");
    }
    // Not by luck: it would take 10^14 calls. The windows are at risk while they fill, and hardly afterwards.
    assert!(chains::decaying_rate(6, 2048, 20.0) > 1e14);
    assert!(chains::opens_while_filling(100, 50, 50, 0, 20.0) < 3e-6);
    assert!(chains::opens_while_filling(100, 50, 50, 1, 20.0) < 7e-6);
}

#[test]
fn failing_by_20_percent_opens_smaller_ones_after_thousands_of_calls() {
    let rate = mean_calls(&mut breaker(&decaying_rate(4)), 20, 2e4, 400, 1);
    println!("brown-out {} p=20% {rate:?}", decaying_rate(4));
    assert!(rate.agrees(chains::decaying_rate(4, 2048, 20.0), 4.0), "{rate:?}");
    assert!((19_000.0..19_500.0).contains(&chains::decaying_rate(4, 2048, 20.0)));
    for (setting, about) in [(count_window(20, 10), 1_581.0), (count_window(20, 20), 1_637.0)] {
        let window = mean_calls(&mut breaker(&setting), 20, about, 3_000, 2);
        println!("brown-out {setting} p=20% {window:?}");
        assert!(window.agrees(about, 4.0), "{setting}: {window:?}");
    }
}

/// Exact while a window of 100 fills, which is when it opens wrongly: a full one of these has a chance below 10^-10 a call.
#[test]
fn false_openings_after_a_closing_are_those_of_small_minimums() {
    // Failing, minimum, with the full history, counted from the first failure; all in percent.
    let told = [
        (20, 10, 3.92, 9.79),
        (20, 20, 0.316, 0.790),
        (20, 30, 0.0284, 0.0709),
        (20, 50, 0.000_259, 0.000_647),
        (10, 10, 0.178, 0.891),
        (10, 20, 0.000_786, 0.003_93),
        (10, 30, 0.000_003_93, 0.000_019_6),
    ];
    for (percent, minimum, full, first) in told {
        let exact = |counted| {
            chains::opens_while_filling(100, 50, minimum, counted, f64::from(percent)) * 100.0
        };
        let near = |exact: f64, told: f64| (exact - told).abs() < told * 0.005;
        assert!(near(exact(0), full), "{percent} {minimum}: {}", exact(0));
        assert!(near(exact(1), first), "{percent} {minimum}: {}", exact(1));
    }
    for (percent, minimum, full, first) in told.into_iter().filter(|row| row.2 > 0.01) {
        let minimum = minimum as u16;
        for (setting, exact) in
            [(count_window(100, minimum), full), (time_window(100, minimum), first)]
        {
            let found = share(&mut breaker(&setting), percent as u64, 400, 20_000, 3);
            println!(
                "false openings {setting} p={percent}% share={:.3}% expected={exact}%",
                found.mean * 100.0
            );
            assert!(found.agrees(exact / 100.0, 4.0), "{setting} {percent} %: {found:?} {exact}");
        }
    }
}

/// A success may be what opens: the one that reaches the minimum.
#[test]
fn a_success_that_reaches_the_minimum_opens_a_window() {
    for setting in [count_window(20, 10), time_window(100, 10)] {
        let mut breaker = breaker(&setting);
        for now in 0..9 {
            assert!(!breaker.outcome(now, now < 5), "{setting}");
        }
        assert!(breaker.outcome(9, false), "{setting}: five of ten");
    }
}

#[test]
fn a_time_window_forgets_all_once_no_failure_is_left_and_begins_with_the_next() {
    let setting = Setting::TimeWindow { buckets: 4, window: 40, percent: 50, minimum: 3 };
    let mut window = breaker(&setting);
    // The failure of bucket 0 is gone when bucket 4 begins, though the successes of bucket 3 are younger.
    for (now, failed) in [(5, true), (36, false), (44, false)] {
        assert!(!window.outcome(now, failed));
        assert_eq!(window.errors(), Some(1), "at {now}");
    }
    assert!(!window.outcome(45, false));
    assert_eq!(window.errors(), Some(0), "all forgotten");
    // Buckets turn from this one: at 92 it is still in, at 93 it would not be.
    assert!(!window.outcome(53, true));
    assert!(!window.outcome(92, false));
    assert_eq!(window.errors(), Some(1), "the successes before are no part of it");
    assert!(!window.outcome(93, true));
    assert_eq!(window.errors(), Some(1), "the first is gone");
}

#[test]
fn an_idle_rate_halves_for_each_half_life_and_keeps_the_rest_of_the_time() {
    let setting = Setting::DecayingRate { k: 3, percent: 50, half_life: 100 };
    // Five failures at once come to 1,990 of 4,096; a sixth would open.
    let after = |waits: &[u64]| {
        let mut rate = breaker(&setting);
        let mut now = 7;
        for _ in 0..5 {
            assert!(!rate.outcome(now, true));
        }
        for wait in waits {
            now += wait;
            if rate.outcome(now, true) {
                return true;
            }
        }
        false
    };
    assert!(after(&[99]));
    assert!(!after(&[100]));
    // Of the second wait 50 ticks are left over, which make a half-life with the third.
    assert!(after(&[100, 0, 0, 0]));
    assert!(!after(&[150, 50, 0]));
    assert!(after(&[100, 99, 0, 0]));
}

#[test]
fn time_between_failures_decides_how_many_there_are() {
    let mut timed = breaker(&Setting::Timed { n: 3, quiet: Some(20), lump: Some(5) });
    // Closer than 5 to the last that counted is the same failure; 20 apart still adds up, 21 begins anew.
    let steps = [(100, 1), (104, 1), (105, 2), (109, 2), (126, 1), (146, 2), (150, 2)];
    for (now, errors) in steps {
        assert!(!timed.outcome(now, true), "at {now}");
        assert_eq!(timed.errors(), Some(errors), "at {now}");
    }
    assert!(timed.outcome(151, true));
    timed.reset();
    // A success clears the time, too: what follows at once is a new failure.
    assert!(!timed.outcome(200, true));
    assert!(!timed.outcome(200, false));
    assert!(!timed.outcome(201, true));
    assert_eq!(timed.errors(), Some(1));
}

#[test]
fn of_two_the_first_is_told_where_both_open() {
    let mut either = Either::new(Consecutive::new(3), CountWindow::new(4, 50, 3));
    let opens = |either: &mut Either<_, _>, row: &[bool]| {
        either.reset();
        row.iter().any(|failed| either.outcome(0, *failed)).then(|| either.opened_by())
    };
    assert_eq!(opens(&mut either, &[true, true, true]), Some(Some(Side::First)));
    assert_eq!(opens(&mut either, &[true, false, true]), Some(Some(Side::Second)));
    assert_eq!(opens(&mut either, &[true, false, false, false, true]), None);
    // Each is told all, so that the second has seen what the first let pass.
    let mut either = Either::new(TimeWindow::new(2, 20, 100, 9), Consecutive::new(2));
    assert_eq!([3, 4].map(|now| either.outcome(now, true)), [false, true]);
    assert_eq!(either.opened_by(), Some(Side::Second));
}

/// Before a halving it has come to x = 1 - (1 - x / 2) a, where a = (1 - 2^-k)^calls; so a limit of L takes 2^k times
/// ln((1 - L / 2) / (1 - L)) calls a half-life, which is 0.41 of 2^k for 50 % and 1.10 of it for 80 %.
#[test]
fn a_total_outage_opens_a_rate_only_if_calls_come_often_enough_for_its_half_life() {
    const HALF_LIFE: u32 = 100_000;
    for (k, percent) in [(3, 50), (4, 50), (5, 50), (6, 50), (4, 20), (4, 80), (5, 80)] {
        let setting = Setting::DecayingRate { k, percent, half_life: HALF_LIFE };
        let opens = |gap: &u64| {
            let mut rate = breaker(&setting);
            (1..=3_000).any(|call| rate.outcome(call * gap, true))
        };
        // Half a percent fewer calls each time.
        let gaps = (0..).map(|step| (100.0 * 1.005_f64.powi(step)) as u64);
        let longest = gaps.take_while(opens).last().expect("it opens when calls come fast");
        let calls = f64::from(HALF_LIFE) / longest as f64 / f64::from(1 << k);
        let limit = f64::from(percent) / 100.0;
        let ideal = ((1.0 - limit / 2.0) / (1.0 - limit)).ln();
        println!("outage {setting} calls a half-life: {calls:.3} of 2^{k}, ideal {ideal:.3}");
        // At once up to a failure more than that: halvings come in the middle of a row.
        let slack = 1.5 / f64::from(1 << k);
        assert!((ideal - slack..=ideal * 1.05 + slack).contains(&calls), "{setting}");
    }
}

#[test]
fn failures_that_come_no_faster_than_n_a_period_never_open() {
    let setting = Setting::FailuresPerPeriod { n: 5, period: 50 };
    let opens = |gap| {
        let mut gcra = breaker(&setting);
        (1..=1_000_u64).find(|call| gcra.outcome(call * gap, true))
    };
    assert_eq!([10, 11, 50].map(opens), [None; 3]);
    // The closer to it, the longer it takes: each is ahead by ten ticks less the gap.
    assert_eq!([9, 8, 5, 0].map(opens), [Some(41), Some(21), Some(9), Some(5)]);
}

#[test]
fn a_minimum_that_traffic_does_not_reach_opens_nothing() {
    // 20 in 4 s, of two calls a second; eight it can be.
    let missed = |minimum| {
        let setting = Setting::TimeWindow { buckets: 10, window: 4_000, percent: 50, minimum };
        let mut window = breaker(&setting);
        (1..=1_000).all(|call| !window.outcome(call * 500, true))
    };
    assert!(missed(20) && missed(9));
    assert!(!missed(8));
}
