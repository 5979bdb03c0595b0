//! The settings file: what is read at the start alone, and what may change while the service runs.

use std::error::Error;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use mcb::StdClock;
use serde::{Deserialize, Deserializer, de};
use tokio::{fs, time};

use crate::guards::USED;

/// All that the file says. A field that it does not know is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Read at the start alone.
    pub service: Service,
    /// May change while the service runs.
    #[serde(default)]
    pub operator: Operator,
    /// May change while the service runs: the settings of every breaker, as mcb describes them.
    pub breakers: mcb::settings::Settings,
}

#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    pub upstream: Dependency,
    pub redis: Dependency,
    pub postgres: Dependency,
}

#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dependency {
    pub url: String,
    /// How long a call may take.
    #[serde(deserialize_with = "duration")]
    pub time_limit: Duration,
}

#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// The circuits without which the service is not ready.
    #[serde(default)]
    pub required: Vec<String>,
    /// What an operator shows to act. The environment's `OPERATOR_TOKEN` goes before it; without either, nobody may act.
    #[serde(default)]
    pub token: Option<String>,
}

impl Settings {
    /// Reads the file.
    ///
    /// Whoever replaces it should move the new one into its place. One that is being written is waited for: it is read until
    /// two readings in a row are the same.
    pub async fn read(path: &Path) -> Result<Settings, Box<dyn Error>> {
        let mut text = fs::read_to_string(path).await?;
        for _ in 0..20 {
            time::sleep(Duration::from_millis(50)).await;
            let again = fs::read_to_string(path).await?;
            if again == text {
                let settings: Settings = toml::from_str(&text)?;
                settings.check()?;
                return Ok(settings);
            }
            text = again;
        }
        Err("the file is being written to all the time".into())
    }

    /// What only shows in the whole. (A file that breaks off after a line may be a whole one to its format.)
    fn check(&self) -> Result<(), Box<dyn Error>> {
        self.breakers.check::<StdClock>()?;
        let needed = self.operator.required.iter().map(String::as_str).chain(USED);
        match needed.into_iter().find(|id| !self.breakers.contains(id)) {
            Some(id) => Err(format!("breakers: circuit {id} is needed and missing").into()),
            None => Ok(()),
        }
    }
}

fn duration<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    humantime::parse_duration(&text).map_err(|error| {
        de::Error::custom(format_args!("{text:?} is no duration such as \"500ms\": {error}"))
    })
}
