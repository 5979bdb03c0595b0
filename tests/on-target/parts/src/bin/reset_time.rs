//! Openings that grow, and are forgotten one after the other.

#![no_std]
#![no_main]

use core::time::Duration;

use mcb::{Consecutive, Recovery};

parts::part!(
    Consecutive;
    .recovery(&Recovery::new().doubling(Duration::from_secs(8)).reset_time(Duration::from_secs(50)))
);
