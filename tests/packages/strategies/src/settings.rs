//! A strategy with its numbers, of which both an oracle and a breaker are made.

use core::fmt;

// By this way other tests take it in too: ../../../support/judged.rs.
use super::oracles::{
    Consecutive, CountWindow, Debounce, DecayingRate, Either, FailuresPerPeriod, Judge, NetError,
    TimeWindow, TimedConsecutive,
};

/// Times are in ticks; a millisecond each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    Consecutive {
        n: u16,
    },
    NetError {
        n: u16,
    },
    Debounce {
        up: u16,
        down: u16,
        jumps: Option<(u16, u16)>,
        threshold: u16,
    },
    Timed {
        n: u16,
        quiet: Option<u32>,
        lump: Option<u32>,
    },
    FailuresPerPeriod {
        n: u16,
        period: u32,
    },
    /// `n` is one of [`COUNT_WINDOWS`].
    CountWindow {
        n: u16,
        percent: u8,
        minimum: u16,
    },
    /// `buckets` is one of [`TIME_WINDOWS`].
    TimeWindow {
        buckets: u8,
        window: u32,
        percent: u8,
        minimum: u16,
    },
    DecayingRate {
        k: u8,
        percent: u8,
        half_life: u32,
    },
    Either(Box<Setting>, Box<Setting>),
}

/// The sizes that breakers are made of, since a size is part of a type: within a word and beside it.
pub const COUNT_WINDOWS: [u16; 9] = [2, 5, 10, 20, 31, 32, 33, 100, 1024];

/// The numbers of buckets that breakers are made of.
pub const TIME_WINDOWS: [u8; 4] = [2, 4, 10, 16];

impl Setting {
    /// Whether it counts by buckets of time.
    pub fn has_buckets(&self) -> bool {
        match self {
            Setting::TimeWindow { .. } => true,
            Setting::Either(a, b) => a.has_buckets() || b.has_buckets(),
            _ => false,
        }
    }

    /// Its oracle.
    pub fn oracle(&self) -> Box<dyn Judge> {
        match *self {
            Setting::Consecutive { n } => Box::new(Consecutive::new(n.into())),
            Setting::NetError { n } => Box::new(NetError::new(n.into())),
            Setting::Debounce { up, down, jumps, threshold } => {
                let plain = Debounce::new(up.into(), down.into(), threshold.into());
                Box::new(match jumps {
                    Some((up, down)) => plain.jumps(up.into(), down.into()),
                    None => plain,
                })
            }
            Setting::Timed { n, quiet, lump } => Box::new(TimedConsecutive::new(
                n.into(),
                quiet.map(u64::from),
                lump.unwrap_or(0).into(),
            )),
            Setting::FailuresPerPeriod { n, period } => {
                Box::new(FailuresPerPeriod::new(n.into(), period.into()))
            }
            Setting::CountWindow { n, percent, minimum } => {
                Box::new(CountWindow::new(n.into(), percent.into(), minimum.into()))
            }
            Setting::TimeWindow { buckets, window, percent, minimum } => Box::new(TimeWindow::new(
                buckets.into(),
                window.into(),
                percent.into(),
                minimum.into(),
            )),
            Setting::DecayingRate { k, percent, half_life } => {
                Box::new(DecayingRate::new(k.into(), percent.into(), half_life.into()))
            }
            Setting::Either(ref first, ref second) => {
                Box::new(Either::new(first.oracle(), second.oracle()))
            }
        }
    }

    /// The times at which something changes.
    pub fn borders(&self) -> Vec<u32> {
        match *self {
            Setting::Consecutive { .. }
            | Setting::NetError { .. }
            | Setting::Debounce { .. }
            | Setting::CountWindow { .. } => Vec::new(),
            Setting::Timed { quiet, lump, .. } => quiet.into_iter().chain(lump).collect(),
            Setting::FailuresPerPeriod { n, period } => {
                let tau = period.div_ceil(n.into());
                vec![tau, tau * u32::from(n)]
            }
            Setting::TimeWindow { buckets, window, .. } => {
                let bucket = window / u32::from(buckets);
                vec![bucket, window - bucket, window]
            }
            Setting::DecayingRate { half_life, .. } => vec![half_life, half_life * 3],
            Setting::Either(ref first, ref second) => {
                first.borders().into_iter().chain(second.borders()).collect()
            }
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Setting::Consecutive { n } => write!(f, "Consecutive({n})"),
            Setting::NetError { n } => write!(f, "NetError({n})"),
            Setting::Debounce { up, down, threshold, .. } => {
                write!(f, "Debounce({up}/{down},{threshold})")
            }
            Setting::Timed { n, quiet, lump } => write!(f, "Consecutive({n},{quiet:?},{lump:?})"),
            Setting::FailuresPerPeriod { n, period } => {
                write!(f, "FailuresPerPeriod({n},{period})")
            }
            Setting::CountWindow { n, percent, minimum } => {
                write!(f, "CountWindow<{n}>({percent}%,{minimum})")
            }
            Setting::TimeWindow { buckets, window, percent, minimum } => {
                write!(f, "TimeWindow<{buckets}>({window},{percent}%,{minimum})")
            }
            Setting::DecayingRate { k, percent, .. } => write!(f, "DecayingRate({k},{percent}%)"),
            Setting::Either(first, second) => write!(f, "Either({first},{second})"),
        }
    }
}
