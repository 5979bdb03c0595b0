//! Stands in for mcb's settings until they are there.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use mcb::server::{Breaker, Breakers, id};
use mcb::strategy::{AnyStrategy, Choice, CountChoice};
use mcb::{Config, Observer, Recovery, StdClock, Verdict};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Circuits {
    circuits: BTreeMap<String, One>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct One {
    error_threshold: u16,
    recovery_timeout: String,
    recovery: Rec,
    dropped: String,
}

#[derive(Clone, Deserialize)]
struct Rec {
    max_wait: String,
}

impl Default for One {
    fn default() -> Self {
        One { error_threshold: 5, recovery_timeout: "30s".into(), recovery: Rec { max_wait: "30s".into() }, dropped: "ignore".into() }
    }
}

fn d(text: &str) -> Result<Duration, Box<dyn Error>> {
    Ok(humantime::parse_duration(text)?)
}

fn config(name: &str, one: &One) -> Result<Config<StdClock, AnyStrategy>, Box<dyn Error>> {
    Ok(Config::new(id(name))
        .error_threshold(one.error_threshold)
        .recovery_timeout(d(&one.recovery_timeout)?)
        .dropped(if one.dropped == "failure" { Verdict::Failure } else { Verdict::Ignore })
        .with_recovery(Recovery::new().max_wait(d(&one.recovery.max_wait)?))
        .chosen(Choice::Count(CountChoice::Consecutive)))
}

impl Circuits {
    pub fn has(&self, id: &str) -> bool {
        self.circuits.contains_key(id)
    }

    pub fn breakers(&self, told: impl Observer + Send + Sync + Clone + 'static) -> Result<Breakers, Box<dyn Error>> {
        let all = Breakers::new();
        for (name, one) in &self.circuits {
            all.register(
                &Breaker::builder(config(name, one)?, StdClock).observer(told.clone()).build()?,
            )?;
        }
        Ok(all)
    }

    pub fn reload(&self, all: &Breakers) -> Result<String, Box<dyn Error>> {
        let mut configs = Vec::new();
        for (name, one) in &self.circuits {
            let config = config(name, one)?;
            Breaker::new(config)?;
            configs.push(config);
        }
        let mut changed = Vec::new();
        for config in configs {
            if let Some(breaker) = all.get(config.get_id()) {
                if breaker.reconfigure(config)? {
                    changed.push(config.get_id());
                }
            }
        }
        Ok(format!("changed {}", changed.join(", ")))
    }

}
