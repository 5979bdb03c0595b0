//! One breaker for each host or tenant, within bounds.

mod error;
mod places;

use std::boxed::Box;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::vec::Vec;

use core::time::Duration;

pub use error::KeyedError;

use super::Breaker;
use crate::clock::{Clock, StdClock};
use crate::config::ConfigError;
use crate::engine;
use crate::rules::EveryError;
use places::{Places, Room};

/// One breaker for each key, a host or a tenant, and never more than so many: whoever sends many keys can neither fill
/// the memory nor push out a breaker that is open.
///
/// ```
/// use mcb::server::{Breaker, KeyedBreakers};
/// use mcb::{Config, State};
///
/// // At most 1,000 hosts; each has a breaker of these settings, made when it is first asked for.
/// let hosts = KeyedBreakers::new(1_000, |_host: &str| {
///     Breaker::new(Config::new("upstream").error_threshold(1))
/// });
///
/// let slow = hosts.get("slow.example")?;
/// assert!(slow.call(|| Err::<(), _>("timed out")).is_err()); // opens
/// let fine: Result<u32, mcb::Error<&str>> = hosts.get("fine.example")?.call(|| Ok(42));
/// assert_eq!(fine.unwrap(), 42);
///
/// let open: Vec<_> = hosts.open().into_iter().map(|(host, _)| host).collect();
/// assert_eq!(open, ["slow.example".into()]);
/// assert_eq!(hosts.get("slow.example")?.state(), State::Open); // the same breaker
/// # Ok::<(), mcb::server::KeyedError>(())
/// ```
///
/// # Who goes when it is full
///
/// A new key takes the place of another one: of those that are closed and know no more than a new breaker does the one
/// that was asked for least recently; where there is none, of those that are closed and have counted errors, or openings
/// that [count on](crate::Recovery::reset_time).
///
/// Never of one that is not closed: open, half-open, in a slow start, locked out, or forced either way (but see
/// [`forget_after`](Self::forget_after)). And never of one
/// that is *held*, since whoever holds its handle would go on with a breaker of which the set knows nothing: a clone of
/// it, a permit, a future, the call under way of who has asked for it. So ask with the key for each call rather than
/// keep handles, if there are many keys.
///
/// What happens where nobody may go is a setting, [`when_full`](Self::when_full). A breaker that could not go is looked
/// at again when it is asked for, and in turn: some at each new key, so that in a full set the first new keys after an
/// outage may still find no place, one for each pair of breakers that had been open.
///
/// # Which key it was
///
/// All breakers of a set may have one id, which is `&'static str` and what rejections and log lines name; nothing is
/// leaked for a key. Who is to be told which key has changed gives each breaker an observer that knows:
///
/// ```
/// use std::sync::mpsc;
/// use mcb::server::{Breaker, KeyedBreakers};
/// use mcb::{Config, Hooks, StdClock};
///
/// let (sender, changes) = mpsc::channel();
/// let tenants = KeyedBreakers::new(1_000, move |tenant: &str| {
///     let (tenant, sender) = (tenant.to_owned(), sender.clone());
///     // Settings may depend on the key as well.
///     let threshold = if tenant == "acme" { 1 } else { 5 };
///     Breaker::builder(Config::new("tenants").error_threshold(threshold), StdClock)
///         .observer(Hooks::new().on_open(move |_, _| drop(sender.send(tenant.clone()))))
///         .build()
/// });
/// let _ = tenants.get("acme")?.call(|| Err::<(), _>("refused"));
/// assert_eq!(changes.recv().unwrap(), "acme");
/// # Ok::<(), mcb::server::KeyedError>(())
/// ```
///
/// # Locking
///
/// One lock guards the keys, for as long as it takes to find one, to put one in and to choose who goes. No guarded call
/// runs under it, and of your code nothing but a clone of the rules, and the clock of a breaker in a slow start: making
/// a breaker, telling observers and dropping what has gone all come before or after. Two threads that ask for the same
/// new key at once may both make a breaker; both get the one that was first.
pub struct KeyedBreakers<R = EveryError, C: Clock = StdClock> {
    places: Mutex<Places<R, C>>,
    make: Box<Make<R, C>>,
    capacity: usize,
    longest_key: usize,
    when_full: WhenFull,
    /// The breaker of all that found no place.
    rest: OnceLock<Breaker<R, C>>,
}

// The factory runs outside any lock; what is inside is whole wherever something unwinds.
impl<R, C: Clock> core::panic::UnwindSafe for KeyedBreakers<R, C> {}
impl<R, C> core::panic::RefUnwindSafe for KeyedBreakers<R, C>
where
    R: core::panic::RefUnwindSafe,
    C: Clock + core::panic::RefUnwindSafe,
{
}

