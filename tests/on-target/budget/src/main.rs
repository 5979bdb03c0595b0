//! One guarded call and nothing else, so that a twin without `mcb` shows by its difference what the guard costs.
//!
//! Both run the same [`STEPS`](steps::STEPS) and report, for each, what the processor's own counter says that it took
//! and which way the call went. Nothing is formatted. `tools/figures.py` knows the steps by their order.

#![no_std]
#![no_main]

#[cfg(feature = "by-hand")]
mod by_hand;
#[cfg_attr(feature = "arm", path = "arm.rs")]
#[cfg_attr(not(feature = "arm"), path = "riscv.rs")]
mod machine;
mod report;
mod steps;
mod work;

use report::report;
use semihosting::process;

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
