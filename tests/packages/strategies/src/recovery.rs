//! How long an opening lasts, and when it is the last one: by the specification, with a time that does not wrap.
//!
//! Three things in it are read so here:
//!
//! - The *level* of an opening from Closed is what reset times have left of the level before, and one more. Reset times
//!   run from the end of the last opening's own duration, in plain ticks: no jitter, nothing that was asked for, not
//!   rounded up to what a word holds.
//! - A growing duration may be rounded up or down, at each step or at the end, and its factor up to a 256th: nothing is
//!   said about it, so all are allowed, also for the level.
//! - What was asked for is clamped to the longest wait; the policy's own duration is not.

/// The highest level: there is no room for more in a word.
pub const HIGHEST: u64 = 15;

/// The shortest time of at least so many ticks that an open word can hold: 7 bits of mantissa, 5 of exponent.
pub fn in_word(ticks: u64) -> u64 {
    if ticks < 128 {
        return ticks;
    }
    let steps = (0..31).map(|exponent| 1_u64 << exponent);
    let fits = |step: u64| ticks.div_ceil(step) <= 255;
    // 256 of a step are 128 of the next.
    let step = steps.into_iter().find(|step| fits(*step)).expect("within the range of ticks");
    ticks.div_ceil(step) * step
}

/// What an opening of each level lasts, before jitter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Duration {
    Constant(u64),
    /// So many percent of the one before, 100 at least, up to the cap.
    Growing {
        first: u64,
        percent: u64,
        cap: u64,
    },
    /// One for each level; the last repeats.
    Shots(Vec<u64>),
}

impl Duration {
    /// The shortest and the longest that it may be in whole ticks, by rounding alone.
    pub fn of(&self, level: u64) -> (u64, u64) {
        match self {
            Duration::Constant(ticks) => (*ticks, *ticks),
            Duration::Growing { first, percent, cap } => {
                let grown = |step: fn(u64, u64) -> u64| {
                    (1..level).fold(*first, |ticks, _| step(ticks, *percent).min(*cap))
                };
                let least = grown(|ticks, percent| ticks * percent / 100);
                let most =
                    grown(|ticks, percent| (ticks * (percent * 256).div_ceil(100)).div_ceil(256));
                (least.min(*cap), most.min(*cap))
            }
            Duration::Shots(shots) => {
                let shot = shots[(level as usize).min(shots.len()) - 1];
                (shot, shot)
            }
        }
    }
}

/// All settings of a recovery that concern time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    pub duration: Duration,
    /// By up to so many percent an opening is longer, above the cap too.
    pub jitter: u64,
    /// In each of these that it is closed the level falls by one; without, closing clears it.
    pub reset_time: Option<u64>,
    /// The opening of this level stays.
    pub lockout: Option<u64>,
    /// The most that an opening lasts because a result asked for it.
    pub max_wait: u64,
}

/// An opening that begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The shortest and the longest that it may last.
    pub min: u64,
    pub max: u64,
    /// It stays open until a hand ends it, so that there is no time to wait.
    pub locked_out: bool,
    /// Told as the error count: the threshold and this, less one.
    pub level: u64,
}

impl Policy {
    /// One that is open for as long each time, and as long at the most where it is asked.
    pub fn constant(ticks: u64) -> Policy {
        Policy {
            duration: Duration::Constant(ticks),
            jitter: 0,
            reset_time: None,
            lockout: None,
            max_wait: ticks,
        }
    }

    fn opening(&self, level: u64, asked: u64) -> Opening {
        let (least, most) = self.duration.of(level);
        let longest = (most * (100 + self.jitter)).div_ceil(100);
        // The timeout that is configured needs no room in the word, and is exact.
        let timeout = match self.duration {
            Duration::Constant(_) => true,
            Duration::Growing { .. } => level == 1,
            Duration::Shots(_) => false,
        };
        let longest = if timeout && self.jitter == 0 { longest } else { in_word(longest) };
        let asked = asked.min(self.max_wait);
        Opening {
            min: least.max(asked),
            max: longest.max(if asked > least { in_word(asked) } else { 0 }),
            locked_out: self.lockout.is_some_and(|last| level >= last),
            level,
        }
    }
}

/// A breaker's life as far as recovery is concerned.
#[derive(Clone, Debug)]
pub struct Course {
    policy: Policy,
    /// Of the last opening; 0 where none counts any more.
    level: u64,
    opened: u64,
    closed: bool,
    locked_out: bool,
}

impl Course {
    /// Closed, or waiting for its first probe: no opening yet.
    pub fn new(policy: Policy) -> Course {
        Course { policy, level: 0, opened: 0, closed: true, locked_out: false }
    }

    /// The openings that count.
    pub fn level(&self) -> u64 {
        self.level
    }

    /// It opens, from closed or from half-open, whoever tells it to; `asked` is 0 where nothing is.
    pub fn opening(&mut self, now: u64, asked: u64) -> Opening {
        let (level, same) = self.levels(now);
        assert_eq!(level, same, "rounding decides");
        self.opening_as(level, now, asked)
    }

    /// The least and the highest level of an opening now: they differ by rounding alone.
    pub fn levels(&self, now: u64) -> (u64, u64) {
        let (least, most) = self.policy.duration.of(self.level.max(1));
        let level = |own| (self.left(now, own) + 1).min(HIGHEST);
        (level(least), level(most))
    }

    /// It opens, and has told this level, which is one of [`levels`](Self::levels).
    pub fn opening_as(&mut self, level: u64, now: u64, asked: u64) -> Opening {
        assert!(!self.locked_out, "a hand comes first");
        let opening = self.policy.opening(level, asked);
        self.level = level;
        (self.opened, self.closed, self.locked_out) = (now, false, opening.locked_out);
        opening
    }

    /// While it is open for `left` ticks more, it is told to be so for `asked`: the shortest and the longest that it
    /// is from now on. Never shorter, and no opening of its own. What the word holds is the whole of it.
    pub fn longer(&self, now: u64, left: u64, asked: u64) -> (u64, u64) {
        let (asked, lasted) = (asked.min(self.policy.max_wait), now - self.opened);
        if asked > left { (asked, in_word(lasted + asked) - lasted) } else { (left, left) }
    }

    /// The probes succeeded.
    pub fn closing(&mut self) {
        self.closed = true;
        if self.policy.reset_time.is_none() {
            self.level = 0;
        }
    }

    /// By hand: nothing that was counts any more.
    pub fn reset(&mut self) {
        *self = Course::new(self.policy.clone());
    }

    /// What is left of the level after this long, where the last opening was to last for `own`.
    fn left(&self, now: u64, own: u64) -> u64 {
        match self.policy.reset_time {
            Some(reset_time) if self.closed && self.level > 0 => {
                let closed = (now - self.opened).saturating_sub(own);
                self.level.saturating_sub(closed / reset_time)
            }
            _ => self.level,
        }
    }
}
