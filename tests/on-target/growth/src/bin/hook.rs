//! One breaker, with a hook.

#![no_std]
#![no_main]

use growth::breakers::unguarded;
use growth::hooked::a;
use growth::steps::{drive, nothing};

#[unsafe(no_mangle)]
extern "Rust" fn firmware() {
    drive(&[a, unguarded::<2>], nothing);
}
