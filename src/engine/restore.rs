//! What outlives the memory of a breaker.

use super::{Parts, RESOLUTION_AT, SEAL, changed, since_or_zero};
#[cfg(feature = "server")]
use crate::machine::Word;
use crate::machine::{Control, Saved, Waking};
use crate::state::{Reason, State};

/// What there is to write down.
pub(crate) fn saved(parts: &dyn Parts) -> Saved {
    let (storage, fixed) = parts.whole(SEAL);
    loop {
        let word = storage.load();
        let holds = word.control.is_open() || word.control.is(State::LockedOut);
        let tick = match storage.saved_opening() {
            _ if holds => Some(word.stamp),
            0 => None,
            tick => Some(tick),
        };
        let age = tick.map(|tick| since_or_zero(parts.age(tick, SEAL)));
        // The tick belongs to the word if that is still the same.
        if storage.load() == word {
            let plan = fixed.recover().map(|recover| &recover.plan);
            return Saved::new(word, age, fixed.last_duration(word.control), plan);
        }
    }
}

/// Moves the generation and nothing else.
#[cfg(feature = "server")]
pub(crate) fn outdate(parts: &dyn Parts) {
    let (storage, _) = parts.whole(SEAL);
    loop {
        let old = storage.load();
        if storage.replace(old, Word { control: old.control.outdated(), ..old }) {
            return;
        }
    }
}

/// Takes it over, so many ticks later than by the clock, and tells of it.
pub(crate) fn restore(parts: &dyn Parts, saved: &Saved, slept: u64) {
    let (old, new) = take_over(parts, saved, slept);
    if old.phase() != new.phase() {
        changed(parts, old, new, Reason::Restored);
    }
}

/// The same, told to nobody; what it was before, and is now.
#[inline]
pub(crate) fn take_over(parts: &dyn Parts, saved: &Saved, slept: u64) -> (Control, Control) {
    let (storage, fixed) = parts.whole(SEAL);
    let numbers = parts.numbers(SEAL).1;
    let (base, plan) =
        (fixed.limits.recovery_timeout, fixed.recover().map(|recover| &recover.plan));
    let (resolution, fresh) = (numbers >> RESOLUTION_AT, numbers as u16);
    loop {
        let old = storage.load();
        let (now, _) = parts.now(SEAL);
        let waking = Waking { now, slept, resolution, fresh, base, plan };
        let (new, opened) = saved.restored(old, &waking);
        // Before the word counts by it; and again where the word that goes leaves another tick.
        let set = || opened.into_iter().for_each(|tick| storage.set_opening(tick));
        if old.control.is(State::LockedOut) {
            storage.note_opening(old.stamp); // which its word holds
        }
        set();
        if storage.replace(old, new) {
            if old.control.is_open() {
                set();
            }
            return (old.control, new.control);
        }
    }
}
