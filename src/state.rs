//! The word that decides, and the pure functions that move it.
//!
//! Nothing here knows a clock, an atomic or a line of user code: a transition takes the word as it
//! was, an event and the tick of now, and gives the word as it will be. That is why the same lines
//! are enumerated (`state/enumeration.rs`), property-tested and model-checked. Wherever the word stands
//! ([`crate::cell`]), whoever writes it does so only if it is still the one that was judged.
//!
//! A result that is equal to what was given means *write nothing*.
//!
//! ```text
//! control  31..29 phase | 28..17 detail | 16..13 openings | 12..0 generation
//! detail   Closed: the strategy's count
//!          HalfOpen: 11..7 successes | 6..3 probes in flight | 2..0 lease
//! stamp    Open: when it opened | HalfOpen: when the last probe was admitted | Closed: the strategy's
//! ```
//!
//! Phase and detail stand at the top so that "closed" is `control < 2^29` and "closed and clean" is
//! `control < 2^17`: one shift or compare each, also on a Cortex-M0.

#[cfg(all(test, not(loom)))]
mod tests;

use crate::config::Limits;
use crate::rules::Verdict;
use crate::strategy::{Kept, Step, Strategy};

#[cfg(all(test, not(loom)))]
mod enumeration;
#[cfg(all(test, not(loom)))]
mod fields;

const PHASE: u32 = 29;
const DETAIL: u32 = 17;
const OPENINGS: u32 = 13;

/// A count one higher, added to the control half or to the word as one integer with control low.
pub(crate) const ONE_MORE: u64 = 1 << DETAIL;

const DETAIL_MASK: u32 = 0xFFF;
const OPENINGS_MASK: u32 = 0xF;
const GENERATION_MASK: u32 = 0x1FFF;

const SUCCESSES: u32 = 7;
const IN_FLIGHT: u32 = 3;
const IN_FLIGHT_MASK: u32 = 0xF;
const LEASE_MASK: u32 = 0x7;

/// Differences in the top `GUARD` ticks of the range mean "a moment newer than the reader's sample".
const GUARD: u32 = 1 << 16;

/// The ticks from `earlier` to `now`, on a counter that wraps.
///
/// An interrupt may stamp a moment after the reader sampled its clock; such an `earlier` is slightly
/// *newer* than `now` and counts as 0, where plain wrapping subtraction would see an age and admit early.
#[inline]
pub(crate) const fn since(now: u32, earlier: u32) -> u32 {
    let age = now.wrapping_sub(earlier);
    if age > u32::MAX - GUARD { 0 } else { age }
}

/// What a breaker does with calls, as its [`state`](crate::CircuitBreaker::state) tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum State {
    /// Calls pass and their results are judged.
    Closed,
    /// Calls are rejected until the recovery timeout is over.
    Open,
    /// The recovery timeout is over: a limited number of probes may pass at a time.
    HalfOpen,
    /// Opened by hand: calls are rejected until it is reset or forced the other way.
    ForcedOpen,
    /// Closed by hand: calls pass and nothing is judged.
    ForcedClosed,
}

impl State {
    /// The lower-case name, as the log lines and the readiness example print it.
    ///
    /// ```
    /// assert_eq!(mcb::State::HalfOpen.as_str(), "half-open");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Closed => "closed",
            State::Open => "open",
            State::HalfOpen => "half-open",
            State::ForcedOpen => "forced open",
            State::ForcedClosed => "forced closed",
        }
    }
}

impl core::fmt::Display for State {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The half of the word that every call reads, and that an admitted call carries to its result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Control(pub(crate) u32);

impl Control {
    const fn phase_bits(state: State) -> u32 {
        (state as u32) << PHASE
    }

    /// The stored phase; unlike [`state`] it does not know that a timeout has run out.
    #[inline]
    pub(crate) const fn phase(self) -> State {
        match self.0 >> PHASE {
            0 => State::Closed,
            1 => State::Open,
            2 => State::HalfOpen,
            3 => State::ForcedOpen,
            _ => State::ForcedClosed,
        }
    }

    #[inline]
    const fn is(self, state: State) -> bool {
        self.0 >> PHASE == state as u32
    }

    #[inline]
    pub(crate) const fn is_closed(self) -> bool {
        self.is(State::Closed)
    }

    #[inline]
    pub(crate) const fn is_open(self) -> bool {
        self.is(State::Open)
    }

    #[inline]
    pub(crate) const fn is_half_open(self) -> bool {
        self.is(State::HalfOpen)
    }

    /// Closed with nothing against it: a success changes nothing, whatever the strategy.
    #[inline]
    pub(crate) const fn is_clean(self) -> bool {
        self.0 < 1 << DETAIL
    }

    #[inline]
    pub(crate) const fn openings(self) -> u32 {
        self.0 >> OPENINGS & OPENINGS_MASK
    }

