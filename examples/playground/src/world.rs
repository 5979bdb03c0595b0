//! Callers, a dependency that fails now and then, and the breaker between them, in virtual time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mcb::server::{Breaker, OwnedPermit};
use mcb::settings::Settings;
use mcb::{Cause, EveryError, Observer, Reason, Transition, Verdict};

use crate::clock::PageClock;
use crate::random::Random;

/// What the page is told, in the order in which it happened; `at` and all times are milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// A call passed the breaker.
    Admitted { at: u32, call: u32, probe: bool },
    /// A call was rejected; none where only a hand can tell when to come again.
    Rejected { at: u32, call: u32, wait: Option<u32> },
    /// An admitted call came to its end.
    Ended { at: u32, call: u32, end: End },
    /// The breaker changed its state.
    Changed { at: u32, change: Transition },
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum End {
    /// It succeeded.
    Success = 0,
    /// It failed.
    Failure = 1,
    /// It succeeded, and took so long that the breaker counts a failure.
    Slow = 2,
    /// Its caller went away first.
    Dropped = 3,
}

/// What callers and the dependency are like.
#[derive(Clone, Copy, Debug)]
pub struct Traffic {
    /// Calls a second; they come at random, on average as many.
    pub rate: f64,
    /// The share of calls that fail, 0 to 1.
    pub failures: f64,
    /// How long a call takes on average, in milliseconds; half as long to half as long again.
    pub latency: f64,
    /// The share of calls whose caller goes away half-way, 0 to 1.
    pub dropped: f64,
}

/// Everything that one page shows.
#[derive(Debug)]
pub struct World {
    clock: Arc<PageClock>,
    breaker: Breaker<EveryError, Arc<PageClock>>,
    changes: Changes,
    traffic: Traffic,
    random: Random,
    /// How many calls would have come until the next one comes, were it one a second; from `since` on.
    until_next: f64,
    since: f64,
    calls: u32,
    under_way: BinaryHeap<Reverse<UnderWay>>,
    events: Vec<Event>,
}

/// Transitions, and whether the last result was told as a failure.
#[derive(Clone, Debug, Default)]
struct Changes(Arc<Mutex<(Vec<Transition>, bool)>>);

impl Observer for Changes {
    fn on_transition(&self, change: &Transition) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.push(*change);
    }

    fn on_result(&self, _: &'static str, verdict: Verdict, _: bool) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1 = verdict == Verdict::Failure;
    }
}

/// An admitted call, ordered by its end.
#[derive(Debug)]
struct UnderWay {
    ends: u32,
    call: u32,
    end: End,
    permit: OwnedPermit<Arc<PageClock>>,
}

impl PartialEq for UnderWay {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for UnderWay {}

impl PartialOrd for UnderWay {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for UnderWay {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.ends, self.call).cmp(&(other.ends, other.call))
    }
}

type Config = mcb::Config<Arc<PageClock>, mcb::AnyStrategy>;

/// The configuration of the circuit `db` of this file, and a slow start that comes beside it.
fn config(toml: &str, slow_start: Option<Duration>) -> Result<Config, String> {
    let settings: Settings = toml::from_str(toml).map_err(|e| e.message().to_owned())?;
    let config = settings.config("db").map_err(|e| e.to_string())?;
    Ok(config.slow_start_if(slow_start))
}

impl World {
    /// A breaker of these settings, before any call.
    ///
    /// # Errors
    ///
    /// What the library says of settings that it refuses.
    pub fn new(
        toml: &str,
        slow_start: Option<Duration>,
        traffic: Traffic,
        seed: u64,
    ) -> Result<Self, String> {
        let clock = Arc::new(PageClock::default());
        let changes = Changes::default();
        let breaker = Breaker::builder(config(toml, slow_start)?, Arc::clone(&clock))
            .observer(changes.clone())
            .build()
            .map_err(|e| e.to_string())?;
        let mut random = Random(seed);
        let until_next = random.gap();
        Ok(World {
            clock,
            breaker,
            changes,
            traffic,
            random,
            until_next,
            since: 0.0,
            calls: 0,
            under_way: BinaryHeap::new(),
            events: Vec::new(),
        })
    }

    /// Goes on under other settings, in the state that it is in.
    ///
    /// # Errors
    ///
    /// What the library says of settings that it refuses; nothing has changed then.
    pub fn reconfigure(&mut self, toml: &str, slow_start: Option<Duration>) -> Result<(), String> {
        let config = config(toml, slow_start)?;
        self.breaker.reconfigure(config).map_err(|e| e.to_string())?;
        self.note_changes();
        Ok(())
    }

