//! Two breakers of different types.

#![no_std]
#![no_main]

use growth::breakers::{a, b};
use growth::steps::{drive, nothing};

#[unsafe(no_mangle)]
extern "Rust" fn firmware() {
    drive(&[a, b], nothing);
}
