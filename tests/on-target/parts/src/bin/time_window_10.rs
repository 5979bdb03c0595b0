//! Three in five calls of ten seconds.

#![no_std]
#![no_main]

use core::time::Duration;

use mcb::TimeWindow;

parts::part!(TimeWindow<10>; .time_window::<10>(Duration::from_secs(10), 60, 2));
