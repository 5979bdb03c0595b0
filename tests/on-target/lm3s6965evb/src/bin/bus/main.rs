//! A guarded sensor bus: a thermometer that comes and goes, a device that never was, a controller that hangs.
//!
//! Every scene shows that what is broken costs the others nothing, and what the registry tells of it.

#![no_std]
#![no_main]

mod bench;
mod breakers;
mod clock;
mod scenes;

use core::cell::RefCell;
use core::fmt;

use cortex_m_rt::entry;
use lm3s6965evb::i2c::I2c0;
use semihosting::{println, process};
use suite::{Level, Machine, Tally};

use bench::Bench;

struct Lm3s6965evb;

impl Machine for Lm3s6965evb {
    fn print(&self, line: fmt::Arguments<'_>) {
        println!("{line}");
    }

    /// Nothing here asks for interrupts; time has its own.
    fn interrupt_after(&self, _: Level, _: u32) {}
}

#[entry]
fn main() -> ! {
    clock::start(cortex_m::Peripherals::take().expect("taken once").SYST);
    breakers::register();
    let bus = RefCell::new(I2c0::take());
    let mut bench = Bench::new(&bus);
    let mut tally = Tally::default();
    for (name, scene) in scenes::SCENES {
        tally.record(&Lm3s6965evb, name, scene(&mut bench));
    }
    breakers::print();
    process::exit(i32::from(!tally.finish(&Lm3s6965evb)))
}
