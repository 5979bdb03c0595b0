//! Answers of a service whose dependencies are guarded.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use mcb::server::{Breaker, Breakers};

/// Why a handler has nothing to give.
pub enum Failed {
    Rejected(mcb::Rejected),
    Upstream(String),
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        match self {
            Failed::Upstream(error) => (StatusCode::BAD_GATEWAY, error).into_response(),
            Failed::Rejected(rejected) => {
                // Whole seconds, never fewer than asked. None where only a hand can tell.
                let seconds =
                    rejected.retry_after.map(|wait| wait.as_millis().div_ceil(1_000).max(1));
                let header = seconds.map(|seconds| [(RETRY_AFTER, seconds.to_string())]);
                (StatusCode::SERVICE_UNAVAILABLE, header, rejected.to_string()).into_response()
            }
        }
    }
}

/// So that `?` does in a handler.
impl From<mcb::Error<String>> for Failed {
    fn from(error: mcb::Error<String>) -> Self {
        match error {
            mcb::Error::Rejected(rejected) => Failed::Rejected(rejected),
            mcb::Error::Inner(error) => Failed::Upstream(error),
        }
    }
}

#[derive(Clone)]
pub struct App {
    pub prices: Breaker,
    pub all: Arc<Breakers>,
}

async fn price(State(app): State<App>) -> Result<String, Failed> {
    Ok(app.prices.call_async(ask()).await?)
}

/// Without these the service can do nothing at all. Any other circuit may be open.
const VITAL: [&str; 1] = ["disk"];

async fn ready(State(app): State<App>) -> StatusCode {
    let stops = |breaker: &Breaker| VITAL.contains(&breaker.id());
    if app.all.open().iter().any(stops) { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
}

pub fn router(app: App) -> Router {
    Router::new().route("/price", get(price)).route("/ready", get(ready)).with_state(app)
}

fn ask() -> impl Future<Output = Result<String, String>> {
    std::future::ready(Ok("42".into()))
}
