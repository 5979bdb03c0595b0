//! Events of the crate `tracing`.

use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
use tracing::{Level, event, event_enabled};

use super::Observer;
use super::rejections::Rejections;
use crate::state::{Reason, State, Transition};
use crate::verdict::Verdict;

/// What filters know these events by.
const TARGET: &str = "mcb";

/// Makes an event of each transition by the crate `tracing` (feature `tracing`, which needs `alloc` and a processor with
/// compare-and-swap, and no `std`): an observer for [`Config::hooks`](crate::Config::hooks), or for [`Config::observer`](crate::Config::observer) to have
/// events of calls too.
///
/// | message | level | fields |
/// |---|---|---|
/// | `circuit locked out` | error | those of a transition |
/// | `circuit opened` (by results or by hand) | warn | those of a transition |
/// | `circuit closed`, `circuit starts slowly` | info | those of a transition |
/// | `circuit half-open` | debug | those of a transition |
/// | `probe ended` | debug | `circuitbreaker.name`, `mcb.verdict` |
/// | `call rejected`, the 1st, 2nd, 4th, 8th … since the last change | debug | `circuitbreaker.name`, `mcb.rejected`, `mcb.passed` |
/// | `call rejected`, every other; `call ended` | trace | the same; `circuitbreaker.name`, `mcb.verdict` |
///
/// A transition has `circuitbreaker.name` and `circuitbreaker.state`, as OpenTelemetry's proposal calls them (issue 2355
/// of its semantic conventions): the id, and the state after it. Beside them: `mcb.from`, the state before;
/// `mcb.reason`, which is `failure`, `success`, `time`, `by-hand` or `restored`; `mcb.cause` where it was a failure, as
/// [`Cause::as_str`](crate::Cause::as_str) has it; `mcb.errors`; and `mcb.rejected`, the rejections since the change before
/// it, counted where a subscriber wants events of `debug`. `mcb.passed` is true for a call that ran all the same, since
/// the breaker [only observes](crate::Config::observe_only).
///
/// The target is `mcb`: `mcb=info` lets transitions through and nothing of calls. A storm of rejections makes no event at
/// `info`, at most 32 an opening at `debug`, and each only at `trace`. Give each breaker its own: of several that share
/// one, the rejections are counted together.
///
/// # Spans
///
/// There is no span of a guarded call, which is the caller's to make: an observer is told at its end, and in the caller's
/// span. So each event lies in the span of the request that made it, in the subscriber's lines and as a span's event in
/// exported traces. To have the state as an attribute of the span itself, record it there:
///
/// ```
/// use mcb::observe::{Told, TracingObserver};
/// use mcb::{CircuitBreaker, Config, Consecutive, ManualClock};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static TRACE: TracingObserver = TracingObserver::new();
/// static DB: CircuitBreaker<&ManualClock, Told<Consecutive, TracingObserver>> =
///     CircuitBreaker::new(&Config::new("db").error_threshold(1).observer(&TRACE), &CLOCK);
///
/// let state = DB.state().as_str();
/// let span = tracing::info_span!("query", circuitbreaker.name = "db", circuitbreaker.state = state);
/// let _ = span.in_scope(|| DB.call(|| Err::<(), _>("down"))); // WARN query: mcb: circuit opened
/// ```
#[derive(Debug)]
pub struct TracingObserver {
    rejections: Rejections,
}

impl TracingObserver {
    /// No event made yet.
    #[must_use]
    pub const fn new() -> Self {
        TracingObserver { rejections: Rejections::new() }
    }
}

impl Default for TracingObserver {
    fn default() -> Self {
        Self::new()
    }
}

/// The level of an event is a constant: each has a place of its own.
macro_rules! transition {
    ($level:ident, $message:literal, $change:ident, $rejected:ident) => {
        event!(
            target: TARGET,
            Level::$level,
            circuitbreaker.name = $change.id,
            circuitbreaker.state = $change.to.as_str(),
            mcb.from = $change.from.as_str(),
            mcb.reason = $change.reason.as_str(),
            mcb.cause = cause($change.reason),
            mcb.errors = $change.error_count,
            mcb.rejected = $rejected,
            $message
        )
    };
}

const fn cause(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::Failure(cause) => Some(cause.as_str()),
        _ => None,
    }
}

impl Observer for TracingObserver {
    fn on_transition(&self, change: &Transition) {
        let rejected = self.rejections.over();
        match change.to {
            State::LockedOut => transition!(ERROR, "circuit locked out", change, rejected),
            State::Open | State::ForcedOpen => {
                transition!(WARN, "circuit opened", change, rejected);
            }
            State::Closed | State::ForcedClosed => {
                transition!(INFO, "circuit closed", change, rejected);
            }
            State::SlowStart => transition!(INFO, "circuit starts slowly", change, rejected),
            State::HalfOpen => transition!(DEBUG, "circuit half-open", change, rejected),
        }
    }

    #[inline]
    fn on_result(&self, id: &'static str, verdict: Verdict, probe: bool) {
        if is_heard() {
            result(id, verdict.as_str(), probe);
        }
    }

    #[inline]
    fn on_rejected(&self, id: &'static str, passed: bool) {
        if is_heard() {
            self.rejected(id, passed);
        }
    }
}

/// Whether anybody wants events of calls. Where nobody does, a call costs one load.
#[inline]
fn is_heard() -> bool {
    Level::DEBUG <= STATIC_MAX_LEVEL && Level::DEBUG <= LevelFilter::current()
}

#[cold]
fn result(id: &str, verdict: &str, probe: bool) {
    macro_rules! result {
        ($level:ident, $message:literal) => {
            event!(
                target: TARGET,
                Level::$level,
                circuitbreaker.name = id,
                mcb.verdict = verdict,
                $message
            )
        };
    }
    if probe {
        result!(DEBUG, "probe ended");
    } else {
        result!(TRACE, "call ended");
    }
}

impl TracingObserver {
    #[cold]
    fn rejected(&self, id: &str, passed: bool) {
        // Of this target, that is. Where nobody wants to know, nothing is counted, by which threads would hinder each
        // other.
        if !event_enabled!(target: TARGET, Level::DEBUG) {
            return;
        }
        let number = self.rejections.another();
        macro_rules! rejected {
            ($level:ident) => {
                event!(
                    target: TARGET,
                    Level::$level,
                    circuitbreaker.name = id,
                    mcb.rejected = number,
                    mcb.passed = passed,
                    "call rejected"
                )
            };
        }
        if Rejections::is_told(number) {
            rejected!(DEBUG);
        } else {
            rejected!(TRACE);
        }
    }
}
