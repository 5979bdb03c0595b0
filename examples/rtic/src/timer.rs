//! General-purpose timer 0: a periodic interrupt from real hardware.

/// The system control's clock gates, where bit 16 is the timer's.
const RCGC1: *mut u32 = 0x400F_E104 as *mut u32;
const TIMER0_CLOCK: u32 = 1 << 16;

const TIMER0: usize = 0x4003_0000;
const TAMR: *mut u32 = (TIMER0 + 0x04) as *mut u32;
const CTL: *mut u32 = (TIMER0 + 0x0C) as *mut u32;
const IMR: *mut u32 = (TIMER0 + 0x18) as *mut u32;
const ICR: *mut u32 = (TIMER0 + 0x24) as *mut u32;
const TAILR: *mut u32 = (TIMER0 + 0x28) as *mut u32;

const PERIODIC: u32 = 2;
const TIME_OUT: u32 = 1;
const ENABLE: u32 = 1;

/// Interrupts every so many ticks of the core clock. To be called once, at the start.
pub fn every(ticks: u32) {
    // SAFETY: these are the timer's registers and its clock gate, which nobody else uses; they have no
    // other effect.
    unsafe {
        RCGC1.write_volatile(RCGC1.read_volatile() | TIMER0_CLOCK);
        TAMR.write_volatile(PERIODIC);
        IMR.write_volatile(TIME_OUT);
        TAILR.write_volatile(ticks);
        CTL.write_volatile(ENABLE);
    }
}

/// Tells the timer that its interrupt was seen.
pub fn acknowledge() {
    // SAFETY: as in `every`; a 1 clears, zeros do nothing.
    unsafe { ICR.write_volatile(TIME_OUT) };
}
