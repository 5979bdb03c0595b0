//! What happened when, in a space that does not grow: twice as many steps of time as a wide screen has dots, that become
//! twice as long whenever time outgrows them.

use std::ops::AddAssign;

const MOST: usize = 2048;

/// Sums by steps of time, in microseconds.
#[derive(Clone, Debug)]
pub struct Bins<T> {
    step: u64,
    sums: Vec<T>,
}

impl<T: Copy + Default + AddAssign> Bins<T> {
    pub fn new() -> Self {
        Bins { step: 1_000, sums: Vec::new() }
    }

    /// The sum at a time, so that the time has its place.
    pub fn at(&mut self, time: u64) -> &mut T {
        self.reach(time);
        let place = (time / self.step) as usize;
        if self.sums.len() <= place {
            self.sums.resize(place + 1, T::default());
        }
        &mut self.sums[place]
    }

    /// Adds to each step from one time to another by how long it is touched.
    pub fn spread(&mut self, from: u64, to: u64, add: impl Fn(&mut T, u64)) {
        if from >= to {
            return;
        }
        self.at(to - 1);
        let (first, last) = (from / self.step, (to - 1) / self.step);
        for place in first..=last {
            let (begin, end) = (place * self.step, (place + 1) * self.step);
            add(&mut self.sums[place as usize], end.min(to) - begin.max(from));
        }
    }

    /// The same steps as one that knows of a later time.
    pub fn reach(&mut self, time: u64) {
        while time / self.step >= MOST as u64 {
            self.step *= 2;
            let half = self.sums.len().div_ceil(2);
            for place in 0..half {
                let mut sum = self.sums[2 * place];
                if let Some(&other) = self.sums.get(2 * place + 1) {
                    sum += other;
                }
                self.sums[place] = sum;
            }
            self.sums.truncate(half);
        }
    }

    pub fn step(&self) -> u64 {
        self.step
    }

    pub fn sums(&self) -> &[T] {
        &self.sums
    }
}

#[cfg(test)]
mod tests {
    use super::{Bins, MOST};

    #[test]
    fn nothing_is_lost_when_steps_grow() {
        let mut bins: Bins<u64> = Bins::new();
        for time in (0..50_000_000).step_by(999) {
            *bins.at(time) += 1;
        }
        assert!(bins.sums().len() <= MOST && bins.step() == 32_000);
        assert_eq!(bins.sums().iter().sum::<u64>(), 50_000_000_u64.div_ceil(999));

        bins.spread(10_000, 7_000_001, |sum, time| *sum += 1_000_000 * time);
        let whole = bins.sums().iter().map(|sum| sum / 1_000_000).sum::<u64>();
        assert_eq!(whole, 7_000_001 - 10_000);
    }
}
