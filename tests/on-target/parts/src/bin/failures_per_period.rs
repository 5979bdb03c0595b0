//! Three failures in three seconds.

#![no_std]
#![no_main]

use core::time::Duration;

use mcb::FailuresPerPeriod;

parts::part!(FailuresPerPeriod; .failures_per_period(3, Duration::from_secs(3)));
