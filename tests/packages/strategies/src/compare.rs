//! A breaker beside its oracle, step by step.

use crate::measure::Random;
use crate::real;
use crate::settings::Setting;

/// A call: so many ticks after the one before, and whether it fails.
pub type Call = (u32, bool);

/// A stamp of 32 bits is taken for a newer one when it is almost as old as the range. Longer than this nothing waits:
/// it leaves room for what the small settings here add to it.
pub const LONGEST: u64 = (1 << 32) - (1 << 18);

/// What a run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    pub calls: u64,
    pub openings: u64,
    /// Whether there was a breaker to compare with.
    pub real: bool,
}

/// Compares after each call whether it opened, and the errors where they are defined; after an opening both are closed.
///
/// # Errors
///
/// What differs first.
pub fn compare(
    setting: &Setting,
    start: u32,
    calls: impl IntoIterator<Item = Call>,
) -> Result<Ran, String> {
    let (mut oracle, mut real) = (setting.oracle(), real::judge(setting));
    let mut ran = Ran { real: real.is_some(), ..Ran::default() };
    let mut now = u64::from(start);
    // The latest failure, or the closing after it.
    let mut marked = now;
    for (gap, failed) in calls {
        if now + u64::from(gap) - marked <= LONGEST {
            now += u64::from(gap);
        }
        if failed {
            marked = now;
        }
        ran.calls += 1;
        let opens = oracle.outcome(now, failed);
        ran.openings += u64::from(opens);
        if let Some(real) = &mut real {
            let step = ran.calls;
            let opened = real.outcome(now, failed);
            if opened != opens {
                return Err(format!(
                    "{setting} opened: {opened}, expected: {opens}, at call {step}, tick {now}"
                ));
            }
            let (errors, expected) = (real.errors(), oracle.errors());
            if !opens && expected.is_some() && errors != expected {
                return Err(format!(
                    "{setting} counts {errors:?}, expected {expected:?}, at call {step}, tick {now}"
                ));
            }
            if ran.calls.is_multiple_of(5) && !opens {
                real.ignored(now);
            }
        }
        if opens {
            // By a probe and by hand in turn.
            let by_hand = ran.openings.is_multiple_of(2);
            // Of windows of time that begin within the same tick again and again one begins a tick early.
            now += u64::from(!by_hand || setting.has_buckets());
            marked = now;
            for judge in [Some(&mut oracle), real.as_mut()].into_iter().flatten() {
                if by_hand { judge.reset() } else { judge.recover(now) }
            }
        }
    }
    Ok(ran)
}

/// The gaps at which something may go wrong: none, small ones, borders, and long ones.
pub fn gaps(setting: &Setting) -> Vec<u32> {
    let around = |border: u32| [border.saturating_sub(1), border, border + 1];
    let borders = setting.borders().into_iter().flat_map(around);
    borders.chain([0, 1, 2, 3, 1 << 16, 1 << 31, LONGEST as u32]).collect()
}

/// Long traffic in phases, each with a share of failing calls of its own.
pub fn traffic(setting: &Setting, calls: usize, seed: u64) -> impl Iterator<Item = Call> {
    let (mut random, gaps) = (Random(seed), gaps(setting));
    let (mut percent, mut left) = (0, 0);
    core::iter::repeat_with(move || {
        if left == 0 {
            left = 1 + random.below(400);
            percent = [0, 1, 5, 20, 40, 60, 90, 100][random.below(8) as usize];
        }
        left -= 1;
        let gap = match random.below(32) {
            0 => gaps[random.below(gaps.len() as u64) as usize],
            1..=4 => random.below(20) as u32,
            5..=20 => 1,
            _ => 0,
        };
        (gap, random.chance(percent))
    })
    .take(calls)
}
