//! Opened by hand.

#![no_std]
#![no_main]

use mcb::Consecutive;

parts::part!(Consecutive; ; |breaker| breaker.trip());
