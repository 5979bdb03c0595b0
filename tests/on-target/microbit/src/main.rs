//! The suite on a Cortex-M0.

#![no_std]
#![no_main]

mod timer;

use core::fmt;

use cortex_m_rt::{entry, exception};
use semihosting::{println, process};
use suite::{Level, Machine, interrupt};

/// Timers tick four times per instruction when QEMU runs with `-icount shift=8`.
const TICKS_PER_INSTRUCTION: u32 = 4;

struct Microbit;

impl Machine for Microbit {
    fn print(&self, line: fmt::Arguments<'_>) {
        println!("{line}");
    }

    fn interrupt_after(&self, level: Level, instructions: u32) {
        let ticks = instructions * TICKS_PER_INSTRUCTION;
        match level {
            Level::Low => cortex::systick_after(ticks),
            Level::Urgent => timer::after(ticks),
        }
    }
}

#[entry]
fn main() -> ! {
    let peripherals = cortex_m::Peripherals::take().expect("taken once");
    cortex::set_priorities(peripherals, timer::IRQ);
    timer::init();
    process::exit(i32::from(!suite::run(&Microbit)))
}

#[exception]
fn SysTick() {
    cortex::systick_stop();
    interrupt(&Microbit, Level::Low);
}

/// Every interrupt of the chip; only one is unmasked.
#[exception]
unsafe fn DefaultHandler(_irq: i16) {
    timer::stop();
    interrupt(&Microbit, Level::Urgent);
}
