//! The engine: a breaker without type parameters.
//!
//! A breaker has a clock, a strategy and rules of some types. What of it knows none of them is compiled once for all: the
//! [machine](crate::machine), what is [fixed](Fixed) when it is made and told when it changes, and, by way of [`Parts`], reading
//! and forcing. So a second type of breaker costs little (`growth second_type` in `tests/on-target/budgets.txt`).

mod fixed;
pub(crate) mod unwind;

pub(crate) use fixed::Fixed;

use crate::error::Rejected;
use crate::machine::{self, Answer, Control};
#[cfg(feature = "std")]
use crate::observe::Observer;
use crate::state::{Reason, State};
use crate::storage::Storage;
use crate::strategy::Kept;
use crate::wait::Wait;

/// What the type of a breaker decides, and where its word is.
///
/// Users can name neither this trait nor a [`Seal`], so that they can neither implement nor call it.
pub trait Parts {
    fn storage(&self, _: Seal) -> &Storage;
    fn fixed(&self, _: Seal) -> &Fixed;
    /// The age of a stamp by the breaker's clock.
    fn age(&self, stamp: u32, _: Seal) -> u32;
    /// The errors that the strategy counted.
    fn counted(&self, kept: Kept, _: Seal) -> u16;
    /// The observer that the breaker owns, beside that of its configuration.
    #[cfg(feature = "std")]
    fn own_observer(&self, _: Seal) -> Option<&dyn Observer>;
}

/// Nobody outside has one.
#[derive(Clone, Copy, Debug)]
pub struct Seal(());

const SEAL: Seal = Seal(());

/// The answer to who asks for admission, in two registers, with the control under which it was given.
#[derive(Clone, Copy)]
pub(crate) struct Admission {
    pub(crate) control: Control,
    pub(crate) answer: Answer,
}

/// By hand, to `Closed`, `ForcedOpen` or `ForcedClosed`.
pub(crate) fn force(parts: &dyn Parts, to: State) {
    let (storage, fixed) = (parts.storage(SEAL), parts.fixed(SEAL));
    loop {
        let old = storage.load();
        let new = machine::force(old, to, &fixed.limits);
        if storage.replace(old, new) {
            if old.control.phase() != to {
                fixed.changed(old.control, new.control, Reason::ByHand);
                #[cfg(feature = "std")]
                if let Some(observer) = parts.own_observer(SEAL) {
                    fixed.tell(observer, old.control, new.control, Reason::ByHand);
                }
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
    answer.ticks().map(|ticks| Wait::new(ticks, parts.fixed(SEAL).hz))
}

/// What a refused call is told.
#[inline]
pub(crate) fn rejection(fixed: &Fixed, control: Control, answer: Answer) -> Rejected {
    let retry_after = answer.ticks().map(|ticks| Wait::new(ticks, fixed.hz));
    let error_count = machine::rejected_count(control, &fixed.limits);
    Rejected::new(fixed.id, control.phase(), retry_after, error_count)
}
