//! What a plan does to the words that a breaker writes.
//!
//! By way of pointers that stand in a [`Recover`] alone, which only the configuration makes: a program without one does
//! not contain any of this. No pointer to the word goes that way: a breaker whose address escapes keeps in RAM what
//! else is folded away (budgets, flash and ram).

use super::Fixed;
use crate::machine::{Control, Moment, Plan, Word};

/// A plan, and what acts on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recover {
    pub(crate) plan: Plan,
    /// How long an open word lasts.
    pub(super) open_duration: fn(&Plan, Control, u32) -> u32,
    /// How long the opening of a level lasts by the schedule.
    pub(super) duration: fn(&Plan, u32, u32) -> u32,
    /// What the new word of a transition becomes.
    pub(super) shape: fn(&Fixed, &Plan, &Change) -> Word,
    /// What an open word becomes that is asked to stay open from this age on.
    pub(super) lengthened: fn(&Fixed, &Plan, Word, u32, u32) -> Word,
}

/// A transition, and what it depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(super) old: Word,
    pub(super) new: Word,
    pub(super) since_opening: u32,
    pub(super) asked: u32,
}

impl Recover {
    pub(crate) const fn new(plan: Plan) -> Self {
        Recover {
            plan,
            open_duration: Plan::open_duration,
            duration: Plan::duration,
            shape,
            lengthened,
        }
    }
}

fn shape(fixed: &Fixed, plan: &Plan, change: &Change) -> Word {
    let Change { old, new, since_opening, asked } = *change;
    if old.control.same_phase(new.control) {
        return new;
    }
    plan.shape(old, new, &moment(fixed, new.stamp, since_opening, asked))
}

fn lengthened(fixed: &Fixed, plan: &Plan, open: Word, age: u32, asked: u32) -> Word {
    plan.lengthened(open, age, &moment(fixed, 0, 0, asked))
}

fn moment(fixed: &Fixed, now: u32, since_opening: u32, asked: u32) -> Moment<'_> {
    Moment { id: fixed.id, now, since_opening, asked, base: fixed.limits.recovery_timeout }
}
