//! The exact mean number of calls until an opening, where each fails independently.
//!
//! Means reach beyond 10^15 where a plain solution of the linear equations would have cancelled every digit. States are
//! therefore taken out one by one as Grassmann, Taksar and Heyman do it: the chance to leave a state is the sum of
//! its ways out, never one less the chance to stay. Nothing is subtracted, so nothing cancels.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracles::DecayingRate;

/// The mean from `start`; `next` is the state after a call, or `None` once it has opened. `start` is the least of the states.
pub fn mean<S: Copy + Ord>(start: S, next: impl Fn(S, bool) -> Option<S>, percent: f64) -> f64 {
    let ways = [(true, percent / 100.0), (false, 1.0 - percent / 100.0)];
    let ways = ways.map(|(failed, chance)| (chance > 0.0).then_some((failed, chance)));

    let (mut found, mut waiting) = (BTreeSet::from([start]), vec![start]);
    while let Some(state) = waiting.pop() {
        for (failed, _) in ways.into_iter().flatten() {
            waiting.extend(next(state, failed).filter(|next| found.insert(*next)));
        }
    }
    let number: BTreeMap<S, usize> = found.iter().enumerate().map(|(i, s)| (*s, i)).collect();
    assert_eq!(number[&start], 0);

    let mut chain = Chain::new(number.len());
    for (state, row) in &number {
        for (failed, chance) in ways.into_iter().flatten() {
            match next(*state, failed) {
                Some(next) => chain.to[*row][number[&next]] += chance,
                None => chain.out[*row] += chance,
            }
        }
    }
    chain.mean()
}

struct Chain {
    /// From one state to another.
    to: Vec<Vec<f64>>,
    /// From a state to the opening.
    out: Vec<f64>,
    /// How many calls a visit of the state lasts.
    lasts: Vec<f64>,
}

impl Chain {
    fn new(states: usize) -> Chain {
        Chain {
            to: vec![vec![0.0; states]; states],
            out: vec![0.0; states],
            lasts: vec![1.0; states],
        }
    }

    fn mean(mut self) -> f64 {
        for last in (1..self.out.len()).rev() {
            let row = self.to.pop().expect("one for each state");
            let ways: Vec<(usize, f64)> = row
                .into_iter()
                .enumerate()
                .take(last)
                .filter(|(_, chance)| *chance > 0.0)
                .collect();
            let (out, lasts) = (self.out[last], self.lasts[last]);
            let leaves = out + ways.iter().map(|(_, chance)| chance).sum::<f64>();
            for (state, row) in self.to.iter_mut().enumerate() {
                let visits = row[last] / leaves;
                if visits > 0.0 {
                    for (to, chance) in &ways {
                        row[*to] += visits * chance;
                    }
                    self.out[state] += visits * out;
                    self.lasts[state] += visits * lasts;
                }
            }
        }
        self.lasts[0] / self.out[0]
    }
}

/// Failures in a row.
pub fn consecutive(n: u32, percent: f64) -> f64 {
    mean(
        0,
        |row, failed| {
            let row = if failed { row + 1 } else { 0 };
            (row < n).then_some(row)
        },
        percent,
    )
}

/// Up by a failure, down by a success; `NetError` is one up, one down.
pub fn debounce(up: u32, down: u32, threshold: u32, percent: f64) -> f64 {
    mean(
        0,
        |count: u32, failed| {
            let count = if failed { count + up } else { count.saturating_sub(down) };
            (count < threshold).then_some(count)
        },
        percent,
    )
}

/// Without idle time.
pub fn decaying_rate(k: u32, limit: u64, percent: f64) -> f64 {
    mean(
        0,
        |e, failed| {
            let e = DecayingRate::after(e, k, failed);
            (e < limit).then_some(e)
        },
        percent,
    )
}

/// The last `n` outcomes, few enough to be states.
pub fn count_window(n: u32, limit: u32, minimum: u32, percent: f64) -> f64 {
    mean(
        (0_u32, 0_u32),
        |(calls, bits), failed| {
            let bits = (bits << 1 | u32::from(failed)) & ((1 << n) - 1);
            let calls = n.min(calls + 1);
            let opens = calls >= minimum && bits.count_ones() * 100 >= limit * calls;
            (!opens).then_some((calls, bits))
        },
        percent,
    )
}

/// The chance that a count of failures opens within the first `n` calls: those of a window that has not been filled yet.
/// `counted` calls have been counted before, all of them failures.
pub fn opens_while_filling(n: u32, limit: u32, minimum: u32, counted: u32, percent: f64) -> f64 {
    let fails = percent / 100.0;
    let mut at = BTreeMap::from([(counted, 1.0)]);
    let mut opened = 0.0;
    for calls in counted + 1..=n {
        let mut next = BTreeMap::new();
        for (failures, chance) in at {
            *next.entry(failures + 1).or_insert(0.0) += chance * fails;
            *next.entry(failures).or_insert(0.0) += chance * (1.0 - fails);
        }
        next.retain(|failures, chance| {
            let opens = calls >= minimum && failures * 100 >= limit * calls;
            opened += if opens { *chance } else { 0.0 };
            !opens
        });
        at = next;
    }
    opened
}

#[cfg(test)]
mod tests {
    use super::{consecutive, count_window, debounce, decaying_rate, mean};

    fn alike(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-12 * b, "{a} {b}");
    }

    #[test]
    fn failures_in_a_row_have_a_closed_form() {
        for percent in [0.1, 1.0, 10.0, 50.0, 90.0] {
            let p: f64 = percent / 100.0;
            for n in [1, 2, 5, 8] {
                let chance = p.powi(n);
                alike(consecutive(n as u32, percent), (1.0 - chance) / (chance * (1.0 - p)));
            }
        }
        alike(consecutive(5, 100.0), 5.0);
    }

    /// From i to i + 1 it takes one call in p, and for each that falls back the way up again.
    #[test]
    fn one_up_and_one_down_follows_a_recurrence() {
        for percent in [0.1, 1.0, 10.0, 50.0, 90.0] {
            let p: f64 = percent / 100.0;
            for n in [1, 2, 5, 30] {
                let (mut step, mut sum) = (1.0 / p, 0.0);
                for _ in 0..n {
                    sum += step;
                    step = 1.0 / p + (1.0 - p) / p * step;
                }
                alike(debounce(1, 1, n, percent), sum);
            }
        }
    }

    #[test]
    fn one_that_counts_no_successes_opens_after_n_failures() {
        alike(debounce(1, 0, 7, 1.0), 700.0);
        alike(mean(0, |n, _| (n < 9).then_some(n + 1), 30.0), 10.0);
    }

    #[test]
    fn two_in_a_window_of_two_are_two_in_a_row() {
        for percent in [1.0, 20.0, 50.0] {
            alike(count_window(2, 100, 2, percent), consecutive(2, percent));
        }
        // With a minimum of one, the first failure opens where it is all that there is.
        alike(count_window(9, 10, 1, 20.0), 5.0);
    }

    #[test]
    fn a_total_outage_takes_as_many_calls_as_the_definition_says() {
        let limits = [(3, 6.0), (4, 11.0), (5, 22.0), (6, 45.0)];
        for (k, failures) in limits {
            alike(decaying_rate(k, 2048, 100.0), failures);
        }
        alike(debounce(8, 1, 256, 100.0), 32.0);
        alike(count_window(10, 50, 5, 100.0), 5.0);
    }
}
