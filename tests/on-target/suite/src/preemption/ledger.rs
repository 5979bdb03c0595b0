//! What happened, counted without locks: every context writes its own column only, and a context that pre-empts
//! another returns before that one goes on.

use core::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::Relaxed};

use mcb::{State, Transition};

use crate::Failure;
use crate::random::Random;

/// Who runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    Main,
    Low,
    Urgent,
}

const CONTEXTS: [Context; 3] = [Context::Main, Context::Low, Context::Urgent];
/// How many permits a context holds at most.
pub(super) const PLACES: u16 = 2;
const STATES: [State; 5] = [State::Closed, State::Open, State::HalfOpen, State::ForcedOpen, State::ForcedClosed];

pub(super) static LEDGER: Ledger = Ledger {
    current: AtomicUsize::new(0),
    running: AtomicBool::new(false),
    columns: [const { Column::new() }; CONTEXTS.len()],
    violated: AtomicU32::new(0),
};

pub(super) struct Ledger {
    /// The index of the context that runs.
    current: AtomicUsize,
    running: AtomicBool,
    columns: [Column; CONTEXTS.len()],
    /// The line of an expectation that did not hold, or 0.
    violated: AtomicU32,
}

struct Column {
    random: AtomicU32,
    armed: AtomicBool,
    inside: AtomicBool,
    hits: AtomicU32,
    interruptions: AtomicU32,
    /// The opening that each probe belongs to which this context has out, or 0.
    probes: [AtomicU32; PLACES as usize],
    openings: AtomicU32,
    closings: AtomicU32,
    moves: [[AtomicU32; STATES.len()]; STATES.len()],
}

impl Column {
    const fn new() -> Self {
        Self {
            random: AtomicU32::new(0),
            armed: AtomicBool::new(false),
            inside: AtomicBool::new(false),
            hits: AtomicU32::new(0),
            interruptions: AtomicU32::new(0),
            probes: [const { AtomicU32::new(0) }; PLACES as usize],
            openings: AtomicU32::new(0),
            closings: AtomicU32::new(0),
            moves: [const { [const { AtomicU32::new(0) }; STATES.len()] }; STATES.len()],
        }
    }

    fn counters(&self) -> impl Iterator<Item = &AtomicU32> {
        let single = [&self.hits, &self.interruptions, &self.openings, &self.closings];
        single.into_iter().chain(&self.probes).chain(self.moves.iter().flatten())
    }
}

/// Running a check.
impl Ledger {
    pub(super) fn start(&self) {
        for (column, seed) in self.columns.iter().zip(0x3A1A..) {
            column.counters().for_each(|counter| counter.store(0, Relaxed));
            column.random.store(seed, Relaxed);
        }
        self.violated.store(0, Relaxed);
        self.running.store(true, Relaxed);
    }

    /// Waits until no interrupt is armed any more.
    pub(super) fn stop(&self) {
        self.running.store(false, Relaxed);
        while self.columns.iter().any(|column| column.armed.load(Relaxed)) {
            core::hint::spin_loop();
        }
    }

    /// Whether an interrupt shall be armed, which it then has to be.
    pub(super) fn arms(&self, context: Context) -> bool {
        let running = self.running.load(Relaxed);
        self.columns[context as usize].armed.store(running, Relaxed);
        running
    }

    /// Runs an interrupt's body.
    pub(super) fn interrupt(&self, context: Context, body: impl FnOnce()) {
        let interrupted = self.current.load(Relaxed);
        if self.columns[interrupted].inside.load(Relaxed) {
            increment(&self.columns[interrupted].hits);
        }
        increment(&self.columns[context as usize].interruptions);
        self.current.store(context as usize, Relaxed);
        body();
        self.current.store(interrupted, Relaxed);
    }

    pub(super) fn random<R>(&self, context: Context, f: impl FnOnce(&mut Random) -> R) -> R {
        let seed = &self.columns[context as usize].random;
        let mut random = Random::new(seed.load(Relaxed));
        let result = f(&mut random);
        seed.store(random.state(), Relaxed);
        result
    }

