//! What is measured, in order. `tools/figures.py` names these steps.

use crate::work;

/// The breaker's timeout, in ticks.
pub(crate) const TIMEOUT: u32 = 500;
/// Marks an answer as an error.
pub(crate) const FAILS: u32 = 0x8000;

const ANSWER: u32 = 0x0001;
const ERROR: u32 = FAILS | 0x0002;

/// One call, and what it meets.
pub(crate) struct Step {
    pub(crate) run: fn(),
    /// Ticks that pass before.
    pub(crate) wait: u32,
    /// What the device answers.
    pub(crate) answer: u32,
    pub(crate) nested: Nested,
}

/// Whether the device makes the call again while it is busy with one.
#[derive(Clone, Copy)]
pub(crate) enum Nested {
    No,
    Now,
    AfterTheLease,
}

pub(crate) static STEPS: [Step; 29] = [
    Step { run: work::nothing, ..OK },
    Step { run: work::clock, ..OK },
    // Closed.
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
    // A probe during which another call comes, first too early ...
    FAIL,
    FAIL,
    FAIL,
    Step { wait: TIMEOUT, nested: Nested::Now, ..OK },
    // ... then when the place of the first one is given away: it succeeds, and the first one's result is stale.
    FAIL,
    FAIL,
    FAIL,
    Step { wait: TIMEOUT, nested: Nested::AfterTheLease, ..OK },
    // The same, both failing.
    FAIL,
    FAIL,
    FAIL,
    Step { wait: TIMEOUT, nested: Nested::AfterTheLease, ..FAIL },
    Step { wait: TIMEOUT, ..OK },
    // Closed, and a call within a call.
    Step { nested: Nested::Now, ..OK },
    Step { nested: Nested::Now, ..FAIL },
    OK,
];

const OK: Step = Step { run: work::call, wait: 0, answer: ANSWER, nested: Nested::No };
const FAIL: Step = Step { answer: ERROR, ..OK };
