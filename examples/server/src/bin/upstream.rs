//! Something to depend on, as well or as badly as it is told: `upstream 127.0.0.1:9000`.
//!
//! `GET /price` answers as the last `PUT /mode` says: `{"status": 429, "retry_after": "2", "delay_ms": 0}`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header::RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mode {
    /// 200 by default.
    status: Option<u16>,
    retry_after: Option<String>,
    #[serde(default)]
    delay_ms: u64,
}

/// The mode, and how many have asked.
type Shared = State<Arc<Mutex<(Mode, u64)>>>;

async fn price(State(shared): Shared) -> Response {
    let mode = {
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.1 += 1;
        shared.0.clone()
    };
    tokio::time::sleep(Duration::from_millis(mode.delay_ms)).await;
    let status = mode.status.and_then(|status| StatusCode::from_u16(status).ok());
    let retry_after = mode.retry_after.map(|value| [(RETRY_AFTER, value)]);
    (status.unwrap_or(StatusCode::OK), retry_after, Json(json!({ "price": 42 }))).into_response()
}

async fn set(State(shared): Shared, Json(mode): Json<Mode>) {
    shared.lock().unwrap_or_else(PoisonError::into_inner).0 = mode;
}

async fn reached(State(shared): Shared) -> String {
    shared.lock().unwrap_or_else(PoisonError::into_inner).1.to_string()
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:9000".into());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let router = Router::new()
        .route("/price", get(price))
        .route("/mode", put(set))
        .route("/reached", get(reached))
        .with_state(Arc::default());
    axum::serve(listener, router).await
}
