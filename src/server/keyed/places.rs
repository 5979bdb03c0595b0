//! Who has a place, and who goes.
//!
//! The lists and the map are `hashlink`'s: what is to be kept in an order of one's own and found by key is what it is
//! for. Caches, as `lru` and `quick_cache`, choose by themselves who goes, or know pins that are looked for one by one.
//! Keys come from anybody: they are hashed by the standard library's hasher, which withstands those that are made to
//! collide.

use std::collections::hash_map::RandomState;
use std::sync::Arc;

use core::time::Duration;

use hashlink::LinkedHashMap;

use crate::clock::Clock;
use crate::engine::{self, Knows};
use crate::server::Breaker;
use crate::state::State;

type List<R, C> = LinkedHashMap<Arc<str>, Breaker<R, C>, RandomState>;
type Entry<R, C> = (Arc<str>, Breaker<R, C>);

/// How many of those that could not go are looked at again for a new key.
const LOOKS: usize = 2;

/// All keys, each in one of three lists, the one that was asked for least recently first.
///
/// Whoever is asked for goes to the end of the first list, whatever its state: so that a key that is found costs no look
/// at a breaker. Only who is looked for to go takes from its front, and puts whoever may not go where it is not looked at
/// again for each new key. So many a look as there are keys found and put in, and two a key that finds no place, is all
/// that it takes, however many are open.
pub(super) struct Places<R, C: Clock> {
    /// Those asked for since somebody was looked for to go.
    asked: List<R, C>,
    /// Those that were closed then, and knew something.
    counted: List<R, C>,
    /// Those that were not closed then, or held.
    busy: List<R, C>,
    pub(super) evicted: u64,
    pub(super) overflowed: u64,
    /// How long after its opening one may go that nobody has probed.
    pub(super) forget_after: Option<Duration>,
}

/// What a key finds.
pub(super) enum Room<R, C: Clock> {
    /// Its breaker.
    Found(Breaker<R, C>),
    /// A place, or one that can be taken.
    Free,
    /// Neither.
    None,
}

/// In which list the one that may go is the first.
enum Goes {
    Asked,
    Counted,
    Busy,
}

impl<R, C: Clock> Places<R, C> {
    pub(super) fn new() -> Self {
        // Of one kind, so that a key is found in any of them by one seed.
        let seed = RandomState::new();
        Places {
            asked: LinkedHashMap::with_hasher(seed.clone()),
            counted: LinkedHashMap::with_hasher(seed.clone()),
            busy: LinkedHashMap::with_hasher(seed),
            evicted: 0,
            overflowed: 0,
            forget_after: None,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.asked.len() + self.counted.len() + self.busy.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Breaker<R, C>)> {
        self.asked.iter().chain(self.counted.iter()).chain(self.busy.iter())
    }

    pub(super) fn peek(&self, key: &str) -> Option<&Breaker<R, C>> {
        self.asked.get(key).or_else(|| self.counted.get(key)).or_else(|| self.busy.get(key))
    }

    pub(super) fn remove(&mut self, key: &str) -> Option<Entry<R, C>> {
        let from = |list: &mut List<R, C>| list.remove_entry(key);
        from(&mut self.asked).or_else(|| self.unasked(key))
    }

    fn unasked(&mut self, key: &str) -> Option<Entry<R, C>> {
        let lists = [&mut self.counted, &mut self.busy].into_iter();
        // Most often both are empty, and no key need be hashed to find that.
        lists.filter(|list| !list.is_empty()).find_map(|list| list.remove_entry(key))
    }
}

impl<R: Clone, C: Clock + Send + Sync + 'static> Places<R, C> {
    /// The breaker of a key, or whether there is a place for it. Nobody goes yet.
    pub(super) fn find(&mut self, key: &str, capacity: usize) -> Room<R, C> {
        if let Some(found) = self.ask(key) {
            return Room::Found(found.clone());
        }
        if self.len() < capacity || self.goes().is_some() {
            return Room::Free;
        }
        self.overflowed += 1;
        Room::None
    }

    /// Gives a key a place, unless it has one now or there is none any longer; and what is to be dropped.
    pub(super) fn put(
        &mut self,
        key: Arc<str>,
        made: Breaker<R, C>,
        capacity: usize,
    ) -> (Room<R, C>, Option<Entry<R, C>>) {
        if let Some(found) = self.ask(&key) {
            return (Room::Found(found.clone()), Some((key, made)));
        }
        let mut gone = None;
        if self.len() >= capacity {
            gone = match self.goes() {
                Some(Goes::Asked) => self.asked.pop_front(),
                Some(Goes::Counted) => self.counted.pop_front(),
                Some(Goes::Busy) => self.busy.pop_front(),
                None => {
                    self.overflowed += 1;
                    return (Room::None, Some((key, made)));
                }
            };
            self.evicted += 1;
        }
        self.asked.insert(key, made);
        (Room::Free, gone)
    }

    /// The breaker of a key, which is the last to go from now on.
    fn ask(&mut self, key: &str) -> Option<&Breaker<R, C>> {
        if !self.asked.contains_key(key) {
            let (key, breaker) = self.unasked(key)?;
            self.asked.insert(key, breaker);
        }
        self.asked.to_back(key).map(|breaker| &*breaker)
    }

    /// Who goes next, if somebody may: it stands in front of its list.
    fn goes(&mut self) -> Option<Goes> {
        let forget = self.forget_after;
        for _ in 0..LOOKS {
            match self.busy.front().map(|(_, breaker)| known(breaker, forget)) {
                Some(Some(Knows::Nothing)) => return Some(Goes::Busy),
                Some(Some(Knows::Something)) => move_on(&mut self.busy, &mut self.counted),
                Some(None) => {
                    let first = self.busy.pop_front();
                    self.busy.extend(first);
                }
                None => break,
            }
        }
        while let Some((_, breaker)) = self.asked.front() {
            match known(breaker, forget) {
                Some(Knows::Nothing) => return Some(Goes::Asked),
                Some(Knows::Something) => move_on(&mut self.asked, &mut self.counted),
                None => move_on(&mut self.asked, &mut self.busy),
            }
        }
        while let Some((_, breaker)) = self.counted.front() {
            if known(breaker, forget).is_some() {
                return Some(Goes::Counted);
            }
            move_on(&mut self.counted, &mut self.busy);
        }
        None
    }
}

fn move_on<R, C: Clock>(from: &mut List<R, C>, to: &mut List<R, C>) {
    to.extend(from.pop_front());
}

/// What goes with a breaker that may go; nothing of one that may not.
fn known<R, C>(breaker: &Breaker<R, C>, forget_after: Option<Duration>) -> Option<Knows>
where
    C: Clock + Send + Sync + 'static,
{
    if breaker.is_held() {
        return None;
    }
    if let Some((knows, _)) = engine::idle(breaker.circuit()) {
        return Some(knows);
    }
    let forget_after = forget_after?;
    let forgotten = breaker.state() == State::HalfOpen
        && breaker.since_opening().is_some_and(|since| since.as_duration() >= forget_after);
    forgotten.then_some(Knows::Something)
}
