//! A case of the driver from any bytes at all: six of settings, or sixteen, then a step a byte.
//!
//! | byte | setting |
//! |---|---|
//! | 0 | bit 0 the strategy, with bit 4 the third; bit 1 drops are failures, bits 2 and 3 where the clock starts; bit 7 more settings |
//! | 1–5 | error threshold, recovery threshold, recovery timeout, probes, probe timeout |
//!
//! With bit 7 of the first these follow, and the strategy is another:
//!
//! | byte | setting |
//! |---|---|
//! | 6 | the strategy in the low four bits, its size in the high ones |
//! | 7–9 | its numbers |
//! | 10 | of the plan: bits 0 and 1 the schedule, 2 jitter, 3 a reset time, 4 a lockout, 5 a longest wait, 6 start by probing; 7 no plan at all |
//! | 11–15 | its numbers: growth or shots, cap or their durations, reset time, jitter and lockout, longest wait |
//!
//! A step is its kind in the low four bits and its argument in the high ones. With more settings there are more of them:
//! where there was an argument to spare, and by waits as they are told rather than around the timeouts.

use super::driver::{COUNT_WINDOWS, Length, Limits, Plan, Policy, Setting, Step, TIME_WINDOWS};
use mcb::Verdict::{Failure, Fatal, Ignore, Success};

/// More would only repeat, and the clock must not go round unseen.
const STEPS: usize = 1_000;

/// The first difference between the breaker and the model in what these bytes mean.
pub(crate) fn run(bytes: &[u8]) -> Result<(), String> {
    let Some((&[how, errors, successes, recovery, probes, patience], rest)) =
        bytes.split_first_chunk()
    else {
        return Ok(());
    };
    let error_threshold = 1 + u16::from(errors);
    let mut limits = Limits {
        setting: match (how & 0x10 == 0, how & 1 == 0) {
            (true, true) => Setting::Consecutive { n: error_threshold },
            (true, false) => Setting::NetError { n: error_threshold },
            _ => Setting::Debounce { up: 2, down: 1, jumps: None, threshold: error_threshold },
        },
        plan: None,
        error_threshold,
        recovery_threshold: 1 + successes % 32,
        recovery_timeout: 1 + u32::from(recovery),
        max_probes: 1 + probes % 15,
        probe_timeout: 1 + u32::from(patience),
        dropped: if how & 2 == 0 { Ignore } else { Failure },
    };
    // At 0, before the sign, before the wrap, and where the slack begins.
    let start = [0, (1 << 31) - 9, u32::MAX - 400, u32::MAX - (1 << 16)][usize::from(how >> 2 & 3)];
    let steps: Vec<Step> = if how & 0x80 == 0 {
        rest.iter().take(STEPS).map(|&byte| step(byte, &limits)).collect()
    } else {
        let Some((&[kind, a, b, c, plan, numbers @ ..], rest)) = rest.split_first_chunk::<10>()
        else {
            return Ok(());
        };
        limits.setting = setting(kind, [a, b, c], &mut limits.error_threshold);
        limits.plan = (plan & 0x80 == 0).then(|| self::plan(plan, numbers, recovery));
        let borders = borders(&limits);
        rest.iter().take(STEPS).map(|&byte| further_step(byte, &limits, &borders)).collect()
    };
    super::driver::compare(&limits, start, &steps)
}

