//! Turns calls into what happens one after the other: calls begin and end, outages begin and end. It is the same for
//! every setting, and so done once.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use anyhow::bail;
use serde::Serialize;

use crate::bins::Bins;
use crate::trace::{Call, Outcome};

/// More than any service has under way: the durations are in another unit than was said.
const MOST_AT_ONCE: usize = 1_000_000;

/// How many outages are kept for the picture; all are counted.
const OUTAGES_SHOWN: usize = 1_000;

/// Times are microseconds from the first call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Begin { at: u64, lasts: u64, slot: u32, outcome: Outcome },
    End { at: u64, slot: u32, outcome: Outcome },
    OutageBegins { at: u64 },
    OutageEnds { at: u64 },
}

/// What is called an outage: it begins with the first failure of so many calls in a row of which so many failed, and ends
/// with the last failure when a quarter as many are left among so many calls. It knows the whole trace, as no breaker can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct OutageRule {
    pub calls: usize,
    pub failures: usize,
}

/// What the trace itself holds.
#[derive(Clone, Debug)]
pub struct Whole {
    /// When the first call began, in microseconds as the trace tells it.
    pub origin: u64,
    /// From the beginning of the first call to the end of the last.
    pub span: u64,
    pub good: u64,
    pub failed: u64,
    pub ignored: u64,
    /// What all failures took, in microseconds.
    pub failing: u64,
    pub outages: u64,
    /// The first of them.
    pub spans: Vec<(u64, u64)>,
    pub bins: Bins<Calls>,
}

/// Calls of a step of time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Calls {
    pub good: u32,
    pub failed: u32,
    pub ignored: u32,
}

