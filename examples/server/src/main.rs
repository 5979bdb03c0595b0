//! A web service that guards what it depends on, shows it live, and lets an operator act.
//!
//! `cargo run -- settings.toml`; the README has the rest.

mod app;
mod circuits;
mod dependencies;
mod events;
mod fault;
mod guards;
mod operators;
mod settings;
mod told;
mod web;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::app::App;

/// So long may requests go on that are under way when the service is to stop.
const GRACE: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).unwrap_or_else(|| "settings.toml".into());
    // From here on a signal is no end without ceremony.
    let mut hangup = signal(SignalKind::hangup())?;
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);

    let metrics = PrometheusBuilder::new().install_recorder()?;
    let (stop, stopping) = watch::channel(false);
    let app = Arc::new(App::new(path.into(), metrics, stopping.clone()).await?);

    let listener = TcpListener::bind(app.address()).await?;
    println!("listening on http://{}", listener.local_addr()?);

    let reloading = Arc::clone(&app);
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            reloading.reload().await;
        }
    });
    tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => (), _ = interrupt.recv() => () }
        println!("stopping");
        stop.send_replace(true);
    });

    let stopped = async |mut stopping: watch::Receiver<bool>| {
        drop(stopping.wait_for(|stopping| *stopping).await);
    };
    let serving =
        axum::serve(listener, web::router(app)).with_graceful_shutdown(stopped(stopping.clone()));
    tokio::select! {
        served = serving => served?,
        () = async { stopped(stopping).await; sleep(GRACE).await } => eprintln!("some clients did not go"),
    }
    Ok(())
}
