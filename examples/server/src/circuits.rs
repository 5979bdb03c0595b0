//! The circuits as values, for `/circuits`, `/ready` and the page.

use axum::Json;
use axum::extract::State;
use mcb::observe::Counts;
use mcb::{State as CircuitState, Wait};
use serde::Serialize;

use crate::app::App;
use crate::told::now;
use crate::web::Shared;

/// One of them, at a moment.
#[derive(PartialEq, Serialize)]
pub struct Circuit {
    pub id: &'static str,
    pub state: CircuitState,
    /// Whether the service is not ready without it.
    pub required: bool,
    /// Whether it keeps the service from being ready now.
    pub stops: bool,
    pub error_count: u16,
    /// The openings in a row.
    pub openings: u8,
    /// Until a call may pass: 0 for now, `null` for not before somebody resets it.
    pub retry_after_ms: Option<u32>,
    pub since_opening_ms: Option<u32>,
    /// Since the service was started.
    pub counts: Counts,
}

/// All of them, in the order of the settings.
pub fn list(app: &App) -> Vec<Circuit> {
    let (breakers, open) = (app.guards.all.list(), app.guards.all.open());
    let required = app.operator().required;
    breakers
        .iter()
        .map(|breaker| {
            let id = breaker.id();
            let required = required.iter().any(|required| required == id);
            Circuit {
                id,
                state: breaker.state(),
                required,
                stops: required && open.iter().any(|open| open.id() == id),
                error_count: breaker.error_count(),
                openings: breaker.openings(),
                retry_after_ms: breaker.retry_after().map(Wait::as_millis),
                since_opening_ms: breaker.since_opening().map(Wait::as_millis),
                counts: app.told.counts(id),
            }
        })
        .collect()
}

/// With the time, so that a reader knows how old it is.
#[derive(Serialize)]
pub struct Shown<'a> {
    now: u128,
    ready: bool,
    circuits: &'a [Circuit],
}

impl<'a> Shown<'a> {
    pub fn new(circuits: &'a [Circuit]) -> Self {
        Shown { now: now(), ready: circuits.iter().all(|circuit| !circuit.stops), circuits }
    }
}

pub async fn all(State(app): Shared) -> Json<serde_json::Value> {
    Json(serde_json::json!(Shown::new(&list(&app))))
}
