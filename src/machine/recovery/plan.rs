//! What a configuration says of openings, as numbers in ticks.

use super::duration::{self, code};
use crate::machine::Word;
use crate::machine::word::Control;
use crate::state::State;

/// How long the openings in a row last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schedule {
    /// As configured.
    Constant,
    /// Each longer than the one before, by a factor in 65,536ths, up to a cap.
    Growing { factor: u32, cap: u32 },
    /// One after the other; the last repeats.
    Shots { ticks: [u32; 8], shots: u8 },
}

/// What a configuration says of openings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) schedule: Schedule,
    /// What is added at most, in 65,536ths of the duration.
    pub(crate) jitter: u32,
    pub(crate) seed: Seed,
    /// The longest duration that may be asked for; 0 is the configured one.
    pub(crate) max_wait: u32,
    /// The time closed that takes one opening off; 0 is any.
    pub(crate) reset_time: u32,
    /// The opening that locks out; 0 is none.
    pub(crate) lockout: u8,
    pub(crate) start_by_probing: bool,
}

/// From where the draws of the jitter begin.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Seed {
    Number(u32),
    Function(fn() -> u32),
}

/// What an opening depends on beside the word.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment<'a> {
    pub(crate) id: &'a str,
    pub(crate) now: u32,
    /// The ticks since the last opening, where a closed breaker counts some still.
    pub(crate) since_opening: u32,
    /// What the result, or a hand, asks for; 0 is nothing.
    pub(crate) asked: u32,
    /// The configured duration.
    pub(crate) base: u32,
}

impl Plan {
    pub(crate) const NONE: Plan = Plan {
        schedule: Schedule::Constant,
        jitter: 0,
        seed: Seed::Number(0),
        max_wait: 0,
        reset_time: 0,
        lockout: 0,
        start_by_probing: false,
    };

    /// How long an open word lasts.
    pub(crate) const fn open_duration(control: Control, base: u32) -> u32 {
        match control.detail() {
            0 => base,
            code => duration::decode(code),
        }
    }

    /// How long the opening of that level lasts, without jitter.
    pub(crate) fn duration(&self, level: u32, base: u32) -> u32 {
        match self.schedule {
            Schedule::Constant => base,
            Schedule::Growing { factor, cap } => {
                // With 12 binary places, rounded up: 31 bits of ticks, those, and 20 bits of factor are 63.
                let mut ticks = u64::from(base) << 12;
                for _ in 1..level {
                    if ticks >= u64::from(cap) << 12 {
                        return cap;
                    }
                    ticks = (ticks * u64::from(factor) + 0xFFFF) >> 16;
                }
                u32::try_from((ticks + 0xFFF) >> 12).unwrap_or(u32::MAX).min(cap)
            }
            Schedule::Shots { ticks, shots } => {
                // Never out of range: there is at least one shot, and there are at most eight.
                let shot = level.min(u32::from(shots)).saturating_sub(1);
                ticks.get(shot as usize).copied().unwrap_or(base)
            }
        }
    }

    /// Whether a closed breaker keeps its openings, for the reset time to take off.
    pub(crate) const fn keeps_level(&self) -> bool {
        self.reset_time != 0
    }

    /// The openings that count still, where a closed breaker kept some: one less for each reset time for which it was
    /// closed, or open longer than the schedule says.
    fn level(&self, openings: u32, since_opening: u32, base: u32) -> u32 {
        let mut level = openings;
        if level == 0 || self.reset_time == 0 {
            return 0;
        }
        let mut closed = since_opening.saturating_sub(self.duration(level, base));
        // Counted rather than divided: at most 15 times.
        while level > 0 && closed >= self.reset_time {
            closed -= self.reset_time;
            level -= 1;
        }
        level
    }

    /// What a transition that changed the phase becomes by this plan.
    pub(crate) fn shape(&self, old: Control, new: Control, moment: &Moment<'_>) -> Control {
        if new.is_open() {
            let level = if old.is_closed() {
                self.level(old.openings(), moment.since_opening, moment.base)
            } else {
                old.openings()
            };
            return self.opened(new.with_openings((level + 1).min(MOST)), moment);
        }
        // Not by `keeps_level`, which costs a failing call 13 instructions on thumbv6m (parts, failing of growing).
        if new.is_closed() && old.is_half_open() && self.reset_time != 0 {
            return new.with_openings(old.openings());
        }
        new
    }

    /// An opening of that many in a row.
    fn opened(&self, control: Control, moment: &Moment<'_>) -> Control {
        let level = control.openings();
        if self.lockout != 0 && level >= u32::from(self.lockout) {
            return control.in_state(State::LockedOut);
        }
        let scheduled = self.duration(level, moment.base);
        let drawn = scheduled.saturating_add(self.drawn(scheduled, level, moment)).min(LONGEST);
        control.with_detail(if drawn == moment.base { 0 } else { code(drawn) })
    }

    /// An opening that goes on: at least for what is asked from now on, never shorter than before.
    pub(crate) fn lengthened(&self, open: Word, age: u32, moment: &Moment<'_>) -> Word {
        let lasts = Plan::open_duration(open.control, moment.base);
        let asked = age.saturating_add(self.granted(moment.asked, moment.base)).min(LONGEST);
        if asked <= lasts {
            return open;
        }
        Word { control: open.control.with_detail(code(asked)), ..open }
    }

    /// So much of what is asked for is given.
    fn granted(&self, asked: u32, base: u32) -> u32 {
        asked.min(if self.max_wait == 0 { base } else { self.max_wait })
    }

    /// What the jitter adds this time.
    fn drawn(&self, ticks: u32, level: u32, moment: &Moment<'_>) -> u32 {
        if self.jitter == 0 {
            return 0;
        }
        let seed = match self.seed {
            Seed::Number(seed) => seed,
            Seed::Function(seed) => seed(),
        };
        let mut hash = mixed(seed ^ moment.now.rotate_left(16) ^ level);
        for byte in moment.id.bytes() {
            hash = mixed(hash ^ u32::from(byte));
        }
        let most = share(ticks, self.jitter, 16);
        share(most, hash >> 16, 16)
    }
}

/// The openings stop here, so that the highest number of the field is free.
const MOST: u32 = crate::machine::word::OPENINGS.values() - 1;

const LONGEST: u32 = 1 << 31;

/// `ticks` times a factor of so many binary places; no further than a number goes.
fn share(ticks: u32, factor: u32, places: u32) -> u32 {
    u32::try_from(u64::from(ticks) * u64::from(factor) >> places).unwrap_or(u32::MAX)
}

/// The finaliser of `MurmurHash3` (Austin Appleby, public domain): each bit of the input moves each of the output.
const fn mixed(mut hash: u32) -> u32 {
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85EB_CA6B);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xC2B2_AE35);
    hash ^ hash >> 16
}
