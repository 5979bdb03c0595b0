//! How long a breaker is open: a plan of recovery, as a configuration and as an oracle.

#[path = "../packages/strategies/src/recovery.rs"]
#[allow(dead_code, unreachable_pub, clippy::all, clippy::pedantic)]
// a library elsewhere, with lints of its own
mod recovery;

use core::time::Duration;

use mcb::{Config, ManualClock, Recovery};
pub(crate) use recovery::{Course, Duration as Length, Policy};

#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) policy: Policy,
    pub(crate) start_by_probing: bool,
}

fn time(ticks: u64) -> Duration {
    Duration::from_millis(ticks)
}

impl Plan {
    /// With its plan; the recovery timeout is set already.
    pub(crate) fn given<S: mcb::Strategy>(
        &self,
        config: Config<&'static ManualClock, S>,
    ) -> Config<&'static ManualClock, S> {
        let Plan { policy, start_by_probing } = self;
        let mut recovery =
            Recovery::new().jitter(policy.jitter as u8).max_wait(time(policy.max_wait)).seed(7);
        match policy.duration {
            Length::Constant(_) => {}
            Length::Growing { percent, cap, .. } => {
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
        if *start_by_probing {
            recovery = recovery.start_by_probing();
        }
        #[cfg(feature = "std")]
        return config.with_recovery(recovery);
        // Leaked, as a configuration is that the breaker does not own.
        #[cfg(not(feature = "std"))]
        return config.recovery(Box::leak(Box::new(recovery)));
    }
}
