//! Two breakers of different types, the second one with rules.

#![no_std]
#![no_main]

use growth::breakers::{a, b_lists};
use growth::steps::{drive, nothing};

#[unsafe(no_mangle)]
extern "Rust" fn firmware() {
    drive(&[a, b_lists], nothing);
}
