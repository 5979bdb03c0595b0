//! One line at a time, with the time before it.

use core::fmt::{Arguments, Write};

use heapless::String;
use rtic_monotonics::Timebase;
use semihosting::print;

use crate::Mono;

/// Prints a line in one piece, so that a task of higher priority does not break it. Cuts it when too long.
pub fn line(text: Arguments<'_>) {
    let mut line = String::<128>::new();
    let _ = writeln!(line, "{:>4} ms  {text}", Mono::now().as_ticks());
    print!("{line}");
}

/// Like `println!`.
macro_rules! say {
    ($($text:tt)*) => { $crate::log::line(format_args!($($text)*)) };
}
pub(crate) use say;
