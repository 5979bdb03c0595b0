//! Each opening twice as long as the one before.

#![no_std]
#![no_main]

use core::time::Duration;

use mcb::{Consecutive, Recovery};

parts::part!(Consecutive; .recovery(&Recovery::new().doubling(Duration::from_secs(8))));
