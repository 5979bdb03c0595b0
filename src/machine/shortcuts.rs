//! What a call decides by the control alone, or by part of the machine, is what the whole of it decides: the healthy
//! path, and on large processors the short cuts of `breaker/shortcuts.rs`, whose parts these are. That they put them
//! together right is tested beside them.

use super::strategies::{Counted, for_each_strategy};
use super::word::PHASE;
use super::{Answer, Control, DETAIL, Limits, Start, Ticket, Word, admit, only_counts, settle};
use crate::strategy::Strategy;
use crate::verdict::Verdict;

const START: Start = Start { fresh: 0, slowly: false, fatal: true };
const STAMPS: [u32; 2] = [0, u32::MAX];

/// Every phase and detail, with a few openings and generations, the impossible ones included.
fn controls() -> impl Iterator<Item = Control> {
    (0..1 << (32 - 17))
        .flat_map(|top: u32| [0, 0x1FFF, 0x2001, 0x1_FFFF].map(|rest| Control(top << 17 | rest)))
}

fn limits(error_threshold: u16) -> Limits {
    let mut limits = Limits::DEFAULT;
    limits.error_threshold = error_threshold;
    limits.set_recovery_timeout(1_000);
    limits
}

fn only_counting_is_settling<S: Strategy>(_: &str, strategy: S, _: Counted) {
    let no_clock = || panic!("the clock was read");
    for error_threshold in [1, 2, 5, 4_095, 4_096] {
        let limits = limits(error_threshold);
        for control in controls() {
            let other_generation = Control(control.0 ^ 1);
            let other_phase = Control(control.0 ^ PHASE.one());
            for ticket in [
                Ticket::clean(control),
                Ticket::marked(control),
                Ticket::clean(other_generation),
                Ticket::marked(other_phase),
            ] {
                let word = Word { control, stamp: STAMPS[(control.0 & 1) as usize] };
                let record = |kept, failed| {
                    strategy.record(&S::MEMORY, kept, failed, error_threshold, &no_clock)
                };
                let settled = settle(word, ticket, Verdict::Failure, record, || 7, START, &limits);
                if only_counts(word, ticket, record) {
                    assert_eq!(settled, word.one_more(), "{word:?} by {ticket:?}");
                    assert!(settled.control.is_closed());
                    // One addition to the word as an integer: no carry out of the control half.
                    let sum = u64::from(word.control.0) + u64::from(DETAIL.one());
                    assert_eq!(sum, u64::from(settled.control.0));
                    assert_eq!(settled.kept().count, word.kept().count + 1);
                } else {
                    // Nothing but openings, what changes nothing, and other steps than by one.
                    assert_ne!(settled, word.one_more(), "{word:?}");
                }
            }
        }
    }
}

#[test]
fn a_failure_that_only_counts_is_what_settling_it_gives() {
    for_each_strategy!(only_counting_is_settling);
}

/// The breaker counts for a plain strategy by itself: as the strategy says that it would.
#[test]
fn a_plain_count_is_what_its_strategy_records() {
    fn plainly<S: Strategy>(_: &str, strategy: S, counted: Counted) {
        use crate::strategy::{Kept, Step, plain};
        let Some(down) = S::PLAIN else { return };
        for threshold in [1, 2, 5, 4_095, 4_096] {
            for (count, failed) in (0..threshold).flat_map(|count| [(count, false), (count, true)])
            {
                let kept = Kept { count, stamp: 9 };
                let recorded = strategy.record(&S::MEMORY, kept, failed, threshold, &|| 7);
                assert_eq!(plain(kept, failed, threshold, down), recorded);
                let count = counted(count.into(), failed) as u16;
                let told = if count < threshold {
                    Step::Keep(Kept { count, stamp: 9 })
                } else {
                    Step::Trip
                };
                assert_eq!(recorded, told);
            }
        }
    }
    for_each_strategy!(plainly);
}

#[test]
fn a_closed_breaker_admits_without_being_asked() {
    for control in controls().filter(|control| control.is_closed()) {
        for stamp in STAMPS {
            let word = Word { control, stamp };
            let no_clock = |_| panic!("the clock was read");
            assert_eq!(
                admit(word, no_clock, |_| panic!("no duration"), false, &limits(5)),
                Some(Answer::AS_IT_IS)
            );
        }
    }
}

#[test]
fn an_open_breaker_that_waits_rejects_and_no_other() {
    let limits = limits(5);
    for control in controls().filter(|control| control.is_open()) {
        for (stamp, now, left) in [
            (0_u32, 0_u32, Some(1_000)),
            (5, 1_004, Some(1)),
            (5, 1_005, None),
            (u32::MAX, 998, Some(1)),
            (u32::MAX, 999, None),
            (9, 3, Some(1_000)), // a moment newer
        ] {
            let age = now.wrapping_sub(stamp);
            let refusal = Answer::wait(age, limits.recovery_timeout);
            assert_eq!(refusal.and_then(Answer::ticks), left);
            let whole = admit(Word { control, stamp }, |_| age, |_| 1_000, false, &limits);
            assert_eq!(whole, refusal);
        }
    }
}
