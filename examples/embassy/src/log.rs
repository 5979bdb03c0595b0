//! One line at a time, with the time before it.

use core::fmt::{Arguments, Write};

use embassy_time::Instant;
use heapless::String;
use semihosting::print;

/// Prints a line in one piece. Cuts it when too long.
pub fn line(text: Arguments<'_>) {
    let mut line = String::<128>::new();
    let _ = writeln!(line, "{:>4} ms  {text}", Instant::now().as_millis());
    print!("{line}");
}

/// Like `println!`.
macro_rules! say {
    ($($text:tt)*) => { $crate::log::line(format_args!($($text)*)) };
}
pub(crate) use say;
