//! The suite on a RISC-V hart without atomic instructions.

#![no_std]
#![no_main]

mod timer;

use core::fmt;

use riscv::interrupt::{Interrupt, nested};
use riscv::register::{mie, mstatus};
use semihosting::{println, process};
use suite::{Level, Machine, interrupt};

struct Virt;

impl Machine for Virt {
    fn print(&self, line: fmt::Arguments<'_>) {
        println!("{line}");
    }

    /// The timer ticks about once per instruction when QEMU runs with `-icount shift=7`.
    fn interrupt_after(&self, level: Level, instructions: u32) {
        timer::after(level, instructions);
    }
}

#[riscv_rt::entry]
fn main() -> ! {
    // SAFETY: nothing is armed, and no critical section is open.
    unsafe {
        mie::set_mtimer();
        mstatus::set_mie();
    }
    process::exit(i32::from(!suite::run(&Virt)))
}

#[riscv_rt::core_interrupt(Interrupt::MachineTimer)]
fn machine_timer() {
    match timer::take_due() {
        Some(Level::Urgent) => interrupt(&Virt, Level::Urgent),
        Some(Level::Low) => {
            // SAFETY: a handler, outside critical sections; `take_due` has moved the timer on.
            unsafe { nested(|| interrupt(&Virt, Level::Low)) };
            timer::low_is_done();
        }
        None => {}
    }
}
