//! What the firmware in `bin` has in common: a device, a clock, and the [script](steps) that all of it runs.
//!
//! Each guards the same call as `budget` does, by a breaker with another strategy, recovery or wrapper; `none` has no
//! guard, and `default` what one gets who asks for nothing. `tools/growth_parts.py` compares each with `none`. Machine and report
//! are those of `budget`.

#![no_std]
#![allow(clippy::inline_always, reason = "what stands around a call must cost the same in all firmware")]
#![allow(clippy::missing_errors_doc, reason = "errors come when a step says so")]

#[cfg_attr(feature = "arm", path = "../../budget/src/arm.rs")]
#[cfg_attr(not(feature = "arm"), path = "../../budget/src/riscv.rs")]
mod machine;
mod part;
#[path = "../../budget/src/report.rs"]
mod report;
pub mod steps;
pub mod work;

pub use part::{CONFIG, Ticks};
use report::report;
use semihosting::process;

fn run() -> ! {
    for step in &steps::STEPS {
        for _ in 0..step.before {
            work::prepare(&steps::OK);
            (step.run)();
        }
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
