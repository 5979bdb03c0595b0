//! What is measured, in order. `tools/growth_parts.py` names these steps, and knows what comes of each.

use crate::work::{self, part_call, part_move};

/// The breaker's timeout, in ticks.
pub const TIMEOUT: u32 = 500;
/// Marks an answer as an error.
pub const FAILS: u32 = 0x8000;

const ANSWER: u32 = 0x0001;
const ERROR: u32 = FAILS | 0x0002;
/// What rules can tell from another.
pub const WORSE: u32 = FAILS | 0x0004;

/// One call, and what it meets.
#[derive(Debug)]
pub struct Step {
    pub(crate) run: fn(),
    /// Successful calls that come before and are not measured.
    pub(crate) before: u32,
    /// Ticks that pass before.
    pub(crate) wait: u32,
    /// Ticks that the device takes.
    pub(crate) takes: u32,
    /// What the device answers.
    pub(crate) answer: u32,
}

pub(crate) static STEPS: [Step; 20] = [
    Step { run: work::nothing, ..OK },
    Step { run: work::clock, ..OK },
    // Clean, once the largest window is full.
    Step { before: 100, ..OK },
    FAIL,
    OK,
    OK,
    // By the last of these all have opened.
    FAIL,
    FAIL,
    FAIL,
    OK,
    // A failed probe opens it again, a successful one closes it; both after any opening.
    Step { wait: 2 * TIMEOUT, ..FAIL },
    OK,
    Step { wait: 8 * TIMEOUT, ..OK },
    OK,
    // By hand.
    Step { run: part_move, ..OK },
    OK,
    Step { wait: 4 * TIMEOUT, ..OK },
    // What wrappers and rules see.
    Step { takes: TIMEOUT, ..OK },
    Step { answer: WORSE, ..OK },
    OK,
];

pub(crate) const OK: Step = Step { run: part_call, before: 0, wait: 0, takes: 0, answer: ANSWER };
/// A tick after what was before, as errors so close together may count as one.
const FAIL: Step = Step { wait: 1, answer: ERROR, ..OK };
