//! Every reachable state of small breakers, and every edge between them, held against what the
//! breaker promises.
//!
//! The family: every strategy, thresholds of 1 to 3, recovery thresholds of 1 and 2, 1 and 2 probes
//! at a time, timeouts of 1 to 3 ticks. From a new breaker the walk takes every step there is: ask
//! for admission, end any call with any verdict or never, force, reset, and let the clock stand at
//! any age, so that it wraps between any two steps. Up to three calls are out at a time, stale ones
//! included; what else is admitted never ends. `cargo test enumeration -- --nocapture` prints how
//! many states and edges that are.
//!
//! The checks name what they hold; the list for readers is in the documentation of
//! [`CircuitBreaker`](crate::CircuitBreaker#invariants). [`node`] says what makes the space finite.

mod node;

use core::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::vec::Vec;

use self::node::{Call, Fields, LANES, Lane, Node, carried};
use super::strategies::{Counted, for_each_strategy};
use super::{Answer, Control, Limits, Start, Ticket, Word};
use crate::state::State;
use crate::strategy::{Kept, Strategy};
use crate::ticks::SLACK;
use crate::verdict::Verdict;
use State::{Closed, ForcedClosed, ForcedOpen, HalfOpen, Open};

const START: Start = Start { fresh: 0, slowly: false, fatal: true };

/// What can happen to a word, but for time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Event {
    Admit,
    End(Call, Verdict),
    Force(State),
}

/// The functions under test, with what they are given throughout.
struct Walk<S> {
    strategy: S,
    counted: Counted,
    limits: Limits,
    /// Where each event leads, `None` for a rejection. The functions see the word and nothing of the
    /// calls that are out, so that one check serves all nodes that differ by these alone.
    checked: HashMap<(Node, Event), Option<Node>>,
}

impl<S: Strategy> Walk<S> {
    /// Runs an event in every lane; all must agree on where it leads.
    fn check(&mut self, node: Node, event: Event) -> Option<Node> {
        let node = Node { calls: [None; 3], lost: 0, over: 0, ..node };
        if let Some(next) = self.checked.get(&(node, event)) {
            return *next;
        }
        let mut nexts = LANES.iter().map(|lane| match event {
            Event::Admit => self.admission(&node, lane),
            Event::End(call, verdict) => Some(self.result(&node, call, verdict, lane)),
            Event::Force(to) => Some(Self::by_hand(&node, to, lane)),
        });
        let next = nexts.next().unwrap();
        assert!(nexts.all(|other| other == next), "{event:?} depends on the lane: {node:?}");
        self.checked.insert((node, event), next);
        next
    }

    /// Asks for admission, and writes the word of a probe: the word then, or the wait that is told. Also how often that
    /// reads the clock.
    fn admit(&self, word: Word, now: u32) -> (Result<Word, Option<u32>>, u32) {
        let reads = Cell::new(0);
        let clock = |stamp: u32| {
            assert_eq!(stamp, word.stamp, "the age of another stamp");
            reads.set(reads.get() + 1);
            now.wrapping_sub(stamp)
        };
        let admission = match super::admit(
            word,
            clock,
            |_| self.limits.recovery_timeout,
            false,
            &self.limits,
        ) {
            Some(Answer::AS_IT_IS) => Ok(word),
            None => {
                let probe = Word { control: super::probe(word.control, &self.limits), stamp: now };
                assert_ne!(probe.control, word.control, "a probe that nothing tells of");
                Ok(probe)
            }
            Some(refusal) => {
                // What only the engine says.
                assert!(![Answer::LOST, Answer::JUST_THIS].contains(&refusal), "{word:?}");
                Err(refusal.ticks())
            }
        };
        (admission, reads.get())
    }

    fn settle(&self, word: Word, ticket: Ticket, verdict: Verdict, now: u32) -> (Word, u32) {
        let reads = Cell::new(0);
        let clock = || {
            reads.set(reads.get() + 1);
            now
        };
        let record = |kept, failed| self.record(kept, failed, clock);
        let new = super::settle(word, ticket, verdict, record, clock, START, &self.limits);
        (new, reads.get())
    }

    fn record(&self, kept: Kept, failed: bool, clock: impl Fn() -> u32) -> crate::strategy::Step {
        let threshold = self.limits.error_threshold;
        self.strategy.record(&S::MEMORY, kept, failed, threshold, &clock)
    }

