//! Counting by `minstret`: with `-icount shift=0` it counts instructions.

use riscv::register::{minstret, mstatus};

#[riscv_rt::entry]
fn main() -> ! {
    // SAFETY: no source of interrupts is enabled; with them on, critical sections have something to turn off.
    unsafe { mstatus::set_mie() };
    crate::run()
}

#[inline(always)]
pub(crate) fn counter() -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "the low half is enough, and is one instruction")]
    {
        minstret::read() as u32
    }
}

pub(crate) fn difference(before: u32, after: u32) -> u32 {
    after.wrapping_sub(before)
}
