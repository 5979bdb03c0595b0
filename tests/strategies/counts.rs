//! `Debounce` and `TimedConsecutive`.

use mcb::State;

use super::{clock, fails, failures_to_open, made, millis, new, succeeds};

#[test]
fn debounce_steps_up_and_down_and_stops_at_none() {
    let b = made(new().debounce(4, 3).error_threshold(10), clock(0));
    let counts = |failed: &[bool]| -> Vec<u16> {
        let count = |&failed| {
            assert!(super::tell(&b, failed));
            b.error_count()
        };
        failed.iter().map(count).collect()
    };
    assert_eq!(counts(&[true, false, true, true, false, false, false]), [4, 1, 5, 9, 6, 3, 0]);
    assert_eq!(counts(&[true, false, false]), [4, 1, 0]);
    assert_eq!(counts(&[true, true]), [4, 8]);
    assert!(!fails(&b)); // 12 is more than 10
    assert_eq!(b.error_count(), 10);
}

#[test]
fn debounce_jumps_at_the_first_turn() {
    let b = made(new().debounce(1, 1).jumps(5, 2).error_threshold(10), clock(0));
    fails(&b);
    assert_eq!(b.error_count(), 6);
    fails(&b);
    assert_eq!(b.error_count(), 7);
    succeeds(&b);
    assert_eq!(b.error_count(), 1);
    succeeds(&b);
    assert_eq!(b.error_count(), 0);
    assert_eq!(failures_to_open(&b), 5);
}

#[test]
fn debounce_counts_to_the_largest_threshold() {
    let b = made(new().debounce(1, 4_095).jumps(4_095, 0).error_threshold(4_096), clock(0));
    assert!(!fails(&b));
    let b = made(new().debounce(4_095, 1).error_threshold(4_096), clock(0));
    assert_eq!(failures_to_open(&b), 2);
    let b = made(new().debounce(4_096, 1).error_threshold(4_096), clock(0));
    assert_eq!(failures_to_open(&b), 1);
    let b = made(new().debounce(1, 0).error_threshold(4_096), clock(0));
    assert_eq!(failures_to_open(&b), 4_096);
}

/// The mean calls until it opens are those of the exact Markov chains.
#[test]
fn debounce_opens_as_soon_as_computed() {
    let mean = |up, threshold, percent| {
        let b = made(new().debounce(up, 1).error_threshold(threshold), clock(0));
        let (mut chance, mut calls) = (super::Chance(0x1234_5678), 0);
        for _ in 0..3_000 {
            b.reset();
            calls += 1;
            while super::tell(&b, chance.below(100) < percent) {
                calls += 1;
            }
        }
        calls / 3_000
    };
    for (up, threshold, percent, computed) in
        [(2, 10, 30, 89), (2, 10, 50, 18), (4, 20, 20, 116), (8, 256, 50, 74), (8, 256, 100, 32)]
    {
        let mean: i32 = mean(up, threshold, percent);
        assert!((mean - computed).abs() <= 1 + computed / 15, "{mean}, not {computed}");
    }
}

#[test]
fn errors_that_are_far_apart_do_not_add_up() {
    for start in [0, u32::MAX - 1_500] {
        let clock = clock(start);
        let b = made(new().error_threshold(3).quiet(millis(1_000)), clock);
        let after = |ticks| {
            clock.advance_ticks(ticks);
            fails(&b);
            b.error_count()
        };
        assert_eq!([after(0), after(0), after(1_001), after(1_000), after(1_001)], [1, 2, 1, 2, 1]);
        // The time is that between two errors, not since the first.
        assert_eq!(after(1_000), 2);
        clock.advance_ticks(1_000);
        assert!(!fails(&b));
    }
}

#[test]
fn errors_that_are_close_together_count_as_one() {
    for start in [0, u32::MAX - 15] {
        let clock = clock(start);
        let b = made(new().error_threshold(3).lump(millis(10)).quiet(millis(100)), clock);
        let after = |ticks| {
            clock.advance_ticks(ticks);
            fails(&b);
            b.error_count()
        };
        assert_eq!([after(0), after(9), after(0), after(1)], [1, 1, 1, 2], "from one that counted");
        assert_eq!([after(9), after(101)], [2, 1]);
        succeeds(&b);
        assert_eq!([after(0), after(10)], [1, 2]);
        clock.advance_ticks(10);
        assert!(!fails(&b));
    }
}

#[test]
fn either_time_goes_without_the_other_and_in_any_order() {
    let clock = clock(0);
    let b = made(new().error_threshold(2).lump(millis(1 << 31)), clock);
    fails(&b);
    clock.advance_ticks((1 << 31) - 1);
    assert!(fails(&b));
    clock.advance_ticks(1);
    assert!(!fails(&b));
    let b = made(new().lump(millis(5)).quiet(millis(6)).error_threshold(1), clock);
    assert!(!fails(&b));
    assert_eq!(b.state(), State::Open);
}
