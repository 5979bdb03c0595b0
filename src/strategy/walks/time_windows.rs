//! Every time window of few calls, with whatever the windows before it have left in its ring.

use std::collections::HashSet;
use std::vec::Vec;

use crate::strategy::rate::Rate;
use crate::strategy::time_window::buckets::Window;
use crate::strategy::{Kept, Step, Time};
use crate::sync::cells::Cell64;

struct At(u32);

impl Time for At {
    fn now(&self) -> u32 {
        self.0
    }
    fn age(&self, stamp: u32) -> u32 {
        self.0.wrapping_sub(stamp)
    }
}

/// More than the walk lets pass by: what is older is as old.
const OLD: u32 = 40;
const MOST_CALLS: usize = 5;
/// Before, at and after the wrap, and where the sign changes.
const LANES: [u32; 4] = [0, 7, 1 << 31, u32::MAX];

/// Stamps are ages here. Of a bucket that has counted nothing both numbers are 0.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct State {
    count: u16,
    stamp: u32,
    ring: Vec<(u32, u32)>,
    /// The outcomes in the window since its first failure, which is that old.
    outcomes: Vec<(u32, bool)>,
    began: u32,
}

impl State {
    /// So many ticks later.
    fn later(mut self, ticks: u32) -> State {
        let age = |age: &mut u32| *age = OLD.min(*age + ticks);
        age(&mut self.stamp);
        if self.count == 0 {
            self.stamp = 0;
        }
        self.ring.iter_mut().for_each(|(begins, numbers)| {
            age(begins);
            if *numbers == 0 {
                *begins = 0;
            }
        });
        self.outcomes.iter_mut().for_each(|(age, _)| *age += ticks);
        self.began += if self.outcomes.is_empty() { 0 } else { ticks };
        self
    }

    /// What the definition keeps and counts of it.
    fn with(mut self, window: Window, failed: bool) -> State {
        let bucket = |age: u32| (self.began - age) / window.length;
        self.outcomes.retain(|(age, _)| bucket(*age) + window.buckets > bucket(0));
        if !self.outcomes.iter().any(|(_, failed)| *failed) {
            self.outcomes.clear();
            self.began = 0;
        }
        // By whole buckets later it began as well.
        let oldest = self.outcomes.first().map_or(0, |(age, _)| *age);
        self.began = oldest + (self.began - oldest) % window.length;
        if failed || !self.outcomes.is_empty() {
            self.outcomes.push((0, failed));
        }
        self
    }

    fn failures(&self) -> usize {
        self.outcomes.iter().filter(|(_, failed)| *failed).count()
    }
}

/// Takes an outcome in every lane; nothing where it opens.
fn outcome(window: Window, state: &State, failed: bool) -> Option<State> {
    let expected = state.clone().with(window, failed);
    let (calls, failures) = (expected.outcomes.len(), expected.failures());
    let opens = calls >= usize::from(window.rate.minimum)
        && failures * 100 >= usize::from(window.rate.percent) * calls;
    let mut nexts = LANES.iter().map(|&now| {
        let cell = |(age, numbers): &(u32, u32)| {
            let begins = if *numbers == 0 { 0 } else { now.wrapping_sub(*age) };
            Cell64::new(u64::from(begins) << 32 | u64::from(*numbers))
        };
        let ring: Vec<Cell64> = state.ring.iter().map(cell).collect();
        let stamp = if state.count == 0 { 0 } else { now.wrapping_sub(state.stamp) };
        let before = Kept { count: state.count, stamp };
        let step = window.record(&ring, before, failed, &At(now));
        let Step::Keep(kept) = step else {
            assert!(opens, "it opens: {failed}, {state:?}");
            return None;
        };
        assert!(!opens, "it does not open: {failed}, {state:?}");
        window.recorded(&ring, before, kept, failed);
        let told = window.failures(&ring, kept, &At(now));
        assert_eq!(usize::from(told), failures, "failures: {failed}, {state:?}");
        if failures == 0 {
            assert_eq!(kept.count, 0, "clean: {failed}, {state:?}");
        }
        let left = ring.iter().map(|cell| {
            let numbers = cell.get() as u32;
            let age = now.wrapping_sub((cell.get() >> 32) as u32);
            (if numbers == 0 { 0 } else { age }, numbers)
        });
        let ring: Vec<_> = left.collect();
        if state.count == 0 && !failed {
            assert_eq!((kept, &ring), (before, &state.ring), "health writes: {state:?}");
        }
        let stamp = if kept.count == 0 { 0 } else { now.wrapping_sub(kept.stamp) };
        Some(State { count: kept.count, stamp, ring, ..expected.clone() })
    });
    let next = nexts.next().unwrap();
    assert!(nexts.all(|other| other == next), "it depends on the lane: {state:?}");
    next
}

fn walk(window: Window) -> usize {
    let ring = std::vec![(0, 0); window.buckets as usize];
    let new = State { count: 0, stamp: 0, ring, outcomes: Vec::new(), began: 0 };
    let (mut seen, mut todo) = (HashSet::from([new.clone()]), Vec::from([new]));
    let all = window.length * window.buckets;
    while let Some(state) = todo.pop() {
        // Closed anew, by an opening or a hand, a tick later at least.
        let closed = State { count: 0, stamp: 0, outcomes: Vec::new(), began: 0, ..state.clone() };
        let mut nexts = Vec::from([closed.later(1)]);
        for ticks in (0..=all + 1).chain([2 * all, OLD]) {
            let later = state.clone().later(ticks);
            nexts.extend(
                [false, true].into_iter().filter_map(|failed| outcome(window, &later, failed)),
            );
        }
        let few = |state: &State| state.outcomes.len() <= MOST_CALLS;
        todo.extend(nexts.into_iter().filter(|next| few(next) && seen.insert(next.clone())));
    }
    seen.len()
}

#[test]
fn every_time_window_of_few_calls_opens_as_its_outcomes_say() {
    let mut states = 0;
    for (buckets, length) in [(1, 1), (1, 3), (2, 1), (2, 2), (3, 1)] {
        for (percent, minimum) in [(50, 3), (100, 4), (34, 6)] {
            if buckets == 3 && minimum > 3 {
                continue; // the same in many more states
            }
            let rate = Rate { percent, minimum };
            let one = walk(Window { length, buckets, rate });
            std::println!("{buckets} of {length}, {percent} % of {minimum}: {one}");
            states += one;
        }
    }
    assert!(states > 40_000, "{states}");
}
