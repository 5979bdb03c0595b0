//! The machine: the word that decides, and the pure functions that move it.
//!
//! Nothing here knows a clock, an atomic or a line of user code: a transition takes the word as it
//! was, an event and the tick of now, and gives the word as it will be. That is why the same lines
//! are enumerated (`machine/enumeration.rs`), property-tested and model-checked. Wherever the word stands
//! ([`crate::storage`]), whoever writes it does so only if it is still the one that was judged.
//!
//! A result that is equal to what was given means *write nothing*.

mod admit;
#[cfg(all(test, not(loom)))]
mod ends;
#[cfg(all(test, not(loom)))]
mod enumeration;
mod force;
mod limits;
mod read;
mod recovery;
mod restore;
mod settle;
#[cfg(all(test, not(loom)))]
mod shortcuts;
#[cfg(all(test, not(loom)))]
pub(crate) mod strategies;
mod word;

pub(crate) use admit::{Answer, admit, cold, probe};
pub(crate) use force::{force, renewed};
pub(crate) use limits::{Limits, Refusal};
pub(crate) use read::{
    error_count, is_waiting, opened_count, rejected_count, state, success_count,
};
pub(crate) use recovery::{Moment, Plan, Schedule, Seed};
pub(crate) use restore::{Phase, Saved, Waking};
pub(crate) use settle::{
    Start, after_slow_start, is_recorded, kept_closed, only_counts, opened, settle,
};
#[allow(unused_imports)] // the detail is one storage's addition
pub(crate) use word::{Control, DETAIL, Ticket, Word};
