//! Checks of `mcb` that run on a microcontroller, whichever it is.
//!
//! A binary per machine implements [`Machine`], routes its two interrupts to [`interrupt`] and calls [`run`].

#![no_std]

mod check;
mod machine;
mod preemption;
mod random;
mod size;
#[cfg(feature = "unlocked")]
mod unlocked;

#[cfg(not(feature = "unlocked"))]
mod life;
#[cfg(not(feature = "unlocked"))]
mod permit;
#[cfg(not(feature = "unlocked"))]
mod registry;
#[cfg(not(feature = "unlocked"))]
mod soak;
#[cfg(not(feature = "unlocked"))]
mod wrap;

pub use check::{Check, Failure, Tally};
pub use machine::{Level, Machine, interrupt};

#[cfg(not(feature = "unlocked"))]
const CHECKS: &[(&str, Check)] = &[
    ("life: closed, open, rejected, half-open, closed", life::recovers),
    ("life: a failed probe opens again", life::reopens),
    ("wrap: recovery across the wrap of a 32-bit tick", wrap::recovers),
    ("wrap: a stamp that is newer than now", wrap::newer_stamp),
    ("permit: acquired in main, finished in an interrupt", permit::finished_in_interrupt),
    ("permit: acquired in main, dropped in an interrupt", permit::dropped_in_interrupt),
    ("permit: a result from before the opening", permit::late),
    ("registry: finds breakers and lists the open ones", registry::finds_and_lists),
    ("soak: a long random run, then recovery", soak::survives),
    ("pre-emption: probe limit, hooks and timeouts", preemption::plain),
    ("pre-emption: resets, forcing and short probe timeouts", preemption::by_hand),
];

/// The others would hang without working critical sections, which they use themselves.
#[cfg(feature = "unlocked")]
const CHECKS: &[(&str, Check)] = &[
    ("pre-emption: probe limit, hooks and timeouts", preemption::plain),
    ("pre-emption: resets, forcing and short probe timeouts", preemption::by_hand),
];

/// Runs every check, prints a line for each and a summary, and says whether all passed.
pub fn run(machine: &dyn Machine) -> bool {
    let mut tally = Tally::default();
    for (name, check) in CHECKS {
        tally.record(machine, name, check(machine));
    }
    tally.finish(machine)
}
