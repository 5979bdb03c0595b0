//! Each strategy as its definition reads: time in 64 bits, histories in lists, nothing packed.

use std::collections::VecDeque;

/// What is told the outcomes of a closed breaker, and says when it opens.
pub trait Judge {
    /// Takes one outcome at a tick that never falls, and says whether the breaker opens.
    fn outcome(&mut self, now: u64, failed: bool) -> bool;

    /// Closes it again by hand, with nothing kept.
    fn reset(&mut self);

    /// Closes it again by a probe at this tick, one after the opening at least.
    fn recover(&mut self, _now: u64) {
        self.reset();
    }

    /// A call ends without an outcome, which is none at all.
    fn ignored(&mut self, _now: u64) {}

    /// The errors to tell just after an outcome that did not open it; `None` where the specification leaves it open.
    fn errors(&self) -> Option<u64>;

    /// The errors to tell some time after the last outcome.
    fn errors_at(&self, _now: u64) -> Option<u64> {
        self.errors()
    }
}

/// `part` of `whole` is at least `percent`.
fn reaches(percent: u64, part: u64, whole: u64) -> bool {
    part * 100 >= percent * whole
}

/// Failures in a row.
#[derive(Clone, Debug)]
pub struct Consecutive {
    n: u64,
    row: u64,
}

impl Consecutive {
    pub fn new(n: u64) -> Self {
        Consecutive { n, row: 0 }
    }
}

impl Judge for Consecutive {
    fn outcome(&mut self, _now: u64, failed: bool) -> bool {
        self.row = if failed { self.row + 1 } else { 0 };
        self.row >= self.n
    }

    fn reset(&mut self) {
        self.row = 0;
    }

    fn errors(&self) -> Option<u64> {
        Some(self.row)
    }
}

/// Failures less successes, never below 0.
#[derive(Clone, Debug)]
pub struct NetError {
    n: u64,
    net: u64,
}

impl NetError {
    pub fn new(n: u64) -> Self {
        NetError { n, net: 0 }
    }
}

impl Judge for NetError {
    fn outcome(&mut self, _now: u64, failed: bool) -> bool {
        self.net = if failed { self.net + 1 } else { self.net.saturating_sub(1) };
        self.net >= self.n
    }

    fn reset(&mut self) {
        self.net = 0;
    }

    fn errors(&self) -> Option<u64> {
        Some(self.net)
    }
}

/// A count that goes up and down by steps of its own, and jumps when the direction changes.
#[derive(Clone, Debug)]
pub struct Debounce {
    up: u64,
    down: u64,
    jump_up: u64,
    jump_down: u64,
    threshold: u64,
    count: u64,
}

impl Debounce {
    /// Without jumps.
    pub fn new(up: u64, down: u64, threshold: u64) -> Self {
        Debounce { up, down, jump_up: 0, jump_down: u64::MAX, threshold, count: 0 }
    }

    /// A failure counts from `up` at least, a success from `down` at most.
    pub fn jumps(mut self, up: u64, down: u64) -> Self {
        (self.jump_up, self.jump_down) = (up, down);
        self
    }
}

impl Judge for Debounce {
    fn outcome(&mut self, _now: u64, failed: bool) -> bool {
        self.count = if failed {
            self.count.max(self.jump_up) + self.up
        } else {
            self.count.min(self.jump_down).saturating_sub(self.down)
        };
        self.count >= self.threshold
    }

    fn reset(&mut self) {
        self.count = 0;
    }

    fn errors(&self) -> Option<u64> {
        Some(self.count)
    }
}

/// Failures in a row, where those too far apart do not add up and those too close count as one.
#[derive(Clone, Debug)]
pub struct TimedConsecutive {
    n: u64,
    /// Failures further apart begin a new row.
    quiet: Option<u64>,
    /// Failures closer than this to the last counted one do not count.
    lump: u64,
    /// When each failure of the row was, that counted.
    row: Vec<u64>,
}

impl TimedConsecutive {
    pub fn new(n: u64, quiet: Option<u64>, lump: u64) -> Self {
        TimedConsecutive { n, quiet, lump, row: Vec::new() }
    }
}

impl Judge for TimedConsecutive {
    fn outcome(&mut self, now: u64, failed: bool) -> bool {
        if !failed {
            self.row.clear();
            return false;
        }
        if let Some(last) = self.row.last() {
            let apart = now - last;
            if apart < self.lump {
                return false;
            }
            if self.quiet.is_some_and(|quiet| apart > quiet) {
                self.row.clear();
            }
        }
        self.row.push(now);
        self.row.len() as u64 >= self.n
    }

