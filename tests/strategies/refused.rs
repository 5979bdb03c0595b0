//! What a strategy cannot be made of, with its name, value and limits.

use mcb::strategy::Strategy;
use mcb::{CircuitBreaker, Config};

use super::{Clock, clock, millis, new};

#[track_caller]
fn refused<S: Strategy>(config: Config<Clock, S>, message: &str) {
    let config = Box::leak(Box::new(config));
    let error = CircuitBreaker::try_new(config, clock(0)).unwrap_err();
    assert_eq!(error.to_string(), format!("circuit b: {message}"));
}

#[track_caller]
fn taken<S: Strategy>(config: Config<Clock, S>) {
    let config = Box::leak(Box::new(config));
    CircuitBreaker::try_new(config, clock(0)).unwrap();
}

const LONGEST: u64 = 1 << 31;

#[test]
fn bad_counts() {
    refused(new().debounce(0, 1), "debounce: the step up is 0, must be 1 to 4096");
    refused(new().debounce(4_097, 1), "debounce: the step up is 4097, must be 1 to 4096");
    refused(new().debounce(1, 4_096), "debounce: the step down is 4096, must be 0 to 4095");
    refused(new().debounce(1, 1).jumps(4_096, 0), "debounce: a jump is 4096, must be 0 to 4095");
    refused(new().debounce(1, 1).jumps(0, 4_096), "debounce: a jump is 4096, must be 0 to 4095");
    taken(new().debounce(4_096, 4_095).jumps(4_095, 4_095));
    taken(new().debounce(1, 0).jumps(0, 0));
}

#[test]
fn bad_times_between_errors() {
    refused(new().quiet(millis(0)), "quiet is 0 ticks, must be 1 to 2147483648");
    refused(new().quiet(millis(LONGEST + 1)), "quiet is 2147483649 ticks, must be 1 to 2147483648");
    refused(new().lump(millis(LONGEST + 1)), "lump is 2147483649 ticks, must be 0 to 2147483648");
    refused(new().quiet(millis(5)).lump(millis(5)), "lump is 5 ticks, must be 0 to 4");
    refused(new().lump(millis(6)).quiet(millis(5)), "lump is 6 ticks, must be 0 to 4");
    taken(new().lump(millis(4)).quiet(millis(5)));
    taken(new().lump(millis(LONGEST)));
    taken(new().quiet(millis(LONGEST)).lump(millis(LONGEST - 1)));
}

#[test]
fn bad_periods() {
    let of = |n, period| new().failures_per_period(n, millis(period));
    refused(of(0, 5), "failures_per_period: the failures is 0, must be 1 to 4096");
    refused(of(4_097, 9_999), "failures_per_period: the failures is 4097, must be 1 to 4096");
    let period = "failures_per_period: the period is";
    refused(of(5, 4), &format!("{period} 4 ticks, must be 5 to 2147483648"));
    refused(of(1, 0), &format!("{period} 0 ticks, must be 1 to 2147483648"));
    refused(of(1, LONGEST + 1), &format!("{period} 2147483649 ticks, must be 1 to 2147483648"));
    refused(
        new().or_failures_per_period(1, core::time::Duration::MAX),
        &format!("{period} 4294967295 ticks or more, must be 1 to 2147483648"),
    );
    taken(of(5, 5));
    taken(of(4_096, LONGEST));
}

#[test]
fn bad_rates_and_minimums() {
    let rate = "the failure rate is";
    let minimum = "the minimum number of calls is";
    refused(new().count_window::<20>(0, 5), &format!("{rate} 0 percent, must be 1 to 100"));
    refused(new().count_window::<20>(101, 5), &format!("{rate} 101 percent, must be 1 to 100"));
    refused(new().count_window::<20>(50, 0), &format!("{minimum} 0, must be 1 to 20"));
    refused(new().count_window::<20>(50, 21), &format!("{minimum} 21, must be 1 to 20"));
    refused(
        new().or_count_window::<1_000>(50, 1_001),
        &format!("{minimum} 1001, must be 1 to 1000"),
    );
    let time = |percent, minimum| new().time_window::<10>(millis(100), percent, minimum);
    refused(time(0, 5), &format!("{rate} 0 percent, must be 1 to 100"));
    refused(time(200, 5), &format!("{rate} 200 percent, must be 1 to 100"));
    refused(time(50, 0), &format!("{minimum} 0, must be 1 to 65535"));
    taken(time(100, u16::MAX));
    taken(new().count_window::<1>(1, 1));
    taken(new().count_window::<1_024>(100, 1_024));
}

#[test]
fn bad_windows_of_time() {
    let of = |window| new().or_time_window::<10>(millis(window), 50, 5);
    let window = "time_window: the window is";
    refused(of(9), &format!("{window} 9 ticks, must be 10 to 2147483648"));
    refused(of(LONGEST + 1), &format!("{window} 2147483649 ticks, must be 10 to 2147483648"));
    taken(of(10));
    taken(of(LONGEST));
}

#[test]
fn bad_decaying_rates() {
    let of = |k, percent, half_life| new().decaying_rate(k, percent, millis(half_life));
    refused(of(0, 50, 9), "decaying_rate: k is 0, must be 1 to 11");
    refused(of(12, 50, 9), "decaying_rate: k is 12, must be 1 to 11");
    refused(of(255, 50, 9), "decaying_rate: k is 255, must be 1 to 11");
    for (k, most) in [(1, 99), (5, 99), (6, 98), (7, 96), (8, 93), (9, 87), (10, 75), (11, 50)] {
        let percent = most + 1;
        let message = format!("the failure rate is {percent} percent, must be 1 to {most}");
        refused(of(k, percent, 9), &message);
        taken(of(k, most, 9));
    }
    refused(of(4, 0, 9), "the failure rate is 0 percent, must be 1 to 99");
    let half_life = "decaying_rate: the half-life is";
    refused(of(4, 50, 0), &format!("{half_life} 0 ticks, must be 1 to 2147483648"));
    refused(
        of(4, 50, LONGEST + 1),
        &format!("{half_life} 2147483649 ticks, must be 1 to 2147483648"),
    );
}

/// The first is told, wherever it stands.
#[test]
fn the_first_of_several_bad_values_is_told() {
    refused(
        new().debounce(0, 9_999).or_failures_per_period(0, millis(0)).error_threshold(0),
        "debounce: the step up is 0, must be 1 to 4096",
    );
    refused(new().quiet(millis(0)).max_probes(0), "quiet is 0 ticks, must be 1 to 2147483648");
}
