//! The parts of a machine that every Cortex-M has: `SysTick` as the low interrupt, and priorities.

#![no_std]

use cortex_m::Peripherals;
use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::scb::SystemHandler;
use cortex_m::peripheral::{NVIC, SYST};

const LOW: u8 = 0xC0;
const URGENT: u8 = 0x40;

/// A chip's interrupt, by its number.
#[derive(Clone, Copy)]
pub struct Irq(pub u16);

// SAFETY: the number is the one that the chip's manual gives; it is a constant of the machine's crate.
unsafe impl InterruptNumber for Irq {
    fn number(self) -> u16 {
        self.0
    }
}

/// Lets `urgent` pre-empt `SysTick`, and unmasks it. To be called once, at the start.
pub fn set_priorities(mut peripherals: Peripherals, urgent: Irq) {
    // SAFETY: critical sections here mask by PRIMASK, which priorities do not weaken; no handler is active yet.
    unsafe {
        peripherals.SCB.set_priority(SystemHandler::SysTick, LOW);
        peripherals.NVIC.set_priority(urgent, URGENT);
        NVIC::unmask(urgent);
    }
}

/// `SysTick` fires in `ticks` of the core clock, again and again until [`systick_stop`].
pub fn systick_after(ticks: u32) {
    let systick = systick();
    // SAFETY: plain writes to SysTick's registers, of which this module is the only user.
    unsafe {
        systick.rvr.write(ticks);
        systick.cvr.write(0);
        systick.csr.write(0b111);
    }
}

/// Stops `SysTick`, which has no one-shot mode.
pub fn systick_stop() {
    // SAFETY: as in `systick_after`.
    unsafe { systick().csr.write(0) };
}

fn systick() -> &'static cortex_m::peripheral::syst::RegisterBlock {
    // SAFETY: the address is SysTick's on every Cortex-M, and its registers are cells of volatile access.
    unsafe { &*SYST::PTR }
}
