//! An observer that is told of each call.

#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use mcb::observe::Told;
use mcb::{Consecutive, Observer, Verdict};

struct Failures(AtomicU32);

impl Observer for Failures {
    fn on_result(&self, _: &'static str, verdict: Verdict, _: bool) {
        if verdict == Verdict::Failure {
            self.0.store(self.0.load(Relaxed).wrapping_add(1), Relaxed);
        }
    }
}

static FAILURES: Failures = Failures(AtomicU32::new(0));

parts::part!(Told<Consecutive, Failures>; .observer(&FAILURES));
