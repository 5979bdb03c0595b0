//! tower-resilience, and reliakit.

use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use reliakit_circuit::{CircuitBreaker, RollingBreaker, State};
use tower_resilience_circuitbreaker::{
    CircuitBreakerConfigBuilder, CircuitBreakerError, CircuitBreakerHandle, CircuitBreakerLayer,
    CircuitState, FailureClassifier, SlidingWindowType,
};
use tower_service::Service;

use super::{
    Call, Change, Ended, Fault, Flight, GOOD, Gated, Hook, Made, Not, Opens, Peer, Settings,
    awaited, fails,
};

// --- tower-resilience ---------------------------------------------------------------

struct Tower {
    service: Mutex<tower_resilience_circuitbreaker::CircuitBreaker<AwaitGated, Classifier>>,
    handle: CircuitBreakerHandle<Classifier>,
    wait: Duration,
}

/// The service whose requests are futures.
#[derive(Clone, Copy)]
struct AwaitGated;

impl Service<Gated> for AwaitGated {
    type Response = ();
    type Error = Fault;
    type Future = Gated;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Fault>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Gated) -> Gated {
        request
    }
}

#[derive(Clone, Copy)]
struct Classifier {
    ignoring: bool,
}

impl FailureClassifier<(), Fault> for Classifier {
    fn classify(&self, result: &Result<(), Fault>) -> bool {
        matches!(result, Err(fault) if !(self.ignoring && fault.ignored))
    }
}

pub fn tower(settings: &Settings) -> Made {
    if settings.exactly {
        return Err(Not::Lacking("one number is both the probes and the successes that close it"));
    }
    let builder = CircuitBreakerLayer::builder()
        .wait_duration_in_open(settings.wait)
        .permitted_calls_in_half_open(settings.successes.max(settings.probes) as usize);
    let builder = match settings.opens {
        Opens::InARow(errors) => builder.consecutive_failures(errors as usize),
        Opens::HalfOf100 => builder.sliding_window_size(100).minimum_number_of_calls(20),
        Opens::HalfOver(time) => builder
            .sliding_window_type(SlidingWindowType::TimeBased)
            .sliding_window_duration(time)
            .minimum_number_of_calls(5),
    };
    let builder = builder.failure_classifier_type(Classifier { ignoring: settings.ignoring });
    let builder: CircuitBreakerConfigBuilder<Classifier> = match settings.hook.clone() {
        Some(hook) => builder.on_state_transition(move |_, to| {
            hook(match to {
                CircuitState::Open => Change::Opened,
                CircuitState::HalfOpen => Change::HalfOpened,
                CircuitState::Closed => Change::Closed,
            });
        }),
        None => builder,
    };
    let (layer, handle) = builder.build_with_handle().map_err(|_| Not::Refused)?;
    let service = Mutex::new(layer.layer_fn(AwaitGated));
    Ok(Arc::new(Tower { service, handle, wait: settings.wait }))
}

impl Peer for Tower {
    fn call(&self, guarded: Gated) -> Call {
        let mut service = self.service.lock().expect("nobody panics there").clone();
        Box::pin(async move {
            let ready = poll_fn(|context| service.poll_ready(context)).await;
            ready.expect("the service is always ready");
            match service.call(guarded).await {
                Ok(()) => Ended::Well,
                Err(CircuitBreakerError::Inner(_)) => Ended::Badly,
                Err(CircuitBreakerError::OpenCircuit) => Ended::Rejected,
            }
        })
    }

    fn read(&self) -> Result<String, Not> {
        Ok(format!("{:?}", self.handle.state()))
    }

    /// What it tells of the time, and what its user knows.
    fn time_left(&self) -> Result<Duration, Not> {
        let since = awaited(self.handle.metrics()).time_since_state_change;
        Ok(self.wait.saturating_sub(since))
    }

    fn reset(&self) {
        awaited(self.handle.reset());
    }

    /// A listener is no asynchronous function: its calls are spawned. One that were awaited inside the listener would
    /// wait for the lock that the listener's caller holds.
    fn used_by_hook(&self, itself: &Arc<dyn Peer>) -> Result<(), Not> {
        self.read()?;
        let itself = Arc::clone(itself);
        thread::spawn(move || Flight::once(&*itself, GOOD));
        Ok(())
    }
}

// --- reliakit -----------------------------------------------------------------------

enum Machine {
    InARow(CircuitBreaker),
    HalfOf100(RollingBreaker<100>),
}

/// It wants `&mut`: a lock of its user's is held for asking and for telling, and not while the guarded call runs.
struct Reliakit {
    machine: Arc<Mutex<Machine>>,
    clock: Arc<AtomicU64>,
    hook: Option<Hook>,
    ignoring: bool,
}

macro_rules! of {
    ($machine:expr, $it:ident => $what:expr) => {
        match &mut *$machine.lock().expect("nobody panics there") {
            Machine::InARow($it) => $what,
            Machine::HalfOf100($it) => $what,
        }
    };
}

pub fn reliakit(settings: &Settings) -> Made {
    let wait = u64::try_from(settings.wait.as_millis()).unwrap_or(u64::MAX);
    let machine = match settings.opens {
        Opens::InARow(errors) => Machine::InARow(
            CircuitBreaker::new(errors, wait).with_success_threshold(settings.successes),
        ),
        Opens::HalfOf100 => Machine::HalfOf100(
            RollingBreaker::new(50, wait).with_success_threshold(settings.successes),
        ),
        Opens::HalfOver(_) => return Err(Not::Lacking("no window of time")),
    };
    Ok(Arc::new(Reliakit {
        machine: Arc::new(Mutex::new(machine)),
        clock: Arc::default(),
        hook: settings.hook.clone(),
        ignoring: settings.ignoring,
    }))
}

impl Peer for Reliakit {
    fn call(&self, guarded: Gated) -> Call {
        let (machine, clock) = (Arc::clone(&self.machine), Arc::clone(&self.clock));
        let (hook, ignoring) = (self.hook.clone(), self.ignoring);
        let told = move |_, to| {
            if let Some(hook) = &hook {
                hook(match to {
                    State::Open => Change::Opened,
                    State::HalfOpen => Change::HalfOpened,
                    State::Closed => Change::Closed,
                });
            }
        };
        Box::pin(async move {
            if !of!(machine, it => it.allow_observed(clock.load(SeqCst), &told)) {
                return Ended::Rejected;
            }
            match guarded.await {
                Ok(()) => {
                    of!(machine, it => it.on_success_observed(&told));
                    Ended::Well
                }
                Err(fault) => {
                    if !(ignoring && fault.ignored) {
                        of!(machine, it => it.on_failure_observed(clock.load(SeqCst), &told));
                    }
                    Ended::Badly
                }
            }
        })
    }

    fn pass(&self, time: Duration) {
        self.clock.fetch_add(time.as_millis() as u64, SeqCst);
    }

    fn set_clock(&self, tick: u32) -> Result<(), Not> {
        self.clock.store(u64::from(tick), SeqCst);
        Ok(())
    }

    fn read(&self) -> Result<String, Not> {
        Ok(of!(self.machine, it => format!("{it:?}")))
    }

    fn time_left(&self) -> Result<Duration, Not> {
        fails("the time of its opening is not told")
    }

    fn reset(&self) {
        of!(self.machine, it => it.reset());
    }

    fn used_by_hook(&self, _: &Arc<dyn Peer>) -> Result<(), Not> {
        Err(Not::Lacking(
            "its observers run while the breaker is borrowed: a call from one does not compile",
        ))
    }
}