impl std::ops::AddAssign for Calls {
    fn add_assign(&mut self, other: Self) {
        self.good += other.good;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

/// Calls come in, events go out.
pub struct Feed {
    rule: OutageRule,
    /// Calls that wait until it is known whether an outage begins with them.
    waiting: VecDeque<Waiting>,
    failures: usize,
    outage: Option<u64>,
    /// Those under way, by their ends, and in the order in which they began.
    ends: BinaryHeap<Reverse<(u64, u64, u32)>>,
    begun: u64,
    /// When the last that was passed on began.
    passed: u64,
    free: Vec<u32>,
    outcomes: Vec<Outcome>,
    pub whole: Whole,
}

struct Waiting {
    call: Call,
    begins: bool,
    /// The outage ended with it.
    ended: bool,
}

impl Feed {
    pub fn new(rule: OutageRule) -> Self {
        Feed {
            rule,
            waiting: VecDeque::new(),
            failures: 0,
            outage: None,
            ends: BinaryHeap::new(),
            begun: 0,
            passed: 0,
            free: Vec::new(),
            outcomes: Vec::new(),
            whole: Whole {
                origin: 0,
                span: 0,
                good: 0,
                failed: 0,
                ignored: 0,
                failing: 0,
                outages: 0,
                spans: Vec::new(),
                bins: Bins::new(),
            },
        }
    }

    pub fn call(&mut self, mut call: Call, out: &mut Vec<Event>) -> anyhow::Result<()> {
        if self.whole.good + self.whole.failed + self.whole.ignored == 0 {
            self.whole.origin = call.at;
        }
        call.at -= self.whole.origin;
        self.count(&call);

        // The oldest leaves the window, which the newest has left behind.
        if self.waiting.len() == self.rule.calls {
            self.pass_on(out)?;
        }
        self.failures += usize::from(call.outcome.is_failure());
        self.waiting.push_back(Waiting { call, begins: false, ended: false });
        if self.waiting.len() < self.rule.calls {
            return Ok(());
        }
        let failed = |waiting: &&mut Waiting| waiting.call.outcome.is_failure();
        if self.outage.is_none() && self.failures >= self.rule.failures {
            // What belongs to one that ended a moment ago is no beginning.
            let after = self.waiting.iter().rposition(|waiting| waiting.ended);
            let from = after.map_or(0, |place| place + 1);
            if let Some(first) = self.waiting.iter_mut().skip(from).find(failed) {
                first.begins = true;
                self.outage = Some(first.call.at);
            }
        } else if self.outage.is_some() && self.failures <= self.rule.failures / 4 {
            let at = if let Some(last) = self.waiting.iter_mut().rev().find(failed) {
                last.ended = true;
                last.call.at
            } else {
                // With none left, it ended with the one that has just passed on.
                out.push(Event::OutageEnds { at: self.passed });
                self.passed
            };
            self.outage_ended(at);
        }
        Ok(())
    }

    /// Passes on what waits, and ends what is under way.
    pub fn finish(&mut self, out: &mut Vec<Event>) -> anyhow::Result<()> {
        if self.outage.is_some() {
            let failed = |waiting: &&mut Waiting| waiting.call.outcome.is_failure();
            if let Some(last) = self.waiting.iter_mut().rev().find(failed) {
                last.ended = true;
                let at = last.call.at;
                self.outage_ended(at);
            }
        }
        while !self.waiting.is_empty() {
            self.pass_on(out)?;
        }
        self.end_until(u64::MAX, out);
        Ok(())
    }

    fn outage_ended(&mut self, at: u64) {
        self.whole.outages += 1;
        if let Some(began) = self.outage.take() {
            if self.whole.spans.len() < OUTAGES_SHOWN {
                self.whole.spans.push((began, at));
            }
        }
    }

    fn count(&mut self, call: &Call) {
        let whole = &mut self.whole;
        let calls = whole.bins.at(call.at);
        match call.outcome {
            Outcome::Good => (whole.good, calls.good) = (whole.good + 1, calls.good + 1),
            Outcome::Failed | Outcome::Fatal => {
                (whole.failed, calls.failed) = (whole.failed + 1, calls.failed + 1);
                whole.failing += call.lasts;
            }
            Outcome::Ignored => {
                (whole.ignored, calls.ignored) = (whole.ignored + 1, calls.ignored + 1);
            }
        }
        whole.span = whole.span.max(call.at + call.lasts);
    }

    fn pass_on(&mut self, out: &mut Vec<Event>) -> anyhow::Result<()> {
        let Some(Waiting { call: Call { at, lasts, outcome }, begins, ended }) =
            self.waiting.pop_front()
        else {
            return Ok(());
        };
        self.failures -= usize::from(outcome.is_failure());
        self.end_until(at, out);
        if begins {
            out.push(Event::OutageBegins { at });
        }
        let slot = if let Some(slot) = self.free.pop() {
            self.outcomes[slot as usize] = outcome;
            slot
        } else {
            if self.outcomes.len() == MOST_AT_ONCE {
                bail!(
                    "more than {MOST_AT_ONCE} calls are under way at once: are the durations in \
                     the unit that --duration-unit says?"
                );
            }
            self.outcomes.push(outcome);
            (self.outcomes.len() - 1) as u32
        };
        out.push(Event::Begin { at, lasts, slot, outcome });
        (self.begun, self.passed) = (self.begun + 1, at);
        self.ends.push(Reverse((at + lasts, self.begun, slot)));
        if ended {
            out.push(Event::OutageEnds { at });
        }
        Ok(())
    }

    /// Ends what ends up to this time, the earliest first.
    fn end_until(&mut self, time: u64, out: &mut Vec<Event>) {
        while let Some(&Reverse((at, _, slot))) = self.ends.peek() {
            if at > time {
                break;
            }
            self.ends.pop();
            self.free.push(slot);
            out.push(Event::End { at, slot, outcome: self.outcomes[slot as usize] });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, Feed, OutageRule};
    use crate::trace::{Call, Outcome};

    fn events(calls: &[(u64, u64, bool)], rule: OutageRule) -> (Vec<Event>, Feed) {
        let (mut feed, mut events) = (Feed::new(rule), Vec::new());
        for &(at, lasts, good) in calls {
            let outcome = if good { Outcome::Good } else { Outcome::Failed };
            feed.call(Call { at, lasts, outcome }, &mut events).unwrap();
        }
        feed.finish(&mut events).unwrap();
        (events, feed)
    }

    fn time(event: &Event) -> u64 {
        match *event {
            Event::Begin { at, .. }
            | Event::End { at, .. }
            | Event::OutageBegins { at }
            | Event::OutageEnds { at } => at,
        }
    }

    #[test]
    fn all_that_begins_ends_in_the_order_of_time() {
        let calls: Vec<_> = (0..1_000).map(|n| (7 + n, (n * 37) % 11, n % 3 > 0)).collect();
        let (events, feed) = events(&calls, OutageRule { calls: 4, failures: 4 });
        assert!(events.is_sorted_by_key(time));
        assert_eq!(events.len(), 2_000);
        // A place is free once its call has ended.
        let mut places = [false; 16];
        for event in &events {
            match *event {
                Event::Begin { slot, .. } => {
                    assert!(!std::mem::replace(&mut places[slot as usize], true));
                }
                Event::End { slot, .. } => {
                    assert!(std::mem::replace(&mut places[slot as usize], false));
                }
                _ => {}
            }
        }
        assert_eq!((feed.whole.good, feed.whole.failed, feed.whole.origin), (666, 334, 7));
    }

    #[test]
    fn an_outage_is_from_its_first_failure_to_its_last() {
        let rule = OutageRule { calls: 4, failures: 3 };
        // Failures at 5, 6, 8, 9 and at the end from 20 on; one alone at 15.
        let failures = [5, 6, 8, 9, 15, 20, 21, 22];
        let calls: Vec<_> = (0..23).map(|n| (n, 0, !failures.contains(&n))).collect();
        let (events, feed) = events(&calls, rule);
        assert_eq!(feed.whole.spans, [(5, 9), (20, 22)]);
        assert_eq!(feed.whole.outages, 2);
        let told: Vec<_> = events
            .iter()
            .filter(|event| matches!(event, Event::OutageBegins { .. } | Event::OutageEnds { .. }))
            .map(time)
            .collect();
        assert_eq!(told, [5, 9, 20, 22]);
    }
}
