//! A ring of buckets, each with the tick at which it begins and the numbers of its failures and calls.
//!
//! The word has the place of the present bucket, and one more, in the count (0 while it is clean), and the tick at which that one begins
//! in the stamp. Of the others that tick follows, by the length of a bucket: one that tells another tick is an older one,
//! and counts as empty. So none is ever cleared when they turn, and the word is written only then.

use crate::strategy::rate::Rate;
use crate::strategy::{Kept, Step, Time};
use crate::sync::cells::Cell64;

/// The numbers of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// Of one bucket, in ticks.
    pub(crate) length: u32,
    pub(crate) buckets: u32,
    pub(crate) rate: Rate,
}

/// Failures and calls.
#[derive(Clone, Copy, Default)]
struct Numbers {
    failures: u32,
    calls: u32,
}

/// The bucket at a place: when it begins, and what it counts.
#[derive(Clone, Copy)]
struct Bucket {
    begins: u32,
    numbers: Numbers,
}

impl Bucket {
    /// The most calls that one can count.
    const FULL: u32 = 0xFFFF;

    fn of(cell: u64) -> Bucket {
        let numbers = cell as u32;
        let numbers = Numbers { failures: numbers >> 16, calls: numbers & Bucket::FULL };
        Bucket { begins: (cell >> 32) as u32, numbers }
    }

    fn cell(self) -> u64 {
        let Numbers { failures, calls } = self.numbers;
        u64::from(self.begins) << 32 | u64::from(failures << 16 | calls)
    }

    /// With one outcome more, of the bucket that begins at that tick.
    #[inline]
    fn with(self, begins: u32, failed: bool, window: u32) -> Bucket {
        let Numbers { mut failures, mut calls } = self.numbers;
        if self.begins != begins {
            if self.is_newer(begins, window) {
                return self;
            }
            (failures, calls) = (0, 0);
        }
        if calls == Bucket::FULL {
            (failures, calls) = (failures / 2, calls / 2);
        }
        let numbers = Numbers { failures: failures + u32::from(failed), calls: calls + 1 };
        Bucket { begins, numbers }
    }

    /// In use for a later time, up to a window later: the outcome is that late. An older one began a window before, or
    /// is empty. (The longest windows are not told from half the range of ticks, less a little.)
    fn is_newer(self, begins: u32, window: u32) -> bool {
        const MOST: u32 = (1 << 31) - 4_096;
        self.numbers.calls > 0 && self.begins.wrapping_sub(begins) <= window.min(MOST)
    }
}

/// Where a window stands.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    /// Of the present bucket in the ring.
    index: u32,
    /// Its first tick.
    begins: u32,
}

impl Place {
    fn of(kept: Kept) -> Option<Place> {
        let index = u32::from(kept.count).checked_sub(1)?;
        Some(Place { index, begins: kept.stamp })
    }

    fn kept(self) -> Kept {
        Kept { count: self.index as u16 + 1, stamp: self.begins }
    }
}

impl Window {
    /// The most buckets.
    pub(crate) const MOST: u32 = 1_024;

    /// Of at least so many ticks.
    pub(crate) const fn new(ticks: u32, buckets: u32, rate: Rate) -> Self {
        Window { length: ticks.div_ceil(buckets), buckets, rate }
    }

    /// In ticks.
    fn all(self) -> u32 {
        self.length * self.buckets
    }

    /// Where a window begins, from a place of the ring on: in the first bucket that does not tell this tick already, as
    /// one does of a window that began and ended within the same tick. If all do, a tick before now.
    fn beginning(self, ring: &[Cell64], from: u32, now: u32) -> Place {
        let free = |index: &u32| Self::at(ring, Place { index: *index, begins: now }).calls == 0;
        match (from..self.buckets).chain(0..from).find(free) {
            Some(index) => Place { index, begins: now },
            None => Place { index: from, begins: now.wrapping_sub(1) },
        }
    }

    /// The place at an age of its bucket, unless that is out of the window by then.
    fn turned(self, place: Place, mut age: u32) -> Option<Place> {
        let Place { mut index, mut begins } = place;
        let mut turns = 0;
        // Counted rather than divided, which is a call of its own on small processors.
        while age >= self.length {
            turns += 1;
            if turns >= self.buckets {
                return None;
            }
            age -= self.length;
            begins = begins.wrapping_add(self.length);
            index += 1;
            if index == self.buckets {
                index = 0;
            }
        }
        Some(Place { index, begins })
    }

    /// The buckets of a window from its present one back: their places, and the ticks at which they begin.
    fn from(self, place: Place) -> impl Iterator<Item = Place> {
        let before = move |place: &Place| {
            let index = if place.index == 0 { self.buckets } else { place.index };
            Some(Place { index: index - 1, begins: place.begins.wrapping_sub(self.length) })
        };
        core::iter::successors(Some(place), before).take(self.buckets as usize)
    }

