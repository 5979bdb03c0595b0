//! The engine: a breaker without type parameters.
//!
//! A breaker has a clock, a strategy and rules of some types. Admission, the end of calls and probes need none but the
//! clock: they are methods of its [`Head`], compiled once for all breakers that share a clock, whatever their
//! strategies and rules. Reading and forcing need no type at all, by way of [`Parts`]. That keeps small what a second
//! type of breaker adds (`growth second_type` in `tests/on-target/budgets.txt`).

mod fixed;
mod head;
mod place;
pub(crate) mod unwind;

pub(crate) use fixed::Fixed;
pub(crate) use head::Head;
pub(crate) use place::Place;

use crate::error::Rejected;
use crate::machine::{self, Answer, Control};
use crate::state::State;
use crate::storage::Storage;
use crate::strategy::Kept;
use crate::wait::Wait;

/// What the type of a breaker decides, and where its word is.
///
/// Users can name neither this trait nor a [`Seal`], so that they can neither implement nor call it.
pub trait Parts {
    fn storage(&self, _: Seal) -> &Storage;
    fn fixed(&self, _: Seal) -> &Fixed;
    /// Ticks a second of the clock.
    fn hz(&self, _: Seal) -> u32;
    /// The count of a breaker that has just closed.
    fn fresh(&self, _: Seal) -> u16;
    /// The age of a stamp by the breaker's clock.
    fn age(&self, stamp: u32, _: Seal) -> u32;
    /// The errors that the strategy counted.
    fn counted(&self, kept: Kept, _: Seal) -> u16;
    /// A hand has changed it: tells the observers.
    fn changed(&self, from: Control, to: Control, _: Seal);
}

/// Nobody outside has one.
#[derive(Clone, Copy, Debug)]
pub struct Seal(());

const SEAL: Seal = Seal(());

/// The answer to a call that asks for admission, in two registers, with the control under which it was given.
#[derive(Clone, Copy)]
pub(crate) struct Admission {
    pub(crate) control: Control,
    pub(crate) answer: Answer,
}

/// By hand, to `Closed`, `ForcedOpen` or `ForcedClosed`.
pub(crate) fn force(parts: &dyn Parts, to: State) {
    let storage = parts.storage(SEAL);
    loop {
        let old = storage.load();
        let new = machine::force(old, to, parts.fresh(SEAL));
        if storage.replace(old, new) {
            if old.control.phase() != to {
                parts.changed(old.control, new.control, SEAL);
            }
            return;
        }
    }
}

pub(crate) fn id(parts: &dyn Parts) -> &'static str {
    parts.fixed(SEAL).id
}

pub(crate) fn state(parts: &dyn Parts) -> State {
    let (storage, fixed) = (parts.storage(SEAL), parts.fixed(SEAL));
    machine::state(storage.load(), |stamp| parts.age(stamp, SEAL), &fixed.limits)
}

pub(crate) fn error_count(parts: &dyn Parts) -> u16 {
    let (storage, fixed) = (parts.storage(SEAL), parts.fixed(SEAL));
    machine::error_count(storage.load(), |kept| parts.counted(kept, SEAL), &fixed.limits)
}

pub(crate) fn success_count(parts: &dyn Parts) -> u16 {
    machine::success_count(parts.storage(SEAL).control())
}

pub(crate) fn retry_after(parts: &dyn Parts) -> Option<Wait> {
    let word = parts.storage(SEAL).load();
    let answer = machine::admit(word, |stamp| parts.age(stamp, SEAL), &parts.fixed(SEAL).limits);
    answer.ticks().map(|ticks| Wait::new(ticks, parts.hz(SEAL)))
}

/// What a refused call is told.
#[inline(always)]
#[allow(clippy::inline_always)] // else it goes through memory: peers, rejected_ns
pub(crate) fn rejection(fixed: &Fixed, control: Control, answer: Answer, hz: u32) -> Rejected {
    let retry_after = answer.ticks().map(|ticks| Wait::new(ticks, hz));
    let error_count = machine::rejected_count(control, &fixed.limits);
    Rejected::new(fixed.id, control.phase(), retry_after, error_count)
}
