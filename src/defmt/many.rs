//! Many breakers, and what is done with them.

use defmt::{Format, Formatter, write};

use crate::circuit::Circuit;
use crate::clock::Clock;
use crate::keyed::{Keyed, KeyedCircuits, KeyedFull};
use crate::registry::{Circuits, OpenCircuits, Registry, RegistryError, View};
use crate::strategy::Strategy;

fn list<'a>(circuits: impl Iterator<Item = &'a (dyn Circuit + Sync)>, f: Formatter<'_>) {
    write!(f, "[");
    for circuit in circuits {
        write!(f, " {}", circuit);
    }
    write!(f, " ]");
}

impl<const N: usize> Format for Registry<N> {
    fn format(&self, f: Formatter<'_>) {
        list(self.circuits(), f);
    }
}

impl<const N: usize> Format for Circuits<'_, N> {
    fn format(&self, f: Formatter<'_>) {
        list(self.clone(), f);
    }
}

impl<'a, I: Iterator<Item = &'a (dyn Circuit + Sync)> + Clone> Format for OpenCircuits<I> {
    fn format(&self, f: Formatter<'_>) {
        list(self.clone(), f);
    }
}

impl Format for View<'_> {
    fn format(&self, f: Formatter<'_>) {
        list(self.circuits(), f);
    }
}

impl Format for RegistryError {
    fn format(&self, f: Formatter<'_>) {
        match *self {
            RegistryError::Duplicate { id } => {
                write!(f, "circuit {=str} is registered already", id);
            }
            RegistryError::Full { id, capacity } => write!(
                f,
                "no place for circuit {=str}: the registry holds at most {=usize}",
                id, capacity
            ),
        }
    }
}

// Keys need not show themselves.
named! {
    Keyed<K, C, N, S, R> [K, C: Clock, const N: usize, S: Strategy, R] = "Keyed"
    KeyedCircuits<'_, K, C, N, S, R> [K, C: Clock, const N: usize, S: Strategy, R] = "KeyedCircuits"
}

impl Format for KeyedFull {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "no place for another key: none of {=usize} circuits is closed", self.capacity);
    }
}

impl Format for crate::watchdog::Withheld {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "watchdog not fed: circuit {=str} is {}", self.id, self.state);
    }
}
