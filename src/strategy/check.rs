//! A strategy against its contract.

use core::cell::Cell;
use core::fmt;

use super::{Kept, Step, Strategy, Time, plain};
use crate::ticks::{OLDEST, Ticks};

/// What a strategy that keeps the [contract](super#the-seam) was seen to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checked {
    /// How many of the outcomes opened it.
    pub openings: u32,
    /// Whether a success did.
    pub opened_by_success: bool,
    /// Whether successes and time made it clean again at the end of every history. If not, a breaker with something
    /// against it never gets back to where a call costs nothing.
    pub heals: bool,
}

/// What a strategy was seen to do against the [contract](super#the-seam), and with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Breach {
    /// What it may not do.
    pub rule: &'static str,
    /// What it had kept.
    pub kept: Kept,
    /// Whether it was told of a failure.
    pub failed: bool,
    /// The number of the outcome in the check, from 0.
    pub outcome: u32,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Breach { rule, kept: Kept { count, stamp }, failed, outcome } = self;
        let told = if *failed { "failure" } else { "success" };
        write!(f, "{rule}: a {told} at count {count} and stamp {stamp} (outcome {outcome})")
    }
}

impl core::error::Error for Breach {}

/// Holds a strategy against its [contract](super#the-seam), in tests of one that you write: some ten thousand
/// outcomes, by chance but the same each time, with clocks of both widths that stand, creep, leap and wrap.
///
/// It drives the strategy as a breaker does that one thread uses, and its memory lies on the stack.
///
/// # Errors
///
/// The first breach. What it looks for:
///
/// - a success on a clean breaker is the identity;
/// - [`record`](Strategy::record) answers the same when it is asked again;
/// - counts stay within [`BITS`](Strategy::BITS), or below the threshold where
///   [`FEWER_BITS_DO`](Strategy::FEWER_BITS_DO), up to [`MAX_THRESHOLD`](Strategy::MAX_THRESHOLD);
/// - without [`STAMPS`](Strategy::STAMPS) the stamp means nothing;
/// - [`PLAIN`](Strategy::PLAIN), if it is told, is what `record` does;
/// - a breaker that is fresh or clean has no errors;
/// - one that is fresh again behaves as a new one, whatever its memory still holds;
/// - ages are asked for before the present tick.
///
/// ```
/// use mcb::NetError;
/// use mcb::strategy::check;
///
/// let checked = check(&NetError, 5)?;
/// assert!(checked.openings > 0 && checked.heals && !checked.opened_by_success);
/// # Ok::<(), mcb::strategy::Breach>(())
/// ```
pub fn check<S: Strategy>(strategy: &S, threshold: u16) -> Result<Checked, Breach> {
    let checked = Checked { openings: 0, opened_by_success: false, heals: true };
    let mut check = Check { strategy, threshold, outcome: 0, chance: Chance(0x2545_F491), checked };
    let fresh = Kept { count: S::FRESH, stamp: 0 };
    let breach = |rule| Breach { rule, kept: fresh, failed: false, outcome: 0 };
    if S::BITS > 12 || u32::from(S::FRESH) >> S::BITS > 0 {
        return Err(breach("the fresh count is beyond the bits"));
    }
    if threshold == 0 || threshold > S::MAX_THRESHOLD {
        return Err(breach("the threshold is beyond the largest"));
    }
    for start in [0, (1 << 31) - 999, (1 << 32) - 999, (7 << 32) - 999] {
        check.history(&Watch::new(start, false))?;
        check.history(&Watch::new(start, true))?;
    }
    check.threshold = S::MAX_THRESHOLD;
    check.history(&Watch::new(5, false))?;
    Ok(check.checked)
}

/// Numbers by chance: xorshift, by Marsaglia.
struct Chance(u32);

impl Chance {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    fn below(&mut self, limit: u32) -> u32 {
        (self.next() >> 8) % limit
    }
}

/// A clock of either width, as a breaker shows it to a strategy.
struct Watch {
    tick: Cell<u64>,
    wide: bool,
    epoch: <u64 as Ticks>::Epoch,
    told: Cell<bool>,
    too_late: Cell<bool>,
}

impl Watch {
    fn new(start: u64, wide: bool) -> Self {
        let (told, too_late) = (Cell::new(false), Cell::new(false));
        Watch { tick: Cell::new(start), wide, epoch: u64::EPOCH, told, too_late }
    }

    fn advance(&self, ticks: u32) {
        self.tick.set(self.tick.get().wrapping_add(u64::from(ticks)));
    }
}

impl Time for Watch {
    fn now(&self) -> u32 {
        self.told.set(true);
        let tick = self.tick.get();
        tick.mark(&self.epoch);
        tick.low()
    }

    fn age(&self, stamp: u32) -> u32 {
        self.too_late.set(self.too_late.get() || self.told.get());
        let tick = self.tick.get();
        let age = if self.wide { tick.age(stamp, &self.epoch) } else { tick.low().age(stamp, &()) };
        if age > OLDEST { 0 } else { age }
    }
}

struct Check<'a, S> {
    strategy: &'a S,
    threshold: u16,
    outcome: u32,
    chance: Chance,
    checked: Checked,
}

