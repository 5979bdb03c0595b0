//! One breaker, in a registry that is asked which are open.

#![no_std]
#![no_main]

use growth::breakers::{A, a, unguarded};
use growth::steps::drive;
use growth::work::see;
use mcb::Registry;

static REGISTRY: Registry<8> = Registry::new();

#[unsafe(no_mangle)]
extern "Rust" fn firmware() {
    let registered = REGISTRY.register(&A);
    see(registered.is_err().into());
    drive(&[a, unguarded::<2>], look);
}

fn look() {
    let mut open = 0;
    for _ in REGISTRY.open_circuits() {
        open += 1;
    }
    see(open);
}
