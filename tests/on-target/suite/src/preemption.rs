//! Main, an interrupt and a more urgent one call the same breaker, each pre-empting the others at any instruction.
//!
//! What must hold is checked at every [`visit`](visit::visit) and over the whole run. Nothing here uses a critical
//! section while interrupts are armed, so that firmware whose critical sections do nothing shows that the checks can fail.

mod ledger;
mod subject;
mod visit;

use mcb::{State, Wait};

use crate::machine::{Level, on_interrupt};
use crate::{Failure, Machine, ensure};
use ledger::{Context, LEDGER, PLACES};
use subject::{BY_HAND, PLAIN, RECOVERY_THRESHOLD, Subject, TIMEOUT};

const INTERRUPTIONS: u32 = 100_000;
/// So many of them have to hit the breaker's own code, in main and in the low interrupt, to mean something.
const HITS: u32 = INTERRUPTIONS / 50;
/// Instructions from one interrupt's end to the next of its level, at least, and up to how many more.
const SHORTEST: u32 = 20;
const SPREAD: u16 = 1_500;

/// Results and time alone move the breaker.
pub(crate) fn plain(machine: &dyn Machine) -> Result<(), Failure> {
    run(machine, &PLAIN, |machine, level| {
        interrupt(machine, level, &PLAIN);
    })?;
    let results = LEDGER.openings() + LEDGER.closings();
    ensure!(LEDGER.closings() == LEDGER.entries(State::Closed));
    ensure!(LEDGER.all_moves() == results + LEDGER.moves(State::Open, State::HalfOpen));
    // Every opening lasts for a whole timeout, so there cannot be more of them than time allows.
    ensure!(LEDGER.openings() <= subject::elapsed() / TIMEOUT + 1);
    closes(&PLAIN)
}

/// Resets and forcing come between, and probes are slower than their timeouts.
pub(crate) fn by_hand(machine: &dyn Machine) -> Result<(), Failure> {
    run(machine, &BY_HAND, |machine, level| {
        interrupt(machine, level, &BY_HAND);
    })?;
    BY_HAND.breaker.reset();
    closes(&BY_HAND)
}

fn run(machine: &dyn Machine, subject: &'static Subject, handler: fn(&dyn Machine, Level)) -> Result<(), Failure> {
    on_interrupt(handler);
    subject::start();
    LEDGER.start();
    for (context, level) in [(Context::Low, Level::Low), (Context::Urgent, Level::Urgent)] {
        arm(machine, context, level);
    }
    let mut held = [const { None }; PLACES as usize];
    while LEDGER.interruptions() < INTERRUPTIONS && LEDGER.violation().is_ok() {
        LEDGER.random(Context::Main, |random| {
            visit::visit(subject, random, &mut held);
        });
    }
    LEDGER.stop();
    drop(held);
    report(machine);

    LEDGER.violation()?;
    ensure!(LEDGER.hits(Context::Main) >= HITS);
    ensure!(LEDGER.hits(Context::Low) >= HITS);
    // An opening hook for each opening, and every move told once.
    ensure!(LEDGER.openings() >= 500);
    ensure!(LEDGER.openings() == LEDGER.entries(State::Open));
    let end = subject.breaker.state();
    // An open breaker reads half-open when its time is up, without a move.
    ensure!(LEDGER.is_path_to(end) || end == State::HalfOpen && LEDGER.is_path_to(State::Open));
    Ok(())
}

fn interrupt(machine: &dyn Machine, level: Level, subject: &'static Subject) {
    let context = match level {
        Level::Low => Context::Low,
        Level::Urgent => Context::Urgent,
    };
    LEDGER.interrupt(context, || {
        if level == Level::Low {
            subject::tick();
        }
        LEDGER.random(context, |random| {
            visit::visit(subject, random, &mut []);
        });
        arm(machine, context, level);
    });
}

fn arm(machine: &dyn Machine, context: Context, level: Level) {
    if LEDGER.arms(context) {
        let spread = LEDGER.random(context, |random| random.below(SPREAD));
        machine.interrupt_after(level, SHORTEST + spread);
    }
}

/// However the run ended, the breaker closes again.
fn closes(subject: &Subject) -> Result<(), Failure> {
    for _ in 0..=RECOVERY_THRESHOLD {
        subject::advance(subject.breaker.retry_after().map_or(0, Wait::ticks));
        ensure!(subject.breaker.call(|| Ok::<(), ()>(())).is_ok());
    }
    ensure!(subject.breaker.state() == State::Closed);
    Ok(())
}

fn report(machine: &dyn Machine) {
    machine.print(format_args!(
        "        {} interruptions, {} of them inside a call of main's and {} of an interrupt's; {} openings",
        LEDGER.interruptions(),
        LEDGER.hits(Context::Main),
        LEDGER.hits(Context::Low),
        LEDGER.openings(),
    ));
}
