//! Lines of the crate `log`.

use log::{Level, debug, log, trace};

use super::Observer;
use super::rejections::Rejections;
use crate::state::{State, Transition};
use crate::verdict::Verdict;

/// What filters know these lines by.
const TARGET: &str = "mcb";

/// Writes a line for each transition by the crate `log` (feature `log`, which needs no `std`): an observer for
/// [`Config::hooks`](crate::Config::hooks), or for [`Config::observer`](crate::Config::observer) to have lines of calls
/// too.
///
/// | what | level | line |
/// |---|---|---|
/// | locked out | error | `circuit db: half-open -> locked-out, 9 errors` |
/// | open, by results or by hand | warn | `circuit db: closed -> open, 5 errors` |
/// | closed, slow start, forced closed | info | `circuit db: half-open -> closed, 0 errors` |
/// | half-open | debug | `circuit db: open -> half-open, 5 errors` |
/// | a probe's result | debug | `circuit db: probe: success` |
/// | the 1st, 2nd, 4th, 8th … rejection since the last change | debug | `circuit db: rejected, 4 so far` |
/// | how many there were, at the next change | debug | `circuit db: 1729 calls were rejected` |
/// | every other result, every other rejection | trace | `circuit db: failure` |
///
/// The target is `mcb`, whatever the breaker: `mcb=info` in the settings of a logger lets transitions through and nothing
/// of calls. So a storm of rejections writes nothing at `info`, at most 33 lines an opening at `debug`, and each only at
/// `trace`. A breaker that [only observes](crate::Config::observe_only) says `would be rejected`, and `would have been`.
///
/// Give each breaker its own: of several that share one, the rejections are counted together.
///
/// ```
/// use mcb::observe::{LogObserver, Told};
/// use mcb::{CircuitBreaker, Config, Consecutive, ManualClock};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static LOG: LogObserver = LogObserver::new();
/// static DB: CircuitBreaker<&ManualClock, Told<Consecutive, LogObserver>> =
///     CircuitBreaker::new(&Config::new("db").error_threshold(1).observer(&LOG), &CLOCK);
/// let _ = DB.call(|| Err::<(), _>("down")); // WARN mcb: circuit db: closed -> open, 1 errors
/// ```
///
/// # Interrupts
///
/// It writes from wherever the breaker is used: the logger must allow that.
#[derive(Debug)]
pub struct LogObserver {
    rejections: Rejections,
    passed: Rejections,
}

impl LogObserver {
    /// Nothing written yet.
    #[must_use]
    pub const fn new() -> Self {
        LogObserver { rejections: Rejections::new(), passed: Rejections::new() }
    }
}

impl Default for LogObserver {
    fn default() -> Self {
        Self::new()
    }
}

impl Observer for LogObserver {
    fn on_transition(&self, change: &Transition) {
        let Transition { id, from, to, error_count, .. } = *change;
        for (rejections, were) in [(&self.rejections, "were"), (&self.passed, "would have been")] {
            let number = rejections.over();
            if number > 0 {
                debug!(target: TARGET, "circuit {id}: {number} calls {were} rejected");
            }
        }
        let level = match to {
            State::LockedOut => Level::Error,
            State::Open | State::ForcedOpen => Level::Warn,
            State::Closed | State::SlowStart | State::ForcedClosed => Level::Info,
            State::HalfOpen => Level::Debug,
        };
        log!(target: TARGET, level, "circuit {id}: {from} -> {to}, {error_count} errors");
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

/// Whether anybody wants lines of calls. Where nobody does, a call costs one load, and nothing is counted, by which
/// threads would hinder each other.
#[inline]
fn is_heard() -> bool {
    Level::Debug <= log::STATIC_MAX_LEVEL && Level::Debug <= log::max_level()
}

#[cold]
fn result(id: &str, verdict: &str, probe: bool) {
    if probe {
        debug!(target: TARGET, "circuit {id}: probe: {verdict}");
    } else {
        trace!(target: TARGET, "circuit {id}: {verdict}");
    }
}

impl LogObserver {
    #[cold]
    fn rejected(&self, id: &str, passed: bool) {
        let (rejections, rejected) = if passed {
            (&self.passed, "would be rejected")
        } else {
            (&self.rejections, "rejected")
        };
        let number = rejections.another();
        let level = if Rejections::is_told(number) { Level::Debug } else { Level::Trace };
        log!(target: TARGET, level, "circuit {id}: {rejected}, {number} so far");
    }
}