/// A breaker's memory and the strategy's part of its word.
struct Closed<S: Strategy> {
    memory: S::Memory,
    kept: Kept,
}

impl<S: Strategy> Closed<S> {
    const FRESH: Kept = Kept { count: S::FRESH, stamp: 0 };

    fn new() -> Self {
        Closed { memory: S::MEMORY, kept: Self::FRESH }
    }
}

impl<S: Strategy> Check<'_, S> {
    /// The histories of a breaker, one after the other in the same memory, each until it opens.
    fn history(&mut self, watch: &Watch) -> Result<(), Breach> {
        const OUTCOMES: u32 = 5_000;
        // A second one begins anew in a new memory where the first begins anew in its old one.
        let (mut old, mut new) = (Closed::<S>::new(), Closed::<S>::new());
        let (mut failing, mut pace) = (0, 0);
        for outcome in 0..OUTCOMES {
            if self.chance.below(64) == 0 || outcome == 0 {
                failing = [1, 8, 16, 28, 32][self.chance.below(5) as usize];
                pace = [1, 1, 3, 300, 1 << 14, 1 << 22][self.chance.below(6) as usize];
            }
            if self.chance.below(2_000) == 0 {
                watch.advance(self.chance.next());
            }
            watch.advance(self.chance.below(pace));
            let failed = self.chance.below(32) < failing;
            let opened = self.tell(&mut old, failed, watch)?;
            let twin = self.tell(&mut new, failed, watch)?;
            let errors =
                |closed: &Closed<S>| self.strategy.error_count(&closed.memory, closed.kept, watch);
            let alike = (old.kept.count == 0) == (new.kept.count == 0);
            if opened != twin || !alike || errors(&old) != errors(&new) {
                let rule = "a fresh breaker remembers what was before";
                return Err(self.breach(rule, old.kept, failed));
            }
            if opened {
                self.checked.openings += 1;
                self.checked.opened_by_success |= !failed;
                new = Closed::new();
                old.kept = Closed::<S>::FRESH;
                watch.advance(1); // the shortest opening
            }
            self.outcome += 1;
        }
        self.heal(&mut old, watch)
    }

    /// Successes alone, first while time stands, then while it leaps.
    fn heal(&mut self, breaker: &mut Closed<S>, watch: &Watch) -> Result<(), Breach> {
        for outcome in 0..10_000_u32 {
            if breaker.kept.count == 0 {
                return Ok(());
            }
            watch.advance(if outcome < 5_000 { 0 } else { (1 << 20) + 7 });
            if self.tell(breaker, false, watch)? {
                breaker.kept = Closed::<S>::FRESH;
                watch.advance(1);
            }
            self.outcome += 1;
        }
        self.checked.heals = false;
        Ok(())
    }

    fn breach(&self, rule: &'static str, kept: Kept, failed: bool) -> Breach {
        Breach { rule, kept, failed, outcome: self.outcome }
    }

    fn ask(&self, memory: &S::Memory, kept: Kept, failed: bool, watch: &Watch) -> Step {
        watch.told.set(false);
        self.strategy.record(memory, kept, failed, self.threshold, watch)
    }

    /// Tells of an outcome; whether that opened it.
    fn tell(&self, breaker: &mut Closed<S>, failed: bool, watch: &Watch) -> Result<bool, Breach> {
        let Closed { memory, kept } = breaker;
        let before = *kept;
        let breach = |rule| Err(self.breach(rule, before, failed));
        let step = self.ask(memory, before, failed, watch);
        if self.ask(memory, before, failed, watch) != step {
            return breach("asked again it answers something else");
        }
        if watch.too_late.get() {
            return breach("it asks for an age after it has asked for the present tick");
        }
        watch.told.set(false);
        if before == Closed::<S>::FRESH || before.count == 0 {
            if self.strategy.error_count(memory, before, watch) != 0 {
                return breach("a fresh or clean breaker has errors");
            }
            if !failed && before.count == 0 {
                let same = step == Step::Keep(before);
                return if same { Ok(false) } else { breach("a success changes a clean breaker") };
            }
        }
        let as_counted = |down| step == plain(before, failed, self.threshold, down);
        if !S::PLAIN.is_none_or(as_counted) {
            return breach("it is no plain count");
        }
        if !S::STAMPS {
            let other = Kept { stamp: !before.stamp, ..before };
            let same = match (step, self.ask(memory, other, failed, watch)) {
                (Step::Keep(a), Step::Keep(b)) => a.count == b.count,
                (a, b) => a == b,
            };
            if !same {
                return breach("it uses the stamp");
            }
        }
        let Step::Keep(after) = step else { return Ok(true) };
        if u32::from(after.count) >> S::BITS.min(12) > 0 {
            return breach("it counts beyond its bits");
        }
        if S::FEWER_BITS_DO && after.count >= self.threshold {
            return breach("it counts to the threshold and does not open");
        }
        *kept = after;
        if S::RECORDS {
            self.strategy.recorded(memory, before, after, failed);
        }
        Ok(false)
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
