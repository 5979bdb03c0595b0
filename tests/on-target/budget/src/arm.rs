//! Counting by `SysTick`: with `-icount shift=8` its ticks are a fraction of an instruction.

use cortex_m::peripheral::SYST;
use cortex_m_rt::entry;

const TOP: u32 = 0x00FF_FFFF;

#[entry]
fn main() -> ! {
    // SAFETY: SysTick's registers, which nothing else uses; its interrupt stays off.
    unsafe {
        (*SYST::PTR).rvr.write(TOP);
        (*SYST::PTR).cvr.write(0);
        (*SYST::PTR).csr.write(0b101);
    }
    crate::run()
}

#[inline(always)]
pub(crate) fn counter() -> u32 {
    SYST::get_current()
}

/// It counts down.
pub(crate) fn difference(before: u32, after: u32) -> u32 {
    before.wrapping_sub(after) & TOP
}
