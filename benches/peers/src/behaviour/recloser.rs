//! recloser, which is told by its events.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};

use super::peers::counted;
use super::{Call, Change, Ended, Fault, Gated, Guarded, Hook, Made, Not, Opens, Peer, Settings};

struct Recloser {
    breaker: recloser::AsyncRecloser,
    /// The asynchronous one has no other call.
    synchronous: recloser::Recloser,
    ignoring: bool,
}

/// What its feature `tracing` tells is all that it tells.
struct Events(Hook);

impl tracing::Subscriber for Events {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == recloser::RECLOSER_EVENT
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let mut seen = Fields::default();
        event.record(&mut seen);
        if let (Some(change), true) = (seen.state, seen.started) {
            (self.0)(change);
        }
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[derive(Default)]
struct Fields {
    state: Option<Change>,
    started: bool,
}

impl tracing::field::Visit for Fields {
    fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
        if field.name() == "state" {
            self.state = Some(match value {
                "Open" => Change::Opened,
                "HalfOpen" => Change::HalfOpened,
                _ => Change::Closed,
            });
        }
    }

    fn record_u64(&mut self, field: &tracing::field::Field, _: u64) {
        self.started |= field.name() == "started_ts";
    }

    fn record_debug(&mut self, _: &tracing::field::Field, _: &dyn std::fmt::Debug) {}
}

pub fn made(settings: &Settings) -> Made {
    // Its rings are decided upon one call after they are full: two results are the least.
    let (calls, rate) = match settings.opens {
        Opens::InARow(0) => (0, 1.0),
        Opens::InARow(errors) => (errors.max(2) - 1, 1.0),
        Opens::HalfOf100 => (100, 0.5),
        Opens::HalfOver(_) => return Err(Not::Lacking("no window of time")),
    };
    let probes = if settings.successes == 0 { 0 } else { settings.successes.max(2) - 1 };
    let made = || {
        recloser::Recloser::custom()
            .error_rate_closed(rate)
            .closed_len(calls as usize)
            .error_rate_half_open(0.5 / probes.max(1) as f32)
            .half_open_len(probes as usize)
            .open_wait(settings.wait)
            .build()
    };
    if let Some(hook) = settings.hook.clone() {
        let first = !TRACED.swap(true, SeqCst);
        *TRACED_TO.get_or_init(Default::default).lock().expect("nobody panics there") = Some(hook);
        if first {
            let to_the_last: Hook = Arc::new(|change| {
                let hook = TRACED_TO.get().and_then(|it| it.lock().expect("as above").clone());
                if let Some(hook) = hook {
                    hook(change);
                }
            });
            tracing::subscriber::set_global_default(Events(to_the_last)).expect("the first");
        }
    }
    let (breaker, ignoring) = (made().into(), settings.ignoring);
    Ok(Arc::new(Recloser { breaker, synchronous: made(), ignoring }))
}

static TRACED: AtomicBool = AtomicBool::new(false);
static TRACED_TO: OnceLock<std::sync::Mutex<Option<Hook>>> = OnceLock::new();

fn of_recloser(result: &Result<(), recloser::Error<Fault>>) -> Ended {
    match result {
        Ok(()) => Ended::Well,
        Err(recloser::Error::Inner(_)) => Ended::Badly,
        Err(recloser::Error::Rejected) => Ended::Rejected,
    }
}

impl Peer for Recloser {
    fn call(&self, guarded: Gated) -> Call {
        let call = self.breaker.call_with(counted(self.ignoring), guarded);
        Box::pin(async move { of_recloser(&call.await) })
    }

    fn call_now(&self, guarded: Guarded) -> Option<Ended> {
        Some(of_recloser(&self.synchronous.call(guarded)))
    }

    fn read(&self) -> Result<String, Not> {
        Err(Not::Lacking("its state cannot be read"))
    }
}
