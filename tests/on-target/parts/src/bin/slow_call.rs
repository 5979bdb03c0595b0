//! Calls that take too long are failures.

#![no_std]
#![no_main]

use core::time::Duration;

use mcb::Consecutive;
use mcb::strategy::SlowCalls;

parts::part!(SlowCalls<Consecutive>; .slow_call(Duration::from_millis(200)));
