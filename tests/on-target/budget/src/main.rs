//! One guarded call and nothing else, so that a twin without `mcb` shows by its difference what the guard costs.
//!
//! Both run the same [`STEPS`](steps::STEPS) and report, for each, what the processor's own counter says that it took
//! and which way the call went. Nothing is formatted. `tools/figures.py` knows the steps by their order.

#![no_std]
#![no_main]

#[cfg_attr(feature = "arm", path = "arm.rs")]
#[cfg_attr(not(feature = "arm"), path = "riscv.rs")]
mod machine;
mod steps;
mod work;

use semihosting::process;
use semihosting::sys::arm_compat::sys_writec;

fn run() -> ! {
    for step in &steps::STEPS {
        work::prepare(step);
        report(measure(step.run));
        report(work::outcome());
    }
    process::exit(0)
}

/// What is measured is between the two readings, and in the trace whatever runs outside this function until it returns.
#[inline(never)]
#[unsafe(no_mangle)]
fn measure(run: fn()) -> u32 {
    let before = machine::counter();
    run();
    machine::difference(before, machine::counter())
}

/// Eight hexadecimal digits and a blank.
fn report(number: u32) {
    for place in (0..8).rev() {
        let digit = (number >> (4 * place)).to_le_bytes()[0] & 0xF;
        sys_writec(if digit < 10 { b'0' + digit } else { b'a' - 10 + digit });
    }
    sys_writec(b' ');
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    panic_reached()
}

/// Its symbol shows that something can panic.
#[inline(never)]
#[unsafe(no_mangle)]
fn panic_reached() -> ! {
    process::exit(101)
}
