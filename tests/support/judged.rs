//! When a closed breaker opens: each strategy with its numbers, as a configuration and as an oracle.

#[path = "../packages/strategies/src/oracles.rs"]
#[allow(dead_code, unreachable_pub, clippy::all, clippy::pedantic)]
// a library elsewhere, with lints of its own
mod oracles;
#[path = "../packages/strategies/src/settings.rs"]
#[allow(dead_code, unreachable_pub, clippy::all, clippy::pedantic)]
mod settings;

use core::time::Duration;

use mcb::{Config, ManualClock, NetError};
pub(crate) use oracles::Judge;
pub(crate) use settings::Setting;

use super::strategies::ForStrategy;

/// Sizes are part of a type, each of which takes a while to compile: within the word, at its end and beside it.
pub(crate) const COUNT_WINDOWS: [u16; 5] = [2, 9, 32, 33, 70];
pub(crate) const TIME_WINDOWS: [u8; 3] = [1, 2, 5];

fn time(ticks: u32) -> Duration {
    Duration::from_millis(ticks.into())
}

/// Takes the type from the number.
macro_rules! sized {
    ($f:ident, $number:expr, [$($size:literal)*], $config:ident.$method:ident $arguments:tt) => {
        match $number {
            $($size => $f.run($config.$method::<$size> $arguments),)*
            other => unreachable!("no window of {other}"),
        }
    };
}

/// Runs it for a configuration of that id with this strategy.
pub(crate) fn with<F: ForStrategy>(setting: &Setting, id: &'static str, f: F) -> F::Output {
    let new = Config::<&'static ManualClock>::new(id);
    match *setting {
        Setting::Consecutive { .. } => f.run(new),
        Setting::NetError { .. } => f.run(new.strategy(NetError)),
        Setting::Debounce { up, down, jumps, .. } => f.run(match jumps {
            Some((up_to, down_to)) => new.debounce(up, down).jumps(up_to, down_to),
            None => new.debounce(up, down),
        }),
        Setting::Timed { quiet, lump, .. } => {
            let timed = new.lump(time(lump.unwrap_or(0)));
            f.run(match quiet {
                Some(quiet) => timed.quiet(time(quiet)),
                None => timed,
            })
        }
        Setting::FailuresPerPeriod { n, period } => f.run(new.failures_per_period(n, time(period))),
        Setting::CountWindow { n, percent, minimum } => {
            sized!(f, n, [2 9 32 33 70], new.count_window(percent, minimum))
        }
        Setting::TimeWindow { buckets, window, percent, minimum } => {
            sized!(f, buckets, [1 2 5], new.time_window(time(window), percent, minimum))
        }
        Setting::DecayingRate { k, percent, half_life } => {
            f.run(new.decaying_rate(k, percent, time(half_life)))
        }
        Setting::Either(ref first, ref second) => match (&**first, &**second) {
            (Setting::Consecutive { .. }, &Setting::CountWindow { n: 9, percent, minimum }) => {
                f.run(new.or_count_window::<9>(percent, minimum))
            }
            (Setting::NetError { .. }, &Setting::FailuresPerPeriod { n, period }) => {
                f.run(new.strategy(NetError).or_failures_per_period(n, time(period)))
            }
            (first, second) => unreachable!("{first} or {second}"),
        },
    }
}
