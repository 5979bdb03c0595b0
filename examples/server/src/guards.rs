//! All that stands between this service and its breakers.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use mcb::observe::MetricsObserver;
use mcb::server::{Breaker, Breakers, Reloaded};
use mcb::settings::{Settings, SettingsError};
use mcb::{Rules, StdClock, Verdict};

use crate::fault::Fault;
use crate::told::Told;

/// The circuits that the service itself calls through; the settings may have more.
pub const USED: [&str; 3] = ["upstream", "redis", "postgres"];

/// The breakers that handlers call through, and all of them by id.
pub struct Guards {
    pub upstream: Breaker<Faults>,
    pub redis: Breaker<Faults>,
    pub postgres: Breaker<Faults>,
    pub all: Breakers,
    pub metrics: Arc<MetricsObserver>,
    told: Arc<Told>,
}

impl Guards {
    /// Those that the settings have.
    pub fn new(settings: &Settings, told: Arc<Told>) -> Result<Guards, Box<dyn Error>> {
        let (all, metrics) = (Breakers::new(), Arc::new(MetricsObserver::new()));
        follow(&all, settings, &metrics, &told)?;
        let [upstream, redis, postgres] =
            USED.map(|id| all.get(id).map(|it| it.with_rules(Faults)));
        let missing = "a circuit that the service needs is missing";
        Ok(Guards {
            upstream: upstream.ok_or(missing)?,
            redis: redis.ok_or(missing)?,
            postgres: postgres.ok_or(missing)?,
            all,
            metrics,
            told,
        })
    }

    /// Goes on under other settings, with the state of every breaker that stays; nothing changes where one is bad.
    pub fn reload(&self, settings: &Settings) -> Result<Reloaded, SettingsError> {
        follow(&self.all, settings, &self.metrics, &self.told)
    }
}

/// Makes each breaker so that it is told of in the metrics and on the page.
fn follow(
    all: &Breakers,
    settings: &Settings,
    metrics: &Arc<MetricsObserver>,
    told: &Arc<Told>,
) -> Result<Reloaded, SettingsError> {
    let done = all.reload(settings, |config| {
        let observer = (Arc::clone(metrics), Arc::clone(told));
        Breaker::builder(config, StdClock).observer(observer).build()
    })?;
    done.removed.iter().for_each(|id| metrics.retire(id));
    all.list().iter().for_each(|breaker| metrics.register(breaker.id(), breaker.state()));
    Ok(done)
}

/// What counts: every fault but those of the client; and one that says how long it lasts opens at once, for as long.
#[derive(Clone, Copy)]
pub struct Faults;

impl<T> Rules<T, Fault> for Faults {
    fn judge(&self, result: &Result<T, Fault>) -> Verdict {
        match result {
            Err(fault) if !fault.is_the_clients() => Verdict::Failure,
            _ => Verdict::Success,
        }
    }

    fn open_for(&self, result: &Result<T, Fault>) -> Option<Duration> {
        result.as_ref().err()?.wait()
    }
}

/// So that `?` does in a handler.
impl From<mcb::Error<Fault>> for Fault {
    fn from(error: mcb::Error<Fault>) -> Self {
        match error {
            mcb::Error::Rejected(rejected) => Fault::Rejected(rejected),
            mcb::Error::Inner(fault) => fault,
        }
    }
}
