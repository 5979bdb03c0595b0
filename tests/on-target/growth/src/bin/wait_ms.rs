//! One breaker, which is asked how many milliseconds are left.

#![no_std]
#![no_main]

use growth::breakers::{A, a, unguarded};
use growth::steps::drive;
use growth::work::see;
use mcb::Wait;

#[unsafe(no_mangle)]
extern "Rust" fn firmware() {
    drive(&[a, unguarded::<2>], look);
}

fn look() {
    see(A.retry_after().map_or(u32::MAX, Wait::as_millis));
}
