//! Breakers of different types in one place: for readiness probes, logs and a bulk reset.

mod places;

use crate::circuit::Circuit;
use crate::engine;
use places::Places;

/// At most `N` breakers, in the order of their registration.
///
/// It lives in a `static`; any context may register and read, interrupts included. Registration is
/// the application's business: no breaker does it by itself.
///
/// ```
/// use mcb::{CircuitBreaker, Config, ManualClock, NetError, Registry, RegistryError};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static IMU: CircuitBreaker<&ManualClock> = CircuitBreaker::new(&Config::new("imu"), &CLOCK);
/// static GPS: CircuitBreaker<&ManualClock, NetError> =
///     CircuitBreaker::new(&Config::new("gps").strategy(NetError), &CLOCK);
/// static CIRCUITS: Registry<2> = Registry::new();
///
/// CIRCUITS.register(&IMU)?;
/// CIRCUITS.register(&GPS)?;
/// assert_eq!(CIRCUITS.register(&IMU), Err(RegistryError::Duplicate { id: "imu" }));
/// GPS.force_open();
/// let open: Vec<_> = CIRCUITS.open_circuits().map(|circuit| circuit.id()).collect();
/// assert_eq!(open, ["gps"]);
/// # Ok::<(), RegistryError>(())
/// ```
///
/// # Interrupts
///
/// With the feature `std` a mutex guards it, else a critical section, as long as it takes to copy one
/// reference. No user code runs inside.
pub struct Registry<const N: usize> {
    places: Places<N>,
}

type Entry = &'static (dyn Circuit + Sync);

impl<const N: usize> Registry<N> {
    /// An empty registry.
    #[must_use]
    pub const fn new() -> Self {
        Registry { places: Places::new() }
    }

    /// Appends a breaker.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Duplicate`] when its id is taken, [`RegistryError::Full`] when there are `N`.
    /// Nothing changes then.
    pub fn register(&self, circuit: Entry) -> Result<(), RegistryError> {
        let id = circuit.id();
        for place in 0..N {
            // Ids are compared between two looks, not during one, which masks interrupts.
            match self.places.look(place, Some(circuit)) {
                None => return Ok(()),
                Some(other) if same(other.id(), id) => return Err(RegistryError::Duplicate { id }),
                Some(_) => {}
            }
        }
        Err(RegistryError::Full { id, capacity: N })
    }

    /// The breaker of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Entry> {
        self.circuits().find(|circuit| same(circuit.id(), id))
    }

    /// All, in the order of registration. What is registered meanwhile comes too.
    #[must_use]
    pub fn circuits(&self) -> Circuits<'_, N> {
        Circuits { registry: self, next: 0 }
    }

    /// As [`circuits`](Self::circuits), under the name that `for` loops look for.
    #[must_use]
    pub fn iter(&self) -> Circuits<'_, N> {
        self.circuits()
    }

    /// Those that are [`Open`](crate::State::Open) or [`ForcedOpen`](crate::State::ForcedOpen) now; half-open ones
    /// are not.
    #[must_use]
    pub fn open_circuits(&self) -> OpenCircuits<Circuits<'_, N>> {
        OpenCircuits { circuits: self.circuits() }
    }
}

/// Whether ids are equal, without what the library has for comparing memory at large (growth, registry).
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).all(|(one, other)| one == other)
}

impl<const N: usize> Default for Registry<N> {
    fn default() -> Self {
        Registry::new()
    }
}

impl<const N: usize> core::fmt::Debug for Registry<N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.circuits()).finish()
    }
}

impl<'a, const N: usize> IntoIterator for &'a Registry<N> {
    type Item = Entry;
    type IntoIter = Circuits<'a, N>;

    fn into_iter(self) -> Circuits<'a, N> {
        self.circuits()
    }
}

/// The breakers of a [`Registry`], in the order of registration.
#[derive(Clone, Debug)]
pub struct Circuits<'a, const N: usize> {
    registry: &'a Registry<N>,
    next: usize,
}

impl<const N: usize> Iterator for Circuits<'_, N> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        // Nothing is ever taken out, so positions are stable between two steps.
        let next = self.registry.places.look(self.next, None)?;
        self.next += 1;
        Some(next)
    }
}

/// The open ones among an iterator's breakers.
#[derive(Clone, Debug)]
pub struct OpenCircuits<I> {
    circuits: I,
}

impl<'a, I: Iterator<Item = &'a (dyn Circuit + Sync)>> Iterator for OpenCircuits<I> {
    type Item = &'a (dyn Circuit + Sync);

    fn next(&mut self) -> Option<Self::Item> {
        self.circuits.find(|&circuit| engine::rejects(circuit))
    }
}

/// The same reads over a plain slice, for breakers that are all known at compile time: no lock, and
/// no registration that could fail.
///
/// ```
/// use mcb::{CircuitBreaker, Config, ManualClock, View};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static IMU: CircuitBreaker<&ManualClock> = CircuitBreaker::new(&Config::new("imu"), &CLOCK);
/// static CIRCUITS: View = View::new(&[&IMU]);
///
/// assert!(CIRCUITS.get("imu").is_some());
/// assert_eq!(CIRCUITS.open_circuits().count(), 0);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    circuits: &'a [&'a (dyn Circuit + Sync)],
}

impl<'a> View<'a> {
    /// A view of these breakers.
    #[must_use]
    pub const fn new(circuits: &'a [&'a (dyn Circuit + Sync)]) -> Self {
        View { circuits }
    }

    /// The first breaker of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&'a (dyn Circuit + Sync)> {
        self.circuits().find(|circuit| same(circuit.id(), id))
    }

    /// All, in the order of the slice.
    pub fn circuits(&self) -> core::iter::Copied<core::slice::Iter<'a, &'a (dyn Circuit + Sync)>> {
        self.circuits.iter().copied()
    }

    /// As [`circuits`](Self::circuits), under the name that `for` loops look for.
    pub fn iter(&self) -> core::iter::Copied<core::slice::Iter<'a, &'a (dyn Circuit + Sync)>> {
        self.circuits()
    }

    /// As [`Registry::open_circuits`].
    pub fn open_circuits(&self) -> impl Iterator<Item = &'a (dyn Circuit + Sync)> + use<'a> {
        OpenCircuits { circuits: self.circuits() }
    }
}

impl<'a> IntoIterator for &View<'a> {
    type Item = &'a (dyn Circuit + Sync);
    type IntoIter = core::iter::Copied<core::slice::Iter<'a, &'a (dyn Circuit + Sync)>>;

    fn into_iter(self) -> Self::IntoIter {
        self.circuits()
    }
}

/// A breaker that was not registered; nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RegistryError {
    /// Another breaker has that id.
    Duplicate {
        /// The id of both.
        id: &'static str,
    },
    /// All places are taken.
    Full {
        /// The breaker that found none.
        id: &'static str,
        /// How many there are.
        capacity: usize,
    },
}

impl core::fmt::Display for RegistryError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            RegistryError::Duplicate { id } => write!(f, "circuit {id} is registered already"),
            RegistryError::Full { id, capacity } => {
                write!(f, "no place for circuit {id}: the registry holds at most {capacity}")
            }
        }
    }
}

impl core::error::Error for RegistryError {}
