//! Three in a row, or three in five calls of ten seconds.

#![no_std]
#![no_main]

use core::time::Duration;

use mcb::{Consecutive, Either, TimeWindow};

parts::part!(Either<Consecutive, TimeWindow<10>>; .or_time_window::<10>(Duration::from_secs(10), 60, 2));
