//! mcb: the server's breaker, whose calls can be kept. Its state machine is that of every other form.

use std::sync::Arc;
use std::time::Duration;

use mcb::server::Breaker;
use mcb::{AnyStrategy, Config, Error, Hooks, ManualClock, State, Strategy, Verdict, Wait};

use super::{Call, Change, Ended, Fault, Gated, Guarded, Made, Not, Opens, Peer, Settings};

type Clock = Arc<ManualClock<1_000>>;
type Rules = fn(&Result<(), Fault>) -> Verdict;

struct Mcb {
    clock: Clock,
    breaker: Breaker<Rules, Clock>,
}

fn every_error(result: &Result<(), Fault>) -> Verdict {
    if result.is_ok() { Verdict::Success } else { Verdict::Failure }
}

fn some_ignored(result: &Result<(), Fault>) -> Verdict {
    match result {
        Err(Fault { ignored: true }) => Verdict::Ignore,
        other => every_error(other),
    }
}

fn number<N: TryFrom<u32>>(number: u32) -> Result<N, Not> {
    N::try_from(number).map_err(|_| Not::Refused) // a number that the setting's type does not hold
}

pub fn made(settings: &Settings) -> Made {
    let config = Config::new("peer")
        .recovery_threshold(number(settings.successes)?)
        .recovery_timeout(settings.wait)
        .max_probes(number(settings.probes)?);
    let config = match settings.limit {
        Some(limit) => config.probe_timeout(limit),
        None => config,
    };
    match settings.opens {
        Opens::InARow(errors) => with(config.error_threshold(number(errors)?), settings),
        Opens::HalfOf100 => with(config.count_window::<100>(50, 20), settings),
        Opens::HalfOver(time) => with(config.time_window::<10>(time, 50, 5), settings),
    }
}

fn with<S: Strategy + Into<AnyStrategy>>(config: Config<Clock, S>, settings: &Settings) -> Made {
    let clock = Clock::default();
    let rules: Rules = if settings.ignoring { some_ignored } else { every_error };
    let mut builder = Breaker::builder(config, Arc::clone(&clock)).rules(rules);
    if let Some(hook) = settings.hook.clone() {
        builder = builder.observer(Hooks::new().on_transition(move |change| {
            hook(match change.to {
                State::Closed => Change::Closed,
                State::HalfOpen => Change::HalfOpened,
                _ => Change::Opened,
            });
        }));
    }
    let breaker = builder.build().map_err(|_| Not::Refused)?;
    Ok(Arc::new(Mcb { clock, breaker }))
}

fn ended(result: &Result<(), Error<Fault>>) -> Ended {
    match result {
        Ok(()) => Ended::Well,
        Err(Error::Inner(_)) => Ended::Badly,
        Err(Error::Rejected(_)) => Ended::Rejected,
    }
}

impl Peer for Mcb {
    fn call(&self, guarded: Gated) -> Call {
        let call = self.breaker.call_async(guarded);
        Box::pin(async move { ended(&call.await) })
    }

    fn call_now(&self, guarded: Guarded) -> Option<Ended> {
        Some(ended(&self.breaker.call(guarded)))
    }

    /// Exactly so much: no tick more than it takes.
    fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    fn set_clock(&self, tick: u32) -> Result<(), Not> {
        self.clock.set(tick);
        Ok(())
    }

    fn read(&self) -> Result<String, Not> {
        let breaker = &self.breaker;
        let counts = (breaker.error_count(), breaker.success_count(), breaker.open_time());
        Ok(format!("{:?} {counts:?} {:?}", breaker.state(), breaker.retry_after().is_some()))
    }

    fn time_left(&self) -> Result<Duration, Not> {
        self.breaker.retry_after().map(Wait::as_duration).ok_or(Not::Fails("told none".to_owned()))
    }

    fn reset(&self) {
        self.breaker.reset();
    }
}
