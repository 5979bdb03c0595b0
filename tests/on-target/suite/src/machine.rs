//! What the suite needs of a machine: a line of text, and two interrupts of which one pre-empts the other.

use core::cell::Cell;
use core::fmt;

use critical_section::Mutex;

/// The priority of an interrupt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Pre-empts main.
    Low,
    /// Pre-empts main and [`Level::Low`].
    Urgent,
}

/// A machine that the suite runs on.
pub trait Machine: Sync {
    /// Prints a line on the host's terminal.
    fn print(&self, line: fmt::Arguments<'_>);

    /// Has [`interrupt`] called once at `level`, about `instructions` from now. Arming again replaces what was armed.
    fn interrupt_after(&self, level: Level, instructions: u32);
}

/// What an interrupt does; each check sets its own.
pub(crate) type Handler = fn(&dyn Machine, Level);

static HANDLER: Mutex<Cell<Handler>> = Mutex::new(Cell::new(|_, _| ()));

/// To be called by the machine's interrupt handlers.
pub fn interrupt(machine: &dyn Machine, level: Level) {
    let handler = critical_section::with(|cs| HANDLER.borrow(cs).get());
    handler(machine, level);
}

pub(crate) fn on_interrupt(handler: Handler) {
    critical_section::with(|cs| HANDLER.borrow(cs).set(handler));
}
