//! What the firmware in `bin` has in common: devices, a clock, breakers, and the [script](steps) that all of it runs.
//!
//! Each has the same functions in front of the same devices, and one part of `mcb` more than another, so that their
//! difference is what this part takes. `tools/growth.py` says which are compared. Machine, report and the guard by hand
//! are those of `budget`.

#![no_std]
#![allow(clippy::inline_always, reason = "what stands around a call must cost the same in all firmware")]
#![allow(clippy::missing_errors_doc, reason = "errors come when a step says so")]

pub mod breakers;
#[path = "../../budget/src/by_hand.rs"]
pub mod by_hand;
pub mod eight;
pub mod hooked;
#[cfg_attr(feature = "arm", path = "../../budget/src/arm.rs")]
#[cfg_attr(not(feature = "arm"), path = "../../budget/src/riscv.rs")]
#[expect(dead_code, reason = "nothing is counted here but bytes, and instructions in a trace")]
mod machine;
#[path = "../../budget/src/report.rs"]
mod report;
pub mod steps;
pub mod work;

use semihosting::process;

unsafe extern "Rust" {
    /// What a binary of this package does.
    safe fn firmware();
}

fn run() -> ! {
    firmware();
    process::exit(0)
}
