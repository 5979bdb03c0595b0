//! Everything counted, and read.

#![no_std]
#![no_main]

use core::hint::black_box;

use mcb::Consecutive;
use mcb::observe::{Statistics, Told};
use parts::Ticks;

static STATISTICS: Statistics<Ticks> = Statistics::new(Ticks);

parts::part!(
    Told<Consecutive, Statistics<Ticks>>;
    .observer(&STATISTICS);
    |_breaker| black_box(STATISTICS.snapshot())
);
