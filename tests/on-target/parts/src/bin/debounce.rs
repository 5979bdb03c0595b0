//! Failures that count two, and successes that take off one.

#![no_std]
#![no_main]

use mcb::Debounce;

parts::part!(Debounce; .debounce(2, 1).error_threshold(6));