    fn reset(&mut self) {
        self.row.clear();
    }

    fn errors(&self) -> Option<u64> {
        Some(self.row.len() as u64)
    }
}

/// The generic cell rate algorithm on failures. Successes are nothing to it.
#[derive(Clone, Debug)]
pub struct FailuresPerPeriod {
    n: u64,
    /// Ticks that a failure stands for.
    tau: u64,
    /// When all failures so far have been worked off.
    tat: u64,
}

impl FailuresPerPeriod {
    pub fn new(n: u64, period: u64) -> Self {
        assert!(period >= n, "less than a tick for each failure");
        FailuresPerPeriod { n, tau: period.div_ceil(n), tat: 0 }
    }

    /// The time in which `n` failures may open it and `2n` must.
    pub fn window(&self) -> u64 {
        self.n * self.tau
    }
}

impl Judge for FailuresPerPeriod {
    fn outcome(&mut self, now: u64, failed: bool) -> bool {
        if !failed {
            return false;
        }
        self.tat = self.tat.max(now) + self.tau;
        // What a breaker keeps is that less the window, in 32 bits of which 0 says that nothing is owed.
        let kept = self.tat.wrapping_sub(self.window()) as u32;
        let opens = self.tat - now >= self.window();
        self.tat += u64::from(kept == 0);
        opens
    }

    fn reset(&mut self) {
        self.tat = 0;
    }

    fn errors(&self) -> Option<u64> {
        Some(0)
    }
}

/// The failure rate over the last `n` outcomes since the last closing.
#[derive(Clone, Debug)]
pub struct CountWindow {
    n: u64,
    percent: u64,
    minimum: u64,
    /// The last `n` outcomes; what is older is never asked for again.
    history: VecDeque<bool>,
}

impl CountWindow {
    pub fn new(n: u64, percent: u64, minimum: u64) -> Self {
        CountWindow { n, percent, minimum, history: VecDeque::new() }
    }

    fn failures(&self) -> u64 {
        self.history.iter().map(|failed| u64::from(*failed)).sum()
    }
}

impl Judge for CountWindow {
    fn outcome(&mut self, _now: u64, failed: bool) -> bool {
        self.history.push_back(failed);
        if self.history.len() as u64 > self.n {
            self.history.pop_front();
        }
        let calls = self.history.len() as u64;
        calls >= self.minimum && reaches(self.percent, self.failures(), calls)
    }

    fn reset(&mut self) {
        self.history.clear();
    }

    fn errors(&self) -> Option<u64> {
        Some(self.failures())
    }
}

/// The failure rate over the bucket of now and those before it, counted from the first failure on.
#[derive(Clone, Debug)]
pub struct TimeWindow {
    buckets: u64,
    window: u64,
    percent: u64,
    minimum: u64,
    /// When the first failure was, from which the buckets turn.
    began: u64,
    /// The outcomes in the window, each with its tick; none while the window holds no failure.
    history: VecDeque<(u64, bool)>,
}

impl TimeWindow {
    pub fn new(buckets: u64, window: u64, percent: u64, minimum: u64) -> Self {
        assert!(window > 0 && window.is_multiple_of(buckets), "buckets of whole ticks");
        TimeWindow { buckets, window, percent, minimum, began: 0, history: VecDeque::new() }
    }

    fn failures(&self) -> u64 {
        self.history.iter().map(|(_, failed)| u64::from(*failed)).sum()
    }

    /// The number of the bucket of a tick.
    fn bucket(&self, tick: u64) -> u64 {
        (tick - self.began) / (self.window / self.buckets)
    }

    /// Whether an outcome of that tick is out of the window.
    fn has_left(&self, tick: u64, now: u64) -> bool {
        self.bucket(tick) + self.buckets <= self.bucket(now)
    }
}

impl Judge for TimeWindow {
    fn outcome(&mut self, now: u64, failed: bool) -> bool {
        // Ticks in order: the old ones are in front.
        let old = self.history.iter().take_while(|(tick, _)| self.has_left(*tick, now)).count();
        self.history.drain(..old);
        if self.failures() == 0 {
            self.history.clear();
            if !failed {
                return false;
            }
            self.began = now;
        }
        self.history.push_back((now, failed));
        let calls = self.history.len() as u64;
        calls >= self.minimum && reaches(self.percent, self.failures(), calls)
    }

    fn reset(&mut self) {
        self.history.clear();
    }

    fn errors(&self) -> Option<u64> {
        Some(self.failures())
    }

    fn errors_at(&self, now: u64) -> Option<u64> {
        let inside = self.history.iter().filter(|(tick, _)| !self.has_left(*tick, now));
        Some(inside.map(|(_, failed)| u64::from(*failed)).sum())
    }
}