    fn at(ring: &[Cell64], place: Place) -> Numbers {
        let bucket = ring.get(place.index as usize).map(|cell| Bucket::of(cell.get()));
        match bucket {
            Some(bucket) if bucket.begins == place.begins => bucket.numbers,
            _ => Numbers::default(),
        }
    }

    /// What the window counts, and whether its present bucket counts anything: each is read once.
    fn sum(self, ring: &[Cell64], place: Place) -> (Numbers, bool) {
        let present = Self::at(ring, place);
        let sum = self.from(place).skip(1).fold(present, |sum, place| {
            let Numbers { failures, calls } = Self::at(ring, place);
            Numbers { failures: sum.failures + failures, calls: sum.calls + calls }
        });
        (sum, present.calls > 0)
    }

    #[inline]
    pub(crate) fn record(
        self,
        ring: &[Cell64],
        kept: Kept,
        failed: bool,
        time: &impl Time,
    ) -> Step {
        let before = Place::of(kept);
        let age = before.map_or(0, |place| time.age(place.begins));
        let enough = |place| {
            age < self.length && Self::at(ring, place).calls >= u32::from(self.rate.minimum)
        };
        if !failed && before.is_some_and(enough) {
            // Another success beside enough calls to tell: the rate does not rise by it (peers, windows).
            return Step::Keep(kept);
        }
        self.judged(ring, kept, failed, age, time)
    }

    /// Apart from what most outcomes need.
    #[inline(never)]
    fn judged(self, ring: &[Cell64], kept: Kept, failed: bool, age: u32, time: &impl Time) -> Step {
        let before = Place::of(kept);
        let present = before.and_then(|place| self.turned(place, age));
        let Some(place) = present else {
            return self.first(ring, 0, failed, time);
        };
        let (Numbers { failures, calls }, told) = self.sum(ring, place);
        if failures == 0 && present != before {
            // In the place after the present one no bucket of the old window begins where one of the new one would.
            let next = if place.index + 1 == self.buckets { 0 } else { place.index + 1 };
            return self.first(ring, next, failed, time);
        }
        if self.rate.is_reached(failures + u32::from(failed), calls + 1) {
            return Step::Trip;
        }
        if present == before {
            // In a bucket that nobody has told of an outcome yet, whoever turned to it may have had a failure.
            let clean = !failed && failures == 0 && told;
            return Step::Keep(if clean { Kept { count: 0, stamp: 0 } } else { kept });
        }
        let _ = time.now(); // a new stamp, of which a clock that does not wrap keeps the epoch
        Step::Keep(place.kept())
    }

    /// An outcome where the window holds no failure: it counts from the first one on.
    fn first(self, ring: &[Cell64], from: u32, failed: bool, time: &impl Time) -> Step {
        if !failed {
            return Step::Keep(Kept { count: 0, stamp: 0 });
        }
        if self.rate.is_reached(1, 1) {
            return Step::Trip;
        }
        Step::Keep(self.beginning(ring, from, time.now()).kept())
    }

    #[inline]
    pub(crate) fn recorded(self, ring: &[Cell64], before: Kept, now: Kept, failed: bool) {
        let Some(place) = Place::of(now) else { return };
        if before != now {
            self.empty(ring, before, place);
        }
        if let Some(cell) = ring.get(place.index as usize) {
            cell.change(|old| Bucket::of(old).with(place.begins, failed, self.all()).cell());
        }
    }

    /// The window has turned, or begins.
    #[inline(never)]
    fn empty(self, ring: &[Cell64], before: Kept, place: Place) {
        // What the window has turned to is emptied, so that nothing in the ring is older than one window, and none of
        // what was before this window begins by chance where a bucket of this one would.
        for turned in self.from(place).take(self.turns(before, place) as usize) {
            let next = turned.begins.wrapping_add(self.all());
            let is_old = |cell| {
                let Bucket { begins, numbers } = Bucket::of(cell);
                // Not where others have counted by now, this outcome being late.
                numbers.calls > 0 && begins != place.begins && begins != next
            };
            let cell = ring.get(turned.index as usize);
            if let Some(cell) = cell.filter(|cell| is_old(cell.get())) {
                cell.change(|old| if is_old(old) { 0 } else { old });
            }
        }
    }

    /// How many buckets the window has turned by: all, if it begins.
    fn turns(self, before: Kept, place: Place) -> u32 {
        let Some(before) = Place::of(before) else { return self.buckets };
        let back = if place.index < before.index { self.buckets } else { 0 };
        let turns = place.index + back - before.index;
        let ticks = place.begins.wrapping_sub(before.begins);
        if ticks == turns * self.length { turns } else { self.buckets }
    }

    pub(crate) fn failures(self, ring: &[Cell64], kept: Kept, time: &impl Time) -> u16 {
        let place = Place::of(kept).and_then(|place| self.turned(place, time.age(place.begins)));
        let failures = place.map_or(0, |place| self.sum(ring, place).0.failures);
        u16::try_from(failures).unwrap_or(u16::MAX)
    }
}
