//! A slow start after a recovery.

#![no_std]
#![no_main]

use core::time::Duration;

use mcb::Consecutive;
use mcb::strategy::SlowStart;

parts::part!(SlowStart<Consecutive>; .slow_start(Duration::from_secs(1)));
