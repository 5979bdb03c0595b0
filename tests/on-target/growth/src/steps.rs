//! What all of the firmware does, in order. `tools/growth.py` knows what comes of each step.

use core::hint::black_box;

use crate::report::report;
use crate::work;

/// For how long an open breaker rejects, in ticks.
pub const TIMEOUT: u32 = 16_384;
/// Marks an answer as an error.
pub const FAILS: u32 = 0x8000;

const ANSWER: u32 = 0x0001;
const ERROR: u32 = FAILS | 0x0002;

struct Step {
    /// Ticks that pass before.
    wait: u32,
    /// What the device answers.
    answer: u32,
}

static STEPS: [Step; 11] = [
    OK,
    FAIL,
    OK,
    // Opens at the third.
    FAIL,
    FAIL,
    FAIL,
    OK,
    // A failed probe opens it again, a successful one closes it.
    Step { wait: TIMEOUT, ..FAIL },
    OK,
    Step { wait: TIMEOUT, ..OK },
    OK,
];

const OK: Step = Step { wait: 0, answer: ANSWER };
const FAIL: Step = Step { answer: ERROR, ..OK };

/// Takes each call through all steps, and reports after each which device was asked, how it went, and what `look`, or a
/// hook, has seen.
///
/// The compiler is not told which calls come, so that it can take no call apart in one firmware and not in another.
pub fn drive(calls: &[fn()], look: fn()) {
    for call in black_box(calls) {
        for step in &STEPS {
            work::wait(step.wait);
            work::answer(step.answer);
            work::see(black_box(0));
            call();
            look();
            report(work::asked());
            report(work::kept());
            report(work::seen());
        }
    }
}

/// For firmware that looks at nothing.
pub fn nothing() {}
