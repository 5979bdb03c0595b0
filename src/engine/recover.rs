//! What a plan does to the words that a breaker writes.
//!
//! By way of pointers that stand in a [`Recover`] alone, which only the configuration makes: a program without one does
//! not contain any of this. No pointer to the word goes that way: a breaker whose address escapes keeps in RAM what
//! else is folded away (budgets, flash and ram).

use super::Fixed;
use crate::machine::{Control, Moment, Plan, Word};
use crate::ticks::OLDEST;

/// A plan, and what acts on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recover {
    pub(crate) plan: Plan,
    /// How long an open word lasts.
    pub(super) open_duration: fn(&Fixed, Control) -> u32,
    /// How long the opening of a level lasts by the schedule.
    pub(super) duration: fn(&Fixed, u32) -> u32,
    /// What the new control of a transition becomes.
    pub(super) shape: fn(&Fixed, Control, Word, u32) -> Control,
    /// What an open word becomes that is asked to stay open from this age on.
    pub(super) lengthened: fn(&Fixed, Word, u32, u32) -> Word,
}

impl Recover {
    pub(crate) const fn new(plan: Plan) -> Self {
        Recover { plan, open_duration, duration, shape, lengthened }
    }
}

/// Of a breaker that has one.
fn plan(fixed: &Fixed) -> &Plan {
    fixed.recover().map_or(&Plan::NONE, |recover| &recover.plan)
}

fn open_duration(fixed: &Fixed, control: Control) -> u32 {
    Plan::open_duration(control, fixed.limits.recovery_timeout)
}

fn duration(fixed: &Fixed, level: u32) -> u32 {
    plan(fixed).duration(level, fixed.limits.recovery_timeout)
}

fn shape(fixed: &Fixed, old: Control, new: Word, since_opening: u32) -> Control {
    // In the slack the last opening is a moment newer.
    let since_opening = if since_opening > OLDEST { 0 } else { since_opening };
    plan(fixed).shape(old, new.control, &moment(fixed, new.stamp, since_opening, 0))
}

fn lengthened(fixed: &Fixed, open: Word, age: u32, asked: u32) -> Word {
    plan(fixed).lengthened(open, age, &moment(fixed, 0, 0, asked))
}

fn moment(fixed: &Fixed, now: u32, since_opening: u32, asked: u32) -> Moment<'_> {
    Moment { id: fixed.id, now, since_opening, asked, base: fixed.limits.recovery_timeout }
}
