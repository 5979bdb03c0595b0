//! Breakers by key, of fixed capacity: for nodes and addresses that are known at run time only.

mod slots;

use core::fmt;

use crate::breaker::CircuitBreaker;
use crate::circuit::Circuit;
use crate::clock::Clock;
use crate::engine::{self, Knows};
use crate::lock::Lock;
use crate::machine::Word;
use crate::rules::EveryError;
use crate::strategy::{Consecutive, Strategy};
use slots::{Slot, Slots};

/// At most `N` breakers, each for a key that comes at run time: an address on a bus, a node of a radio network.
///
/// A key that is new takes a place that is free, and where there is none the place of another key whose breaker may go:
/// one that is closed and knows nothing, else one that is closed and has counted errors or openings; of several the one
/// whose key was asked for least recently. One that is *not closed* never goes, so that nobody who makes up keys can
/// empty the set. Where none may go, the new key is refused.
///
/// It lives in a `static`, allocates nothing, and is shared through `&self`. Keys are found one by one, which suits the
/// dozens that a bus has; they are copied and compared, so keep them small.
///
/// ```
/// use mcb::{CircuitBreaker, Config, Keyed, ManualClock, State};
///
/// static CLOCK: ManualClock = ManualClock::new();
/// static CONFIG: Config<&ManualClock> = Config::new("node").error_threshold(1);
/// static NODES: Keyed<u8, &ManualClock, 2> =
///     Keyed::new([const { CircuitBreaker::new(&CONFIG, &CLOCK) }; 2]);
///
/// fn ask(node: u8, answer: Result<u16, &'static str>) -> Result<u16, mcb::Error<&'static str>> {
///     match NODES.get_or_insert(node) {
///         Ok(breaker) => breaker.call(|| answer),
///         Err(_) => answer.map_err(mcb::Error::Inner), // two others are open: not guarded
///     }
/// }
///
/// assert!(ask(7, Err("silent")).is_err()); // opens
/// for node in 20..30 {
///     assert_eq!(ask(node, Ok(1)), Ok(1)); // these share the other place, one after the other
/// }
/// assert!(ask(7, Ok(1)).unwrap_err().is_rejected()); // still open
/// let open: Vec<u8> = NODES.open_circuits().map(|(node, _)| node).collect();
/// assert_eq!(open, [7]);
/// ```
///
/// As a breaker of `bus::Guarded` it has one for each address that the driver uses; operations to an address that is
/// refused pass without one, as through `bus::PerAddress`.
///
/// # Use a reference at once
///
/// A breaker is a place in memory, and stays where it is when its place goes to another key: whoever keeps the reference
/// guards that other key's calls from then on. So ask with the key for each call. A call that is under way when its place
/// goes has its result ignored, as after a [`reset`](CircuitBreaker::reset): the generation moves, in the very write that
/// finds the breaker still closed. Its probes hold the place, since a breaker with a probe under way is not closed.
///
/// # Which key it was
///
/// All breakers may share one configuration and one id; an observer that is to know which of them has changed needs ids
/// of their own, `"place 0"` to `"place 7"`, and then finds the key by [`circuits`](Self::circuits). Nobody is told that a
/// place goes to another key: it was closed, and it is closed. What [`open_time`](CircuitBreaker::open_time) and
/// [`since_opening`](CircuitBreaker::since_opening) tell outlives the key.
///
/// # Interrupts
///
/// Every method may be called from an interrupt. With the feature `std` a mutex guards the keys, else a critical section,
/// as long as it takes to copy one key, once for each place that is looked at. No key is compared, no clock read and
/// nobody told inside. Whoever is interrupted by a change of the keys looks again.
pub struct Keyed<K, C, const N: usize, S = Consecutive, R = EveryError>
where
    C: Clock,
    S: Strategy,
{
    slots: Lock<Slots<K, N>>,
    breakers: [CircuitBreaker<C, S, R>; N],
}

