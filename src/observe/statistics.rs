//! Counts, ready to be exported.

use core::fmt;

use super::Observer;
use super::counts::Counts;
use crate::clock::Clock;
use crate::state::{State, Transition};
use crate::sync::cells::{Cell32, Cell64};
use crate::sync::{acquire, release};
use crate::ticks::Ticks;
use crate::verdict::Verdict;

/// Counts the calls of a breaker by their outcome, its openings and closings, and how long it was open: an observer for
/// [`Config::observer`](crate::Config::observer). (Given by [`hooks`](crate::Config::hooks) it is not told of calls.)
///
/// It has a clock, that of its breaker or a finer one, which is read at openings, at closings and by a
/// [`snapshot`](Self::snapshot); and some 50 bytes beside it. Each call adds one to one number. Several breakers may share
/// one if they need no time open; for numbers that belong together give each its own.
///
/// ```
/// use core::time::Duration;
/// use mcb::observe::{Statistics, Told};
/// use mcb::{CircuitBreaker, Config, Consecutive, ManualClock};
///
/// type Clock = &'static ManualClock;
/// static CLOCK: ManualClock = ManualClock::new();
/// static STATISTICS: Statistics<Clock> = Statistics::new(&CLOCK);
/// static DB: CircuitBreaker<Clock, Told<Consecutive, Statistics<Clock>>> =
///     CircuitBreaker::new(&Config::new("db").error_threshold(1).observer(&STATISTICS), &CLOCK);
///
/// assert!(DB.call(|| Ok::<_, ()>(7)).is_ok());
/// assert!(DB.call(|| Err::<u8, _>("down")).is_err()); // opens it
/// assert!(DB.call(|| Ok::<_, ()>(7)).is_err()); // rejected
/// CLOCK.advance(Duration::from_secs(30));
/// assert!(DB.call(|| Ok::<_, ()>(7)).is_ok()); // the probe, which closes it
///
/// let counts = STATISTICS.snapshot();
/// assert_eq!((counts.successes, counts.failures, counts.rejected), (2, 1, 1));
/// assert_eq!((counts.openings, counts.closings, counts.probe_successes), (1, 1, 1));
/// assert_eq!(counts.time_open, 30_000); // ticks
/// ```
///
/// # What belongs together
///
/// See [`snapshot`](Self::snapshot). No lock is taken for it. Where the processor cannot change 64 bits, or any number,
/// at once, interrupts are masked for the few instructions of a change.
///
/// # Wraparound
///
/// Every number wraps after 2³² of what it counts, and is meant to be taken as a difference:
/// [`Counts::since`]. The time open wraps with `u32` ticks, and with `u64` ticks after 2⁵⁶ of them, which is 2,284 years
/// at 1 MHz. With `u32` ticks an opening that lasts a whole range of 2³² ticks is told too short by that.
pub struct Statistics<C> {
    /// By [`place`]: calls, and from the fourth on probes.
    results: [Cell32; 6],
    rejected: Cell32,
    passed: Cell32,
    reopenings: Cell32,
    turns: Cell64,
    open: Cell64,
    clock: C,
}

/// Where a verdict is counted.
const fn place(verdict: Verdict, probe: bool) -> usize {
    let verdict = match verdict {
        Verdict::Success => 0,
        Verdict::Failure | Verdict::Fatal => 1,
        Verdict::Ignore => 2,
    };
    if probe { verdict + 3 } else { verdict }
}

/// Openings above, closings below. Both only grow, so that it does not matter in which order two threads tell of an
/// opening and of the closing before it: one is ahead of the other for a moment, which [`Turns::told`] sets right.
#[derive(Clone, Copy)]
struct Turns(u64);

impl Turns {
    const OPENING: u64 = 1 << 32;

    fn and_an_opening(self) -> u64 {
        self.0.wrapping_add(Self::OPENING)
    }

    /// Without a carry into the openings.
    fn and_a_closing(self) -> u64 {
        self.0 & !0xFFFF_FFFF | u64::from((self.0 as u32).wrapping_add(1))
    }

    /// Openings and closings. An opening implies the closing of the one before, and a closing its opening, where these
    /// are still to be told.
    fn told(self) -> (u32, u32) {
        let (openings, closings) = ((self.0 >> 32) as u32, self.0 as u32);
        match openings.wrapping_sub(closings).cast_signed() {
            0 | 1 => (openings, closings),
            ..0 => (closings, closings),
            _ => (openings, openings.wrapping_sub(1)),
        }
    }
}

/// The time open. Above: the ticks of all openings that are over, less the tick at which the present one began; so one
/// number knows both, and the time so far is that and the present tick. Below: openings less closings, as told.
#[derive(Clone, Copy)]
struct Open(u64);

impl Open {
    /// 56 bits of ticks, 8 of difference: more threads do not tell of transitions at once.
    const TICK: u64 = 1 << 8;

    fn balance(self) -> i8 {
        (self.0 as u8).cast_signed()
    }

    fn with(self, balance: i8, ticks: u64) -> u64 {
        (self.0 & !0xFF).wrapping_add(ticks.wrapping_mul(Self::TICK))
            | u64::from(balance.cast_unsigned())
    }

    /// At that tick, if no other opening is on; else the closing of that one is only to be told.
    fn and_an_opening(self, tick: u64) -> u64 {
        let balance = self.balance();
        self.with(balance.wrapping_add(1), if balance == 0 { tick.wrapping_neg() } else { 0 })
    }