    fn column(&self) -> &Column {
        &self.columns[self.current.load(Relaxed)]
    }
}

/// Writing down what happens, in the column of the context that runs.
impl Ledger {
    /// Runs code of the breaker; what interrupts it is a hit.
    pub(super) fn inside<R>(&self, f: impl FnOnce() -> R) -> R {
        let inside = &self.column().inside;
        inside.store(true, Relaxed);
        let result = f();
        inside.store(false, Relaxed);
        result
    }

    /// A probe was admitted that belongs to an opening at the tick `opened`, not 0, and takes a place of this
    /// context's. Returns how many such probes are out in all contexts.
    pub(super) fn probe_began(&self, place: usize, opened: u32) -> usize {
        self.column().probes[place].store(opened, Relaxed);
        let probes = self.columns.iter().flat_map(|column| &column.probes);
        probes.filter(|probe| probe.load(Relaxed) == opened).count()
    }

    /// To be called before the breaker is told.
    pub(super) fn probe_ends(&self, place: usize) {
        self.column().probes[place].store(0, Relaxed);
    }

    pub(super) fn opened(&self) {
        increment(&self.column().openings);
    }

    pub(super) fn closed(&self) {
        increment(&self.column().closings);
    }

    pub(super) fn moved(&self, transition: &Transition) {
        increment(&self.column().moves[index(transition.from)][index(transition.to)]);
    }

    pub(super) fn violated(&self, line: u32) {
        self.violated.store(line, Relaxed);
    }
}

/// Reading the sums.
impl Ledger {
    pub(super) fn violation(&self) -> Result<(), Failure> {
        match self.violated.load(Relaxed) {
            0 => Ok(()),
            line => Err(Failure { expected: "what this line says", file: super::visit::FILE, line }),
        }
    }

    pub(super) fn interruptions(&self) -> u32 {
        self.sum(|column| &column.interruptions)
    }

    /// How often `context` was interrupted inside the breaker.
    pub(super) fn hits(&self, context: Context) -> u32 {
        self.columns[context as usize].hits.load(Relaxed)
    }

    pub(super) fn openings(&self) -> u32 {
        self.sum(|column| &column.openings)
    }

    pub(super) fn closings(&self) -> u32 {
        self.sum(|column| &column.closings)
    }

    pub(super) fn moves(&self, from: State, to: State) -> u32 {
        self.sum(|column| &column.moves[index(from)][index(to)])
    }

    pub(super) fn all_moves(&self) -> u32 {
        STATES.into_iter().map(|state| self.entries(state)).sum()
    }

    pub(super) fn entries(&self, state: State) -> u32 {
        STATES.into_iter().map(|from| self.moves(from, state)).sum()
    }

    fn exits(&self, state: State) -> u32 {
        STATES.into_iter().map(|to| self.moves(state, to)).sum()
    }

    /// Whether the moves, in whatever order they were told, make one path from `Closed` to `end`: each state is left
    /// as often as it is entered, but for the ends. A move that is told twice, or not at all, breaks it.
    pub(super) fn is_path_to(&self, end: State) -> bool {
        STATES.into_iter().all(|state| {
            let begins = u32::from(state == State::Closed);
            let ends = u32::from(state == end);
            self.entries(state) + begins == self.exits(state) + ends && self.moves(state, state) == 0
        })
    }

    fn sum(&self, counter: impl Fn(&Column) -> &AtomicU32) -> u32 {
        self.columns.iter().map(|column| counter(column).load(Relaxed)).sum()
    }
}

fn index(state: State) -> usize {
    STATES.iter().position(|known| *known == state).unwrap_or(0)
}

/// Not `fetch_add`, which the smallest processors lack; the column has one writer.
fn increment(counter: &AtomicU32) {
    counter.store(counter.load(Relaxed) + 1, Relaxed);
}
