//! A quarter of the last eight calls or so.

#![no_std]
#![no_main]

use core::time::Duration;

use mcb::DecayingRate;

parts::part!(DecayingRate; .decaying_rate(3, 25, Duration::from_secs(50)));
