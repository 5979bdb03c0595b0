//! `FailuresPerPeriod` and `DecayingRate`.

use super::{Chance, clock, fails, failures_to_open, made, millis, new, succeeds};

const WRAPS: [u32; 3] = [0, u32::MAX - 5, u32::MAX - 70_000];

#[test]
fn as_many_failures_at_once_as_a_period_has_open_it() {
    for start in WRAPS {
        for (n, period) in [(1, 1), (1, 60_000), (2, 2), (3, 10), (5, 60_000), (4_096, 1 << 31)] {
            let b = made(new().failures_per_period(n, millis(period)), clock(start));
            assert_eq!(failures_to_open(&b), u32::from(n), "{n} in {period}");
        }
    }
}

#[test]
fn failures_that_keep_to_the_pace_never_open_it_and_faster_ones_do_within_twice_as_many() {
    for start in WRAPS {
        let clock = clock(start);
        let config = new().failures_per_period(5, millis(60_000));
        let b = made(config, clock);
        for _ in 0..1_000 {
            assert!(fails(&b));
            succeeds(&b);
            clock.advance_ticks(12_000);
        }
        // Spread over the period: no window.
        let b = made(config, clock);
        for _ in 0..5 {
            assert!(fails(&b));
            clock.advance_ticks(11_999);
        }
        // The faster the sooner, with n to 2n.
        for (pace, failures) in [(0, 5), (1_000, 6), (4_000, 7), (6_000, 9)] {
            let b = made(config, clock);
            let mut opened = 1;
            while fails(&b) {
                clock.advance_ticks(pace);
                opened += 1;
            }
            assert_eq!(opened, failures, "every {pace} ms");
        }
    }
}

/// Against the formula as it stands in the books, in wide numbers.
#[test]
fn what_is_owed_is_the_theoretical_arrival_time() {
    let mut chance = Chance(0x9E37_79B9);
    for (n, period) in [(2, 10), (3, 1_000), (7, 50_000), (10, 1 << 31)] {
        let each = u64::from(period / n + u32::from(period % n > 0));
        let clock = clock(u32::MAX - 500);
        let b = made(new().failures_per_period(n as u16, millis(period.into())), clock);
        let (mut now, mut arrival) = (u64::from(u32::MAX - 500), 0);
        for _ in 0..20_000 {
            let step = chance.below(1 + each as u32 * 3 / 2);
            clock.advance_ticks(step);
            now += u64::from(step);
            arrival = now.max(arrival) + each;
            let opens = arrival - now >= u64::from(n) * each;
            assert_eq!(fails(&b), !opens, "{n} in {period} at {now}");
            if opens {
                b.reset();
                arrival = 0;
            }
        }
    }
}

/// The stamp 0 says that nothing is owed: what would be stamped so is a tick more.
#[test]
fn a_period_that_ends_at_tick_0_owes_a_tick_more() {
    for (start, failures) in [(5, 2), (4, 2), (6, 2)] {
        let clock = clock(start);
        // 5 ticks for each; the first failure is stamped with five ticks ago.
        let b = made(new().failures_per_period(2, millis(10)), clock);
        assert!(fails(&b));
        clock.advance_ticks(4);
        assert_eq!(failures_to_open(&b), failures);
    }
    for (start, closed) in [(4, true), (5, true), (6, true)] {
        let clock = clock(start);
        let b = made(new().failures_per_period(2, millis(10)), clock);
        fails(&b);
        clock.advance_ticks(if start == 5 { 6 } else { 5 });
        assert_eq!(fails(&b), closed);
    }
}

#[test]
fn a_decaying_rate_opens_after_so_many_failures_in_a_row() {
    for (k, failures) in [(3, 6), (4, 11), (5, 22), (6, 45)] {
        let b = made(new().decaying_rate(k, 50, millis(1_000)), clock(7));
        assert_eq!(failures_to_open(&b), failures, "k {k}");
        assert_eq!(b.error_count(), 5);
    }
    // What it can just reach.
    for (k, most) in [(1, 99), (2, 99), (3, 99), (4, 99), (5, 99), (6, 98), (7, 96), (8, 93)] {
        failures_to_open(&made(new().decaying_rate(k, most, millis(1_000)), clock(0)));
    }
    for (k, most) in [(9, 87), (10, 75), (11, 50)] {
        failures_to_open(&made(new().decaying_rate(k, most, millis(1_000)), clock(0)));
    }
}

#[test]
fn a_decaying_rate_is_what_its_formula_says() {
    let mut chance = Chance(0x2545_F491);
    for (k, percent, half_life) in [(1, 80, 10), (4, 50, 1_000), (6, 30, 77), (11, 20, 1 << 31)] {
        let clock = clock(u32::MAX - 999);
        let b = made(new().decaying_rate(k, percent, millis(half_life)), clock);
        let (mut now, mut average, mut halved) = (0_u64, 0_u64, 0_u64);
        for _ in 0..20_000 {
            let step = chance.below(1 + (half_life / 9).min(1 << 20) as u32);
            let step =
                if chance.below(50) == 0 { half_life.min(1 << 30) as u32 * 2 - 1 } else { step };
            clock.advance_ticks(step);
            now += u64::from(step);
            while average > 0 && now - halved >= half_life {
                (average, halved) = (average / 2, halved + half_life);
            }
            if average == 0 {
                halved = now;
            }
            let failed = chance.below(100) < 35;
            average -= average.div_ceil(1 << k);
            average += if failed { 4_096 >> k } else { 0 };
            let opens = average * 100 >= u64::from(percent) * 4_096;
            assert_eq!(super::tell(&b, failed), !opens);
            if opens {
                b.reset();
                average = 0;
            }
        }
    }
}

#[test]
fn a_decaying_rate_forgets_with_time_and_keeps_what_is_left_of_a_half_life() {
    for start in WRAPS {
        let clock = clock(start);
        let b = made(new().decaying_rate(3, 50, millis(1_000)), clock);
        for _ in 0..5 {
            fails(&b);
        }
        clock.advance_ticks(1_500);
        assert!(fails(&b)); // 997 − 125 + 512
        clock.advance_ticks(500); // the second half-life, since the first failure
        assert_eq!(failures_to_open(&b), 4); // 692, 1,117, 1,489, 1,814, 2,099
        b.reset();
        for _ in 0..5 {
            fails(&b);
        }
        clock.advance_ticks(12_000);
        assert_eq!(failures_to_open(&b), 6, "all is forgotten");
    }
}