type Make<R, C> = dyn Fn(&str) -> Result<Breaker<R, C>, ConfigError> + Send + Sync;

/// What a key gets for which there is no place in [`KeyedBreakers`], and none of the others may go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WhenFull {
    /// [`KeyedError::Full`].
    #[default]
    Refuse,
    /// One breaker for all of them, made for the key [`KeyedBreakers::REST`] when it is first needed. It is not in the
    /// set, and is not counted.
    Share,
    /// The same, [forced closed](crate::State::ForcedClosed): their calls pass and none is judged, while its observers
    /// are told of each.
    Unguarded,
}

impl<R, C: Clock> KeyedBreakers<R, C> {
    /// The key for which the breaker of all that found no place is made.
    pub const REST: &'static str = "*";

    /// For at most `capacity` keys; `make` makes the breaker of a new one. It runs outside any lock, and may panic and
    /// ask this set; each breaker that it makes should be another, since one that has several places is held and never
    /// goes.
    ///
    /// A key takes about 1 kB with an observer (`tests/keyed_memory.rs` counts it), and no memory is taken before there are keys. With
    /// a capacity of 0 none has a place.
    pub fn new(
        capacity: usize,
        make: impl Fn(&str) -> Result<Breaker<R, C>, ConfigError> + Send + Sync + 'static,
    ) -> Self {
        KeyedBreakers {
            places: Mutex::new(Places::new()),
            make: Box::new(make),
            capacity,
            longest_key: 255,
            when_full: WhenFull::Refuse,
            rest: OnceLock::new(),
        }
    }

    /// The longest key that is taken, in bytes: 255 unless told otherwise.
    #[must_use]
    pub fn longest_key(mut self, bytes: usize) -> Self {
        self.longest_key = bytes;
        self
    }

    /// What happens to new keys when it is full and no breaker may go: they are refused unless told otherwise.
    ///
    /// ```
    /// use mcb::server::{Breaker, KeyedBreakers, KeyedError, WhenFull};
    /// use mcb::{Config, State};
    ///
    /// let make = |_: &str| Breaker::new(Config::new("upstream"));
    /// let hosts = KeyedBreakers::new(1, make);
    /// hosts.get("a")?.trip();
    /// assert!(matches!(hosts.get("b"), Err(KeyedError::Full { .. })));
    ///
    /// let hosts = KeyedBreakers::new(1, make).when_full(WhenFull::Unguarded);
    /// hosts.get("a")?.trip();
    /// assert_eq!(hosts.get("b")?.state(), State::ForcedClosed);
    /// assert_eq!((hosts.len(), hosts.overflowed()), (1, 1));
    /// # Ok::<(), KeyedError>(())
    /// ```
    #[must_use]
    pub fn when_full(mut self, when_full: WhenFull) -> Self {
        self.when_full = when_full;
        self
    }

    /// A breaker that has opened and is *not asked for again* does not close, and so it would keep its place for ever: a
    /// thousand hosts that are gone would fill a set of a thousand. With this one may go that long after its last opening,
    /// if the opening is over, and after those that are closed. Never unless told so.
    ///
    /// Give it much more than openings ever last: whoever comes back later finds a new breaker. Times above 2³¹ ticks of
    /// the clock are not told from shorter ones. (The clock is read under the lock then.)
    ///
    /// ```
    /// use std::{sync::Arc, time::Duration};
    /// use mcb::server::{Breaker, KeyedBreakers};
    /// use mcb::{Config, ManualClock};
    ///
    /// let clock = Arc::new(ManualClock::<1_000>::new());
    /// let time = Arc::clone(&clock);
    /// let make = move |_: &str| Breaker::builder(Config::new("crawled"), time.clone()).build();
    /// let hosts = KeyedBreakers::new(1, make).forget_after(Duration::from_secs(600));
    /// hosts.get("gone.example")?.trip();
    /// clock.advance(Duration::from_secs(599));
    /// assert!(hosts.get("new.example").is_err());
    /// clock.advance(Duration::from_secs(2));
    /// assert!(hosts.get("new.example").is_ok());
    /// # Ok::<(), mcb::server::KeyedError>(())
    /// ```
    #[must_use]
    pub fn forget_after(mut self, since_opening: Duration) -> Self {
        let places = self.places.get_mut().unwrap_or_else(PoisonError::into_inner);
        places.forget_after = Some(since_opening);
        self
    }

    /// How many keys it holds at most.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// How many keys it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many keys have gone for another one so far.
    #[must_use]
    pub fn evicted(&self) -> u64 {
        self.lock().evicted
    }

