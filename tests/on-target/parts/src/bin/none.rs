//! No guard: what all others are compared with.

#![no_std]
#![no_main]

use parts::work::{MOVED, device, keep};

/// The call, and a use of its value.
#[inline(never)]
#[unsafe(no_mangle)]
extern "Rust" fn part_call() {
    keep(match device() {
        Ok(value) => value,
        Err(fault) => fault,
    });
}

#[inline(never)]
#[unsafe(no_mangle)]
extern "Rust" fn part_move() {
    keep(MOVED);
}
