//! A strategy that a user writes: the example of the documentation, and the check in its tests.

use mcb::strategy::{Kept, Step, Strategy, Time, check};
use mcb::{Consecutive, NetError};

use super::{clock, fails, failures_to_open, made, new, succeeds};

/// Failures that leak away, one in so many ticks.
#[derive(Clone, Copy, Debug)]
struct Leaky(u32);

impl Strategy for Leaky {
    type Memory = ();
    type Started = ();
    const MEMORY: () = ();

    fn record(&self, (): &(), kept: Kept, failed: bool, threshold: u16, time: &impl Time) -> Step {
        let leaked = if kept.count == 0 { 0 } else { time.age(kept.stamp) / self.0 };
        let left = u32::from(kept.count).saturating_sub(leaked) as u16;
        match failed {
            true if left + 1 >= threshold => Step::Trip,
            true => Step::Keep(Kept { count: left + 1, stamp: time.now() }),
            false if left == 0 => Step::Keep(Kept::default()),
            false => Step::Keep(kept),
        }
    }

    fn error_count(&self, (): &(), kept: Kept, _: &impl Time) -> u16 {
        kept.count
    }
}

#[test]
fn a_strategy_of_ones_own_runs_and_is_checked() {
    let clock = clock(0);
    let b = made(new().strategy(Leaky(10)).error_threshold(4), clock);
    assert!(fails(&b) && fails(&b) && fails(&b));
    clock.advance_ticks(10);
    assert!(fails(&b) && succeeds(&b));
    assert_eq!(b.error_count(), 3);
    clock.advance_ticks(30);
    assert!(succeeds(&b));
    assert_eq!((b.error_count(), failures_to_open(&b)), (0, 4));
    let checked = check(&Leaky(10), 4).unwrap();
    assert!(checked.heals && checked.openings > 0 && !checked.opened_by_success, "{checked:?}");
}

#[test]
fn the_check_says_what_it_saw() {
    let heals = check(&NetError, 5).unwrap();
    assert!(heals.heals);
    let breach = check(&Consecutive, 4_097).unwrap_err();
    assert_eq!(breach.rule, "the threshold is beyond the largest");
    let text = "the threshold is beyond the largest: a success at count 0 and stamp 0 (outcome 0)";
    assert_eq!(breach.to_string(), text);
    let _: &dyn std::error::Error = &breach;
}
