//! Written down as bytes, and restored from them.

#![no_std]
#![no_main]

use core::hint::black_box;

use mcb::{Consecutive, Slept, Snapshot};

parts::part!(
    Consecutive; ;
    |breaker| {
        let bytes = black_box(breaker.snapshot().to_bytes());
        let restored = Snapshot::from_bytes(&bytes).is_ok_and(|it| breaker.restore(&it, Slept::Unknown).is_ok());
        black_box(restored)
    }
);
