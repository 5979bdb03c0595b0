//! Openings that are drawn.

#![no_std]
#![no_main]

use mcb::{Consecutive, Recovery};

parts::part!(Consecutive; .recovery(&Recovery::new().jitter(20)));
