//! A breaker of the library behind the same trait. What the library calls things stands here and nowhere else.

use core::time::Duration;
use std::sync::Arc;

use mcb::strategy::Strategy;
use mcb::{CircuitBreaker, Config, ManualClock, NetError, Recovery, State};

use crate::Judge;
use crate::recovery::{Duration as Length, Policy};
use crate::settings::Setting;

/// It counts in milliseconds.
type Clock = Arc<ManualClock>;

type Settings<S> = Config<Clock, S>;

struct Real<S: Strategy> {
    clock: Clock,
    breaker: CircuitBreaker<Clock, S>,
    outcomes: u64,
}

impl<S: Strategy> Judge for Real<S> {
    fn outcome(&mut self, now: u64, failed: bool) -> bool {
        self.clock.set(now as u32);
        self.outcomes += 1;
        let result = || if failed { Err(()) } else { Ok(()) };
        // Each in the form that is its turn; all mean the same.
        let rejected = match self.outcomes % 4 {
            0 => self.breaker.call_mut(result).is_err_and(|error| error.is_rejected()),
            1 => match self.breaker.try_acquire() {
                Ok(permit) if failed => {
                    permit.failure();
                    false
                }
                Ok(permit) => {
                    permit.success();
                    false
                }
                Err(_) => true,
            },
            _ => self.breaker.call(result).is_err_and(|error| error.is_rejected()),
        };
        assert!(!rejected, "closed before each outcome");
        self.breaker.state() == State::Open
    }

    fn reset(&mut self) {
        self.breaker.reset();
    }

    fn recover(&mut self, now: u64) {
        self.clock.set(now as u32);
        assert!(self.breaker.call(|| Ok::<_, ()>(())).is_ok(), "a probe");
        assert_eq!(self.breaker.state(), State::Closed);
    }

    fn ignored(&mut self, now: u64) {
        self.clock.set(now as u32);
        drop(self.breaker.try_acquire());
    }

    fn errors(&self) -> Option<u64> {
        Some(self.breaker.error_count().into())
    }
}

/// A breaker of this setting; `None` where the library has no such strategy yet.
pub fn judge(setting: &Setting) -> Option<Box<dyn Judge>> {
    let new = Config::new("b");
    match *setting {
        Setting::Consecutive { n } => Some(made(new.error_threshold(n))),
        Setting::NetError { n } => Some(made(new.error_threshold(n).strategy(NetError))),
        ref setting => Some(others::judge(setting)),
    }
}

fn made<S: Strategy>(config: Settings<S>) -> Box<dyn Judge> {
    Box::new(real(config.recovery_timeout_ticks(1)))
}

fn real<S: Strategy>(config: Settings<S>) -> Real<S> {
    let clock = Clock::default();
    let breaker = CircuitBreaker::from_config(config, Arc::clone(&clock)).expect("settings");
    Real { clock, breaker, outcomes: 0 }
}

/// A breaker that opens at each failure, closes at each success, and tells how long it is open.
pub trait Recovering {
    /// Moves its clock.
    fn set(&mut self, now: u64);

    /// Whether the call was admitted.
    fn call(&mut self, failed: bool) -> bool;

    /// The ticks to wait; `None` where only a hand ends it.
    fn retry_after(&self) -> Option<u64>;

    fn errors(&self) -> u64;

    /// Opens it by hand, for so long at least where it is not 0.
    fn open_for(&mut self, ticks: u64);

    fn reset(&mut self);
}

impl<S: Strategy> Recovering for Real<S> {
    fn set(&mut self, now: u64) {
        self.clock.set(now as u32);
    }

    fn call(&mut self, failed: bool) -> bool {
        let result = self.breaker.call(|| if failed { Err(()) } else { Ok(()) });
        !result.is_err_and(|error| error.is_rejected())
    }

    fn retry_after(&self) -> Option<u64> {
        self.breaker.retry_after().map(|wait| wait.ticks().into())
    }

    fn errors(&self) -> u64 {
        self.breaker.error_count().into()
    }

    fn open_for(&mut self, ticks: u64) {
        match ticks {
            0 => self.breaker.trip(),
            ticks => self.breaker.open_for(time(ticks)),
        }
    }

    fn reset(&mut self) {
        self.breaker.reset();
    }
}

