//! What the service answers.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::fault::Fault;
use crate::{circuits, events, operators};

pub type Shared = State<Arc<App>>;

pub fn router(app: Arc<App>) -> Router {
    Router::new()
        // What it is for: each needs one dependency, and the last all of them as far as they are there.
        .route("/price", get(price))
        .route("/visits", get(visits))
        .route("/orders/{number}", get(order))
        // For an orchestrator, a collector of metrics and people.
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .route("/circuits", get(circuits::all))
        .route("/events", get(events::events))
        .route("/circuits/{id}/{action}", post(operators::act))
        .route("/", get(page))
        .route(
            "/page.js",
            get(([(header::CONTENT_TYPE, "text/javascript")], include_str!("../page/page.js"))),
        )
        .route(
            "/page.css",
            get(([(header::CONTENT_TYPE, "text/css")], include_str!("../page/page.css"))),
        )
        .with_state(app)
}

async fn price(State(app): Shared) -> Result<Response, Fault> {
    let price = app.guards.upstream.call_async(app.dependencies.price()).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], price).into_response())
}

async fn visits(State(app): Shared) -> Result<Json<Value>, Fault> {
    let visits = app.guards.redis.call_async(app.dependencies.visits()).await?;
    Ok(Json(json!({ "visits": visits })))
}

async fn order(State(app): Shared, Path(number): Path<String>) -> Result<Json<Value>, Fault> {
    let total = app.guards.postgres.call_async(app.dependencies.total(&number)).await?;
    Ok(Json(json!({ "order": number, "total": total })))
}

/// Ready while what is required can be called. Any other circuit may be open: the service does without.
async fn ready(State(app): Shared) -> impl IntoResponse {
    let circuits = circuits::list(&app);
    let ready = circuits.iter().all(|circuit| !circuit.stops);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body: Map<String, Value> =
        circuits.iter().map(|circuit| (circuit.id.into(), circuit.state.as_str().into())).collect();
    (status, [(header::CACHE_CONTROL, "no-cache")], Json(json!({ "circuits": body })))
}

async fn metrics(State(app): Shared) -> impl IntoResponse {
    app.guards.metrics.refresh();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.render())
}

async fn page() -> impl IntoResponse {
    // Whatever would be put into the page could load and run nothing.
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                  form-action 'none'; frame-ancestors 'none'; base-uri 'none'";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(include_str!("../page/index.html")))
}
