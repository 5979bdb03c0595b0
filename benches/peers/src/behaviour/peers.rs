//! failsafe, breaker and circuitbreaker-rs.

use std::sync::Arc;
use std::time::Duration;

use failsafe::backoff::{self, Constant};
use failsafe::failure_policy::{self, ConsecutiveFailures, SuccessRateOverTimeWindow};
use failsafe::{FailurePolicy, Instrument, StateMachine};

use super::{Call, Change, Ended, Fault, Gated, Guarded, Hook, Made, Not, Opens, Peer, Settings};

/// Which faults count.
pub fn counted(ignoring: bool) -> impl Fn(&Fault) -> bool + Copy + Send + Sync + 'static {
    move |fault: &Fault| !(ignoring && fault.ignored)
}

// --- failsafe -----------------------------------------------------------------------

enum Policy {
    InARow(ConsecutiveFailures<Constant>),
    Rate(SuccessRateOverTimeWindow<Constant>),
}

impl FailurePolicy for Policy {
    fn record_success(&mut self) {
        match self {
            Policy::InARow(it) => it.record_success(),
            Policy::Rate(it) => it.record_success(),
        }
    }

    fn mark_dead_on_failure(&mut self) -> Option<Duration> {
        match self {
            Policy::InARow(it) => it.mark_dead_on_failure(),
            Policy::Rate(it) => it.mark_dead_on_failure(),
        }
    }

    fn revived(&mut self) {
        match self {
            Policy::InARow(it) => it.revived(),
            Policy::Rate(it) => it.revived(),
        }
    }
}

struct Told(Option<Hook>);

impl Told {
    fn tell(&self, change: Change) {
        if let Some(hook) = &self.0 {
            hook(change);
        }
    }
}

impl Instrument for Told {
    fn on_call_rejected(&self) {}

    fn on_open(&self) {
        self.tell(Change::Opened);
    }

    fn on_half_open(&self) {
        self.tell(Change::HalfOpened);
    }

    fn on_closed(&self) {
        self.tell(Change::Closed);
    }
}

struct Failsafe {
    breaker: StateMachine<Policy, Told>,
    ignoring: bool,
}

pub fn failsafe(settings: &Settings) -> Made {
    if settings.exactly {
        return Err(Not::Lacking("the first success always closes it"));
    }
    let wait = backoff::constant(settings.wait);
    // The least window that it has, of which it looks at the time only.
    let rate = |wait| {
        let window = Duration::from_secs(1);
        failure_policy::success_rate_over_time_window(0.5, 5, window, wait)
    };
    let policy = match settings.opens {
        Opens::InARow(errors) => Policy::InARow(failure_policy::consecutive_failures(errors, wait)),
        Opens::HalfOf100 | Opens::HalfOver(_) => Policy::Rate(rate(wait)),
    };
    let told = Told(settings.hook.clone());
    let breaker = failsafe::Config::new().failure_policy(policy).instrument(told).build();
    Ok(Arc::new(Failsafe { breaker, ignoring: settings.ignoring }))
}

fn of_failsafe(result: &Result<(), failsafe::Error<Fault>>) -> Ended {
    match result {
        Ok(()) => Ended::Well,
        Err(failsafe::Error::Inner(_)) => Ended::Badly,
        Err(failsafe::Error::Rejected) => Ended::Rejected,
    }
}

impl Peer for Failsafe {
    fn call(&self, guarded: Gated) -> Call {
        use failsafe::futures::CircuitBreaker as _;
        let call = self.breaker.call_with(counted(self.ignoring), guarded);
        Box::pin(async move { of_failsafe(&call.await) })
    }

    fn call_now(&self, guarded: Guarded) -> Option<Ended> {
        Some(of_failsafe(&failsafe::CircuitBreaker::call(&self.breaker, guarded)))
    }

    fn read(&self) -> Result<String, Not> {
        Ok(format!("{:?}", self.breaker))
    }

    fn reset(&self) {
        self.breaker.reset();
    }
}

// --- breaker ------------------------------------------------------------------------

struct Breaker(breaker::CircuitBreaker);

