//! The device, the clock, and what becomes of a call's result.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::steps::{FAILS, Step};

static NOW: AtomicU32 = AtomicU32::new(0);
static TAKES: AtomicU32 = AtomicU32::new(0);
static ANSWER: AtomicU32 = AtomicU32::new(0);
static VALUE: AtomicU32 = AtomicU32::new(0);

/// What is kept of a call that was rejected.
pub const REJECTED: u32 = 0xEEEE;
/// What is kept of a move by hand.
pub const MOVED: u32 = 0xAAAA;

unsafe extern "Rust" {
    /// The call of a binary of this package.
    pub(crate) safe fn part_call();
    /// Its move by hand.
    pub(crate) safe fn part_move();
}

/// Sets the scene of a step.
pub(crate) fn prepare(step: &Step) {
    NOW.store(now().wrapping_add(step.wait), Relaxed);
    TAKES.store(step.takes, Relaxed);
    ANSWER.store(step.answer, Relaxed);
}

/// Answers as the step says, and takes as long.
#[inline(never)]
pub fn device() -> Result<u32, u32> {
    NOW.store(now().wrapping_add(TAKES.load(Relaxed)), Relaxed);
    let answer = ANSWER.load(Relaxed);
    if answer & FAILS == 0 { Ok(answer) } else { Err(answer) }
}

/// A clock that is as cheap as a clock can be.
#[inline(always)]
pub fn now() -> u32 {
    NOW.load(Relaxed)
}

/// Uses the value of a call, guarded or not.
#[inline(always)]
pub fn keep(value: u32) {
    VALUE.store(value, Relaxed);
}

/// What calling and returning takes, and one instruction for the value.
#[inline(never)]
pub(crate) fn nothing() {
    keep(1);
}

/// What reading the clock takes, beyond that.
#[inline(never)]
pub(crate) fn clock() {
    keep(now());
}

/// The value that was used last: which way the call went.
pub(crate) fn outcome() -> u32 {
    VALUE.load(Relaxed)
}
