//! What an operator may do, who shows the token.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use mcb::Circuit;
use serde_json::json;
use subtle::ConstantTimeEq;

use crate::app::App;
use crate::web::Shared;

/// `POST /circuits/{id}/{action}`
pub async fn act(
    State(app): Shared,
    headers: HeaderMap,
    Path((id, action)): Path<(String, String)>,
) -> Response {
    if let Err((status, why)) = allowed(&app, &headers) {
        let challenge =
            (status == StatusCode::UNAUTHORIZED).then_some([(WWW_AUTHENTICATE, "Bearer")]);
        return (status, challenge, Json(json!({ "error": why }))).into_response();
    }
    let act: fn(&dyn Circuit) = match action.as_str() {
        "reset" => |circuit| circuit.reset(),
        "trip" => |circuit| circuit.trip(),
        "force-open" => |circuit| circuit.force_open(),
        "force-closed" => |circuit| circuit.force_closed(),
        _ => return unknown("there is no such action"),
    };
    let Some(breaker) = app.guards.all.get(&id) else { return unknown("there is no such circuit") };
    act(breaker.circuit());
    println!("circuit {id}: {action} by an operator");
    Json(json!({ "id": id, "state": breaker.state() })).into_response()
}

/// Whether the request shows the token.
fn allowed(app: &App, headers: &HeaderMap) -> Result<(), (StatusCode, &'static str)> {
    let token = std::env::var("OPERATOR_TOKEN").ok().or(app.operator().token).unwrap_or_default();
    if token.is_empty() {
        return Err((StatusCode::FORBIDDEN, "no token is set, so nobody may act"));
    }
    let Some(shown) = headers.get(AUTHORIZATION) else {
        return Err((StatusCode::UNAUTHORIZED, "an action needs a token"));
    };
    let shown = shown.as_bytes();
    let (scheme, shown) = shown.split_at_checked(7).unwrap_or((shown, &[]));
    if !scheme.eq_ignore_ascii_case(b"bearer ") {
        return Err((StatusCode::UNAUTHORIZED, "the token goes into a bearer scheme"));
    }
    // In a time that does not tell how much of it was right.
    if !bool::from(token.as_bytes().ct_eq(shown)) {
        return Err((StatusCode::UNAUTHORIZED, "the token is wrong"));
    }
    Ok(())
}

fn unknown(what: &str) -> Response {
    (StatusCode::NOT_FOUND, Json(json!({ "error": what }))).into_response()
}
