//! A duration for each opening in a row.

#![no_std]
#![no_main]

use core::time::Duration;

use mcb::{Consecutive, Recovery};

const SHOTS: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(4)];

parts::part!(Consecutive; .recovery(&Recovery::new().each(&SHOTS)));
