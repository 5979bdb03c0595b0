//! A reachable state with everything left out that only renames it, and the words it stands for.
//!
//! Four things are counted on and on, and nothing is decided by how far they are: the clock, the
//! generation, the openings and the round. A [`Node`] leaves them out: it knows the *age* of the stamp
//! and how far *behind* a call is. A [`Lane`] puts them in, at and around the places where each comes
//! round or stops. Every edge runs in all lanes and must lead to one and the same node: that is what
//! entitles the walk to leave them out, and it is checked rather than believed.
//!
//! Ages stand for classes: each one up to the timeout by itself, all older ones, and the slack.
//! Both ends of the last two are walked, and any age may follow any other, as a clock that wraps does.

use crate::machine::{Control, Limits, Ticket, Word};
use crate::state::State;
use crate::ticks::SLACK;
use State::{Closed, ForcedClosed, HalfOpen, Open};

/// An admitted call that has not ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) enum Call {
    /// From an earlier generation.
    Stale,
    /// Admitted in the present `Closed` or `ForcedClosed`.
    Present,
    /// A probe of the present recovery. `behind` rounds have begun since, modulo 8; `holds`
    /// tells 0 from 8.
    Probe { behind: u8, holds: bool },
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Node {
    pub(super) phase: State,
    /// Errors in `Closed`, successes in `HalfOpen`.
    pub(super) count: u8,
    pub(super) in_flight: u8,
    /// Ticks since the stamp, where there is one.
    pub(super) age: u32,
    /// In order, so that no two nodes differ by it.
    pub(super) calls: [Option<Call>; 3],
    /// Probes that hold a slot and never end.
    pub(super) lost: u8,
    /// Slots given back in this round by results that were eight rounds old.
    pub(super) over: u8,
}

/// What a node leaves out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lane {
    pub(super) now: u32,
    pub(super) generation: u32,
    pub(super) openings: u32,
    pub(super) round: u32,
    /// How many generations ago stale calls were admitted.
    pub(super) stale: u32,
    /// Whether calls carry a [`Ticket::marked`]; what it is for is no business of what their results do.
    pub(super) marked: bool,
}

pub(super) const LANES: [Lane; 4] = [
    Lane { now: 0, generation: 0, openings: 1, round: 0, stale: 1, marked: true },
    Lane { now: u32::MAX, generation: 0x1FFF, openings: 15, round: 7, stale: 8191, marked: true },
    Lane { now: 2, generation: 0x0FFF, openings: 14, round: 6, stale: 4096, marked: false },
    Lane { now: 1 << 31, generation: 0x1FFE, openings: 7, round: 3, stale: 2, marked: false },
];

impl Node {
    pub(super) const NEW: Node =
        Node { phase: Closed, count: 0, in_flight: 0, age: 0, calls: [None; 3], lost: 0, over: 0 };

    pub(super) fn timed(&self) -> bool {
        matches!(self.phase, Open | HalfOpen)
    }

    pub(super) fn timeout(&self, limits: &Limits) -> u32 {
        if self.phase == Open { limits.recovery_timeout } else { limits.probe_timeout }
    }

    /// A step of time, to the next age that may be told from this one; in the end it comes round.
    pub(super) fn later(self, limits: &Limits) -> Option<Node> {
        let last_told = u32::MAX - SLACK;
        let age = match self.age {
            age if age < self.timeout(limits) => age + 1,
            age if age < last_told => last_told,
            age if age == last_told => age + 1,
            age if age < u32::MAX => u32::MAX,
            _ => 0,
        };
        self.timed().then_some(Node { age, ..self })
    }

    /// The age that decides: a stamp in the slack is newer than the reader's sample.
    pub(super) fn told_age(&self) -> u32 {
        if self.age > u32::MAX - SLACK { 0 } else { self.age }
    }

    /// Written out from the layout, not by the code under test.
    pub(super) fn word(&self, lane: &Lane) -> Word {
        let detail = match self.phase {
            Closed => u32::from(self.count),
            HalfOpen => u32::from(self.count) << 7 | u32::from(self.in_flight) << 3 | lane.round,
            _ => 0,
        };
        let openings = if self.timed() { lane.openings } else { 0 };
        let control = (self.phase as u32) << 29 | detail << 17 | openings << 13 | lane.generation;
        let stamp = if self.timed() { lane.now.wrapping_sub(self.age) } else { 0 };
        Word { control: Control(control), stamp }
    }

