//! Any bytes, as steps on a breaker and on the reference model: they never differ.
#![no_main]

#[path = "../../support/bytes.rs"]
mod bytes;
#[path = "../../support/driver.rs"]
mod driver;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(difference) = bytes::run(data) {
        panic!("{difference}");
    }
});
