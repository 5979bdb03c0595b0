//! The service, which knows that its dependencies are guarded, and not by what.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header::RETRY_AFTER};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use crate::world::{DbFault, Late, Page, World};

/// From a file: what is known at run time only.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub upstream: Rule,
    pub database: Rule,
}

/// When one breaker opens, and for how long.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub id: String,
    pub failures_in_a_row: u16,
    pub open_ms: u64,
}

/// Why a guarded dependency gave nothing.
#[derive(Debug)]
pub enum Failed<E> {
    /// It was not asked, and may be after that time, if somebody knows.
    Unavailable { circuit: String, retry_after: Option<Duration> },
    /// Its own error.
    Fault(E),
}

/// A circuit, as it is told.
#[derive(Debug, Serialize)]
pub struct Circuit {
    pub id: String,
    pub state: &'static str,
    pub errors: usize,
    /// When a call may pass, zero for now, if somebody knows.
    pub retry_after_ms: Option<u128>,
}

/// What has to be written for breakers of one kind or another.
pub trait Guards: Sized + Send + Sync + 'static {
    /// # Errors
    ///
    /// What is wrong with the settings.
    fn new(settings: &Settings, world: Arc<World>) -> Result<Self, String>;
    fn page(&self, path: String) -> impl Future<Output = Result<Page, Failed<Late>>> + Send;
    fn row(&self, key: u64) -> impl Future<Output = Result<u64, Failed<DbFault>>> + Send;
    /// Whether every dependency may be asked.
    fn ready(&self) -> impl Future<Output = bool> + Send;
    fn circuits(&self) -> impl Future<Output = Vec<Circuit>> + Send;
    /// By an operator; whether there is such a circuit.
    fn force_open(&self, id: &str) -> impl Future<Output = bool> + Send;
    /// By an operator; whether there is such a circuit.
    fn reset(&self, id: &str) -> impl Future<Output = bool> + Send;
}

impl<E: IntoResponse> IntoResponse for Failed<E> {
    fn into_response(self) -> Response {
        match self {
            Failed::Fault(fault) => fault.into_response(),
            Failed::Unavailable { circuit, retry_after } => {
                // Whole seconds, never fewer than asked.
                let seconds = retry_after.map(|wait| wait.as_millis().div_ceil(1_000).max(1));
                let header = seconds.map(|seconds| (RETRY_AFTER, seconds.to_string()));
                let headers = AppendHeaders(header.into_iter());
                (StatusCode::SERVICE_UNAVAILABLE, headers, circuit).into_response()
            }
        }
    }
}

impl IntoResponse for Late {
    fn into_response(self) -> Response {
        StatusCode::GATEWAY_TIMEOUT.into_response()
    }
}

impl IntoResponse for DbFault {
    fn into_response(self) -> Response {
        match self {
            DbFault::NoSuchRow => StatusCode::NOT_FOUND,
            DbFault::Lost => StatusCode::BAD_GATEWAY,
            DbFault::Late => StatusCode::GATEWAY_TIMEOUT,
        }
        .into_response()
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        match self.status {
            200 => StatusCode::OK,
            404 => StatusCode::NOT_FOUND,
            _ => StatusCode::BAD_GATEWAY,
        }
        .into_response()
    }
}

/// The whole service.
pub fn router<G: Guards>(guards: Arc<G>) -> Router {
    Router::new()
        .route("/pages/{path}", get(page::<G>))
        .route("/rows/{key}", get(row::<G>))
        .route("/ready", get(ready::<G>))
        .route("/circuits", get(circuits::<G>))
        .route("/circuits/{id}/{action}", post(act::<G>))
        .with_state(guards)
}

async fn page<G: Guards>(State(guards): State<Arc<G>>, Path(path): Path<String>) -> Response {
    guards.page(path).await.into_response()
}

async fn row<G: Guards>(State(guards): State<Arc<G>>, Path(key): Path<u64>) -> Response {
    guards.row(key).await.map(|row| row.to_string()).into_response()
}

async fn ready<G: Guards>(State(guards): State<Arc<G>>) -> StatusCode {
    if guards.ready().await { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

async fn circuits<G: Guards>(State(guards): State<Arc<G>>) -> Json<Vec<Circuit>> {
    Json(guards.circuits().await)
}

async fn act<G: Guards>(
    State(guards): State<Arc<G>>,
    Path((id, action)): Path<(String, String)>,
) -> StatusCode {
    let known = match action.as_str() {
        "force-open" => guards.force_open(&id).await,
        "reset" => guards.reset(&id).await,
        _ => false,
    };
    if known { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}