    fn admission(&self, node: &Node, lane: &Lane) -> Option<Node> {
        let word = node.word(lane);
        let (before, age) = (Fields::of(word), node.told_age());
        let (admission, reads) = self.admit(word, lane.now);
        let Limits { recovery_timeout, probe_timeout, max_probes, .. } = self.limits;
        let full = node.in_flight == max_probes;
        let decides = node.phase == Open || node.phase == HalfOpen && full;
        assert_eq!(reads, u32::from(decides), "the clock is read where time decides: {node:?}");
        let wait = match node.phase {
            Closed | ForcedClosed => {
                assert_eq!(admission, Ok(word), "admission to what is closed writes: {node:?}");
                return Some(*node);
            }
            ForcedOpen => Some(None),
            Open if age < recovery_timeout => Some(Some(recovery_timeout - age)),
            HalfOpen if full && age < probe_timeout => Some(Some(probe_timeout - age)),
            _ => None,
        };
        assert_eq!(admission.err(), wait, "rejected, and for how long: {node:?}");
        let after = admission.ok()?;
        let (successes, in_flight, round) = match node.phase {
            Open => (0, 1, 0),
            _ if full => (before.successes, 1, (before.round + 1) % 8),
            _ => (before.successes, before.in_flight + 1, before.round),
        };
        let detail = successes << 7 | in_flight << 3 | round;
        let stamp = lane.now;
        let probe =
            Fields { phase: HalfOpen, detail, successes, in_flight, round, stamp, ..before };
        assert_eq!(Fields::of(after), probe, "a probe takes one slot, no more: {node:?}");
        Some(Node::of(after, lane))
    }

    /// Ends a call, for each way in which it may have been admitted.
    fn result(&self, node: &Node, call: Call, verdict: Verdict, lane: &Lane) -> Node {
        let word = node.word(lane);
        let mut nexts = carried(call, node, lane).map(|ticket| {
            let (after, reads) = self.settle(word, ticket, verdict, lane.now);
            self.judged(node, call, verdict, lane, Fields::of(after));
            let opened = node.phase != Open && Fields::of(after).phase == Open;
            assert_eq!(reads, u32::from(opened), "only an opening asks for the time: {node:?}");
            assert!(Fields::of(after) != Fields::of(word) || after == word);
            if verdict == Verdict::Failure {
                let record = |kept, failed| self.record(kept, failed, || lane.now);
                let counts = super::only_counts(word, ticket, record);
                let now = Fields::of(after);
                let counted = now.phase == Closed && now.detail == u32::from(node.count) + 1;
                assert_eq!(counts, counted, "the short cut of a failure: {node:?}");
                assert!(!counts || after == word.one_more());
            }
            Node::of(after, lane)
        });
        let next = nexts.next().unwrap();
        assert!(nexts.all(|other| other == next));
        next
    }

    fn judged(&self, node: &Node, call: Call, verdict: Verdict, lane: &Lane, after: Fields) {
        let before = Fields::of(node.word(lane));
        let counts = match call {
            Call::Stale => false,
            Call::Present => node.phase == Closed && verdict != Verdict::Ignore,
            Call::Probe { .. } => true,
        };
        if !counts {
            assert_eq!(after, before, "{call:?} {verdict:?} changes something: {node:?}");
            return;
        }
        let moved = Fields { generation: (before.generation + 1) % 0x2000, ..CLEAN };
        let openings = (before.openings + 1).min(15);
        let opened = Fields { phase: Open, openings, stamp: lane.now, ..moved };
        let expected = match (node.phase, verdict) {
            (Closed, verdict) => {
                let errors = (self.counted)(before.detail, verdict == Verdict::Failure);
                let opens = errors >= u32::from(self.limits.error_threshold);
                if opens { opened } else { Fields { detail: errors, ..before } }
            }
            (_, Verdict::Failure) => opened,
            (_, Verdict::Success) if node.count + 1 == self.limits.recovery_threshold => moved,
            (_, verdict) => {
                let successes = before.successes + u32::from(verdict == Verdict::Success);
                let back = matches!(call, Call::Probe { behind: 0, .. });
                let in_flight = before.in_flight.saturating_sub(u32::from(back));
                let detail = successes << 7 | in_flight << 3 | before.round;
                Fields { detail, successes, in_flight, ..before }
            }
        };
        assert_eq!(after, expected, "{verdict:?} of {call:?}: {node:?}");
    }

    fn by_hand(node: &Node, to: State, lane: &Lane) -> Node {
        let word = super::force(node.word(lane), to, S::FRESH);
        let generation = (lane.generation + 1) % 0x2000;
        assert_eq!(Fields::of(word), Fields { phase: to, generation, ..CLEAN }, "{node:?}");
        Node::of(word, lane)
    }