    fn and_a_closing(self, tick: u64) -> u64 {
        let balance = self.balance();
        self.with(balance.wrapping_sub(1), if balance == 1 { tick } else { 0 })
    }

    /// The ticks until now.
    fn told(self, now: impl FnOnce() -> u64) -> u64 {
        let ticks = if self.balance() > 0 { now() } else { 0 };
        (self.0 >> 8).wrapping_add(ticks) & (u64::MAX >> 8)
    }
}

/// What all cells held.
#[derive(Clone, Copy, PartialEq)]
struct Reading {
    results: [u32; 6],
    others: [u32; 3],
    turns: u64,
    open: u64,
}

impl<C: Clock> Statistics<C> {
    /// Nothing counted yet, of a breaker that is closed.
    #[must_use]
    pub const fn new(clock: C) -> Self {
        Statistics {
            results: [const { Cell32::new(0) }; 6],
            rejected: Cell32::new(0),
            passed: Cell32::new(0),
            reopenings: Cell32::new(0),
            turns: Cell64::new(0),
            open: Cell64::new(0),
            clock,
        }
    }

    /// What was counted up to now.
    ///
    /// - Each call, opening and closing is in it as a whole or not at all: no number is torn, and the
    ///   [calls](Counts::calls) are the sum of their outcomes.
    /// - Nothing is in it without what led to it: the result that opened or closed the breaker is, if the
    ///   opening or closing is.
    /// - Openings are as many as closings, or one more while it is open.
    /// - The numbers are those of one moment: they are read until they are read twice alike. (Where calls end without a
    ///   pause as long as some twenty loads, it gives up after 16 attempts, and what was counted while it read last may
    ///   be in one number and not yet in another. The three above hold all the same.)
    ///
    /// It may be called from anywhere, interrupts included, and waits for nobody.
    #[must_use]
    pub fn snapshot(&self) -> Counts {
        const ATTEMPTS: u32 = 16;
        let mut read = self.read();
        for _ in 0..ATTEMPTS {
            acquire();
            let again = self.read();
            if again == read {
                break;
            }
            read = again;
        }
        let [successes, failures, ignored, probe_successes, probe_failures, probe_ignored] =
            read.results;
        let [rejected, passed, reopenings] = read.others;
        let (openings, closings) = Turns(read.turns).told();
        Counts {
            successes: successes.wrapping_add(probe_successes),
            failures: failures.wrapping_add(probe_failures),
            ignored: ignored.wrapping_add(probe_ignored),
            rejected,
            passed,
            probe_successes,
            probe_failures,
            probe_ignored,
            openings,
            closings,
            reopenings,
            time_open: self.as_ticks(Open(read.open).told(|| self.now())),
        }
    }

    /// Effects before their causes: who sees one sees the other.
    fn read(&self) -> Reading {
        let (open, turns, reopenings) = (self.open.get(), self.turns.get(), self.reopenings.get());
        acquire();
        Reading {
            results: core::array::from_fn(|i| self.results[i].get()),
            others: [self.rejected.get(), self.passed.get(), reopenings],
            turns,
            open,
        }
    }

    fn opened(&self) {
        let now = self.now();
        self.open.change(|open| Open(open).and_an_opening(now));
        self.turns.change(|turns| Turns(turns).and_an_opening());
    }

    fn now(&self) -> u64 {
        self.clock.now().wide()
    }

    /// Narrow ticks are counted in wide numbers, of which the lower half is what it would be.
    #[allow(clippy::unused_self)]
    fn as_ticks(&self, wide: u64) -> u64 {
        if size_of::<C::Ticks>() == 4 { wide & 0xFFFF_FFFF } else { wide }
    }
}

/// In these no call passes, or only probes do.
pub(super) const fn is_shut(state: State) -> bool {
    matches!(state, State::Open | State::HalfOpen | State::LockedOut | State::ForcedOpen)
}

impl<C: Clock> Observer for Statistics<C> {
    fn on_transition(&self, change: &Transition) {
        release(); // after the result that made it
        match (is_shut(change.from), is_shut(change.to)) {
            (false, true) => self.opened(),
            // The first probe of one that starts by probing, which was never told to be open.
            (true, true)
                if change.from == State::Open
                    && change.error_count == 0
                    && Open(self.open.get()).balance() == 0 =>
            {
                self.opened();
            }
            (true, false) => {
                let now = self.now();
                self.open.change(|open| Open(open).and_a_closing(now));
                self.turns.change(|turns| Turns(turns).and_a_closing());
            }
            (true, true) if matches!(change.to, State::Open | State::LockedOut) => {
                self.reopenings.change(|reopenings| reopenings.wrapping_add(1));
            }
            _ => {}
        }
    }

    #[inline]
    fn on_result(&self, _: &'static str, verdict: Verdict, probe: bool) {
        // In range by `place`, which the compiler sees.
        self.results[place(verdict, probe)].change(|results| results.wrapping_add(1));
    }

    #[inline]
    fn on_rejected(&self, _: &'static str, passed: bool) {
        let cell = if passed { &self.passed } else { &self.rejected };
        cell.change(|calls| calls.wrapping_add(1));
    }
}

/// As its [snapshot](Statistics::snapshot).
impl<C: Clock> fmt::Debug for Statistics<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Statistics").field(&self.snapshot()).finish()
    }
}
