//! A case of the driver from any bytes at all: six of settings, then a step a byte.
//!
//! | byte | setting |
//! |---|---|
//! | 0 | bit 0 the strategy, with bit 4 the third; bit 1 drops are failures, bits 2 and 3 where the clock starts |
//! | 1–5 | error threshold, recovery threshold, recovery timeout, probes, probe timeout |
//!
//! A step is its kind in the low four bits and its argument in the high ones.

use super::driver::{Counting, Limits, Step, compare};
use mcb::Verdict::{Failure, Ignore, Success};

/// More would only repeat, and the clock must not go round unseen.
const STEPS: usize = 1_000;

/// The first difference between the breaker and the model in what these bytes mean.
pub(crate) fn run(bytes: &[u8]) -> Result<(), String> {
    let Some((&[how, errors, successes, recovery, probes, patience], steps)) =
        bytes.split_first_chunk()
    else {
        return Ok(());
    };
    let limits = Limits {
        counting: Counting::ALL[if how & 0x10 == 0 { usize::from(how & 1) } else { 2 }],
        error_threshold: 1 + u16::from(errors),
        recovery_threshold: 1 + successes % 32,
        recovery_timeout: 1 + u32::from(recovery),
        max_probes: 1 + probes % 15,
        probe_timeout: 1 + u32::from(patience),
        dropped: if how & 2 == 0 { Ignore } else { Failure },
    };
    // At 0, before the sign, before the wrap, and where the slack begins.
    let start = [0, (1 << 31) - 9, u32::MAX - 400, u32::MAX - (1 << 16)][usize::from(how >> 2 & 3)];
    let steps: Vec<Step> = steps.iter().take(STEPS).map(|&byte| step(byte, limits)).collect();
    compare(limits, start, &steps)
}

fn step(byte: u8, limits: Limits) -> Step {
    let argument = u32::from(byte >> 4);
    let place = argument as usize % 8;
    match byte & 0xF {
        0 => Step::Call(Success),
        1 | 2 => Step::Call(Failure),
        3 => Step::Call(Ignore),
        4 | 5 => Step::Start,
        6 | 7 => Step::Finish(place, Success),
        8 => Step::Finish(place, Failure),
        9 => Step::Finish(place, Ignore),
        10 => Step::Drop(place),
        11 => Step::Forget(place),
        12 => Step::Advance(argument),
        // Around the timeouts.
        13 => Step::Advance((limits.recovery_timeout + argument).saturating_sub(8)),
        14 => Step::Advance((limits.probe_timeout + argument).saturating_sub(8)),
        _ => match argument {
            0..=7 => Step::Reset,
            8 | 9 => Step::Force(true),
            10 | 11 => Step::Force(false),
            far => Step::Advance(1 << far),
        },
    }
}
