//! The second opening is the last.

#![no_std]
#![no_main]

use mcb::{Consecutive, Recovery};

parts::part!(Consecutive; .recovery(&Recovery::new().lockout(2)));
