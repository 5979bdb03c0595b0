//! What the run has to show, judged by itself: a line for each claim, and the sums, which outlive a reset.

use semihosting::{print, println, process};

use crate::retained;

/// Prints whether it holds, and counts it.
pub fn claim(holds: bool, what: &str) {
    println!("{}  node: {what}", if holds { "ok    " } else { "FAILED" });
    retained::update(|kept| kept.claims[usize::from(!holds)] += 1);
}

/// Ends the run, with status 0 if every claim held.
pub fn end() -> ! {
    let [passed, failed] = retained::now().claims;
    print!("{passed} passed, {failed} failed\n");
    process::exit(i32::from(failed != 0))
}
