//! Some errors open it at once.

#![no_std]
#![no_main]

use mcb::{Consecutive, EveryError, Fatal};
use parts::steps::WORSE;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as predicates are")]
fn is_fatal(fault: &u32) -> bool {
    *fault == WORSE
}

parts::part!(Consecutive, Fatal<u32>; .rules(EveryError.fatal(is_fatal)));
