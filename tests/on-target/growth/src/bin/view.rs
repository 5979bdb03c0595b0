//! Two breakers of different types, and a view that is asked which are open.

#![no_std]
#![no_main]

use growth::breakers::{A, B, a, b};
use growth::steps::drive;
use growth::work::see;
use mcb::View;

static VIEW: View = View::new(&[&A, &B]);

#[unsafe(no_mangle)]
extern "Rust" fn firmware() {
    drive(&[a, b], look);
}

fn look() {
    see(u32::try_from(VIEW.open_circuits().count()).unwrap_or(u32::MAX));
}
