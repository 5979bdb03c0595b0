//! One visit to the breaker, from any context, and what must hold during it.

use mcb::{Clock as _, Rejected};

use super::ledger::{LEDGER, PLACES};
use super::subject::{ERROR_THRESHOLD, MAX_PROBES, Probe, RECOVERY_THRESHOLD, Subject, TIMEOUT, Ticks};
use crate::random::Random;

/// Where the expectations stand.
pub(super) const FILE: &str = file!();
/// `error_count` counts the openings that followed the first one, up to this many.
const OPENINGS: u16 = 14;
/// A probe that is out was admitted at most so many ticks ago.
const OLDEST_PROBE: u32 = 1_000;

/// Notes that an expectation did not hold. An interrupt cannot return it.
macro_rules! expect {
    ($expected:expr) => {
        if !$expected {
            LEDGER.violated(line!());
        }
    };
}

/// Finishes a permit that is held, or acquires one. Whoever cannot hold it finishes it at once.
pub(super) fn visit(subject: &'static Subject, random: &mut Random, held: &mut [Option<Probe>]) {
    if subject.by_hand {
        LEDGER.inside(|| interfere(subject, random));
    }
    let place = random.below(PLACES) as usize;
    if let Some(held) = held.get_mut(place) {
        match held.take() {
            Some(permit) => finish(permit, place, random),
            None => *held = acquire(subject, place),
        }
    } else if let Some(permit) = acquire(subject, place) {
        finish(permit, place, random);
    }
    expect!(subject.breaker.error_count() <= ERROR_THRESHOLD + OPENINGS);
    expect!(subject.breaker.success_count() <= u16::from(RECOVERY_THRESHOLD));
}

fn interfere(subject: &Subject, random: &mut Random) {
    match random.below(64) {
        0..4 => subject.breaker.reset(),
        4 => subject.breaker.force_open(),
        5 => subject.breaker.force_closed(),
        _ => {}
    }
}

fn acquire(subject: &'static Subject, place: usize) -> Option<Probe> {
    let opened_before = subject.breaker.open_time();
    let acquired = LEDGER.inside(|| subject.breaker.try_acquire());
    let now = Ticks.now();
    let opened = subject.breaker.open_time();
    match acquired {
        Ok(permit) => {
            // When nothing opened it meanwhile, this is a probe of that opening.
            if permit.is_probe() && opened_before == opened {
                let opened = opened.unwrap_or_default();
                // An opening at tick 0 is kept as 1.
                let since = opened - u32::from(opened == 1);
                expect!(opened != 0 && now.wrapping_sub(since) >= TIMEOUT);
                let probes = LEDGER.probe_began(place, opened);
                expect!(subject.by_hand || probes <= usize::from(MAX_PROBES));
            }
            Some(permit)
        }
        Err(rejected) => {
            expect!(wait_is_plausible(subject, rejected));
            None
        }
    }
}

/// The rest of a timeout, or of a probe's that began a moment ago. Halves of two words would make neither.
fn wait_is_plausible(subject: &Subject, rejected: Rejected) -> bool {
    match rejected.retry_after {
        Some(left) => {
            let (left, longest) = (left.ticks(), subject.probe_timeout);
            left <= TIMEOUT || (longest.saturating_sub(OLDEST_PROBE)..=longest).contains(&left)
        }
        None => subject.by_hand,
    }
}

fn finish(permit: Probe, place: usize, random: &mut Random) {
    LEDGER.probe_ends(place);
    LEDGER.inside(|| match random.below(16) {
        0..7 => permit.failure(),
        7..14 => permit.success(),
        14 => permit.ignore(),
        _ => drop(permit),
    });
}
