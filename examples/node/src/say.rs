//! One line at a time, with the boot and the time before it.

use core::fmt::{Arguments, Write};

use embassy_time::Instant;
use heapless::String;
use semihosting::print;

/// Prints a line in one piece. Cuts it when too long.
pub fn line(text: Arguments<'_>) {
    let mut line = String::<160>::new();
    let (boot, now) = (crate::retained::boot(), Instant::now().as_millis());
    let _ = writeln!(line, "boot {boot} {now:>6} ms  {text}");
    print!("{line}");
}

/// Like `println!`.
macro_rules! say {
    ($($text:tt)*) => { $crate::say::line(format_args!($($text)*)) };
}
pub(crate) use say;
