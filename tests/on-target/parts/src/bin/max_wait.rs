//! Opened by hand, for as long as is asked.

#![no_std]
#![no_main]

use core::time::Duration;

use mcb::{Consecutive, Recovery};

parts::part!(
    Consecutive;
    .recovery(&Recovery::new().max_wait(Duration::from_secs(2)));
    |breaker| breaker.open_for(Duration::from_secs(1))
);
