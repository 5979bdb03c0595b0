//! Server-sent events, for the page and for whoever else watches.
//!
//! - `history`: the last changes, oldest first; at the start, and again for a watcher who was too slow for some of them.
//! - `change`: one more.
//! - `circuits`: all circuits, at the start and whenever something about them is new, four times a second at most.
//!
//! What a watcher has not read yet is bounded: the socket's buffers, and a hundred changes that all watchers share. One that
//! never reads holds nobody up.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Serialize;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Interval, interval};

use crate::app::App;
use crate::circuits::{Circuit, Shown, list};
use crate::told::Notice;
use crate::web::Shared;

struct Watcher {
    app: Arc<App>,
    /// To be sent first.
    history: Option<Vec<Arc<Notice>>>,
    notices: Receiver<Arc<Notice>>,
    tick: Interval,
    /// What was sent last.
    circuits: Vec<Circuit>,
    stopping: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
}

pub async fn events(State(app): Shared) -> Response {
    let Ok(place) = Arc::clone(&app.watchers).try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many watch already\n").into_response();
    };
    let (history, notices) = app.told.watch();
    let watcher = Watcher {
        history: Some(history),
        notices,
        tick: interval(Duration::from_millis(250)),
        circuits: Vec::new(),
        stopping: app.stopping.clone(),
        app,
        _place: place,
    };
    let events = stream::unfold(watcher, async |mut watcher| {
        let event = watcher.next().await?;
        Some((Ok::<_, Infallible>(event), watcher))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

impl Watcher {
    /// Waits for something to tell; `None` when the service stops.
    async fn next(&mut self) -> Option<Event> {
        if let Some(history) = self.history.take() {
            return event("history", &history);
        }
        loop {
            tokio::select! {
                _ = self.stopping.wait_for(|stopping| *stopping) => return None,
                notice = self.notices.recv() => {
                    return match notice {
                        Ok(notice) => event("change", &notice),
                        Err(RecvError::Lagged(_)) => {
                            let (history, notices) = self.app.told.watch();
                            self.notices = notices;
                            event("history", &history)
                        }
                        Err(RecvError::Closed) => None,
                    };
                }
                _ = self.tick.tick() => {
                    let circuits = list(&self.app);
                    if circuits != self.circuits {
                        self.circuits = circuits;
                        return event("circuits", &Shown::new(&self.circuits));
                    }
                }
            }
        }
    }
}

fn event(name: &str, data: &(impl Serialize + ?Sized)) -> Option<Event> {
    Event::default().event(name).json_data(data).ok()
}
