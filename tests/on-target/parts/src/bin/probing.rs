//! The first call is a probe.

#![no_std]
#![no_main]

use mcb::{Consecutive, Recovery};

parts::part!(Consecutive; .recovery(&Recovery::new().start_by_probing()));