/// A failure rate that forgets by calls and by time: the published one of whole numbers, and the ideal beside it.
///
/// With `e` of 4,096 and calls alone, `ideal - (2^k - 1) <= e <= ideal`: a call takes up to `1 - 2^-k` more than
/// its share from `e`, and leaves `1 - 2^-k` of what was missing before. An idle halving drops half at the most, and halves
/// what was missing. So it never opens before the ideal does, and at the latest when the ideal is `2^k - 1` above.
#[derive(Clone, Debug)]
pub struct DecayingRate {
    k: u32,
    percent: u64,
    half_life: u64,
    e: u64,
    /// The same without rounding. It shares the stamp: what is left of it where `e` is forgotten halves with the next.
    ideal: f64,
    /// The moment up to which it has been halved; none while `e` is 0.
    stamp: Option<u64>,
}

impl DecayingRate {
    /// All.
    pub const ONE: u64 = 4096;

    pub fn new(k: u32, percent: u64, half_life: u64) -> Self {
        DecayingRate { k, percent, half_life, e: 0, ideal: 0.0, stamp: None }
    }

    /// The rate, of [`ONE`](Self::ONE).
    pub fn rate(&self) -> u64 {
        self.e
    }

    /// The rate without rounding, of [`ONE`](Self::ONE).
    pub fn ideal(&self) -> f64 {
        self.ideal
    }

    /// The most that the ideal is above the rate.
    pub fn bound(&self) -> f64 {
        (1_u64 << self.k) as f64 - 1.0
    }

    /// The least rate that opens it, of [`ONE`](Self::ONE).
    pub fn limit(&self) -> u64 {
        (self.percent * Self::ONE).div_ceil(100)
    }

    /// What one call makes of a rate.
    pub fn after(e: u64, k: u32, failed: bool) -> u64 {
        e - e.div_ceil(1 << k) + if failed { Self::ONE >> k } else { 0 }
    }

    fn idle(&mut self, now: u64) {
        let Some(stamp) = self.stamp else { return };
        let halvings = (now - stamp) / self.half_life;
        for _ in 0..halvings.min(64) {
            self.e /= 2;
            self.ideal /= 2.0;
        }
        self.stamp = (self.e > 0).then_some(stamp + halvings * self.half_life);
    }
}

impl Judge for DecayingRate {
    fn outcome(&mut self, now: u64, failed: bool) -> bool {
        self.idle(now);
        self.e = Self::after(self.e, self.k, failed);
        let share = f64::from(1 << self.k).recip();
        self.ideal -= self.ideal * share;
        if failed {
            self.ideal += Self::ONE as f64 * share;
        }
        if self.e == 0 {
            self.stamp = None;
        } else {
            self.stamp.get_or_insert(now);
        }
        reaches(self.percent, self.e, Self::ONE)
    }

    fn reset(&mut self) {
        *self = DecayingRate::new(self.k, self.percent, self.half_life);
    }

    fn errors(&self) -> Option<u64> {
        Some(0)
    }
}

/// Which of two opened it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    First,
    Second,
}

/// Whichever of two opens first; the first where both do.
#[derive(Clone, Debug)]
pub struct Either<A, B> {
    first: A,
    second: B,
    opened_by: Option<Side>,
}

impl<A, B> Either<A, B> {
    pub fn new(first: A, second: B) -> Self {
        Either { first, second, opened_by: None }
    }

    /// Which opened it last.
    pub fn opened_by(&self) -> Option<Side> {
        self.opened_by
    }
}

impl<A: Judge, B: Judge> Judge for Either<A, B> {
    fn outcome(&mut self, now: u64, failed: bool) -> bool {
        let sides = (self.first.outcome(now, failed), self.second.outcome(now, failed));
        self.opened_by = match sides {
            (true, _) => Some(Side::First),
            (false, true) => Some(Side::Second),
            (false, false) => None,
        };
        self.opened_by.is_some()
    }

    fn reset(&mut self) {
        self.first.reset();
        self.second.reset();
        self.opened_by = None;
    }

    fn errors(&self) -> Option<u64> {
        None
    }
}

impl<J: Judge + ?Sized> Judge for Box<J> {
    fn outcome(&mut self, now: u64, failed: bool) -> bool {
        (**self).outcome(now, failed)
    }

    fn reset(&mut self) {
        (**self).reset();
    }

    fn errors(&self) -> Option<u64> {
        (**self).errors()
    }

    fn errors_at(&self, now: u64) -> Option<u64> {
        (**self).errors_at(now)
    }
}
