//! `TIMER0` of the nRF51, used for one shot.

use core::ptr::{with_exposed_provenance_mut, write_volatile};

use cortex::Irq;

pub const IRQ: Irq = Irq(8);

const BASE: usize = 0x4000_8000;
const TASKS_START: usize = 0x000;
const TASKS_STOP: usize = 0x004;
const TASKS_CLEAR: usize = 0x00C;
const EVENTS_COMPARE0: usize = 0x140;
const INTENSET: usize = 0x304;
const BITMODE: usize = 0x508;
const PRESCALER: usize = 0x510;
const CC0: usize = 0x540;

/// Counts 32 bits at 16 MHz, the frequency of the core clock.
pub fn init() {
    write(BITMODE, 3);
    write(PRESCALER, 0);
    write(INTENSET, 1 << 16);
}

/// Interrupts in `ticks`.
pub fn after(ticks: u32) {
    stop();
    write(TASKS_CLEAR, 1);
    write(CC0, ticks);
    write(TASKS_START, 1);
}

/// Stops, and takes the request for an interrupt back.
pub fn stop() {
    write(TASKS_STOP, 1);
    write(EVENTS_COMPARE0, 0);
}

fn write(offset: usize, value: u32) {
    // SAFETY: `offset` is one of TIMER0's registers above, and nothing else uses that timer.
    unsafe { write_volatile(with_exposed_provenance_mut(BASE + offset), value) }
}