    /// The probes that hold a slot, lost ones too.
    pub(super) fn holders(&self) -> u8 {
        let out = self.calls.iter().filter(|c| matches!(c, Some(Call::Probe { holds: true, .. })));
        self.lost + out.count() as u8
    }

    pub(super) fn without(mut self, call: usize) -> Node {
        self.calls[call] = None;
        self.calls.sort_unstable();
        self
    }

    /// One call more, if the walk has room for it; else it is lost at once.
    pub(super) fn with(mut self, call: Call) -> Node {
        match self.calls.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some(call),
            None => self.lost += u8::from(self.phase == HalfOpen),
        }
        self.calls.sort_unstable();
        self
    }

    fn map(mut self, f: impl Fn(Call) -> Call) -> Node {
        self.calls = self.calls.map(|call| call.map(&f));
        self.calls.sort_unstable();
        self
    }

    /// The generation has moved: nothing that is out counts any more.
    pub(super) fn aged(self) -> Node {
        Node { lost: 0, over: 0, ..self.map(|_| Call::Stale) }
    }

    /// The slots have passed on.
    pub(super) fn passed_on(self) -> Node {
        let older = self.map(|call| match call {
            Call::Probe { behind, .. } => Call::Probe { behind: (behind + 1) % 8, holds: false },
            other => other,
        });
        Node { lost: 0, over: 0, ..older }
    }

    /// The same calls elsewhere.
    pub(super) fn at(self, next: Node) -> Node {
        Node { calls: self.calls, lost: self.lost, over: self.over, ..next }
    }

    /// A word read back, with no calls out.
    pub(super) fn of(word: Word, lane: &Lane) -> Node {
        let fields = Fields::of(word);
        let mut node = Node { phase: fields.phase, ..Node::NEW };
        match node.phase {
            Closed => node.count = fields.detail as u8,
            HalfOpen => {
                node.count = fields.successes as u8;
                node.in_flight = fields.in_flight as u8;
            }
            _ => {}
        }
        if node.timed() {
            node.age = lane.now.wrapping_sub(fields.stamp);
        }
        node
    }
}

/// Every way in which `call` may have been admitted, for the stale ones by any phase that admits.
pub(super) fn carried(call: Call, node: &Node, lane: &Lane) -> impl Iterator<Item = Ticket> {
    let (phase, lane) = (node.phase, *lane);
    let phases = [Closed, HalfOpen, ForcedClosed].into_iter();
    let ticket = move |phase: State, behind: u8, generations: u32| {
        let round = (lane.round + 8 - u32::from(behind)) % 8;
        let probe = if phase == HalfOpen { 1 << 20 | round << 17 } else { 0 };
        let generation = (lane.generation + 0x2000 - generations) % 0x2000;
        let control = Control((phase as u32) << 29 | probe | generation);
        if lane.marked { Ticket::marked(control) } else { Ticket::clean(control) }
    };
    phases.flat_map(move |admitted| {
        let tickets = match call {
            // The generation has come round, the phase is another: that is stale too.
            Call::Stale if admitted != phase => {
                [Some(ticket(admitted, 0, lane.stale)), Some(ticket(admitted, 0, 0))]
            }
            Call::Stale => [Some(ticket(admitted, 0, lane.stale)), None],
            Call::Present if admitted == phase => [Some(ticket(phase, 0, 0)), None],
            Call::Probe { behind, .. } if admitted == HalfOpen => {
                [Some(ticket(phase, behind, 0)), None]
            }
            _ => [None, None],
        };
        tickets.into_iter().flatten()
    })
}

/// A word taken apart as the layout is documented, not by the code under test.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Fields {
    pub(super) phase: State,
    pub(super) detail: u32,
    pub(super) successes: u32,
    pub(super) in_flight: u32,
    pub(super) round: u32,
    pub(super) openings: u32,
    pub(super) generation: u32,
    pub(super) stamp: u32,
}

impl Fields {
    pub(super) fn of(word: Word) -> Fields {
        let control = word.control.0;
        let phase = match control >> 29 {
            0 => Closed,
            1 => Open,
            2 => HalfOpen,
            4 => ForcedClosed,
            7 => State::ForcedOpen,
            other => panic!("no phase of these breakers: {other}"),
        };
        let detail = control >> 17 & 0xFFF;
        let probes = if phase == HalfOpen { detail } else { 0 };
        Fields {
            phase,
            detail,
            successes: probes >> 7,
            in_flight: probes >> 3 & 0xF,
            round: probes & 0x7,
            openings: control >> 13 & 0xF,
            generation: control & 0x1FFF,
            stamp: word.stamp,
        }
    }
}