    /// What is read is what the next call finds, and what is told to wait for is exact.
    fn reads(&self, node: &Node, lane: &Lane) {
        let (word, limits) = (node.word(lane), &self.limits);
        let clock = |stamp| lane.now.wrapping_sub(stamp);
        let state = super::state(word, clock, |_| limits.recovery_timeout);
        let over = node.told_age() >= limits.recovery_timeout;
        let told = if node.phase == Open && over { HalfOpen } else { node.phase };
        assert_eq!(state, told, "the state: {node:?}");
        let errors = match node.phase {
            Closed => u16::from(node.count),
            Open | HalfOpen => limits.error_threshold + lane.openings as u16 - 1,
            _ => 0,
        };
        let counted = |kept| self.strategy.error_count(&S::MEMORY, kept, &|| 0);
        assert_eq!(super::error_count(word, counted, limits), errors, "{node:?}");
        let successes = if node.phase == HalfOpen { u16::from(node.count) } else { 0 };
        assert_eq!(super::success_count(word.control), successes, "{node:?}");

        let (admission, _) = self.admit(word, lane.now);
        if node.phase == Open {
            assert_eq!(state == HalfOpen, admission.is_ok(), "read and admission: {node:?}");
        }
        if admission.is_err() {
            let told = super::rejected_count(word.control, limits);
            assert_eq!(told, errors, "the errors that a rejection tells: {node:?}");
        }
        if let Err(Some(wait)) = admission {
            // A stamp in the slack is that much newer than the reader's sample.
            let newer = if node.told_age() == node.age { 0 } else { 0_u32.wrapping_sub(node.age) };
            let then = lane.now.wrapping_add(wait).wrapping_add(newer);
            assert!(wait > 0 && self.admit(word, then).0.is_ok(), "too short a wait: {node:?}");
            let early = then.wrapping_sub(1);
            assert!(self.admit(word, early).0.is_err(), "too long a wait: {node:?}");
        }
    }

    /// The end of a healthy call is one compare of its ticket with the control: it must hold for what stayed clean, and
    /// for nothing that a success would change.
    fn tickets(&self, node: &Node, lane: &Lane) {
        let (word, now) = (node.word(lane), Fields::of(node.word(lane)));
        let clean = |fields: &Fields| fields.phase == Closed && fields.detail == 0;
        // Whatever the control of this generation was when the call was admitted.
        let details = if node.phase == HalfOpen { 0..2 << 7 } else { 0..4 };
        for admitted in details.map(|detail| word.control.0 & !(0xFFF << 17) | detail << 17) {
            let was = Fields::of(Word { control: Control(admitted), ..word });
            let ticket = ticket(Control(admitted));
            assert_eq!(ticket.is_probe(), was.phase == HalfOpen, "{was:?}");
            let begins = was.phase == HalfOpen && was.successes == 0;
            assert_eq!(ticket.begins_recovery(), begins, "{was:?}");
            let still = ticket.is_still(word.control);
            assert_eq!(still, clean(&was) && clean(&now), "the compare of {was:?}: {node:?}");
            if still {
                let (after, _) = self.settle(word, ticket, Verdict::Success, lane.now);
                assert_eq!(after, word, "a success that was not counted: {node:?}");
            }
        }
    }

    /// Waiting as told, calling and succeeding closes it, whatever else is out and never ends.
    fn no_wedge(&self, node: &Node, lane: &Lane) {
        let (mut word, mut now) = (node.word(lane), lane.now);
        if matches!(node.phase, ForcedOpen | ForcedClosed) {
            word = super::force(word, Closed, S::FRESH);
        }
        if node.told_age() != node.age {
            // The clock has to catch up with a stamp that is newer than the sample.
            now = now.wrapping_add(SLACK);
        }
        for _ in 0..self.limits.recovery_threshold {
            if let (Err(Some(wait)), _) = self.admit(word, now) {
                now = now.wrapping_add(wait);
            }
            word = self.admit(word, now).0.expect("never admitted again");
            (word, _) = self.settle(word, ticket(word.control), Verdict::Success, now);
        }
        assert_eq!(Fields::of(word).phase, Closed, "wedged: {node:?}");
    }

    /// Counts within their limits, and slots taken by those who hold one.
    fn well_formed(&self, node: &Node) {
        let Limits { error_threshold, recovery_threshold, max_probes, .. } = self.limits;
        match node.phase {
            Closed => assert!(u16::from(node.count) < error_threshold, "errors: {node:?}"),
            HalfOpen => {
                assert!(node.count < recovery_threshold, "successes: {node:?}");
                assert!(node.in_flight <= max_probes, "slots: {node:?}");
                let holders = node.holders();
                let most = node.in_flight + node.over;
                assert!((node.in_flight..=most).contains(&holders), "probes: {node:?}");
            }
            _ => {}
        }
    }

