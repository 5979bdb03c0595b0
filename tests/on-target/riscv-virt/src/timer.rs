//! The hart's one timer, made to serve two levels of interrupts of which one pre-empts the other.

use core::cell::Cell;
use core::ptr::{read_volatile, with_exposed_provenance, with_exposed_provenance_mut, write_volatile};

use riscv::interrupt;
use suite::Level;

const MTIMECMP: usize = 0x0200_4000;
const MTIME: usize = 0x0200_BFF8;
const NEVER: u64 = u64::MAX;

static TIMER: Timer = Timer { low: Cell::new(NEVER), urgent: Cell::new(NEVER), low_runs: Cell::new(false) };

struct Timer {
    low: Cell<u64>,
    urgent: Cell<u64>,
    low_runs: Cell<bool>,
}

// SAFETY: the fields are touched by `with` alone, with interrupts off, and there is one hart.
unsafe impl Sync for Timer {}

/// Interrupts at `level` in `ticks` of the timer.
pub fn after(level: Level, ticks: u32) {
    with(|timer| {
        let deadline = now() + u64::from(ticks);
        match level {
            Level::Low => timer.low.set(deadline),
            Level::Urgent => timer.urgent.set(deadline),
        }
    });
}

/// The level that is due. [`Level::Low`] keeps further ones of its level waiting until [`low_is_done`].
pub fn take_due() -> Option<Level> {
    with(|timer| {
        if timer.urgent.get() <= now() {
            timer.urgent.set(NEVER);
            Some(Level::Urgent)
        } else if timer.low.get() <= now() && !timer.low_runs.replace(true) {
            timer.low.set(NEVER);
            Some(Level::Low)
        } else {
            None
        }
    })
}

/// Ends what [`take_due`] began.
pub fn low_is_done() {
    with(|timer| timer.low_runs.set(false));
}

/// Not `critical_section::with`, which the negative control makes do nothing.
fn with<R>(f: impl FnOnce(&Timer) -> R) -> R {
    interrupt::free(|| {
        let result = f(&TIMER);
        let low = if TIMER.low_runs.get() { NEVER } else { TIMER.low.get() };
        set_compare(low.min(TIMER.urgent.get()));
        result
    })
}

fn set_compare(deadline: u64) {
    // SAFETY: the timer's compare register of hart 0, written with interrupts off, so that no half of it fires.
    unsafe { write_volatile(with_exposed_provenance_mut(MTIMECMP), deadline) }
}

fn now() -> u64 {
    let half = |offset: usize| -> u32 {
        // SAFETY: the two halves of the machine timer, which are always readable.
        unsafe { read_volatile(with_exposed_provenance(MTIME + offset)) }
    };
    loop {
        let (high, low) = (half(4), half(0));
        if high == half(4) {
            return u64::from(high) << 32 | u64::from(low);
        }
    }
}
