//! Three of the last 100 calls, which stand beside the word.

#![no_std]
#![no_main]

use mcb::CountWindow;

parts::part!(CountWindow<100>; .count_window::<100>(3, 3));