    /// The nodes to which a node's edges lead.
    fn edges(&mut self, node: Node, nexts: &mut Vec<Node>) {
        nexts.extend(node.later(&self.limits));
        nexts.push(match self.check(node, Event::Admit) {
            None => node,
            Some(next) if next.phase != HalfOpen => node.with(Call::Present),
            Some(next) => {
                // No more slots taken than before: they have passed on.
                let passed_on = node.phase == HalfOpen && node.in_flight >= next.in_flight;
                let out = if passed_on { node.passed_on() } else { node };
                out.at(next).with(Call::Probe { behind: 0, holds: true })
            }
        });
        for to in [Closed, ForcedOpen, ForcedClosed] {
            let next = self.check(node, Event::Force(to)).unwrap();
            nexts.push(node.aged().at(next));
        }
        for place in 0..node.calls.len() {
            let Some(call) = node.calls[place] else { continue };
            if place > 0 && node.calls[place - 1] == Some(call) {
                continue; // the same again
            }
            let rest = node.without(place);
            let holds = u8::from(call == Call::Probe { behind: 0, holds: true });
            nexts.push(Node { lost: node.lost + holds, ..rest }); // it never ends
            for verdict in [Verdict::Success, Verdict::Failure, Verdict::Ignore] {
                let next = self.check(node, Event::End(call, verdict)).unwrap();
                let not_its_own = call == Call::Probe { behind: 0, holds: false };
                nexts.push(if next.phase != node.phase {
                    rest.aged().at(next)
                } else if not_its_own && next.in_flight < node.in_flight {
                    Node { over: rest.over + 1, ..rest }.at(next)
                } else {
                    rest.at(next)
                });
            }
        }
    }

    /// Every state, the edges that leave it, and the states after an exception to the limit of probes.
    fn run(&mut self) -> [usize; 3] {
        let (mut seen, mut edges, mut over) = (HashSet::from([Node::NEW]), 0, 0);
        let mut todo = Vec::from([Node::NEW]);
        let mut nexts = Vec::new();
        while let Some(node) = todo.pop() {
            self.well_formed(&node);
            if node.calls == [None; 3] {
                for lane in &LANES {
                    self.reads(&node, lane);
                    self.tickets(&node, lane);
                    self.no_wedge(&node, lane);
                }
            }
            self.edges(node, &mut nexts);
            edges += nexts.len();
            over += usize::from(node.over > 0);
            todo.extend(nexts.drain(..).filter(|next| seen.insert(*next)));
        }
        [seen.len(), edges, over]
    }
}

/// Closed, with nothing against it.
const CLEAN: Fields = Fields {
    phase: Closed,
    detail: 0,
    successes: 0,
    in_flight: 0,
    round: 0,
    openings: 0,
    generation: 0,
    stamp: 0,
};

/// What an admitted call is given.
fn ticket(control: Control) -> Ticket {
    if control.is_clean() { Ticket::clean(control) } else { Ticket::marked(control) }
}

fn family<S: Strategy>(name: &str, strategy: S, counted: Counted) {
    assert_eq!(S::FRESH, 0);
    let (mut breakers, mut sums) = (0, [0; 3]);
    // Thresholds and timeouts never meet in one decision, so that they may change together.
    for (error_threshold, recovery, probe) in [(1, 1, 3), (2, 2, 1), (3, 3, 2)] {
        for (recovery_threshold, max_probes) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
            let mut limits = Limits::DEFAULT;
            limits.error_threshold = error_threshold;
            limits.recovery_threshold = recovery_threshold;
            limits.max_probes = max_probes;
            limits.set_recovery_timeout(recovery);
            limits.set_probe_timeout(probe);
            let seen = Walk { strategy, counted, limits, checked: HashMap::new() }.run();
            sums = core::array::from_fn(|i| sums[i] + seen[i]);
            breakers += 1;
        }
    }
    let [states, edges, over] = sums;
    assert!(over > 0, "the exception to the limit of probes is part of the walk");
    let line = std::format!("{name}: {breakers} breakers, {states} states, {edges} edges");
    std::println!("{line}");
    // In the repository only.
    let figures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/figures.txt");
    if let Ok(known) = std::fs::read_to_string(figures) {
        let known = known.lines().any(|known| known == line);
        assert!(known, "tests/figures.txt says otherwise: {line}");
    }
}

#[test]
fn each_strategy_holds_in_every_state() {
    for_each_strategy!(family);
}