    /// How a call carries the control when it was not clean at its admission: never equal to a stored
    /// word in which its success would change nothing. A closed word has no openings and a marked one
    /// has 15; nothing that reads a carried control looks at them.
    #[inline]
    pub(crate) const fn marked(self) -> Control {
        Control(self.0 ^ OPENINGS_MASK << OPENINGS)
    }

    #[inline]
    const fn detail(self) -> u32 {
        self.0 >> DETAIL & DETAIL_MASK
    }

    #[inline]
    pub(crate) const fn successes(self) -> u32 {
        self.detail() >> SUCCESSES
    }

    #[inline]
    pub(crate) const fn in_flight(self) -> u32 {
        self.detail() >> IN_FLIGHT & IN_FLIGHT_MASK
    }

    #[inline]
    pub(crate) const fn lease(self) -> u32 {
        self.detail() & LEASE_MASK
    }

    /// Admitted in the phase and generation of `self`? Only then does a result count: a generation
    /// alone would let a call admitted in `Closed` count in a later `HalfOpen`.
    #[inline]
    const fn admitted(self, carried: Control) -> bool {
        const WHO: u32 = 0x7 << PHASE | GENERATION_MASK;
        (self.0 ^ carried.0) & WHO == 0
    }

    #[inline]
    const fn next_generation(self) -> u32 {
        self.0.wrapping_add(1) & GENERATION_MASK
    }

    #[inline]
    const fn with_detail(self, detail: u32) -> Control {
        Control(self.0 & !(DETAIL_MASK << DETAIL) | detail << DETAIL)
    }
}

/// The whole word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Word {
    pub(crate) control: Control,
    pub(crate) stamp: u32,
}

impl Word {
    /// Closed and fresh, in the generation that follows nothing.
    pub(crate) const fn new(fresh: Kept) -> Word {
        Word { control: Control((fresh.count as u32) << DETAIL), stamp: fresh.stamp }
    }

    /// What the strategy kept; meaningful in `Closed` only.
    #[inline]
    pub(crate) const fn kept(self) -> Kept {
        Kept { count: self.control.detail() as u16, stamp: self.stamp }
    }

    #[inline]
    const fn keeping(self, kept: Kept) -> Word {
        let count = kept.count as u32 & DETAIL_MASK;
        Word { control: self.control.with_detail(count), stamp: kept.stamp }
    }

    /// The strategy's count one higher. The caller knows that it is below its maximum ([`Step::More`]).
    #[inline]
    pub(crate) const fn one_more(self) -> Word {
        Word { control: Control(self.control.0.wrapping_add(ONE_MORE as u32)), ..self }
    }

    /// Another phase in a new generation, no openings counted.
    #[inline]
    const fn moved_to(self, state: State, kept: Kept) -> Word {
        let control = Control::phase_bits(state)
            | (kept.count as u32 & DETAIL_MASK) << DETAIL
            | self.control.next_generation();
        Word { control: Control(control), stamp: kept.stamp }
    }

    /// Open from now on: one opening more since it was last closed.
    #[inline]
    const fn opened(self, now: u32) -> Word {
        // Closed words always hold 0 openings, so that one addition serves both ways in.
        let openings = self.control.openings();
        let openings = if openings < OPENINGS_MASK { openings + 1 } else { openings };
        let control = Control::phase_bits(State::Open)
            | openings << OPENINGS
            | self.control.next_generation();
        Word { control: Control(control), stamp: now }
    }

    /// One place given back, unless the lease has passed on. It saturates: lease numbers come round
    /// after eight, and a place must not be given back twice into an underflow.
    #[inline]
    const fn place_back(self, carried: Control) -> Word {
        let control = self.control;
        if control.lease() == carried.lease() && control.in_flight() > 0 {
            Word { control: Control(control.0 - (1 << (IN_FLIGHT + DETAIL))), stamp: self.stamp }
        } else {
            self
        }
    }
}

/// The ticks for which an `Open` word still rejects.
#[inline(always)]
#[allow(clippy::inline_always)] // part of the rejection that is inlined into calls
pub(crate) const fn wait(word: Word, now: u32, limits: &Limits) -> Option<u32> {
    let age = since(now, word.stamp);
    if age < limits.recovery_timeout { Some(limits.recovery_timeout - age) } else { None }
}