/// A breaker of this policy; with jitter it draws by this seed.
pub fn recovering(policy: &Policy, seed: u32) -> Box<dyn Recovering> {
    let mut config = Config::new("b").error_threshold(1);
    let mut recovery =
        Recovery::new().seed(seed).jitter(policy.jitter as u8).max_wait(time(policy.max_wait));
    match policy.duration {
        Length::Constant(ticks) => config = config.recovery_timeout_ticks(ticks as u32),
        Length::Growing { first, percent, cap } => {
            config = config.recovery_timeout_ticks(first as u32);
            recovery = recovery.growing(percent as u16, time(cap));
        }
        Length::Shots(ref shots) => {
            let shots: Vec<Duration> = shots.iter().map(|ticks| time(*ticks)).collect();
            recovery = recovery.each(&shots);
        }
    }
    if let Some(ticks) = policy.reset_time {
        recovery = recovery.reset_time(time(ticks));
    }
    if let Some(openings) = policy.lockout {
        recovery = recovery.lockout(openings as u8);
    }
    Box::new(real(config.with_recovery(recovery)))
}

fn time(ticks: u64) -> Duration {
    Duration::from_millis(ticks)
}

mod others {
    use core::time::Duration;

    use mcb::{Config, NetError};

    use super::made;
    use crate::Judge;
    use crate::settings::Setting;

    fn time(ticks: u32) -> Duration {
        super::time(ticks.into())
    }

    /// Takes the type from the number.
    macro_rules! sized {
        ($number:expr, [$($size:literal)*], $config:ident.$method:ident $arguments:tt) => {
            match $number {
                $($size => made($config.$method::<$size> $arguments),)*
                other => unreachable!("no window of {other}"),
            }
        };
    }

    /// What is composed with what was there.
    macro_rules! or {
        ($config:expr, $second:expr) => {{
            let config = $config;
            match **$second {
                Setting::CountWindow { n, percent, minimum } => {
                    sized!(n, [5 10 20 32], config.or_count_window(percent, minimum))
                }
                Setting::TimeWindow { buckets, window, percent, minimum } => {
                    sized!(buckets, [2 10], config.or_time_window(time(window), percent, minimum))
                }
                Setting::FailuresPerPeriod { n, period } => {
                    made(config.or_failures_per_period(n, time(period)))
                }
                ref other => unreachable!("nothing or {other}"),
            }
        }};
    }

    pub(super) fn judge(setting: &Setting) -> Box<dyn Judge> {
        let new = Config::new("b");
        match *setting {
            Setting::Debounce { up, down, jumps, threshold } => {
                let config = new.error_threshold(threshold).debounce(up, down);
                made(match jumps {
                    Some((up, down)) => config.jumps(up, down),
                    None => config,
                })
            }
            Setting::Timed { n, quiet, lump } => {
                let config = new.error_threshold(n);
                match (quiet, lump) {
                    (Some(quiet), Some(lump)) => made(config.quiet(time(quiet)).lump(time(lump))),
                    (Some(quiet), None) => made(config.quiet(time(quiet))),
                    (None, Some(lump)) => made(config.lump(time(lump))),
                    (None, None) => made(config),
                }
            }
            Setting::FailuresPerPeriod { n, period } => {
                made(new.failures_per_period(n, time(period)))
            }
            Setting::CountWindow { n, percent, minimum } => {
                sized!(n, [2 5 10 20 31 32 33 100 1024], new.count_window(percent, minimum))
            }
            Setting::TimeWindow { buckets, window, percent, minimum } => {
                sized!(buckets, [2 4 10 16], new.time_window(time(window), percent, minimum))
            }
            Setting::DecayingRate { k, percent, half_life } => {
                made(new.decaying_rate(k, percent, time(half_life)))
            }
            Setting::Either(ref first, ref second) => match **first {
                Setting::Consecutive { n } => or!(new.error_threshold(n), second),
                Setting::NetError { n } => or!(new.error_threshold(n).strategy(NetError), second),
                Setting::Debounce { up, down, jumps: None, threshold } => {
                    or!(new.error_threshold(threshold).debounce(up, down), second)
                }
                ref other => unreachable!("{other} or something"),
            },
            Setting::Consecutive { .. } | Setting::NetError { .. } => unreachable!("made already"),
        }
    }
}
