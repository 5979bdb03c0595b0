//! The devices, the clock, and what becomes of a call's result.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use mcb::{Clock, Error};

use crate::steps::FAILS;

static NOW: AtomicU32 = AtomicU32::new(0);
static ANSWER: AtomicU32 = AtomicU32::new(0);
static ASKED: AtomicU32 = AtomicU32::new(0);
static VALUE: AtomicU32 = AtomicU32::new(0);
static SEEN: AtomicU32 = AtomicU32::new(0);

const REJECTED: u32 = 0xEEEE;

/// A clock that an interrupt would count, as fast as that of a watch: its ticks are no milliseconds.
#[derive(Debug)]
pub struct Ticks;

impl Clock for Ticks {
    type Ticks = u32;
    const HZ: u32 = 32_768;
    // It moves by hand, and stands still in between.
    const RESOLUTION: u32 = 0;

    #[inline(always)]
    fn now(&self) -> u32 {
        now()
    }
}

/// The present tick.
#[inline(always)]
pub fn now() -> u32 {
    NOW.load(Relaxed)
}

/// Lets time pass.
pub fn wait(ticks: u32) {
    NOW.store(now().wrapping_add(ticks), Relaxed);
}

/// Sets what the devices answer, and that none was asked.
pub fn answer(answer: u32) {
    ASKED.store(0, Relaxed);
    ANSWER.store(answer, Relaxed);
}

/// What the devices' errors are: a byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Does not count where there are rules.
    Busy = 1,
    /// Counts.
    Bus = 2,
}

/// One of several devices, each a function of its own, numbered from 1 on. It answers as the step says, at once.
#[inline(never)]
pub fn device<const ID: u32>() -> Result<u32, Fault> {
    ASKED.store(ID, Relaxed);
    let answer = ANSWER.load(Relaxed);
    if answer & FAILS == 0 {
        Ok(answer)
    } else if answer & 1 != 0 {
        Err(Fault::Busy)
    } else {
        Err(Fault::Bus)
    }
}

/// The device that was asked last.
pub fn asked() -> u32 {
    ASKED.load(Relaxed)
}

/// Uses the result of a call, guarded or not.
#[inline(always)]
pub fn keep(result: impl Outcome) {
    VALUE.store(result.word(), Relaxed);
}

/// What was kept last.
pub fn kept() -> u32 {
    VALUE.load(Relaxed)
}

/// Uses what a part tells beside the results of calls.
#[inline(always)]
pub fn see(number: u32) {
    SEEN.store(number, Relaxed);
}

/// What was seen last.
pub fn seen() -> u32 {
    SEEN.load(Relaxed)
}

/// What a call can return.
pub trait Outcome {
    /// The answer, or that there was none.
    fn word(self) -> u32;
}

impl Outcome for Result<u32, Fault> {
    #[inline(always)]
    fn word(self) -> u32 {
        match self {
            Ok(answer) => answer,
            Err(fault) => FAILS | fault as u32,
        }
    }
}

impl Outcome for Result<u32, Error<Fault>> {
    #[inline(always)]
    fn word(self) -> u32 {
        match self {
            Ok(answer) => answer,
            Err(Error::Inner(fault)) => FAILS | fault as u32,
            Err(Error::Rejected(_)) => REJECTED,
        }
    }
}

impl Outcome for Option<Result<u32, Fault>> {
    #[inline(always)]
    fn word(self) -> u32 {
        match self {
            Some(Ok(answer)) => answer,
            Some(Err(fault)) => FAILS | fault as u32,
            None => REJECTED,
        }
    }
}
