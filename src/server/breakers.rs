//! Breakers by their ids.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::vec::Vec;

use super::Breaker;
use crate::clock::{Clock, StdClock};
use crate::rules::EveryError;

/// Breakers that come and go at run time, by their ids: for readiness probes, metrics and operators. Share it by an
/// `Arc`, or keep it in a `static`.
///
/// A lock guards the list, as long as it takes to look something up in it; no call runs under it, no observer, and no breaker is
/// asked anything. What `get` and `list` return are handles, which go on when their breaker is removed.
///
/// ```
/// use mcb::server::{Breaker, Breakers};
/// use mcb::{Config, State};
///
/// static BREAKERS: Breakers = Breakers::new();
/// BREAKERS.register(&Breaker::new(Config::new("db"))?)?;
/// BREAKERS.register(&Breaker::new(Config::new("mail"))?)?;
///
/// BREAKERS.get("mail").ok_or("no such circuit")?.force_open();
/// let open: Vec<_> = BREAKERS.open().iter().map(|breaker| breaker.id()).collect();
/// assert_eq!(open, ["mail"]);
///
/// BREAKERS.reset_all();
/// assert!(BREAKERS.list().iter().all(|breaker| breaker.state() == State::Closed));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Breakers<C: Clock = StdClock> {
    // Few, in the order of their registration, and looked up by operators: a list is quicker than a map.
    list: RwLock<Vec<Breaker<EveryError, C>>>,
    /// Which of them came with settings; held while others are loaded.
    #[cfg(feature = "settings")]
    pub(super) loaded: std::sync::Mutex<Vec<&'static str>>,
}

impl<C: Clock> Breakers<C> {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Breakers {
            list: RwLock::new(Vec::new()),
            #[cfg(feature = "settings")]
            loaded: std::sync::Mutex::new(Vec::new()),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<Breaker<EveryError, C>>> {
        // No user code runs inside, and each change is whole or did not happen.
        self.list.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Vec<Breaker<EveryError, C>>> {
        self.list.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.read().len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.read().is_empty()
    }

    /// Handles of all, in the order of their registration.
    #[must_use]
    pub fn list(&self) -> Vec<Breaker<EveryError, C>> {
        self.read().clone()
    }
}

impl<C: Clock + Send + Sync + 'static> Breakers<C> {
    /// Appends a breaker, whatever the rules of this handle.
    ///
    /// # Errors
    ///
    /// [`DuplicateId`] when another one has its id; nothing has changed then.
    pub fn register<R>(&self, breaker: &Breaker<R, C>) -> Result<(), DuplicateId> {
        let id = breaker.id();
        let mut list = self.write();
        if list.iter().any(|other| other.id() == id) {
            return Err(DuplicateId { id });
        }
        list.push(breaker.with_rules(EveryError));
        Ok(())
    }

    /// Takes the breaker of that id out, and gives it. Handles that are out go on with it.
    pub fn remove(&self, id: &str) -> Option<Breaker<EveryError, C>> {
        let mut list = self.write();
        let at = list.iter().position(|breaker| breaker.id() == id)?;
        Some(list.remove(at))
    }

    /// A handle of the breaker of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Breaker<EveryError, C>> {
        self.read().iter().find(|breaker| breaker.id() == id).cloned()
    }

    /// Those that reject every call now: open, forced open or locked out. Half-open ones, which let probes pass, are not
    /// among them; those that [only observe](crate::Config::observe_only) are, though their calls pass.
    #[must_use]
    pub fn open(&self) -> Vec<Breaker<EveryError, C>> {
        // By a copy, so that no clock is read under the lock.
        let mut list = self.list();
        list.retain(|breaker| crate::engine::rejects(breaker.circuit()));
        list
    }

    /// Resets all of them, one after the other.
    pub fn reset_all(&self) {
        self.list().iter().for_each(|breaker| breaker.reset());
    }
}

impl<C: Clock> Default for Breakers<C> {
    fn default() -> Self {
        Breakers::new()
    }
}

impl<C: Clock> core::fmt::Debug for Breakers<C> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.list()).finish()
    }
}

/// A breaker that was not registered, since another one has its id; nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DuplicateId {
    /// The id of both.
    pub id: &'static str,
}

impl core::fmt::Display for DuplicateId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "circuit {} is registered already", self.id)
    }
}

impl core::error::Error for DuplicateId {}