impl<K, C: Clock, const N: usize, S: Strategy, R> Keyed<K, C, N, S, R> {
    /// No keys yet, and these breakers for those that come. They should have the same settings, since it is not said
    /// which of them a key gets.
    #[must_use]
    pub const fn new(breakers: [CircuitBreaker<C, S, R>; N]) -> Self {
        Keyed { slots: Lock::new(Slots::NONE), breakers }
    }

    /// How many keys it holds at most: `N`.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        N
    }

    /// All breakers, whether they have a key or not: to be registered, say.
    #[must_use]
    pub const fn breakers(&self) -> &[CircuitBreaker<C, S, R>; N] {
        &self.breakers
    }
}

impl<K: Copy + PartialEq, C: Clock, const N: usize, S: Strategy, R> Keyed<K, C, N, S, R> {
    /// The breaker of that key; a key that is new gets a place. To be used [at once](Self#use-a-reference-at-once).
    ///
    /// # Errors
    ///
    /// [`KeyedFull`] when there is no place and none may go. Nothing changes then.
    pub fn get_or_insert(&self, key: K) -> Result<&CircuitBreaker<C, S, R>, KeyedFull> {
        loop {
            // Whatever is found counts only if no key has changed since.
            let changes = self.changes();
            let step = if let Some(place) = self.find(key) {
                self.slots.with(|slots| slots.touch(place, changes)).flatten()
            } else {
                let place = self.place().ok_or(KeyedFull { capacity: N })?;
                self.take(place, key, changes)
            };
            if let Some(breaker) = step.and_then(|place| self.breakers.get(place)) {
                return Ok(breaker);
            }
        }
    }

    /// The breaker of that key, if it has one. It does not count as asked for.
    #[must_use]
    pub fn get(&self, key: K) -> Option<&CircuitBreaker<C, S, R>> {
        self.breakers.get(self.find(key)?)
    }

    /// Takes the key out, whatever its breaker's state, which is reset; whether it was there.
    pub fn remove(&self, key: K) -> bool {
        loop {
            let changes = self.changes();
            let Some(place) = self.find(key) else { return false };
            if self.slots.with(|slots| slots.empty(place, changes)) == Some(Some(())) {
                // A place that has no key begins anew in any case; this is for those who are told.
                self.breakers.get(place).into_iter().for_each(CircuitBreaker::reset);
                return true;
            }
        }
    }