    /// Other callers, or another dependency. Calls that are under way end as they would have.
    pub fn set_traffic(&mut self, traffic: Traffic) {
        let now = f64::from(self.now());
        self.until_next -= self.traffic.rate * (now - self.since).max(0.0) / 1_000.0;
        self.since = self.since.max(now);
        self.traffic = traffic;
    }

    /// Moves time on, with all that happens meanwhile.
    pub fn advance(&mut self, millis: u32) {
        let until = self.now().saturating_add(millis);
        loop {
            let arrival = self.next_arrival();
            let end = self.under_way.peek().map(|first| first.0.ends);
            match end {
                Some(end) if end <= until && f64::from(end) <= arrival => self.end(),
                _ if arrival <= f64::from(until) => self.arrive(arrival),
                _ => break,
            }
        }
        self.clock.set(until);
    }

    fn next_arrival(&self) -> f64 {
        if self.traffic.rate > 0.0 {
            self.since + self.until_next.max(0.0) / self.traffic.rate * 1_000.0
        } else {
            f64::INFINITY
        }
    }

    fn arrive(&mut self, at: f64) {
        self.since = at;
        self.until_next = self.random.gap();
        self.clock.set(millis(at.floor()));
        self.calls += 1;
        let (at, call) = (self.now(), self.calls);
        // Drawn for each call, whatever becomes of it: the same callers meet any breaker.
        let latency = self.traffic.latency * (0.5 + self.random.share());
        let fails = self.random.share() < self.traffic.failures;
        let dropped = self.random.share() < self.traffic.dropped;
        let admitted = self.breaker.try_acquire_owned();
        self.note_changes();
        match admitted {
            Ok(permit) => {
                let (latency, end) = match (dropped, fails) {
                    (true, _) => (latency / 2.0, End::Dropped),
                    (_, true) => (latency, End::Failure),
                    _ => (latency, End::Success),
                };
                let ends = at.saturating_add(millis(latency));
                self.events.push(Event::Admitted { at, call, probe: permit.is_probe() });
                self.under_way.push(Reverse(UnderWay { ends, call, end, permit }));
            }
            Err(rejected) => {
                let wait = rejected.retry_after.map(mcb::Wait::as_millis);
                self.events.push(Event::Rejected { at, call, wait });
            }
        }
    }

    fn end(&mut self) {
        let Some(Reverse(UnderWay { ends, call, end, permit })) = self.under_way.pop() else {
            return;
        };
        self.clock.set(ends);
        match end {
            End::Failure => permit.failure(),
            End::Dropped => drop(permit),
            End::Success | End::Slow => permit.success(),
        }
        let failed = self.changes.0.lock().unwrap_or_else(PoisonError::into_inner).1;
        let end = if failed && end == End::Success { End::Slow } else { end };
        self.events.push(Event::Ended { at: ends, call, end });
        self.note_changes();
    }

    /// Whoever asks does by hand what it wants with the breaker.
    pub fn by_hand(&mut self, act: impl FnOnce(&Breaker<EveryError, Arc<PageClock>>)) {
        act(&self.breaker);
        self.note_changes();
    }

    fn note_changes(&mut self) {
        let at = self.now();
        let mut changes = self.changes.0.lock().unwrap_or_else(PoisonError::into_inner);
        self.events.extend(changes.0.drain(..).map(|change| Event::Changed { at, change }));
    }

    /// What happened since this was asked last.
    pub fn events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// The breaker.
    #[must_use]
    pub fn breaker(&self) -> &Breaker<EveryError, Arc<PageClock>> {
        &self.breaker
    }

    /// The present millisecond.
    #[must_use]
    pub fn now(&self) -> u32 {
        mcb::Clock::now(&*self.clock)
    }

    /// How many calls are under way, and how many of them are probes.
    #[must_use]
    pub fn under_way(&self) -> (usize, usize) {
        let probes = self.under_way.iter().filter(|call| call.0.permit.is_probe()).count();
        (self.under_way.len(), probes)
    }
}

/// The number of a reason, for the page; that of a failure tells the cause.
#[must_use]
pub fn reason(reason: Reason) -> u32 {
    match reason {
        Reason::Success => 1,
        Reason::Time => 2,
        Reason::ByHand => 3,
        Reason::Restored => 4,
        Reason::Failure(Cause::Slow) => 5,
        Reason::Failure(Cause::Dropped) => 6,
        _ => 0,
    }
}

/// Rounded to a whole number in the range.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn millis(time: f64) -> u32 {
    time.round() as u32
}
