//! One breaker, and a device without one.

#![no_std]
#![no_main]

use growth::breakers::{a, unguarded};
use growth::steps::{drive, nothing};

#[unsafe(no_mangle)]
extern "Rust" fn firmware() {
    drive(&[a, unguarded::<2>], nothing);
}
