//! Milliseconds, counted by `SysTick`.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::exception;
use mcb::Clock;

/// The core runs at 12.5 MHz after reset.
const RELOAD: u32 = 12_500 - 1;

static MILLISECONDS: AtomicU32 = AtomicU32::new(0);

/// The clock of the breakers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Milliseconds;

impl Clock for Milliseconds {
    type Ticks = u32;
    const HZ: u32 = 1_000;

    fn now(&self) -> u32 {
        MILLISECONDS.load(Relaxed)
    }
}

pub(crate) fn start(mut systick: SYST) {
    systick.set_clock_source(SystClkSource::Core);
    systick.set_reload(RELOAD);
    systick.clear_current();
    systick.enable_interrupt();
    systick.enable_counter();
}

/// Sleeps for at least so long: the tick under way counts for nothing.
pub(crate) fn wait(milliseconds: u32) {
    let start = Milliseconds.now();
    while Milliseconds.now().wrapping_sub(start) <= milliseconds {
        cortex_m::asm::wfi();
    }
}

#[exception]
fn SysTick() {
    // The only writer.
    MILLISECONDS.store(Milliseconds.now().wrapping_add(1), Relaxed);
}
