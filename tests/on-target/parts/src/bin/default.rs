//! What one gets who asks for nothing.

#![no_std]
#![no_main]

use mcb::Consecutive;

parts::part!(Consecutive;);
