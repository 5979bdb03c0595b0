//! The engine: a breaker without type parameters.
//!
//! A breaker has a clock, a strategy and rules of some types. Admission, the end of calls and probes need none but the
//! clock: they are methods of its [`Head`], compiled once for all breakers that share a clock, whatever their
//! strategies and rules. Reading and forcing need no type at all, by way of [`Parts`]. That keeps small what a second
//! type of breaker adds (`growth second_type` in `tests/on-target/budgets.txt`).

mod fixed;
mod head;
mod idle;
mod place;
mod recover;
mod restore;
pub(crate) mod unwind;

pub(crate) use fixed::Fixed;
pub(crate) use head::{Counting, Head};
pub(crate) use idle::{Knows, idle, renew};
pub(crate) use place::Place;
pub(crate) use recover::Recover;
#[cfg(feature = "server")]
pub(crate) use restore::{outdate, take_over};
pub(crate) use restore::{restore, saved};

use core::time::Duration;

use crate::error::Rejected;
use crate::machine::{self, Answer, Control, Word};
use crate::state::{Reason, State};
use crate::storage::Storage;
use crate::strategy::Kept;
use crate::ticks::{OLDEST, ticks_at_run_time};
use crate::wait::Wait;

/// What the type of a breaker decides, and where its word is.
///
/// Users can name neither this trait nor a [`Seal`], so that they can neither implement nor call it.
pub trait Parts {
    fn storage(&self, _: Seal) -> &Storage;
    fn fixed(&self, _: Seal) -> &Fixed;
    /// Ticks a second of the clock, and in 12 bits the count of a breaker that has just closed; above them the clock's
    /// resolution ([`RESOLUTION_AT`]).
    fn numbers(&self, _: Seal) -> (u32, u32);
    /// The present tick, for a stamp that is about to be written, and by how many epochs it is later than the latest.
    fn now(&self, _: Seal) -> (u32, u32);
    /// The age of a stamp by the breaker's clock.
    fn age(&self, stamp: u32, _: Seal) -> u32;
    /// The errors that the strategy counted, and what is left of a slow start.
    fn counted(&self, kept: Kept, _: Seal) -> (u16, u32);
    /// The observer that it owns.
    #[cfg(feature = "std")]
    fn own_observer(&self, _: Seal) -> Option<&dyn crate::observe::Observer>;
}

/// Where [`Parts::numbers`] has the resolution, as far as 20 bits go. It goes with another number so that no table of a
/// breaker's type is larger for it, and whoever wants that other one takes 12 bits anyway.
pub(crate) const RESOLUTION_AT: u32 = 12;

impl dyn Parts + '_ {
    #[inline]
    fn whole(&self, seal: Seal) -> (&Storage, &Fixed) {
        (self.storage(seal), self.fixed(seal))
    }
}

/// Nobody outside has one.
#[derive(Clone, Copy, Debug)]
pub struct Seal(());

const SEAL: Seal = Seal(());

/// Tells the observers.
#[inline]
fn changed(parts: &dyn Parts, from: Control, to: Control, reason: Reason) {
    let (_, fixed) = parts.whole(SEAL);
    fixed.changed(from, to, reason);
    #[cfg(feature = "std")]
    if let Some(observer) = parts.own_observer(SEAL) {
        fixed.tell(observer, from, to, reason);
    }
}

/// The answer to a call that asks for admission, in two registers, with the control under which it was given.
#[derive(Clone, Copy)]
pub(crate) struct Admission {
    pub(crate) control: Control,
    pub(crate) answer: Answer,
}

/// By hand, to `Closed`, `ForcedOpen` or `ForcedClosed`.
pub(crate) fn force(parts: &dyn Parts, to: State) {
    let (storage, _) = parts.whole(SEAL);
    loop {
        let old = storage.load();
        // What stands above the count goes where a count that is too large would go: nowhere.
        let new = machine::force(old, to, parts.numbers(SEAL).1 as u16);
        if old.control.is(State::LockedOut) {
            storage.note_opening(old.stamp); // which its word holds
        }
        if storage.replace(old, new) {
            if old.control.phase() != to {
                changed(parts, old.control, new.control, Reason::ByHand);
            }
            return;
        }
    }
}

/// It reads closed then, and whoever writes next says so.
fn slow_start_is_over(parts: &dyn Parts, word: Word) -> bool {
    word.control.is(State::SlowStart) && parts.counted(word.kept(), SEAL).1 == 0
}

