//! A permit is acquired in main, and finished by the interrupt that ends the transfer.

use core::cell::Cell;

use critical_section::Mutex;
use mcb::{CircuitBreaker, Config, ManualClock, Permit, State, Wait};

use crate::machine::{Level, on_interrupt};
use crate::{Failure, Machine, ensure};

type Transfer = Permit<'static, &'static ManualClock>;

static CLOCK: ManualClock = ManualClock::new();
static BREAKER: CircuitBreaker<&ManualClock> =
    CircuitBreaker::new(&Config::new("permit").error_threshold(2).recovery_timeout_ticks(10), &CLOCK);
static TRANSFER: Mutex<Cell<Option<Transfer>>> = Mutex::new(Cell::new(None));

fn fails(_: &dyn Machine, _: Level) {
    if let Some(permit) = take() {
        permit.failure();
    }
}

fn succeeds(_: &dyn Machine, _: Level) {
    if let Some(permit) = take() {
        permit.success();
    }
}

fn drops(_: &dyn Machine, _: Level) {
    drop(take());
}

/// Failures from the interrupt open the breaker, a success from it closes it.
pub(crate) fn finished_in_interrupt(machine: &dyn Machine) -> Result<(), Failure> {
    on_interrupt(fails);
    BREAKER.reset();
    for level in [Level::Low, Level::Urgent] {
        ensure!(BREAKER.state() == State::Closed);
        ensure!(transfer(machine, level));
    }
    ensure!(BREAKER.state() == State::Open);
    ensure!(!transfer(machine, Level::Urgent));

    CLOCK.advance_ticks(10);
    on_interrupt(succeeds);
    ensure!(transfer(machine, Level::Low));
    ensure!(BREAKER.state() == State::Closed);
    Ok(())
}

/// A probe that an interrupt drops gives its slot back and counts for nothing.
pub(crate) fn dropped_in_interrupt(machine: &dyn Machine) -> Result<(), Failure> {
    on_interrupt(fails);
    BREAKER.reset();
    ensure!(transfer(machine, Level::Low) && transfer(machine, Level::Low));
    CLOCK.advance_ticks(10);

    on_interrupt(drops);
    ensure!(transfer(machine, Level::Urgent));
    ensure!(BREAKER.state() == State::HalfOpen);
    ensure!(BREAKER.success_count() == 0);
    ensure!(BREAKER.retry_after().is_some_and(Wait::is_zero));
    Ok(())
}

/// What a transfer from before an opening brings counts for nothing, neither in the recovery nor after it.
pub(crate) fn late(machine: &dyn Machine) -> Result<(), Failure> {
    BREAKER.reset();
    let before = [BREAKER.try_acquire(), BREAKER.try_acquire()];
    let [Ok(first), Ok(second)] = before else {
        return Err(Failure { expected: "two permits", file: file!(), line: line!() });
    };
    on_interrupt(fails);
    ensure!(transfer(machine, Level::Low) && transfer(machine, Level::Low));
    CLOCK.advance_ticks(10);
    let probe = BREAKER.try_acquire();
    first.success();
    ensure!(BREAKER.state() == State::HalfOpen);
    if let Ok(probe) = probe {
        probe.success();
    }
    ensure!(BREAKER.state() == State::Closed);
    second.failure();
    ensure!(BREAKER.error_count() == 0);
    Ok(())
}

/// Starts a transfer and waits for its interrupt, if the breaker lets it start.
fn transfer(machine: &dyn Machine, level: Level) -> bool {
    let Ok(permit) = BREAKER.try_acquire() else {
        return false;
    };
    critical_section::with(|cs| TRANSFER.borrow(cs).set(Some(permit)));
    machine.interrupt_after(level, 50);
    while waiting() {
        core::hint::spin_loop();
    }
    true
}

fn waiting() -> bool {
    critical_section::with(|cs| {
        let transfer = TRANSFER.borrow(cs).take();
        let waiting = transfer.is_some();
        TRANSFER.borrow(cs).set(transfer);
        waiting
    })
}

fn take() -> Option<Transfer> {
    critical_section::with(|cs| TRANSFER.borrow(cs).take())
}
