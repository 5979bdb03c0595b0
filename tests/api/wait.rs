//! A time left.

use core::cmp::Ordering;
use core::time::Duration;
use std::collections::HashSet;

use mcb::Wait;

#[test]
fn a_wait_reads_as_seconds_and_rounds_up() {
    for (ticks, hz, text) in [
        (0, 1_000, "0 s"),
        (30_000, 1_000, "30 s"),
        (1_500, 1_000, "1.5 s"),
        (1_250, 1_000, "1.25 s"),
        (1_050, 1_000, "1.05 s"),
        (61_234, 1_000, "61.234 s"),
        (1_001, 1_000_000, "0.002 s"),
        (1, 32_768, "0.001 s"),
        (u32::MAX, 1, "4294967295 s"),
        (u32::MAX, u32::MAX, "1 s"),
        (5, 0, "0 s"),
    ] {
        assert_eq!(Wait::new(ticks, hz).to_string(), text);
    }
    let third = Wait::new(1, 3);
    assert_eq!((third.ticks(), third.hz()), (1, 3));
    assert_eq!(third.as_duration(), Duration::from_nanos(333_333_334));
    assert_eq!(Wait::new(u32::MAX, 1).as_duration(), Duration::from_secs(u64::from(u32::MAX)));
    assert_eq!(Wait::new(5, 0).as_duration(), Duration::ZERO);
    assert!(Wait::new(0, 7).is_zero() && !third.is_zero());
}

#[test]
fn a_wait_can_be_padded_like_any_text() {
    let wait = Wait::new(1_500, 1_000);
    assert_eq!(format!("{wait:>8}"), "   1.5 s");
    assert_eq!(format!("{wait:-<8}"), "1.5 s---");
    assert_eq!(format!("{wait:^7}"), " 1.5 s ");
    assert_eq!(format!("{wait:.1}"), "1.5 s", "a precision would cut it off");
    assert_eq!(format!("{:>16}", Wait::new(u32::MAX, 1)), "    4294967295 s");
    // The longest: 4,294,967,295 s less a half, and nothing cut off.
    assert_eq!(Wait::new(u32::MAX, 2).to_string(), "2147483647.5 s");
}

#[test]
fn milliseconds_round_up_and_end_at_the_largest() {
    for (ticks, hz, millis) in [
        (0, 1_000, 0),
        (7, 1_000, 7),
        (u32::MAX, 1_000, u32::MAX),
        (1, 32_768, 1),
        (32_768, 32_768, 1_000),
        (32_769, 32_768, 1_001),
        (1_500_001, 1_000_000, 1_501),
        (4_294_967, 1, 4_294_967_000),
        (4_294_968, 1, u32::MAX),
        (u32::MAX, 1, u32::MAX),
        (1, u32::MAX, 1),
        (u32::MAX, u32::MAX, 1_000),
        (u32::MAX - 1, u32::MAX, 1_000),
        (5, 0, 0),
    ] {
        assert_eq!(Wait::new(ticks, hz).as_millis(), millis, "{ticks} at {hz} Hz");
    }
    // Against the wide division that it avoids.
    let ticks = [1, 2, 999, 1_000, 12_345, 123_456_789, 1 << 31, u32::MAX];
    for hz in [1, 3, 7, 10, 60, 100, 999, 1_000, 1_001, 32_768, 1_000_000, 168_000_000, u32::MAX] {
        for ticks in ticks {
            let exact = (u64::from(ticks) * 1_000).div_ceil(u64::from(hz));
            let expected = u32::try_from(exact).unwrap_or(u32::MAX);
            assert_eq!(Wait::new(ticks, hz).as_millis(), expected, "{ticks} at {hz} Hz");
        }
    }
}

#[test]
fn waits_are_compared_by_the_time_that_they_take() {
    let second = [Wait::new(1, 1), Wait::new(1_000, 1_000), Wait::new(32_768, 32_768)];
    for (a, b) in [(0, 1), (1, 2), (0, 2)] {
        assert_eq!(second[a], second[b]);
        assert_eq!(second[a].cmp(&second[b]), Ordering::Equal);
    }
    assert_eq!(HashSet::from(second).len(), 1);
    // Nothing is nothing, by whatever clock, a stopped one among them.
    let nothing = [Wait::new(0, 1), Wait::new(0, 1_000), Wait::new(7, 0), Wait::new(0, 0)];
    assert_eq!(HashSet::from(nothing).len(), 1);
    assert!(nothing[2] < Wait::new(1, u32::MAX));
    assert!(Wait::new(1, 1_000) < Wait::new(1, 32));
    assert!(Wait::new(u32::MAX, 1) > Wait::new(u32::MAX, 2));
    assert!(Wait::new(u32::MAX - 1, u32::MAX) < Wait::new(1, 1));
    assert_ne!(Wait::new(333, 1_000), Wait::new(1, 3));
}
