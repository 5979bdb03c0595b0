//! Counters and gauges of the crate `metrics`.

mod series;

use std::boxed::Box;
use std::collections::BTreeMap;
use std::fmt;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use self::series::{Series, describe};
use super::Observer;
use crate::clock::{Clock, StdClock};
use crate::state::{Reason, State, Transition};
use crate::verdict::Verdict;

/// Counts by the crate `metrics` (feature `metrics`), for Prometheus or whatever the recorder exports to: one observer for
/// all breakers of a program, for [`Config::observer`](crate::Config::observer). (Given by
/// [`hooks`](crate::Config::hooks) it is not told of calls.)
///
/// | name | labels | |
/// |---|---|---|
/// | `mcb_state` | `name`, `state` | 1 for the state that it is in, 0 for the six others |
/// | `mcb_calls_total` | `name`, `outcome`: `success`, `failure`, `ignored`, `rejected` | calls that ended, probes among them, and calls refused |
/// | `mcb_probes_total` | `name`, `outcome`: `success`, `failure`, `ignored` | probes that ended |
/// | `mcb_transitions_total` | `name`, `from`, `to` | changes of the state |
/// | `mcb_openings` | `name` | openings in a row: 0 once it is closed |
/// | `mcb_open_seconds_total` | `name` | from each opening to its closing, recoveries included, and to the last [`refresh`](Self::refresh) |
///
/// The gauge may miss an opening that is shorter than the time between two scrapes; the counters do not. Those of the
/// transitions that results and time make are there with 0 from the beginning, since nobody sees the first step of a
/// counter that was not there before. (Others, by hand and into a lockout, are there from their first time on.) A
/// breaker that [only observes](crate::Config::observe_only) has a fifth outcome, `passed`: it would have been rejected.
///
/// ```
/// use mcb::observe::{MetricsObserver, Told};
/// use mcb::{CircuitBreaker, Config, Consecutive, StdClock};
///
/// static METRICS: MetricsObserver = MetricsObserver::new();
/// static DB: CircuitBreaker<StdClock, Told<Consecutive, MetricsObserver>> =
///     CircuitBreaker::new(&Config::new("db").observer(&METRICS), StdClock);
///
/// // At the beginning of `main`, after the recorder is installed:
/// METRICS.register("db", DB.state());
/// assert_eq!(DB.call(|| Ok::<_, ()>(7)), Ok(7));
/// // In the handler of scrapes, before the recorder renders:
/// METRICS.refresh();
/// ```
///
/// # The recorder comes first
///
/// What a breaker counts by is asked of the recorder once, when the breaker is [registered](Self::register) or at the
/// first that is told of it, and kept. Without a recorder at that moment its calls and its state are never recorded.
///
/// A call costs finding these by the id, without a lock, and one or two steps of a counter; it allocates nothing. What is
/// kept stays for as long as the observer: do not give one to breakers of ever new ids, such as one for each client.
///
/// A recorder that forgets what has not moved for a while (an *idle timeout*) forgets counters that are still in use.
/// [`refresh`](Self::refresh) moves all of them, by nothing; so call it more often than that.
pub struct MetricsObserver<C: Clock = StdClock> {
    /// By where the id is, since each breaker has its own at one place.
    places: [OnceLock<Box<Place<C>>>; PLACES],
    known: Mutex<BTreeMap<&'static str, Arc<Series<C>>>>,
    clock: C,
}

/// A list for each, that only grows: so it is read without a lock.
const PLACES: usize = 64;

struct Place<C: Clock> {
    id: &'static str,
    series: Arc<Series<C>>,
    next: OnceLock<Box<Place<C>>>,
}

impl MetricsObserver {
    /// Of no breaker yet; the time open is measured by the operating system's clock.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_clock(StdClock)
    }
}

impl Default for MetricsObserver {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Clock> MetricsObserver<C> {
    /// The same with another clock, for a test, say. With `u32` ticks call [`refresh`](Self::refresh) at least once in
    /// half their range.
    #[must_use]
    pub const fn with_clock(clock: C) -> Self {
        MetricsObserver {
            places: [const { OnceLock::new() }; PLACES],
            known: Mutex::new(BTreeMap::new()),
            clock,
        }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<&'static str, Arc<Series<C>>>> {
        // A recorder that panicked has left nothing half done in here.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings the time of openings under way up to now, in whole seconds; what is left over counts the next time. For
    /// the handler of scrapes.
    pub fn refresh(&self) {
        self.known().values().for_each(|series| series.refresh());
    }

    /// The breaker of this id is no more, after a reload of settings, say: it is in no state, and its time open ends. What
    /// it counted stays. Where a handle of it goes on, or another breaker takes its id, it is there again from the next
    /// change of its state.
    pub fn retire(&self, id: &str) {
        if let Some(series) = self.known().get(id) {
            series.be(None);
        }
    }
}

impl<C: Clock + Clone> MetricsObserver<C> {
    /// There is a breaker of this id, in this state: its numbers are there from now on, and not from its first call.
    /// It may be called anew, with the state that it is in.
    pub fn register(&self, id: &'static str, state: State) {
        self.series(id, state).be(Some(state));
    }

    /// Those of a breaker; where there are none yet, it is made in this state.
    #[inline]
    fn series(&self, id: &'static str, state: State) -> &Series<C> {
        match self.find(id) {
            Ok(series) => series,
            Err(_) => self.learn(id, state),
        }
    }

    /// Or the place where it would be.
    #[inline]
    fn find(&self, id: &'static str) -> Result<&Series<C>, &OnceLock<Box<Place<C>>>> {
        // Multiplied by 2^64 and the golden ratio, so that neighbours are in different places.
        let spread = (id.as_ptr().addr() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut place = &self.places[(spread >> 58) as usize % PLACES];
        while let Some(known) = place.get() {
            if ptr::eq(known.id, id) {
                return Ok(&known.series);
            }
            place = &known.next;
        }
        Err(place)
    }

    /// One that is told of for the first time, or under another copy of its id.
    #[cold]
    fn learn(&self, id: &'static str, state: State) -> &Series<C> {
        let mut known = self.known();
        if known.is_empty() {
            describe();
        }
        let series =
            known.entry(id).or_insert_with(|| Arc::new(Series::new(id, state, self.clock.clone())));
        match self.find(id) {
            Ok(series) => series,
            Err(place) => {
                let series = Arc::clone(series);
                &place.get_or_init(|| Box::new(Place { id, series, next: OnceLock::new() })).series
            }
        }
    }
}

/// The state before anything was told: closed, or one that begins with a probe.
fn first_state(change: &Transition) -> State {
    let probing = change.reason == Reason::Time && change.error_count == 0;
    if probing { change.from } else { State::Closed }
}

impl<C: Clock + Clone> Observer for MetricsObserver<C> {
    fn on_transition(&self, change: &Transition) {
        self.series(change.id, first_state(change)).changed(change);
    }

    #[inline]
    fn on_result(&self, id: &'static str, verdict: Verdict, probe: bool) {
        self.series(id, State::Closed).ended(verdict, probe);
    }

    #[inline]
    fn on_rejected(&self, id: &'static str, passed: bool) {
        self.series(id, State::Closed).rejected(passed);
    }
}

/// The ids that it knows.
impl<C: Clock> fmt::Debug for MetricsObserver<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MetricsObserver ")?;
        f.debug_set().entries(self.known().keys()).finish()
    }
}