pub fn breaker(settings: &Settings) -> Made {
    let config = breaker::CircuitBreakerConfig::builder()
        .success_threshold(settings.successes)
        .half_open_max_calls(settings.probes)
        .call_timeout(settings.limit)
        .wait_duration(settings.wait);
    let config = match settings.opens {
        Opens::InARow(errors) => config.consecutive_failures(errors).failure_rate_threshold(0.0),
        Opens::HalfOf100 => config
            .consecutive_failures(u32::MAX)
            .failure_rate_threshold(0.5)
            .sliding_window_size(100)
            .minimum_calls(20),
        Opens::HalfOver(_) => return Err(Not::Lacking("no window of time")),
    };
    let config = config.failure_predicate(counted(settings.ignoring)).build();
    let mut builder = breaker::CircuitBreaker::builder(config);
    if let Some(hook) = settings.hook.clone() {
        builder = builder.on_state_change(move |_, to| {
            hook(match to {
                breaker::State::Open => Change::Opened,
                breaker::State::HalfOpen => Change::HalfOpened,
                breaker::State::Closed => Change::Closed,
            });
        });
    }
    Ok(Arc::new(Breaker(builder.build())))
}

impl Peer for Breaker {
    fn call(&self, guarded: Gated) -> Call {
        let breaker = self.0.clone();
        Box::pin(async move {
            match breaker.call(|| guarded).await {
                Ok(()) => Ended::Well,
                Err(breaker::CircuitBreakerError::Failure(_)) => Ended::Badly,
                // A failure that its caller learns of before the guarded call ends.
                Err(breaker::CircuitBreakerError::Timeout) => Ended::Badly,
                Err(_) => Ended::Rejected,
            }
        })
    }

    fn read(&self) -> Result<String, Not> {
        Ok(format!("{:?} {:?}", self.0.state(), self.0.metrics()))
    }

    fn reset(&self) {
        self.0.reset();
    }
}

// --- circuitbreaker-rs ----------------------------------------------------------------

type Rs = circuitbreaker_rs::CircuitBreaker<circuitbreaker_rs::DefaultPolicy, Fault>;

struct CircuitbreakerRs(Rs);

pub fn circuitbreaker_rs(settings: &Settings) -> Made {
    if settings.ignoring {
        return Err(Not::Lacking("every error counts, no rule can spare one"));
    }
    // The call that finds the time over is admitted beside those of the interval; what is not given back has to
    // suffice for all successes.
    let probes =
        if settings.exactly { settings.probes } else { settings.probes.max(settings.successes) };
    let builder = Rs::builder()
        .probe_interval(probes.saturating_sub(1))
        .consecutive_successes(u64::from(settings.successes))
        .cooldown(settings.wait);
    let builder = match settings.opens {
        // Above 1, so that the share of errors opens nothing.
        Opens::InARow(errors) => {
            builder.failure_threshold(2.0).consecutive_failures(u64::from(errors))
        }
        Opens::HalfOf100 => {
            builder.failure_threshold(0.5).min_throughput(20).consecutive_failures(u64::MAX)
        }
        Opens::HalfOver(_) => {
            return Err(Not::Lacking("no result ever reaches the window of its `TimeBasedPolicy`"));
        }
    };
    let hooks = circuitbreaker_rs::HookRegistry::new();
    if let Some(hook) = &settings.hook {
        let told = |change| {
            let hook = Arc::clone(hook);
            move || hook(change)
        };
        hooks.set_on_open(told(Change::Opened));
        hooks.set_on_half_open(told(Change::HalfOpened));
        hooks.set_on_close(told(Change::Closed));
    }
    Ok(Arc::new(CircuitbreakerRs(builder.hooks(hooks).build())))
}

fn of_rs(result: &Result<(), circuitbreaker_rs::BreakerError<Fault>>) -> Ended {
    match result {
        Ok(()) => Ended::Well,
        Err(circuitbreaker_rs::BreakerError::Operation(_)) => Ended::Badly,
        Err(_) => Ended::Rejected,
    }
}

impl Peer for CircuitbreakerRs {
    fn call(&self, guarded: Gated) -> Call {
        let breaker = self.0.clone();
        Box::pin(async move { of_rs(&breaker.call_async(|| guarded).await) })
    }

    fn call_now(&self, guarded: Guarded) -> Option<Ended> {
        Some(of_rs(&self.0.call(guarded)))
    }

    fn read(&self) -> Result<String, Not> {
        Ok(format!("{:?} {}", self.0.current_state(), self.0.error_rate()))
    }

    fn reset(&self) {
        self.0.force_closed();
    }
}
