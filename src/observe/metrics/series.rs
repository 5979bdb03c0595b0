//! What one breaker counts by.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use metrics::{Counter, Gauge, Unit, counter, describe_counter, describe_gauge, gauge};

use crate::clock::Clock;
use crate::observe::Observer;
use crate::observe::statistics::{Statistics, is_shut};
use crate::state::{Reason, State, Transition};
use crate::verdict::Verdict;

const TARGET: &str = "mcb";

const STATE: &str = "mcb_state";
const CALLS: &str = "mcb_calls_total";
const TRANSITIONS: &str = "mcb_transitions_total";
const OPEN_SECONDS: &str = "mcb_open_seconds_total";
const PROBES: &str = "mcb_probes_total";
const OPENINGS: &str = "mcb_openings";

pub(super) fn describe() {
    describe_gauge!(
        STATE,
        Unit::Count,
        "1 for the state that the circuit breaker is in, 0 for the others."
    );
    describe_counter!(CALLS, Unit::Count, "Calls by outcome, probes and rejected ones among them.");
    describe_counter!(TRANSITIONS, Unit::Count, "Changes of the state.");
    describe_counter!(
        OPEN_SECONDS,
        Unit::Seconds,
        "Time from openings to closings, recoveries included."
    );
    describe_counter!(PROBES, Unit::Count, "Probes by outcome.");
    describe_gauge!(OPENINGS, Unit::Count, "Openings in a row, 0 once it is closed.");
}

const STATES: [State; 7] = [
    State::Closed,
    State::Open,
    State::HalfOpen,
    State::SlowStart,
    State::LockedOut,
    State::ForcedOpen,
    State::ForcedClosed,
];

/// Its place among them.
const fn place(state: State) -> usize {
    match state {
        State::Closed => 0,
        State::Open => 1,
        State::HalfOpen => 2,
        State::SlowStart => 3,
        State::LockedOut => 4,
        State::ForcedOpen => 5,
        State::ForcedClosed => 6,
    }
}

/// What results and time make, but for lockouts, which stay and so are seen.
const BY_ITSELF: [(State, State); 7] = [
    (State::Closed, State::Open),
    (State::Open, State::HalfOpen),
    (State::HalfOpen, State::Open),
    (State::HalfOpen, State::Closed),
    (State::HalfOpen, State::SlowStart),
    (State::SlowStart, State::Open),
    (State::SlowStart, State::Closed),
];

/// The three of a verdict, and that of a rejection.
const OUTCOMES: [&str; 4] = ["success", "failure", "ignored", "rejected"];

const fn outcome(verdict: Verdict) -> usize {
    match verdict {
        Verdict::Success => 0,
        Verdict::Failure | Verdict::Fatal => 1,
        Verdict::Ignore => 2,
    }
}

pub(super) struct Series<C> {
    id: &'static str,
    calls: [Counter; 4],
    passed: OnceLock<Counter>,
    probes: [Counter; 3],
    states: [Gauge; 7],
    openings: Gauge,
    open_seconds: Counter,
    /// Only the time open is used of it: it is right in whatever order threads tell of transitions.
    statistics: Statistics<C>,
    told: Mutex<Told>,
}

/// What was told to the recorder.
#[derive(Default)]
struct Told {
    /// By `place`. Only differences are told: so it does not matter in which order two threads tell of transitions.
    states: [i32; 7],
    openings: u32,
    open_ticks: u64,
    /// Of these, what makes no whole second.
    rest: u64,
    /// It is in no state, until one is told.
    retired: bool,
}

fn call_counter(id: &'static str, outcome: &'static str) -> Counter {
    counter!(target: TARGET, CALLS, "name" => id, "outcome" => outcome)
}

fn transition_counter(id: &'static str, from: State, to: State) -> Counter {
    let (from, to) = (from.as_str(), to.as_str());
    counter!(target: TARGET, TRANSITIONS, "name" => id, "from" => from, "to" => to)
}

