//! The word: what each bit means, and who carries which of them.
//!
//! ```text
//! control  31..29 phase | 28..17 detail | 16..13 openings | 12..0 generation
//! detail   Closed, SlowStart: the strategy's count
//!          Open: its own open duration, 0 for the configured one (machine/recovery/duration.rs)
//!          HalfOpen: 11..7 successes | 6..3 probes in flight | 2..0 round
//! openings in a row; Closed: 0, or what a reset time still has to clear
//! phase    0 Closed | 1 Open | 2 HalfOpen | 3 untried | 4 ForcedClosed | 5 SlowStart | 6 LockedOut | 7 ForcedOpen
//! stamp    Open: when it opened | HalfOpen: when the last probe was admitted | Closed, SlowStart: the strategy's
//! ```
//!
//! What needs a hand stands above the other phases. Untried is the word of a new breaker that starts by probing: as an
//! opening that is over, but of which nothing is known.
//! Phase and detail stand at the top so that "closed" is `control < 2^29` and "closed and clean" is
//! `control < 2^17`: one shift or compare each, also on a Cortex-M0.

use crate::state::State;
use crate::strategy::Kept;

/// Some bits of the control half that are a number. It knows its width, so that the limits of the
/// configuration follow from the layout.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    at: u32,
    width: u32,
}

/// The phase that has no state of its own.
const UNTRIED: u32 = 3;

pub(super) const GENERATION: Field = Field { at: 0, width: 13 };
pub(super) const OPENINGS: Field = Field::above(GENERATION, 4);
pub(crate) const DETAIL: Field = Field::above(OPENINGS, 12);
pub(super) const PHASE: Field = Field::above(DETAIL, 3);

/// The detail of `HalfOpen`, from its low end.
pub(super) const ROUND: Field = Field { at: DETAIL.at, width: 3 };
pub(crate) const IN_FLIGHT: Field = Field::above(ROUND, 4);
pub(crate) const SUCCESSES: Field = Field::above(IN_FLIGHT, 5);

const _: () = assert!(PHASE.at + PHASE.width == u32::BITS);
const _: () = assert!(SUCCESSES.at + SUCCESSES.width == PHASE.at);

impl Field {
    const fn above(lower: Field, width: u32) -> Field {
        Field { at: lower.at + lower.width, width }
    }

    /// How many values it has; the largest is one less.
    pub(crate) const fn values(self) -> u32 {
        1 << self.width
    }

    pub(super) const fn mask(self) -> u32 {
        (self.values() - 1) << self.at
    }

    /// One, to be added to the control half or taken off.
    pub(crate) const fn one(self) -> u32 {
        1 << self.at
    }

    #[inline]
    pub(super) const fn of(self, control: u32) -> u32 {
        (control & self.mask()) >> self.at
    }

    #[inline]
    pub(super) const fn put(self, value: u32) -> u32 {
        value << self.at
    }
}

/// The half of the word that every call reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Control(pub(crate) u32);

impl Control {
    #[inline]
    pub(super) const fn in_phase(state: State) -> u32 {
        PHASE.put(state as u32)
    }

    /// The stored phase; unlike [`state`](super::state) it does not know that a timeout has run out.
    #[inline]
    pub(crate) const fn phase(self) -> State {
        match PHASE.of(self.0) {
            0 => State::Closed,
            1 | UNTRIED => State::Open,
            2 => State::HalfOpen,
            4 => State::ForcedClosed,
            5 => State::SlowStart,
            6 => State::LockedOut,
            _ => State::ForcedOpen,
        }
    }

    /// By the bits as they are, which to name would cost more (growth, eight).
    #[inline]
    pub(crate) const fn same_phase(self, other: Control) -> bool {
        (self.0 ^ other.0) < PHASE.one()
    }

