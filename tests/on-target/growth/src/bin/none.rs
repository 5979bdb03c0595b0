//! Two devices, unguarded.

#![no_std]
#![no_main]

use growth::breakers::unguarded;
use growth::steps::{drive, nothing};

#[unsafe(no_mangle)]
extern "Rust" fn firmware() {
    drive(&[unguarded::<1>, unguarded::<2>], nothing);
}
