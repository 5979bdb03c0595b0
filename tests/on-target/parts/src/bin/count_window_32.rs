//! Three of the last 32 calls, which stand in the word.

#![no_std]
#![no_main]

use mcb::CountWindow;

parts::part!(CountWindow<32>; .count_window::<32>(9, 3));