/// Opens it by hand, to recover by itself; for at least so many ticks, where that is not 0.
pub(crate) fn trip(parts: &dyn Parts, asked: u32) {
    let (storage, fixed) = parts.whole(SEAL);
    loop {
        let old = storage.load();
        if old.control.needs_a_hand() || old.control.is(State::ForcedClosed) {
            return;
        }
        if slow_start_is_over(parts, old) {
            let new = fixed.after_slow_start(old);
            if storage.replace(old, new) {
                changed(parts, old.control, new.control, Reason::Time);
            }
            continue;
        }
        // Over but for the first probe it reads half-open, and that can be opened.
        let mut age = 0;
        let mut is_open = old.control.is_open();
        if is_open {
            age = since_or_zero(parts.age(old.stamp, SEAL));
            is_open = age < fixed.open_duration(old.control);
        }
        let mut new = old;
        if !is_open {
            let (now, epochs) = parts.now(SEAL);
            let opened = machine::opened(old.control, now);
            new = fixed.shaped(storage, old.control, opened, epochs);
            age = 0;
        }
        if asked > 0 {
            new = fixed.lengthened(new, age, asked);
        }
        if new == old {
            return;
        }
        if storage.replace(old, new) {
            if !is_open {
                // Over, or untried: it reads half-open.
                let probing = old.control.phase() == State::Open;
                let from =
                    if probing { old.control.in_state(State::HalfOpen) } else { old.control };
                changed(parts, from, new.control, Reason::ByHand);
            }
            return;
        }
    }
}

/// An age, of a stamp that may be a moment newer.
const fn since_or_zero(age: u32) -> u32 {
    if age > OLDEST { 0 } else { age }
}

pub(crate) fn id(parts: &dyn Parts) -> &'static str {
    parts.whole(SEAL).1.id
}

pub(crate) fn state(parts: &dyn Parts) -> State {
    let (storage, fixed) = parts.whole(SEAL);
    let word = storage.load();
    if slow_start_is_over(parts, word) {
        return State::Closed;
    }
    machine::state(word, |stamp| parts.age(stamp, SEAL), |control| fixed.open_duration(control))
}

/// Whether it is open, locked out or forced open now.
pub(crate) fn rejects(parts: &dyn Parts) -> bool {
    let (storage, fixed) = parts.whole(SEAL);
    let word = storage.load();
    word.control.needs_a_hand()
        || word.control.is_open()
            && machine::is_waiting(
                word,
                |stamp| parts.age(stamp, SEAL),
                |control| fixed.open_duration(control),
            )
}

pub(crate) fn error_count(parts: &dyn Parts) -> u16 {
    let (storage, fixed) = parts.whole(SEAL);
    machine::error_count(storage.load(), |kept| parts.counted(kept, SEAL).0, &fixed.limits)
}

pub(crate) fn success_count(parts: &dyn Parts) -> u16 {
    machine::success_count(parts.whole(SEAL).0.control())
}

pub(crate) fn retry_after(parts: &dyn Parts) -> Option<Wait> {
    let (storage, fixed) = parts.whole(SEAL);
    let answer = fixed.admit(storage.load(), |stamp| parts.age(stamp, SEAL));
    let ticks = answer.unwrap_or(Answer::PROBE).ticks();
    ticks.map(|ticks| Wait::new(ticks, parts.numbers(SEAL).0))
}

/// For at least that long from now on.
pub(crate) fn open_for(parts: &dyn Parts, duration: Duration) {
    let (hz, numbers) = parts.numbers(SEAL);
    trip(parts, ticks_at_run_time(duration, hz, numbers >> RESOLUTION_AT));
}

/// The low 32 bits of the tick of the last opening.
pub(crate) fn open_time(parts: &dyn Parts) -> Option<u32> {
    parts.whole(SEAL).0.opened()
}

pub(crate) fn since_opening(parts: &dyn Parts) -> Option<Wait> {
    let opened = parts.whole(SEAL).0.opened()?;
    let age = since_or_zero(parts.age(opened, SEAL));
    Some(Wait::new(age, parts.numbers(SEAL).0))
}

pub(crate) fn openings(parts: &dyn Parts) -> u8 {
    let (storage, fixed) = parts.whole(SEAL);
    let word = storage.load();
    let over = slow_start_is_over(parts, word);
    let word = if over { fixed.after_slow_start(word) } else { word };
    word.control.openings() as u8
}

pub(crate) fn slow_start_left(parts: &dyn Parts) -> Option<Wait> {
    let word = parts.whole(SEAL).0.load();
    if !word.control.is(State::SlowStart) {
        return None;
    }
    let (_, left) = parts.counted(word.kept(), SEAL);
    Some(Wait::new(left, parts.numbers(SEAL).0)).filter(|left| !left.is_zero())
}

/// What a refused call is told.
#[inline(always)]
#[allow(clippy::inline_always)] // else it goes through memory: peers, rejected_ns
pub(crate) fn rejection(fixed: &Fixed, control: Control, answer: Answer, hz: u32) -> Rejected {
    let retry_after = answer.ticks().map(|ticks| Wait::new(ticks, hz));
    // One that is open has openings: its short cut, which knows that it is, need not ask (peers, rejected_ns).
    let error_count = if Storage::ROOMY && control.is_open() {
        machine::opened_count(control, &fixed.limits)
    } else {
        machine::rejected_count(control, &fixed.limits)
    };
    Rejected::new(fixed.id, control.phase(), retry_after, error_count)
}