fn step(byte: u8, limits: &Limits) -> Step {
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

fn further_step(byte: u8, limits: &Limits, borders: &[u32]) -> Step {
    let argument = byte >> 4;
    match (byte & 0xF, argument) {
        (3, 8..) => Step::Call(Fatal),
        (9, 8..) => Step::Finish(usize::from(argument - 8), Fatal),
        (13, _) => Step::AsTold(argument.cast_signed() - 8),
        // A border, or a tick before it.
        (14, _) => match borders.get(usize::from(argument >> 1)) {
            Some(border) => Step::Advance(border.saturating_sub(u32::from(argument & 1))),
            None => Step::Call(Failure),
        },
        (15, 3 | 4) => Step::OpenFor(0),
        (15, 5..=7) => Step::OpenFor(limits.recovery_timeout << (2 * argument - 10)),
        _ => step(byte, limits),
    }
}

fn setting(kind: u8, numbers: [u8; 3], error_threshold: &mut u16) -> Setting {
    let size = usize::from(kind >> 4);
    let [one, two, three] = numbers.map(u16::from);
    let percent = 1 + numbers[0] % 100;
    let n = *error_threshold;
    match kind & 0xF {
        0 => Setting::Consecutive { n },
        1 => Setting::NetError { n },
        2 | 3 => {
            // Steps are no larger than the threshold, and jumps below it.
            let (up, down) = (1 + one % n, two % (n + 1));
            let jumps = (kind & 1 == 1).then_some((three % n, (three >> 4) % n));
            Setting::Debounce { up, down, jumps, threshold: n }
        }
        4 | 5 => {
            let quiet = (size & 1 == 0).then_some(2 + u32::from(two));
            let lump = u32::from(three) % quiet.unwrap_or(256);
            Setting::Timed { n, quiet, lump: (size & 2 == 0).then_some(lump) }
        }
        6 | 7 => {
            let n = 1 + one % 16;
            Setting::FailuresPerPeriod { n, period: u32::from(n + two) }
        }
        8..=10 => {
            let n = COUNT_WINDOWS[size % COUNT_WINDOWS.len()];
            Setting::CountWindow { n, percent, minimum: 1 + two % n }
        }
        11 | 12 => {
            let buckets = TIME_WINDOWS[size % TIME_WINDOWS.len()];
            // Whole buckets, in which an oracle counts.
            let window = (1 + u32::from(three)) * u32::from(buckets);
            Setting::TimeWindow { buckets, window, percent, minimum: 1 + two % 32 }
        }
        13 => {
            let k = 1 + (kind >> 4) % 11;
            let most = (4_097 - (1_u32 << k)) * 100 / 4_096;
            let percent = 1 + numbers[0] % most as u8;
            Setting::DecayingRate { k, percent, half_life: 1 + u32::from(two) }
        }
        14 => {
            // The two share the count.
            let n = (n - 1) % 64 + 1;
            *error_threshold = n;
            let second = Setting::CountWindow { n: 9, percent, minimum: 1 + two % 9 };
            Setting::Either(Box::new(Setting::Consecutive { n }), Box::new(second))
        }
        _ => {
            let second =
                Setting::FailuresPerPeriod { n: 1 + one % 16, period: 16 + u32::from(two) };
            Setting::Either(Box::new(Setting::NetError { n }), Box::new(second))
        }
    }
}

fn plan(which: u8, numbers: [u8; 5], recovery: u8) -> Plan {
    let base = 1 + u64::from(recovery);
    let [growth, cap, reset, spread, longest] = numbers.map(u64::from);
    let given = |bit: u8| which >> bit & 1 == 1;
    let duration = match which & 3 {
        0 => Length::Constant(base),
        1 | 2 => Length::Growing {
            first: base,
            percent: 101 + growth * 3,
            cap: base + (cap << (which & 3) * 3),
        },
        _ => {
            // Each has bits of all that there is.
            let shot =
                |place: u64| 1 + ((cap * (place + 1) ^ reset) & 0xFF) << (growth >> place & 7);
            Length::Shots((0..=growth & 7).map(shot).collect())
        }
    };
    let policy = Policy {
        duration,
        jitter: if given(2) { 1 + spread % 99 } else { 0 },
        reset_time: given(3).then_some(1 + reset * 3),
        lockout: given(4).then_some(1 + spread % 15),
        max_wait: if given(5) { base + longest * 9 } else { base },
    };
    Plan { policy, start_by_probing: given(6) }
}

/// Times at which something changes, eight at most.
fn borders(limits: &Limits) -> Vec<u32> {
    let mut borders = limits.setting.borders();
    borders.push(limits.probe_timeout);
    let reset_time = limits.plan.as_ref().and_then(|plan| plan.policy.reset_time);
    borders.extend(reset_time.map(|ticks| ticks as u32));
    borders
}
