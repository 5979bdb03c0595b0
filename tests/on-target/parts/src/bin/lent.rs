//! As the default, but somebody has a reference to the breaker, as a registry or a second caller of it has: the compiler
//! no longer knows what its parts hold. Nothing that is larger than the word is ever known so well.

#![no_std]
#![no_main]

use core::hint::black_box;

use mcb::Consecutive;

parts::part!(Consecutive; ; |breaker| black_box(breaker));
