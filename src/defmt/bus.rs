//! Guards, gates and time limits.

use defmt::{Format, Formatter, write};

use crate::bus::{Gate, Guarded, NoInspection, NoRecovery, PerAddress};
use crate::clock::Clock;
use crate::strategy::Strategy;

named! { NoRecovery = "NoRecovery" NoInspection = "NoInspection" }

// Buses and recovery steps seldom show themselves.
impl<B, K: Format, P, I> Format for Guarded<B, K, P, I> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "Guarded {{ breakers: {} }}", self.breakers());
    }
}

#[cfg(feature = "embedded-hal-async")]
impl<B, D> Format for crate::bus::TimeLimit<B, D> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "TimeLimit {{ micros: {=u32} }}", self.micros);
    }
}

impl<K: Format> Format for Gate<K> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "Gate {{ breakers: {} }}", self.breakers);
    }
}

impl<A: Format, C: Clock, const N: usize, S: Strategy, R> Format for PerAddress<'_, A, C, N, S, R> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{{");
        for (address, breaker) in &self.breakers {
            write!(f, " {}: {=str}", address, breaker.id());
        }
        write!(f, " }}");
    }
}