impl<C: Clock> Series<C> {
    pub(super) fn new(id: &'static str, state: State, clock: C) -> Self {
        let series = Series {
            id,
            calls: OUTCOMES.map(|outcome| call_counter(id, outcome)),
            passed: OnceLock::new(),
            probes: [0, 1, 2].map(
                |i: usize| counter!(target: TARGET, PROBES, "name" => id, "outcome" => OUTCOMES[i]),
            ),
            states: STATES.map(
                |state| gauge!(target: TARGET, STATE, "name" => id, "state" => state.as_str()),
            ),
            openings: gauge!(target: TARGET, OPENINGS, "name" => id),
            open_seconds: counter!(target: TARGET, OPEN_SECONDS, "name" => id),
            statistics: Statistics::new(clock),
            told: Mutex::default(),
        };
        series.touch();
        series.be(Some(state));
        series
    }

    #[inline]
    pub(super) fn ended(&self, verdict: Verdict, probe: bool) {
        let outcome = outcome(verdict);
        self.calls[outcome].increment(1);
        if probe {
            self.probes[outcome].increment(1);
        }
    }

    #[inline]
    pub(super) fn rejected(&self, passed: bool) {
        if passed {
            self.passed.get_or_init(|| call_counter(self.id, "passed")).increment(1);
        } else {
            self.calls[3].increment(1);
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn changed(&self, change: &Transition) {
        let Transition { from, to, .. } = *change;
        let mut told = self.told();
        if told.retired {
            // A handle goes on, or there is a new one of this id.
            self.move_to(&mut told, Some(from));
        }
        // Where it comes from first: two states at once would be told to a scrape that comes in between.
        self.step(&mut told, from, -1);
        self.step(&mut told, to, 1);
        transition_counter(self.id, from, to).increment(1);
        let openings = match to {
            State::Open | State::LockedOut => told.openings.saturating_add(1),
            State::HalfOpen | State::SlowStart => told.openings,
            _ => 0,
        };
        self.opened(&mut told, openings);
        self.statistics.on_transition(change);
        self.settle(&mut told);
    }

    fn step(&self, told: &mut Told, state: State, by: i32) {
        told.states[place(state)] += by;
        self.states[place(state)].increment(f64::from(by));
    }

    fn opened(&self, told: &mut Told, openings: u32) {
        self.openings.increment(f64::from(openings) - f64::from(told.openings));
        told.openings = openings;
    }

    /// In this state and in no other, or in none.
    pub(super) fn be(&self, state: Option<State>) {
        let mut told = self.told();
        self.move_to(&mut told, state);
        self.settle(&mut told);
    }

    fn move_to(&self, told: &mut Told, state: Option<State>) {
        told.retired = state.is_none();
        let shut = STATES.iter().any(|state| is_shut(*state) && told.states[place(*state)] > 0);
        for other in STATES {
            let by = i32::from(state == Some(other)) - told.states[place(other)];
            self.step(told, other, by);
        }
        let shuts = state.is_some_and(is_shut);
        if !shuts {
            self.opened(told, 0);
        }
        if shut != shuts {
            let (from, to) =
                if shuts { (State::Closed, State::Open) } else { (State::Open, State::Closed) };
            self.statistics.on_transition(&Transition::new(self.id, from, to, Reason::ByHand, 0));
        }
    }

    pub(super) fn refresh(&self) {
        self.touch();
        self.settle(&mut self.told());
    }

    /// Moves all of them by nothing: they are there, and in use.
    fn touch(&self) {
        for counter in self.calls.iter().chain(&self.probes).chain(self.passed.get()) {
            counter.increment(0);
        }
        for (from, to) in BY_ITSELF {
            transition_counter(self.id, from, to).increment(0);
        }
        for gauge in self.states.iter().chain([&self.openings]) {
            gauge.increment(0.0);
        }
        self.open_seconds.increment(0);
    }

    /// Tells the whole seconds open since the last time.
    fn settle(&self, told: &mut Told) {
        // What the statistics keep of ticks.
        let range = if size_of::<C::Ticks>() == 4 { u64::from(u32::MAX) } else { u64::MAX >> 8 };
        let ticks = self.statistics.snapshot().time_open;
        let new = ticks.wrapping_sub(told.open_ticks) & range;
        // Backwards: told up to a moment after that of a closing which another thread was about to tell.
        if new > range / 2 {
            return;
        }
        told.open_ticks = ticks;
        told.rest += new;
        let hz = u64::from(C::HZ);
        self.open_seconds.increment(told.rest / hz);
        told.rest %= hz;
    }
}
