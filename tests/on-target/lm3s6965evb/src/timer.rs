//! General-purpose timer 0, used for one shot.

use cortex::Irq;

use crate::register::{RCGC1, Register};

/// Timer 0A's interrupt.
pub const IRQ: Irq = Irq(19);

const TIMER0_CLOCK: u32 = 1 << 16;
const GPTMTAMR: Register = Register::at(0x4003_0004);
const GPTMCTL: Register = Register::at(0x4003_000C);
const GPTMIMR: Register = Register::at(0x4003_0018);
const GPTMICR: Register = Register::at(0x4003_0024);
const GPTMTAILR: Register = Register::at(0x4003_0028);

const ONE_SHOT: u32 = 1;
const TIME_OUT: u32 = 1;
const ENABLE: u32 = 1;

/// Clocks the timer; it counts the 32 bits of its reset state.
pub fn init() {
    RCGC1.set(TIMER0_CLOCK);
    GPTMTAMR.write(ONE_SHOT);
    GPTMIMR.write(TIME_OUT);
}

/// Interrupts in `ticks` of the core clock.
pub fn after(ticks: u32) {
    stop();
    GPTMTAILR.write(ticks);
    GPTMCTL.write(ENABLE);
}

/// Stops, and takes the request for an interrupt back.
pub fn stop() {
    GPTMCTL.write(0);
    GPTMICR.write(TIME_OUT);
}