    /// How many times a key was asked for and found no place so far, whatever it got instead: that many tell that the
    /// capacity is too small, or that somebody makes keys up.
    #[must_use]
    pub fn overflowed(&self) -> u64 {
        self.lock().overflowed
    }

    fn lock(&self) -> MutexGuard<'_, Places<R, C>> {
        // What could unwind inside comes before or after each change.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: Clone, C: Clock + Send + Sync + 'static> KeyedBreakers<R, C> {
    /// The breaker of that key, made if there is none. Any text is a key, also the empty one.
    ///
    /// # Errors
    ///
    /// [`KeyedError::TooLong`]; [`KeyedError::Full`], if keys without a place are [refused](WhenFull::Refuse);
    /// [`KeyedError::Settings`], what the factory says. The set is as it was then.
    pub fn get(&self, key: &str) -> Result<Breaker<R, C>, KeyedError> {
        if key.len() > self.longest_key {
            return Err(KeyedError::too_long(key, self.longest_key));
        }
        // The first look takes nothing out, so that a factory that fails changes nothing.
        let room = self.lock().find(key, self.capacity);
        match room {
            Room::Found(breaker) => Ok(breaker),
            Room::Free => self.make(key),
            Room::None => self.without_place(key),
        }
    }

    fn make(&self, key: &str) -> Result<Breaker<R, C>, KeyedError> {
        let made = (self.make)(key)?;
        let (name, kept) = (Arc::from(key), made.clone());
        // Whatever has no place, or no place any longer, is dropped outside the lock.
        let (room, _gone) = self.lock().put(name, kept, self.capacity);
        match room {
            Room::Found(other) => Ok(other),
            Room::Free => Ok(made),
            Room::None => self.without_place(key),
        }
    }

    fn without_place(&self, key: &str) -> Result<Breaker<R, C>, KeyedError> {
        if self.when_full == WhenFull::Refuse {
            return Err(KeyedError::full(key, self.capacity));
        }
        if let Some(rest) = self.rest.get() {
            return Ok(rest.clone());
        }
        let made = (self.make)(Self::REST)?;
        if self.when_full == WhenFull::Unguarded {
            made.force_closed();
        }
        Ok(self.rest.get_or_init(|| made).clone())
    }

    /// The breaker of that key, if there is one. It does not count as asked for.
    #[must_use]
    pub fn peek(&self, key: &str) -> Option<Breaker<R, C>> {
        self.lock().peek(key).cloned()
    }

    /// Takes the key out, and gives its breaker. Handles that are out go on with it.
    pub fn remove(&self, key: &str) -> Option<Breaker<R, C>> {
        let removed = self.lock().remove(key);
        removed.map(|(_, breaker)| breaker)
    }

    /// All keys and their breakers, sorted by key. As long as one has them they are held, and do not go.
    ///
    /// For new settings, say: `set.list()`, and [`reconfigure`](Breaker::reconfigure) for each of them.
    #[must_use]
    pub fn list(&self) -> Vec<(Arc<str>, Breaker<R, C>)> {
        self.sorted(|_| true)
    }

    /// Those that reject every call now: open, forced open or locked out. Half-open ones, which let probes pass, are not
    /// among them.
    #[must_use]
    pub fn open(&self) -> Vec<(Arc<str>, Breaker<R, C>)> {
        let mut list = self.sorted(|breaker| engine::idle(breaker.circuit()).is_none());
        // What takes the time stands outside the lock.
        list.retain(|(_, breaker)| engine::rejects(breaker.circuit()));
        list
    }

    /// Resets all of them, one after the other; the one that [shares](WhenFull::Share) what found no place is not among
    /// them.
    pub fn reset_all(&self) {
        self.list().iter().for_each(|(_, breaker)| breaker.reset());
    }

    fn sorted(&self, wanted: impl Fn(&Breaker<R, C>) -> bool) -> Vec<(Arc<str>, Breaker<R, C>)> {
        let wanted = |entry: &(&Arc<str>, &Breaker<R, C>)| wanted(entry.1);
        let copy = |(key, breaker): (&Arc<str>, &Breaker<R, C>)| (Arc::clone(key), breaker.clone());
        let mut list: Vec<_> = self.lock().iter().filter(wanted).map(copy).collect();
        list.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        list
    }
}

impl<R, C: Clock> core::fmt::Debug for KeyedBreakers<R, C> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (len, evicted, overflowed) = {
            let places = self.lock();
            (places.len(), places.evicted, places.overflowed)
        };
        f.debug_struct("KeyedBreakers")
            .field("capacity", &self.capacity)
            .field("len", &len)
            .field("evicted", &evicted)
            .field("overflowed", &overflowed)
            .field("when_full", &self.when_full)
            .finish_non_exhaustive()
    }
}