    /// Keys and their breakers, in no order. Keys that come and go meanwhile may be among them or not.
    #[must_use]
    pub fn circuits(&self) -> KeyedCircuits<'_, K, C, N, S, R> {
        KeyedCircuits { keyed: self, next: 0 }
    }

    /// Those that are [`Open`](crate::State::Open), [`LockedOut`](crate::State::LockedOut) or
    /// [`ForcedOpen`](crate::State::ForcedOpen) now.
    pub fn open_circuits(&self) -> impl Iterator<Item = (K, &CircuitBreaker<C, S, R>)> {
        self.circuits().filter(|(_, breaker)| {
            let circuit: &dyn Circuit = *breaker;
            engine::rejects(circuit)
        })
    }

    /// How many keys it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.circuits().count()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.circuits().next().is_none()
    }

    /// Resets every breaker; the keys stay.
    pub fn reset_all(&self) {
        self.breakers.iter().for_each(CircuitBreaker::reset);
    }

    fn changes(&self) -> u32 {
        self.slots.with(|slots| slots.changes).unwrap_or(0)
    }

    fn look(&self, place: usize) -> Option<Slot<K>> {
        self.slots.with(|slots| slots.all.get(place).copied())?
    }

    fn find(&self, key: K) -> Option<usize> {
        // Keys are compared between two looks, not during one, which masks interrupts.
        (0..N).find(|&place| self.look(place).is_some_and(|slot| slot.key == Some(key)))
    }

    /// A place for a key that has none, and the word by which its breaker may go: a free one, else that of the key that
    /// is missed least.
    fn place(&self) -> Option<Place> {
        let mut best: Option<(Knows, u32, Place)> = None;
        let now = self.slots.with(|slots| slots.time)?;
        for (index, breaker) in self.breakers.iter().enumerate() {
            let circuit: &dyn Circuit = breaker;
            let idle = engine::idle(circuit);
            let slot = self.look(index)?;
            if slot.key.is_none() {
                return Some(Place { index, word: idle.map(|(_, word)| word) });
            }
            let Some((knows, word)) = idle else { continue };
            let unused_for = now.wrapping_sub(slot.used);
            let better = best.as_ref().is_none_or(|(most, longest, _)| {
                knows < *most || knows == *most && unused_for > *longest
            });
            if better {
                best = Some((knows, unused_for, Place { index, word: Some(word) }));
            }
        }
        best.map(|(_, _, place)| place)
    }

    /// Gives a place to a key, unless the keys have changed or the breaker has.
    fn take(&self, place: Place, key: K, changes: u32) -> Option<usize> {
        let Place { index, word } = place;
        let circuit: &dyn Circuit = self.breakers.get(index)?;
        let anew = self.slots.with(|slots| {
            let renewed = || word.is_some_and(|word| engine::renew(circuit, word));
            slots.put(index, key, changes, renewed)
        })??;
        if !anew {
            // A free place whose breaker somebody has opened by a reference that was kept.
            circuit.reset();
        }
        Some(index)
    }
}

/// Where a key may go.
#[derive(Clone, Copy)]
struct Place {
    index: usize,
    word: Option<Word>,
}

impl<K, C, const N: usize, S, R> fmt::Debug for Keyed<K, C, N, S, R>
where
    K: Copy + PartialEq + fmt::Debug,
    C: Clock,
    S: Strategy,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.circuits()).finish()
    }
}

/// The keys of a [`Keyed`], each with its breaker.
pub struct KeyedCircuits<'a, K, C, const N: usize, S = Consecutive, R = EveryError>
where
    C: Clock,
    S: Strategy,
{
    keyed: &'a Keyed<K, C, N, S, R>,
    next: usize,
}

impl<'a, K, C, const N: usize, S, R> Iterator for KeyedCircuits<'a, K, C, N, S, R>
where
    K: Copy + PartialEq,
    C: Clock,
    S: Strategy,
{
    type Item = (K, &'a CircuitBreaker<C, S, R>);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(breaker) = self.keyed.breakers.get(self.next) {
            let slot = self.keyed.look(self.next);
            self.next += 1;
            if let Some(key) = slot.and_then(|slot| slot.key) {
                return Some((key, breaker));
            }
        }
        None
    }
}

impl<K, C: Clock, const N: usize, S: Strategy, R> fmt::Debug for KeyedCircuits<'_, K, C, N, S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedCircuits").field("next", &self.next).finish_non_exhaustive()
    }
}

/// No place for another key: none of the breakers is closed. Nothing changed.
///
/// ```
/// # use mcb::{CircuitBreaker, Config, Keyed, KeyedFull, ManualClock};
/// # static CLOCK: ManualClock = ManualClock::new();
/// static NODES: Keyed<u8, &ManualClock, 1> =
///     Keyed::new([CircuitBreaker::new(&Config::new("node"), &CLOCK)]);
/// NODES.get_or_insert(1)?.force_open();
/// let full = NODES.get_or_insert(2).unwrap_err();
/// assert_eq!(full.to_string(), "no place for another key: none of 1 circuits is closed");
/// # Ok::<(), KeyedFull>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct KeyedFull {
    /// How many keys there are.
    pub capacity: usize,
}

impl fmt::Display for KeyedFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no place for another key: none of {} circuits is closed", self.capacity)
    }
}

impl core::error::Error for KeyedFull {}