/// Asks for admission: the word to write (equal to `word` when there is nothing to write), or the
/// ticks until a call may pass, `None` where only a hand can tell.
///
/// `now` is read at most once, and only where time decides.
#[inline]
pub(crate) fn admit(
    word: Word,
    now: impl FnOnce() -> u32,
    limits: &Limits,
) -> Result<Word, Option<u32>> {
    let control = word.control;
    let half_open = control.is_half_open();
    if !half_open && !control.is_open() {
        return if control.is(State::ForcedOpen) { Err(None) } else { Ok(word) };
    }
    // One case after the other, rather than one path with three variables: smaller and shorter where
    // registers are few.
    let now = now();
    if half_open {
        if control.in_flight() < u32::from(limits.max_probes) {
            let control = Control(control.0 + (1 << (IN_FLIGHT + DETAIL)));
            return Ok(Word { control, stamp: now });
        }
        let age = since(now, word.stamp);
        if age < limits.probe_timeout {
            return Err(Some(limits.probe_timeout - age));
        }
        // The places pass on: the lease moves, one probe is in flight, the successes stay.
        let detail = control.detail();
        let lease = (detail + 1) & LEASE_MASK;
        let detail = detail & !(IN_FLIGHT_MASK << IN_FLIGHT | LEASE_MASK) | 1 << IN_FLIGHT | lease;
        return Ok(Word { control: control.with_detail(detail), stamp: now });
    }
    if let Some(wait) = wait(word, now, limits) {
        return Err(Some(wait));
    }
    // Openings and generation stay: no call is out while open.
    let rest = control.0 & (OPENINGS_MASK << OPENINGS | GENERATION_MASK);
    let half_open = Control::phase_bits(State::HalfOpen) | 1 << (IN_FLIGHT + DETAIL);
    Ok(Word { control: Control(rest | half_open), stamp: now })
}

/// Takes the verdict on a call that was admitted with `carried`.
#[inline]
pub(crate) fn settle<S: Strategy>(
    word: Word,
    carried: Control,
    verdict: Verdict,
    now: impl Fn() -> u32,
    limits: &Limits,
    strategy: &S,
    memory: &S::Memory,
) -> Word {
    if !word.control.admitted(carried) {
        return word;
    }
    if word.control.is_closed() {
        if let Verdict::Ignore = verdict {
            return word;
        }
        let failed = matches!(verdict, Verdict::Failure);
        // The plain counts read the clock only in the failure that opens.
        return match strategy.record(memory, word.kept(), failed, limits.error_threshold, &now) {
            Step::Keep(kept) => word.keeping(kept),
            Step::More => word.one_more(),
            Step::Trip => word.opened(now()),
        };
    }
    if !word.control.is_half_open() {
        return word;
    }
    match verdict {
        Verdict::Failure => word.opened(now()),
        Verdict::Ignore => word.place_back(carried),
        Verdict::Success
            if word.control.successes() + 1 >= u32::from(limits.recovery_threshold) =>
        {
            word.moved_to(State::Closed, S::FRESH)
        }
        Verdict::Success => {
            let back = word.place_back(carried);
            Word { control: Control(back.control.0 + (1 << (SUCCESSES + DETAIL))), ..back }
        }
    }
}

/// Whether a failure does no more than raise the count of a closed breaker: [`settle`] then gives
/// [`Word::one_more`], which can be written as one addition.
///
/// A strategy that reads the clock to say so reads it here and again in [`settle`] if it says no.
#[inline]
pub(crate) fn only_counts<S: Strategy>(
    word: Word,
    carried: Control,
    now: impl Fn() -> u32,
    limits: &Limits,
    strategy: &S,
    memory: &S::Memory,
) -> bool {
    word.control.is_closed()
        && word.control.admitted(carried)
        && strategy.record(memory, word.kept(), true, limits.error_threshold, &now) == Step::More
}

/// By hand: `ForcedOpen`, `ForcedClosed`, or `Closed` for a reset. The generation always moves, so
/// that results of calls admitted before are ignored.
#[inline]
pub(crate) const fn force(word: Word, to: State, fresh: Kept) -> Word {
    word.moved_to(to, fresh)
}

/// The state to tell: stored, but `Open` reads `HalfOpen` as soon as its timeout is over.
#[inline]
pub(crate) fn state(word: Word, now: impl FnOnce() -> u32, limits: &Limits) -> State {
    if word.control.is_open() && since(now(), word.stamp) >= limits.recovery_timeout {
        State::HalfOpen
    } else {
        word.control.phase()
    }
}

/// The strategy's count while closed, threshold + openings − 1 from the first opening until it
/// closes again, 0 while forced.
#[inline]
pub(crate) fn error_count<S: Strategy>(word: Word, limits: &Limits, strategy: &S) -> u16 {
    match word.control.phase() {
        State::Closed => strategy.error_count(word.kept()),
        State::Open | State::HalfOpen => {
            (u32::from(limits.error_threshold) + word.control.openings()).wrapping_sub(1) as u16
        }
        State::ForcedOpen | State::ForcedClosed => 0,
    }
}

/// The successes of the present recovery, 0 elsewhere.
#[inline]
pub(crate) const fn success_count(word: Word) -> u16 {
    if word.control.is_half_open() { word.control.successes() as u16 } else { 0 }
}
