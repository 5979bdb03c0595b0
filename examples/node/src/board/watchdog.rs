//! The LM3S6965's watchdog: it counts down, twice, and then resets the chip.

use super::register::Register;

const LOAD: Register = Register::at(0x4000_0000);
const CONTROL: Register = Register::at(0x4000_0008);

/// What is written to CONTROL. Once enabled it cannot be stopped any more.
const ENABLE: u32 = 1 << 0;
const RESET: u32 = 1 << 1;
const CORE_KHZ: u32 = 12_500;

/// The watchdog. There is one; whoever holds this has it.
pub struct Watchdog {
    ticks: u32,
}

impl Watchdog {
    /// Starts it: it resets the chip unless it is fed again within so many milliseconds. To be called once.
    pub fn start(milliseconds: u32) -> Self {
        // The first time it has counted down it only asks for an interrupt, which nobody here listens to.
        let mut watchdog = Watchdog { ticks: milliseconds * CORE_KHZ / 2 };
        watchdog.feed();
        CONTROL.write(ENABLE | RESET);
        watchdog
    }

    /// Has it count from the beginning.
    pub fn feed(&mut self) {
        LOAD.write(self.ticks);
    }
}

/// Stops everything but what wakes the chip up again, which is a reset. The time that goes by meanwhile is not counted.
pub fn sleep(milliseconds: u32) -> ! {
    cortex_m::interrupt::disable();
    Watchdog::start(milliseconds);
    loop {
        cortex_m::asm::wfi();
    }
}
