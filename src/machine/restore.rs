//! What of a word outlives the memory that it stands in, and the word that it becomes again.

use super::Plan;
use super::recovery::code;
use super::word::{Control, Word};
use crate::state::State;
use crate::ticks::OLDEST;

/// What a breaker that was written down was. The numbers are those of the bytes, and stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[repr(u8)]
pub(crate) enum Phase {
    Closed = 0,
    Open = 1,
    /// Nothing is known of it yet.
    Untried = 2,
    ForcedClosed = 3,
    ForcedOpen = 4,
    LockedOut = 5,
}

/// A word, as far as it means something without its breaker: a closed one is clean, a slow start is over, and
/// probes have been in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Saved {
    pub(crate) phase: Phase,
    /// The openings in a row.
    pub(crate) level: u8,
    /// The ticks since the last opening, if there was one.
    pub(crate) age: Option<u32>,
    /// How long the opening lasts that is under way; else 0.
    pub(crate) lasts: u32,
}

/// What a restoration depends on beside the word.
#[derive(Clone, Copy)]
pub(crate) struct Waking<'a> {
    pub(crate) now: u32,
    pub(crate) slept: u64,
    /// By how many ticks a reading of the clock may be behind.
    pub(crate) resolution: u32,
    pub(crate) fresh: u16,
    /// The configured duration.
    pub(crate) base: u32,
    pub(crate) plan: Option<&'a Plan>,
}

/// No opening lasts longer, and of the time since one no more is kept: the age of a stamp comes round. Where a level
/// counts by it, half of that more, since a reset time may be as long.
const LONGEST: u32 = 1 << 31;

impl Saved {
    /// By the ticks since the last opening, and what that lasts.
    pub(crate) fn new(word: Word, age: Option<u32>, lasts: u32, plan: Option<&Plan>) -> Saved {
        let control = word.control;
        let level = control.openings() as u8;
        let saved = Saved { phase: Phase::Closed, level, age, lasts: 0 };
        match control.phase() {
            _ if control.is_untried() => Saved { phase: Phase::Untried, ..saved },
            // The first probe of one that is untried.
            State::HalfOpen if level == 0 => Saved { phase: Phase::Untried, ..saved },
            State::HalfOpen => {
                Saved { phase: Phase::Open, age: age.map(|age| age.max(lasts)), lasts, ..saved }
            }
            State::Open => Saved { phase: Phase::Open, lasts, ..saved },
            State::LockedOut => Saved { phase: Phase::LockedOut, ..saved },
            State::ForcedOpen => Saved { phase: Phase::ForcedOpen, ..saved },
            State::ForcedClosed => Saved { phase: Phase::ForcedClosed, ..saved },
            State::Closed | State::SlowStart if plan.is_some_and(Plan::keeps_level) => saved,
            State::Closed | State::SlowStart => Saved { level: 0, ..saved },
        }
    }

    /// Whether it is the same, a little older.
    #[cfg(feature = "server")]
    pub(crate) fn is_later(&self, before: &Saved) -> bool {
        // Of another opening the age begins anew.
        let is_older = self.age.is_some() == before.age.is_some() && self.age >= before.age;
        is_older && Saved { age: self.age, ..*before } == *self
    }

    /// Whether a breaker can have been so.
    pub(crate) fn is_possible(&self) -> bool {
        let Saved { phase, level, age, lasts } = *self;
        let opened = match age {
            Some(age) => age <= OLDEST,
            None => level == 0,
        };
        let lasting = match phase {
            Phase::Open => 0 < lasts && lasts <= LONGEST,
            _ => lasts == 0,
        };
        opened
            && lasting
            && match phase {
                Phase::Closed => level <= 15,
                Phase::Open | Phase::LockedOut => 0 < level && level <= 15,
                Phase::Untried | Phase::ForcedClosed | Phase::ForcedOpen => level == 0,
            }
    }

    /// What it reads.
    pub(crate) fn state(&self) -> State {
        match self.phase {
            Phase::Closed => State::Closed,
            Phase::Open if self.left() > 0 => State::Open,
            Phase::Open | Phase::Untried => State::HalfOpen,
            Phase::ForcedClosed => State::ForcedClosed,
            Phase::ForcedOpen => State::ForcedOpen,
            Phase::LockedOut => State::LockedOut,
        }
    }

    /// The ticks left of an opening.
    pub(crate) fn left(&self) -> u32 {
        self.lasts.saturating_sub(self.age.unwrap_or(0))
    }

    /// The word that it becomes, in a new generation, and the tick of the last opening.
    pub(crate) fn restored(&self, old: Word, waking: &Waking<'_>) -> (Word, Option<u32>) {
        let Waking { now, slept, fresh, base, plan, .. } = *waking;
        let to = |state, count| old.control.moved_to(state, count);
        let since = self.age.map(|age| u64::from(age).saturating_add(slept));
        let (level, since) = match (self.phase, since) {
            (Phase::Closed, Some(since)) => self.level_after(since, waking),
            (Phase::Open, Some(since)) => {
                // What is left must not become shorter by what two readings more may be behind.
                let resolution = if since < u64::from(self.lasts) { waking.resolution } else { 0 };
                (self.level, since.saturating_sub(u64::from(resolution)))
            }
            (_, since) => (self.level, since.unwrap_or(0)),
        };
        let counts = matches!(self.phase, Phase::Closed) && level > 0;
        let most = if counts { LONGEST + LONGEST / 2 } else { LONGEST };
        let since = u32::try_from(since).unwrap_or(most).min(most);
        let opened = now.wrapping_sub(since);
        let control = match self.phase {
            Phase::Open => {
                let own = plan.is_some() && self.lasts != base;
                let detail = if own { code(self.lasts) } else { 0 };
                to(State::Open, 0).with_detail(detail)
            }
            Phase::Untried if plan.is_some_and(|plan| plan.start_by_probing) => {
                Control(Word::UNTRIED.control.0 | old.control.next_generation())
            }
            Phase::Closed | Phase::Untried => to(State::Closed, fresh),
            Phase::ForcedClosed => to(State::ForcedClosed, 0),
            Phase::ForcedOpen => to(State::ForcedOpen, 0),
            Phase::LockedOut => to(State::LockedOut, 0),
        };
        let stamped = matches!(self.phase, Phase::Open | Phase::LockedOut);
        let stamp = if stamped { opened } else { 0 };
        let word = Word { control: control.with_openings(u32::from(level)), stamp };
        (word, self.age.map(|_| opened))
    }

    /// The level of a closed breaker, and the ticks since its last opening: as they are, from which the next opening will
    /// take off what is due, unless they are more than can be kept. Then what is due is taken off now.
    fn level_after(&self, since: u64, waking: &Waking<'_>) -> (u8, u64) {
        let Waking { base, plan, .. } = *waking;
        let Some(plan) = plan.filter(|plan| plan.keeps_level()) else { return (0, since) };
        if since <= u64::from(LONGEST) {
            return (self.level, since);
        }
        let mut level = self.level;
        let lasted = |level| u64::from(plan.duration(u32::from(level), base));
        let mut closed = since.saturating_sub(lasted(level));
        // Counted rather than divided: at most 15 times.
        while level > 0 && closed >= u64::from(plan.reset_time) {
            closed -= u64::from(plan.reset_time);
            level -= 1;
        }
        if level == 0 { (0, since) } else { (level, lasted(level).saturating_add(closed)) }
    }
}
