//! Errors in a row, if they are neither too far apart nor too close together.

#![no_std]
#![no_main]

use core::time::Duration;

use mcb::TimedConsecutive;

parts::part!(TimedConsecutive; .quiet(Duration::from_secs(50)).lump(Duration::from_millis(1)));
