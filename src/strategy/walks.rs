//! Every state that a strategy keeps in the word and every outcome in it, for small ones: against lists of outcomes, and
//! against what is owed or averaged in wide numbers.

mod time_windows;

use std::collections::{HashSet, VecDeque};
use std::vec::Vec;

use super::{CountWindow, DecayingRate, FailuresPerPeriod, Kept, Step, Strategy, TimedConsecutive};

const NO_CLOCK: fn() -> u32 = || panic!("the clock is read");

/// The last outcomes, and what is kept of them.
type Window = (Vec<bool>, Kept);

fn all_windows<const N: usize>(percent: usize, minimum: usize) -> usize
where
    super::Calls<N>: super::Ring,
{
    let strategy = CountWindow::<N>::new(percent as u8, minimum as u16);
    let memory = CountWindow::<N>::MEMORY;
    let new: Window = (Vec::new(), Kept { count: 1, stamp: 0 });
    let (mut seen, mut todo) = (HashSet::from([new.0.clone()]), Vec::from([new]));
    let mut kept_by = std::collections::HashMap::new();
    while let Some((outcomes, kept)) = todo.pop() {
        // What is kept says all, and 0 is clean.
        let same = kept_by.entry((kept.count, kept.stamp)).or_insert_with(|| outcomes.clone());
        assert_eq!(*same, outcomes);
        let clean = outcomes.len() == N && !outcomes.contains(&true);
        assert_eq!(kept.count == 0, clean);
        for failed in [false, true] {
            let mut next: VecDeque<bool> = outcomes.iter().copied().collect();
            next.push_back(failed);
            if next.len() > N {
                next.pop_front();
            }
            let failures = next.iter().filter(|&&failed| failed).count();
            let opens = next.len() >= minimum && failures * 100 >= percent * next.len();
            match strategy.record(&memory, kept, failed, 1, &NO_CLOCK) {
                Step::Trip => assert!(opens, "{outcomes:?} {failed}"),
                Step::Keep(now) => {
                    assert!(!opens, "{outcomes:?} {failed}");
                    assert_eq!(
                        usize::from(strategy.error_count(&memory, now, &NO_CLOCK)),
                        failures
                    );
                    assert!(failed || !clean || now == kept, "health writes");
                    let next: Vec<bool> = next.into();
                    if seen.insert(next.clone()) {
                        todo.push((next, now));
                    }
                }
            }
        }
    }
    seen.len()
}

#[test]
fn every_window_of_few_calls_opens_as_its_outcomes_say() {
    let mut windows = 0;
    for minimum in 1..=4 {
        for percent in [1, 25, 34, 50, 51, 75, 100] {
            windows += all_windows::<4>(percent, minimum);
            windows += all_windows::<1>(percent, 1);
            windows += all_windows::<3>(percent, minimum.min(3));
            windows += all_windows::<9>(percent, minimum * 2);
        }
    }
    assert!(windows > 3_000, "{windows}");
}

/// Everything that can be owed, at every age, with clocks before, at and after their wrap.
#[test]
fn every_debt_of_a_small_period_is_what_time_has_left_of_it() {
    for (n, period) in [(1, 1), (2, 3), (3, 9), (4, 4), (5, 23)] {
        let strategy = FailuresPerPeriod::new(n, period);
        let (each, all) = (period.div_ceil(n.into()), period.div_ceil(n.into()) * u32::from(n));
        for now in [0_u32, 1, 2, all, all + 1, 1 << 31, u32::MAX - 1, u32::MAX] {
            for age in (0..=2 * all).chain([1 << 20, (1 << 31) + 5, u32::MAX - (1 << 16)]) {
                let stamp = now.wrapping_sub(age);
                let owed = if stamp == 0 { 0 } else { all.saturating_sub(age) };
                let step = strategy.record(&(), Kept { count: 0, stamp }, true, 1, &|| now);
                if owed + each >= all {
                    assert_eq!(step, Step::Trip, "{n} in {period}, {age}");
                    continue;
                }
                let Step::Keep(kept) = step else { panic!("{n} in {period}, {age}: it opens") };
                let stamp = now.wrapping_add(owed + each).wrapping_sub(all);
                assert_eq!(kept, Kept { count: 0, stamp: stamp.max(1) });
                assert!(now.wrapping_sub(kept.stamp) <= all, "in the future");
            }
        }
    }
}

/// Every average, with every outcome, at ages around the half-lives.
#[test]
fn every_average_moves_as_its_formula_says() {
    let half_life = 10;
    for (k, percent) in [(1, 99), (2, 50), (3, 50), (6, 98), (9, 87), (11, 50)] {
        let strategy = DecayingRate::new(k, percent, half_life);
        for average in 0..=4_097 - (1_u32 << k) {
            for age in [0, 1, 9, 10, 11, 19, 20, 115, 119, 120, 121, 5_000_000] {
                for failed in [false, true] {
                    let now = 60_u32;
                    let kept = Kept { count: average as u16, stamp: now.wrapping_sub(age) };
                    let halvings = age / half_life;
                    let left = if halvings > 12 { 0 } else { average >> halvings };
                    let moved = left - left.div_ceil(1 << k) + if failed { 4_096 >> k } else { 0 };
                    let step = strategy.record(&(), kept, failed, 1, &|| now);
                    if moved * 100 >= u32::from(percent) * 4_096 {
                        assert_eq!(step, Step::Trip);
                        continue;
                    }
                    let stamp = match moved {
                        0 => 0,
                        _ if left == 0 => now,
                        _ => kept.stamp.wrapping_add(halvings * half_life),
                    };
                    assert_eq!(step, Step::Keep(Kept { count: moved as u16, stamp }));
                }
            }
        }
    }
}

#[test]
fn every_count_of_errors_in_a_row_and_every_age() {
    for (quiet, lump) in [(9, 3), (1, 0), (u32::MAX, 4), (9, 0), (1 << 31, (1 << 31) - 1)] {
        let strategy = TimedConsecutive::UNTIMED.quiet(quiet).lump(lump);
        for count in 1..4 {
            for age in (0..12).chain([(1 << 31) - 1, 1 << 31, (1 << 31) + 1]) {
                let now = 7_u32;
                let kept = Kept { count, stamp: now.wrapping_sub(age) };
                let (next, stamp) = match age {
                    _ if age > quiet => (1, now),
                    _ if age < lump => (count, kept.stamp),
                    _ => (count + 1, now),
                };
                let step = strategy.record(&(), kept, true, 4, &|| now);
                let kept = Step::Keep(Kept { count: next, stamp });
                assert_eq!(step, if next < 4 { kept } else { Step::Trip });
            }
            let kept = Kept { count, stamp: 99 };
            let success = strategy.record(&(), kept, false, 4, &NO_CLOCK);
            assert_eq!(success, Step::Keep(Kept::default()));
        }
    }
}