    #[inline]
    pub(crate) const fn is(self, state: State) -> bool {
        PHASE.of(self.0) == state as u32
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

    /// Refused until a hand changes it: locked out, or forced open.
    #[inline]
    pub(crate) const fn needs_a_hand(self) -> bool {
        PHASE.of(self.0) >= State::LockedOut as u32
    }

    /// Of an open word: it lasts for another time than the configured one.
    #[inline]
    pub(crate) const fn has_own_duration(self) -> bool {
        self.detail() != 0
    }

    /// Nothing is known of it yet.
    #[inline]
    pub(crate) const fn is_untried(self) -> bool {
        PHASE.of(self.0) == UNTRIED
    }

    /// It has opened, and not closed since.
    #[inline]
    pub(crate) const fn has_opened(self) -> bool {
        matches!(self.phase(), State::Open | State::HalfOpen | State::LockedOut)
    }

    /// Closed with nothing against it: a success changes nothing, whatever the strategy.
    #[inline]
    pub(crate) const fn is_clean(self) -> bool {
        self.0 < DETAIL.one()
    }

    #[inline]
    pub(crate) const fn openings(self) -> u32 {
        OPENINGS.of(self.0)
    }

    #[inline]
    pub(super) const fn detail(self) -> u32 {
        DETAIL.of(self.0)
    }

    #[inline]
    pub(crate) const fn successes(self) -> u32 {
        SUCCESSES.of(self.0)
    }

    #[inline]
    pub(crate) const fn in_flight(self) -> u32 {
        IN_FLIGHT.of(self.0)
    }

    #[inline]
    pub(crate) const fn round(self) -> u32 {
        ROUND.of(self.0)
    }

    /// The same in another phase.
    #[inline]
    pub(crate) const fn in_state(self, state: State) -> Control {
        Control(self.0 & !PHASE.mask() | Control::in_phase(state))
    }

    /// The same without its generation, to be compared with one of another.
    #[inline]
    pub(crate) const fn ungenerated(self) -> Control {
        self.in_generation(0)
    }

    /// The same in another generation.
    #[inline]
    pub(super) const fn in_generation(self, generation: u32) -> Control {
        Control(self.0 & !GENERATION.mask() | generation)
    }

    /// The same without openings: one that counts again.
    #[inline]
    pub(crate) const fn unopened(self) -> Control {
        self.with_openings(0)
    }

    /// The same with other openings.
    #[inline]
    pub(super) const fn with_openings(self, openings: u32) -> Control {
        Control(self.0 & !OPENINGS.mask() | OPENINGS.put(openings))
    }

    /// The same with another detail.
    #[inline]
    pub(super) const fn with_detail(self, detail: u32) -> Control {
        Control(self.0 & !DETAIL.mask() | DETAIL.put(detail))
    }

    /// Another phase in a new generation, no openings counted.
    #[inline]
    pub(super) const fn moved_to(self, state: State, count: u16) -> Control {
        let count = count as u32 & (DETAIL.values() - 1);
        Control(Control::in_phase(state) | DETAIL.put(count) | self.next_generation())
    }

    /// The same in a new generation, in which no result of before counts.
    #[cfg(feature = "server")]
    pub(crate) const fn outdated(self) -> Control {
        Control(self.0 & !GENERATION.mask() | self.next_generation())
    }

    #[inline]
    pub(super) const fn next_generation(self) -> u32 {
        self.0.wrapping_add(1) & GENERATION.mask()
    }
}

/// What an admitted call carries to its result: the control half that admitted it, with its phase,
/// generation and round.
///
/// One that was not clean is marked: its openings are inverted. They never change within a generation,
/// so that it is equal to no control of its own generation, and the end of a healthy call is one compare. Nothing
/// else looks at the openings of a ticket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ticket(u32);

impl Ticket {
    /// For a call that found the breaker closed and clean.
    #[inline]
    pub(crate) const fn clean(control: Control) -> Ticket {
        Ticket(control.0)
    }

    /// For any other.
    #[inline]
    pub(crate) const fn marked(control: Control) -> Ticket {
        Ticket(control.0 ^ OPENINGS.mask())
    }

    /// Of a future that is not admitted: of a phase in which no result counts.
    pub(crate) const NONE: Ticket = Ticket(u32::MAX);

    /// Of a call that passes though it was refused: of that phase too.
    pub(crate) const VOID: Ticket = Ticket(u32::MAX - 1);

    /// The breaker is as clean as it was when this one was admitted: a success changes nothing.
    #[inline]
    pub(crate) const fn is_still(self, control: Control) -> bool {
        self.0 == control.0
    }

    #[inline]
    pub(crate) const fn is_probe(self) -> bool {
        Control(self.0).is_half_open()
    }

    /// A probe, and none of its recovery had succeeded before.
    #[inline]
    pub(crate) const fn begins_recovery(self) -> bool {
        self.is_probe() && Control(self.0).successes() == 0
    }

    /// Of this phase and generation? Only then does a result count: a generation alone would let a call
    /// admitted in `Closed` count in a later `HalfOpen`.
    #[inline]
    pub(super) const fn counts_in(self, control: Control) -> bool {
        const WHO: u32 = PHASE.mask() | GENERATION.mask();
        (self.0 ^ control.0) & WHO == 0
    }

    #[inline]
    pub(super) const fn round(self) -> u32 {
        ROUND.of(self.0)
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
    pub(crate) const fn new(fresh: u16) -> Word {
        Word { control: Control(DETAIL.put(fresh as u32)), stamp: 0 }
    }

    /// Nothing is known yet: the first call is a probe.
    pub(crate) const UNTRIED: Word = Word { control: Control(PHASE.put(UNTRIED)), stamp: 0 };

    /// What the strategy kept; meaningful in `Closed` only.
    #[inline]
    pub(crate) const fn kept(self) -> Kept {
        Kept { count: self.control.detail() as u16, stamp: self.stamp }
    }

    /// Written as a difference, which the compiler turns into one addition for one more, and one mask for none
    /// (budgets, failing).
    #[inline]
    pub(super) const fn keeping(self, kept: Kept) -> Word {
        debug_assert!((kept.count as u32) < DETAIL.values(), "a strategy's count is below 4096");
        let (before, after) = (DETAIL.put(self.control.detail()), DETAIL.put(kept.count as u32));
        let control = self.control.0.wrapping_add(after).wrapping_sub(before);
        Word { control: Control(control), stamp: kept.stamp }
    }

    /// The strategy's count one higher. The caller knows that it is below its maximum.
    #[inline]
    pub(crate) const fn one_more(self) -> Word {
        Word { control: Control(self.control.0.wrapping_add(DETAIL.one())), ..self }
    }
}
