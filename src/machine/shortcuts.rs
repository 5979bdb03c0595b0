//! The short cuts that calls take on large processors give what the transitions give.

use super::{Control, DETAIL, ONE_MORE, State, Word, admit, only_counts, settle, since, wait};
use crate::config::Limits;
use crate::rules::Verdict;
use crate::strategy::{Consecutive, NetError, Strategy};

const STAMPS: [u32; 2] = [0, u32::MAX];

/// Every phase and detail, with a few openings and generations, the impossible ones included.
fn controls() -> impl Iterator<Item = Control> {
    (0..1 << (32 - DETAIL)).flat_map(|top: u32| {
        [0, 0x1FFF, 0x2001, 0x1_FFFF].map(|rest| Control(top << DETAIL | rest))
    })
}

fn limits(error_threshold: u16) -> Limits {
    let mut limits = Limits::DEFAULT;
    limits.error_threshold = error_threshold;
    limits.set_recovery_timeout(1_000);
    limits
}

fn only_counting_is_settling<S: Strategy<Memory = ()>>(strategy: S) {
    let no_clock = || panic!("the clock was read");
    for error_threshold in [1, 2, 5, 4_095, 4_096] {
        let limits = limits(error_threshold);
        for control in controls() {
            let other_generation = Control(control.0 ^ 1);
            let other_phase = Control(control.0 ^ 1 << 29);
            for carried in [control, control.marked(), other_generation, other_phase] {
                let word = Word { control, stamp: STAMPS[(control.0 & 1) as usize] };
                let settled =
                    settle(word, carried, Verdict::Failure, || 7, &limits, &strategy, &());
                let counts = only_counts(word, carried, no_clock, &limits, &strategy, &());
                if counts {
                    assert_eq!(settled, word.one_more(), "{word:?} carried {carried:?}");
                    assert!(settled.control.is_closed());
                    // One addition to the word as an integer: no carry out of the control half.
                    assert_eq!(u64::from(word.control.0) + ONE_MORE, u64::from(settled.control.0));
                    assert_eq!(settled.kept().count, word.kept().count + 1);
                } else {
                    // The plain counts leave nothing but openings and what changes nothing.
                    assert!(settled == word || !settled.control.is_closed(), "{word:?}");
                }
            }
        }
    }
}

#[test]
fn a_failure_that_only_counts_is_what_settling_it_gives() {
    only_counting_is_settling(Consecutive);
    only_counting_is_settling(NetError);
}

#[test]
fn a_closed_breaker_admits_without_being_asked() {
    for control in controls().filter(|control| control.is_closed()) {
        for stamp in STAMPS {
            let word = Word { control, stamp };
            assert_eq!(admit(word, || panic!("the clock was read"), &limits(5)), Ok(word));
        }
    }
}

#[test]
fn an_open_breaker_that_waits_rejects_and_no_other() {
    let limits = limits(5);
    for control in controls().filter(|control| control.phase() == State::Open) {
        for (stamp, now) in
            [(0, 0), (5, 1_004), (5, 1_005), (u32::MAX, 998), (u32::MAX, 999), (9, 3)]
        {
            let word = Word { control, stamp };
            let left = wait(word, now, &limits);
            assert_eq!(left.is_none(), since(now, stamp) >= 1_000);
            assert_eq!(admit(word, || now, &limits).err(), left.map(Some));
        }
    }
}
